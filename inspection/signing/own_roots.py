"""Roots whom the operator trusts to name people (外部证书的根): one PEM file, read when needed.

They count for signatures by a signer's own certificate and for nothing else:
neither for the seal nor for anybody's key that this system made.
"""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding


def read(path: Path | None) -> tuple[bytes, ...]:
    """Return the certificates (DER) in this file; none when there is no file to read."""
    if path is None:
        return ()
    found = x509.load_pem_x509_certificates(path.read_bytes())
    return tuple(each.public_bytes(Encoding.DER) for each in found)
