"""A tablet as the server meets it: asks, sends, repeats, and believes only a verified receipt.

One for tests in process (`Line` over Flask's client) and over a real port (`Wire`). Verifies with
`cryptography` alone. What the tablet does inside a browser is tested in tests/e2e.
"""

import base64
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from flask.testing import FlaskClient

from tests.builders.records import Filled

JOSE = "application/jose+json"
PIECE = "application/partial-upload"
COOKIE = "zhencha_session"
LARGEST_PIECE = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        assert self.headers["content-type"].startswith("application/problem+json"), self.body[:300]
        problem = self.json
        assert problem["status"] == self.status
        return str(problem["code"])

    @property
    def receipt(self) -> dict[str, Any]:
        """What the receipt says; whether it is signed is `Tablet.verified`'s question."""
        return dict(claims(self.json["receipt"]))


class Ask(Protocol):
    """How a request travels."""

    def __call__(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = ...
    ) -> Answer: ...


def line(client: FlaskClient) -> Ask:
    """Requests in process, on Flask's client."""

    def ask(
        method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        response = client.open(
            path, method=method, data=body, headers=dict(headers or {}), buffered=True
        )
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, lowered, response.get_data())

    return ask


def wire(url: str, token: str = "") -> Ask:
    """Requests over a real port; each on a connection of its own, as a tablet out of reach."""
    where = urlsplit(url)

    def ask(
        method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        try:
            cookie = {"Cookie": f"{COOKIE}={token}"} if token else {}
            connection.request(method, path, body, {**cookie, **(headers or {})})
            response = connection.getresponse()
            lowered = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, lowered, response.read())
        finally:
            connection.close()

    return ask


@dataclass(frozen=True)
class Tablet:
    """Hands in records the way static/js/sync does."""

    ask: Ask

    def put(self, uuid: str, body: bytes, **headers: str) -> Answer:
        """PUT /records/{uuid}."""
        return self.ask("PUT", f"/api/v1/records/{uuid}", body, {"Content-Type": JOSE, **headers})

    def hand_in(self, made: Filled) -> Answer:
        """Sign a record and put it."""
        return self.put(made.uuid, made.body())

    def offset(self, digest: str) -> tuple[int, bool]:
        """HEAD /blobs/{digest}: how much is held, and whether that is all."""
        answer = self.ask("HEAD", f"/api/v1/blobs/{digest}")
        assert answer.status == 204, answer
        return int(answer.headers["upload-offset"]), answer.headers["upload-complete"] == "?1"

    def piece(self, digest: str, data: bytes, *, offset: int, length: int) -> Answer:
        """PATCH /blobs/{digest}: one piece."""
        headers = {
            "Content-Type": PIECE,
            "Upload-Offset": str(offset),
            "Upload-Length": str(length),
        }
        return self.ask("PATCH", f"/api/v1/blobs/{digest}", data, headers)

    def send(self, digest: str, data: bytes, *, piece_bytes: int = LARGEST_PIECE) -> None:
        """Ask what is held and send the rest: never more than static/js/sync/blobs.js does."""
        offset, complete = self.offset(digest)
        while not complete:
            part = data[offset : offset + piece_bytes]
            answer = self.piece(digest, part, offset=offset, length=len(data))
            if answer.status == 429:  # too many of this person's at once: come back
                time.sleep(0.02)
                continue
            assert answer.status in (204, 409), answer
            offset = int(answer.headers["upload-offset"])
            complete = answer.headers.get("upload-complete") == "?1"

    def send_all(self, made: Filled) -> None:
        """Send every file of a record."""
        for digest, data in made.blobs.items():
            self.send(digest, data)

    def receipt(self, uuid: str) -> Answer:
        """GET /records/{uuid}/receipt."""
        return self.ask("GET", f"/api/v1/records/{uuid}/receipt")


def claims(compact: str) -> dict[str, Any]:
    """The payload of a compact JWS, unverified."""
    return dict(json.loads(_bytes(compact.split(".")[1])))


def verified(compact: str, jwk: Mapping[str, str]) -> dict[str, Any]:
    """The payload of a compact ES256 JWS. Raises InvalidSignature."""
    protected, payload, signature = compact.split(".")
    assert json.loads(_bytes(protected))["alg"] == "ES256"
    raw = _bytes(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public(jwk).verify(der, f"{protected}.{payload}".encode(), ECDSA(SHA256()))
    return claims(compact)


def public(jwk: Mapping[str, str]) -> EllipticCurvePublicKey:
    """A public key from its JWK."""
    x, y = (int.from_bytes(_bytes(jwk[name])) for name in ("x", "y"))
    return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()


def persistent(act: Callable[[], Answer], *, seconds: float = 120) -> Answer:
    """Repeat a request until somebody answers: what a tablet does while the server is away."""
    end, last = time.monotonic() + seconds, "nobody answered"
    while time.monotonic() < end:
        try:
            answer = act()
        except (OSError, http.client.HTTPException) as error:
            last = repr(error)
        else:
            if answer.status < 500 and answer.status != 429:
                return answer
            last = repr(answer)
        time.sleep(0.05)
    raise AssertionError(last)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
