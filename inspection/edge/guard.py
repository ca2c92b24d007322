"""Which permission a route asks for, and that state changes come from our own pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import request

from inspection.accounts.policy import Permission
from inspection.domain.problems import JsonMalformed, NotAllowed, OriginForeign
from inspection.edge.request import current_actor

_SAFE = ("GET", "HEAD", "OPTIONS")


def requires(permission: Permission) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a view run only for actors who hold `permission`; PUBLIC lets everybody in."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if permission is not Permission.PUBLIC and not current_actor().may(permission):
                raise NotAllowed(permission=permission.value)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def refuse_unwritable_text() -> None:
    """Before each request: no database text holds a NUL, so no query and no form may."""
    form = request.form if request.mimetype == "application/x-www-form-urlencoded" else {}
    for name, value in (*request.args.items(multi=True), *form.items()):
        if "\0" in name + value:
            raise JsonMalformed(pointer=name.replace("\0", ""))


def refuse_foreign_origin() -> None:
    """Before each request: a page of another site may not change anything here.

    Browsers say where a request comes from and pages cannot forge it
    (Fetch Metadata, Origin). Programs that send neither carry no cookie by accident.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise OriginForeign()
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise OriginForeign()
