"""A push service that really listens, and a browser that opens what was sealed for it."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from inspection.notices.push import Target


def encoded(data: bytes) -> str:
    """base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Browser:
    """The keys of one subscription."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = b"0123456789abcdef"

    @property
    def offered(self) -> dict[str, str]:
        """What it hands over."""
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {
            "endpoint": self.endpoint,
            "p256dh": encoded(point),
            "auth": encoded(self.secret),
        }

    def opens(self, sealed: bytes) -> dict[str, str]:
        """What a sealed message says."""
        plain = http_ece.decrypt(
            sealed, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        said: dict[str, str] = json.loads(plain)
        return said


@dataclass
class PushService:
    """What arrived: path, headers and body; `status` is what it answers."""

    port: int = 0
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    messages: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def target(self, endpoint: str) -> Target:
        """Stands in for `public_target`: every push service is this one."""
        path = "/" + endpoint.partition("://")[2].partition("/")[2]
        return Target("http", "127.0.0.1", self.port, "127.0.0.1", path)


@contextmanager
def push_service() -> Iterator[PushService]:
    """Let it listen."""
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            service.messages.append((self.path, dict(self.headers), self.rfile.read(length)))
            self.send_response(service.status)
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
