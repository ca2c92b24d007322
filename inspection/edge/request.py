"""Who stands behind the present request, and the wiring and transactions it uses."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, current_app, g, request
from sqlalchemy.orm import Session

from inspection import database
from inspection.accounts import signing_in
from inspection.accounts.people import Actor
from inspection.domain.problems import NotSignedIn
from inspection.wiring import Wiring

SESSION_COOKIE = "zhencha_session"
EXTENSION = "zhencha"


def wired() -> Wiring:
    """The objects built at start."""
    wiring: Wiring = current_app.extensions[EXTENSION]
    return wiring


@contextmanager
def reading() -> Iterator[Session]:
    """A session over one consistent view of the database."""
    with database.reading(wired().engine) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A session in one write transaction, committed at the end."""
    with database.writing(wired().engine) as session:
        yield session


def signed_in_actor() -> Actor | None:
    """Whoever is signed in, or None; asked of the database once a request."""
    if "actor" not in g:
        token = request.cookies.get(SESSION_COOKIE, "")
        g.actor = None
        if token:
            with reading() as session:
                g.actor = signing_in.actor_of(
                    session, token, production=wired().settings.production, at=wired().clock()
                )
    actor: Actor | None = g.actor
    return actor


def current_actor() -> Actor:
    """Whoever is signed in. Raises NotSignedIn."""
    actor = signed_in_actor()
    if actor is None:
        raise NotSignedIn()
    return actor


def remember(response: Response, token: str) -> None:
    """Hand the browser the token of a session that has begun."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(signing_in.SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=wired().settings.public_url.startswith("https:"),
    )


def forget(response: Response) -> None:
    """Take the token back. What a tablet has stored stays where it is."""
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="Lax")
