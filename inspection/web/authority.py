"""What the certificate authority publishes: its certificates, and lists of what it took back.

Public and by plain address, because certificates name these addresses and PDF readers that know
no sign-in fetch them (RFC 5280 §4.2.1.13). Reports carry the lists in themselves as well.
"""

import base64

from flask import Blueprint, Response

from inspection.accounts.policy import Permission
from inspection.domain.problems import NotFound
from inspection.edge import reading, requires, wired
from inspection.signing import credentials

blueprint = Blueprint("authority", __name__)

_LIST_SECONDS = 3600
_CERTIFICATE_SECONDS = 86400
_LINE = 64


@blueprint.get("/ca/<name>.crl")
@requires(Permission.PUBLIC)
def revocation_list(name: str) -> Response:
    """Send one authority's revocation list (DER) as it is now."""
    wiring = wired()
    with reading() as session:
        revoked = credentials.revocations(session)
    made = wiring.authority.revocation_list(name, revoked, at=wiring.clock())
    return _sent(made, "application/pkix-crl", _LIST_SECONDS)


@blueprint.get("/ca/<name>.cer")
@requires(Permission.PUBLIC)
def certificate(name: str) -> Response:
    """Send one authority's certificate (DER)."""
    found = wired().authority.certificate_of(name)
    return _sent(found, "application/pkix-cert", _CERTIFICATE_SECONDS)


@blueprint.get("/ca/<name>.pem")
@requires(Permission.PUBLIC)
def certificate_pem(name: str) -> Response:
    """Send one authority's certificate as PEM text."""
    found = wired().authority.certificate_of(name)
    return _sent(_pem(found) if found else None, "application/x-pem-file", _CERTIFICATE_SECONDS)


def _pem(certificate: bytes) -> bytes:
    text = base64.b64encode(certificate).decode("ascii")
    lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
    return "\n".join(
        ("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", "")
    ).encode("ascii")


def _sent(data: bytes | None, content_type: str, seconds: int) -> Response:
    if data is None:
        raise NotFound()
    response = Response(data, content_type=content_type)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response
