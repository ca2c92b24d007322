"""Who says when (时间戳): the built-in time-stamping authority, or a server asked by RFC 3161.

The built-in one is always there and is only our own word, which readers are told. A server of
somebody else's makes the time a third party's word; when it does not answer, or answers wrongly,
nothing is sealed until it does: a report never falls back to the weaker time by itself.
"""

# mypy: disallow-untyped-calls=False, disallow-subclassing-any=False

import functools
import hashlib
import http.client
import io
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any

from asn1crypto import cms, core, keys, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import general, timestamps
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from inspection.domain.problems import TimestampUnavailable
from inspection.signing.authority import Authority
from inspection.signing.own import TimeServer
from inspection.signing.reader import IndexedReader

DIGEST = "sha256"
ANSWER_SECONDS = 15
LARGEST_CLOCK_DIFFERENCE = timedelta(minutes=5)
"""Certificates begin five minutes before they are made: a time before that fits none of them."""
_LARGEST_ANSWER = 64 * 1024
_ROOM = 2_200
"""Hexadecimal digits that a built-in token needs beside its certificates: about 2 000."""
_GRANTED = ("granted", "granted_with_mods")
_log = logging.getLogger(__name__)


def clock_of(authority: Authority, at: datetime) -> "BuiltIn | Server":
    """Return who gives the time for what is sealed at `at`."""
    server = authority.time_server
    return Server(server, at) if server else BuiltIn(authority, at)


def certificate_end(pdf: bytes) -> datetime | None:
    """Return when the certificate of a file's last timestamp runs out; None when it has none.

    Until then the timestamp can be judged by itself; a fresh one has to be over it before.
    """
    try:
        stamps = IndexedReader(io.BytesIO(pdf)).embedded_timestamp_signatures
        end: datetime | None = stamps[-1].signer_cert.not_valid_after if stamps else None
    except (PdfError, ValueError, TypeError, KeyError):
        return None  # nobody can say; such a file goes by its age
    return end


