"""Bad weather on the line: requests cut off, sent twice at once, and old ones arriving late.

What comes of the mischief is thrown away; then the request itself travels as it should, so that a
tablet's story goes on. What must come of all this is not said here.
"""

import contextlib
import http.client
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.tablet import COOKIE, Answer, Ask

Request = tuple[str, str, bytes, dict[str, str]]
CHANCE = 0.25
"""Of any one mischief befalling a request that writes."""


@dataclass
class Weather:
    """Stands between a tablet and `calm`, its ordinary way to the server."""

    calm: Ask
    url: str
    token: str
    dice: random.Random
    past: list[Request] = field(default_factory=list)
    mischief: dict[str, int] = field(default_factory=dict)

    def __call__(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        request = (method, path, body, dict(headers or {}))
        if method not in ("HEAD", "GET"):
            for name, act in (("cut", self._cut), ("twice", self._twice), ("late", self._late)):
                if self.dice.random() < CHANCE:
                    self.mischief[name] = self.mischief.get(name, 0) + 1
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        act(request)
            self.past.append(request)
        return self.calm(*request)

    def _cut(self, request: Request) -> None:
        """Promise a whole body, send part of it, and hang up."""
        method, path, body, headers = request
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        connection.putrequest(method, path)
        own = {"Cookie": f"{COOKIE}={self.token}", "Content-Length": str(len(body))}
        for name, value in {**own, **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body[: self.dice.randrange(max(1, len(body)))])
        connection.close()

    def _twice(self, request: Request) -> None:
        """The same at the same moment; nobody waits for the answer."""
        threading.Thread(target=self._quietly, args=(request,), daemon=True).start()

    def _late(self, request: Request) -> None:
        """Something sent long ago arrives again, out of its order."""
        del request
        if self.past:
            self.calm(*self.dice.choice(self.past))

    def _quietly(self, request: Request) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.calm(*request)
