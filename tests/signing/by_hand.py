"""Reads signatures out of a PDF's bytes without pyHanko, and judges a timestamp with hashlib alone.

Somebody else's reading, so that one mistake in one library does not hide an attack.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import cms, tsp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass(frozen=True)
class Part:
    """One signature as it lies in the file: what it signs, and the object in its gap."""

    signed: bytes
    gap: bytes
    end: int

    @property
    def cms(self) -> bytes:
        """The CMS object (DER) with its padding; raises ValueError when it is none."""
        if self.gap[:1] != b"<" or self.gap[-1:] != b">":
            raise ValueError("the gap is no hexadecimal string")
        return bytes.fromhex(self.gap[1:-1].decode("ascii"))


def parts(pdf: bytes) -> list[Part]:
    """Every signature in the order of the file."""
    found = []
    for match in _RANGE.finditer(pdf):
        start, length, resume, rest = (int(each) for each in match.groups())
        signed = pdf[start : start + length] + pdf[resume : resume + rest]
        found.append(Part(signed, pdf[start + length : resume], resume + rest))
    return sorted(found, key=lambda part: part.end)


def revisions(pdf: bytes) -> list[bytes]:
    """The file as it was after each update: the unsigned base first."""
    ends = [match.end() for match in re.finditer(rb"%%EOF\n?", pdf)]
    return [pdf[:end] for end in ends]


def last_timestamp_holds(pdf: bytes, authority: bytes) -> bool:
    """Whether the last signature is this authority's timestamp over all bytes outside its gap."""
    found = parts(pdf)
    if not found or found[-1].end != len(pdf):
        return False
    stamped = _stamped(found[-1].gap, authority)
    return stamped is not None and stamped == hashlib.sha256(found[-1].signed).digest()


@lru_cache(maxsize=64)
def _stamped(gap: bytes, authority: bytes) -> bytes | None:
    """The digest that a timestamp in this gap is about; None when it is not this authority's."""
    try:
        data = Part(b"", gap, 0).cms
        content = cms.ContentInfo.load(data)
        signed = content["content"]
        info = signed["encap_content_info"]["content"]
        signer = signed["signer_infos"][0]
        attributes = signer["signed_attrs"]
        stated = {each["type"].native: each["values"][0].native for each in attributes}
        said: tsp.TSTInfo = info.parsed
        imprint: bytes = said["message_imprint"]["hashed_message"].native
        if data[len(content.dump()) :].strip(b"\0"):
            return None
        if stated["message_digest"] != hashlib.sha256(info.contents).digest():
            return None
        key = load_der_x509_certificate(authority).public_key()
        key.verify(signer["signature"].native, attributes.untag().dump(), PKCS1v15(), SHA256())
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, InvalidSignature):
        return None
    return imprint