class BuiltIn(timestamps.DummyTimeStamper):
    """The built-in time-stamping authority: ESSCertIDv2, and the key loaded only once."""

    def __init__(self, authority: Authority, at: datetime) -> None:
        chain = SimpleCertificateStore()
        chain.register(x509.Certificate.load(authority.issuing_certificate))
        embedded = len(authority.tsa.certificate) + len(authority.issuing_certificate)
        self.room = _ROOM + 2 * embedded
        super().__init__(
            x509.Certificate.load(authority.tsa.certificate),
            keys.PrivateKeyInfo.load(authority.tsa.key),
            certs_to_embed=chain,
            fixed_dt=at,
        )
        self._loaded = authority.tsa_key

    def _sign_tst_info(
        self, tst_info_data: bytes, md_algorithm: str, dt: datetime
    ) -> tuple[bytes, cms.CMSAttributes]:
        digest = hashes.Hash(hashes.SHA256())
        digest.update(tst_info_data)
        certificate = general.as_signing_certificate_v2(self.tsa_cert)
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                simple_cms_attribute("signing_certificate_v2", certificate),
                simple_cms_attribute("message_digest", digest.finalize()),
            ]
        )
        return self._loaded.sign(attributes.dump(), PKCS1v15(), hashes.SHA256()), attributes

    def request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Answer a request (RFC 3161); for SHA-256 only."""
        if req["message_imprint"]["hash_algorithm"]["algorithm"].native != DIGEST:
            raise ValueError("this time-stamping authority knows SHA-256 only")
        return super().request_tsa_response(req)


class _Response(core.Sequence):
    """RFC 3161 §2.4.2; asn1crypto's own does not know that a refusal comes without a token."""

    _fields = [  # noqa: RUF012 - asn1crypto reads it so
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class Server(timestamps.TimeStamper):
    """A time-stamping server. Every answer is checked before it enters a report.

    Whatever is wrong raises TimestampUnavailable with the host and one of the reasons `down`,
    `refused`, `malformed`, `nonce`, `imprint`, `certificate`, `clock`.
    """

    def __init__(self, server: TimeServer, at: datetime) -> None:
        super().__init__()
        self._server = server
        self._at = at

    @property
    def room(self) -> int:
        """Digits for half as much again as a token takes; the server is asked once per process."""
        return _room_for(self._server)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Ask for a token over this digest. Raises TimestampUnavailable."""
        nonce, request = self.request_cms(message_digest, md_algorithm)
        answer = _asked(self._server, request.dump())
        try:
            token = self._token(answer, nonce, message_digest)
            trusted, stated = await self._judged(token, message_digest)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._wrong("malformed") from error
        if not trusted:
            raise self._wrong("certificate")
        if abs(stated - self._at) > LARGEST_CLOCK_DIFFERENCE:
            raise self._wrong("clock")
        return token

    def _token(self, answer: bytes, nonce: int, message_digest: bytes) -> cms.ContentInfo:
        response = _Response.load(answer, strict=True)
        if response["status"]["status"].native not in _GRANTED:
            raise self._wrong("refused")
        token = response["time_stamp_token"]
        said = token["content"]["encap_content_info"]["content"].parsed
        if said["nonce"].native != nonce:
            raise self._wrong("nonce")
        imprint = said["message_imprint"]
        if (
            imprint["hash_algorithm"]["algorithm"].native != DIGEST
            or imprint["hashed_message"].native != message_digest
        ):
            raise self._wrong("imprint")
        return token

    async def _judged(self, token: cms.ContentInfo, digest: bytes) -> tuple[bool, datetime]:
        """Whether the token is signed by whom the settings name, and the time that it states."""
        context = ValidationContext(
            trust_roots=_loaded(self._server.roots),
            other_certs=_loaded(self._server.intermediates),
            allow_fetching=False,
            revocation_mode="soft-fail",
            moment=self._at,
        )
        found: dict[str, Any] = await validate_tst_signed_data(
            token["content"], context, lambda _algorithm: digest
        )
        good = found["intact"] and found["valid"] and found.get("trust_problem_indic") is None
        return bool(good and found.get("validation_path")), found["timestamp"]

    def _wrong(self, reason: str) -> TimestampUnavailable:
        return _unavailable(self._server, reason)


def _unavailable(server: TimeServer, reason: str) -> TimestampUnavailable:
    return TimestampUnavailable(server=server.host, reason=reason)


def _loaded(found: Sequence[bytes]) -> list[x509.Certificate]:
    return [x509.Certificate.load(each) for each in found]


@functools.lru_cache(maxsize=4)
def _room_for(server: TimeServer) -> int:
    # Asked about nothing in particular and not believed: only its length is looked at.
    digest = hashlib.sha256(b"").digest()
    _nonce, request = timestamps.TimeStamper().request_cms(digest, DIGEST)
    length = len(_asked(server, request.dump()))
    return 2 * (length + length // 2)


def _asked(server: TimeServer, request: bytes) -> bytes:
    """Send one request (RFC 3161 §3.4) and wait ANSWER_SECONDS for the whole of the answer.

    Raises TimestampUnavailable with reason `down`.
    """
    answers: SimpleQueue[bytes | None] = SimpleQueue()
    # Beside us: a socket's own limit begins anew with each byte that drips in.
    asking = threading.Thread(target=_ask, args=(server, request, answers), daemon=True)
    asking.start()
    try:
        answer = answers.get(timeout=ANSWER_SECONDS)
    except Empty:
        answer = None
    if answer is None:
        raise _unavailable(server, "down")
    return answer


def _ask(server: TimeServer, request: bytes, answers: "SimpleQueue[bytes | None]") -> None:
    posted = urllib.request.Request(  # noqa: S310 - settings allow http and https only
        server.url,
        data=request,
        headers={
            "Content-Type": "application/timestamp-query",
            "Accept": "application/timestamp-reply",
        },
    )
    try:
        with urllib.request.urlopen(posted, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            answers.put(bytes(answer.read(_LARGEST_ANSWER)))
    except (OSError, urllib.error.URLError, http.client.HTTPException):
        _log.info("the time server did not answer", exc_info=True)
        answers.put(None)
