"""What an organisation brings along: a CA of its own, a seal in a file, a time server."""

import contextlib
import functools
import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from inspection.signing import certificates
from inspection.signing.authority import Authority
from inspection.signing.certificates import SigningKey
from inspection.signing.own import TimeServer
from inspection.signing.timestamps import BuiltIn
from tests.builders.times import NOON
from tests.signing import sealed

PASSWORD = "打开封印的口令"
YEARS = timedelta(days=10 * 365)


@dataclass(frozen=True)
class Licensed:
    """A licensed authority with a seal that it issued: root, issuing authority, seal."""

    root: x509.Certificate
    root_key: ec.EllipticCurvePrivateKey
    issuing: x509.Certificate
    issuing_key: ec.EllipticCurvePrivateKey
    seal: x509.Certificate
    seal_key: rsa.RSAPrivateKey

    def pems(self, *names: str) -> bytes:
        """These certificates as one PEM file."""
        return b"".join(certificates.pem(getattr(self, name)) for name in names)

    def lists(self, *revoked: int) -> bytes:
        """The revocation lists of both authorities, as PEM."""
        made = [
            certificates.revocation_list(SigningKey(of.subject, key), serials, at=NOON, until=UNTIL)
            for of, key, serials in (
                (self.root, self.root_key, []),
                (self.issuing, self.issuing_key, [(each, NOON) for each in revoked]),
            )
        ]
        return b"".join(
            x509.load_der_x509_crl(each).public_bytes(serialization.Encoding.PEM) for each in made
        )

    def p12(self, *chain: x509.Certificate, password: str = PASSWORD) -> bytes:
        """The seal as a PKCS#12 file."""
        locked = serialization.BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(
            b"seal", self.seal_key, self.seal, chain or [self.issuing, self.root], locked
        )


UNTIL = NOON + YEARS


@functools.cache
def licensed() -> Licensed:
    """One such authority for the whole session."""
    return _licensed("国家许可电子认证服务机构")


@functools.cache
def another() -> Licensed:
    """Its competitor."""
    return _licensed("另一家电子认证服务机构")


def _licensed(name: str) -> Licensed:
    root_key, issuing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    seal_key = rsa.generate_private_key(65537, 2048)
    span = {"at": NOON - timedelta(days=30), "until": UNTIL}
    root = certificates.root(name, root_key, **span)
    by_root = SigningKey(root.subject, root_key)
    issuing = certificates.issuing(name, issuing_key.public_key(), by_root, **span)
    by_issuing = SigningKey(issuing.subject, issuing_key)
    seal = certificates.seal("云岚区应急管理局", seal_key.public_key(), by_issuing, **span)
    return Licensed(root, root_key, issuing, issuing_key, seal, seal_key)


def written(directory: Path, **files: bytes) -> dict[str, str]:
    """Write files and return their paths as settings know them."""
    paths = {}
    for name, data in files.items():
        path = directory / name
        path.write_bytes(data)
        paths[name] = str(path)
    return paths


@functools.cache
def clockmaker() -> Authority:
    """Somebody else's authority, whose time-stamping key the server below uses."""
    import tempfile

    directory = Path(tempfile.mkdtemp(prefix="zhencha-clockmaker-")) / "authority"
    at = NOON - timedelta(days=30)
    return Authority.open(directory, sealed.SECRET, organisation="授时中心", at=at)


def granted(request: bytes, at: datetime, by: Authority | None = None) -> tsp.TimeStampResp:
    """A proper answer to a request."""
    asked = tsp.TimeStampReq.load(request)
    return BuiltIn(by or clockmaker(), at).request_tsa_response(asked)


Answer = Callable[[bytes], bytes]
DRIP = b"drip"
"""An answer of a megabyte, a byte at a time."""


@contextmanager
def time_server(answer: Answer) -> Iterator[TimeServer]:
    """A real HTTP server on a free port of this machine that answers like this."""

    over = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            said = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if said else 503)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", "1000000" if said == DRIP else str(len(said)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while said == DRIP and not over.wait(0.02):
                    self.wfile.write(b".")
                self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
            yield TimeServer(url, (clockmaker().root_certificate,))
        finally:
            over.set()
            server.shutdown()
            thread.join()


def digest(text: str) -> str:
    """A digest in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
