"""A whole case as one ZIP (证据包): what a court needs to check a report without our server.

Every file of the report and of the papers given out on its record, the signed record, photos
and ink by digest, the ledger's entries with their proofs, keys, certificates and revocation
lists, the offline verifier where it was built, and two pages that say how to check each by
hand. Names and order follow from the case alone. Carrying it away is a ledger entry,
`case.exported`, written before the first byte is sent.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts import devices
from inspection.accounts.people import Actor
from inspection.audits import archives, cases
from inspection.audits.archives import MOST_BYTES, MOST_FILES, Part
from inspection.audits.cases import Case
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import DownloadTooLarge
from inspection.ledger import checkpoints, journal, proofs
from inspection.ledger.journal import Event
from inspection.paperwork.shelf import ShelvedPaper
from inspection.reports import proving
from inspection.signing import credentials
from inspection.signing.authority import RENEWED, Authority
from inspection.signing.credentials import PdfCredential
from inspection.signing.jose import ServerKey

ENTRY = "case.exported"
FORMAT = "zhencha.case/1"
VERIFIER = Path(__file__).resolve().parents[2] / "static" / "dist" / "verifier.html"
"""The offline verifier; a bundle is whole without it."""
_PAGES = Path(__file__).resolve().parents[2] / "templates" / "bundle"
_READ_ME = ("README.zh.txt", "README.en.txt")
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True)
class Bundle:
    """A bundle ready to be sent, and the digest of the manifest that names each file."""

    name: str
    parts: tuple[Part, ...]
    manifest_digest: str


def prepare(
    session: Session,
    actor: Actor,
    case: Case,
    *,
    blobs: FilesystemBlobs,
    authority: Authority,
    server_key: ServerKey,
    at: datetime,
) -> Bundle:
    """Collect the case and write down who takes it away. Raises DownloadTooLarge, BlobUnknown."""
    checkpoint = checkpoints.take(session, key=server_key, at=at)
    collected = [
        *_report(case, blobs),
        *_papers(case, blobs),
        *_record(case),
        *_files(case, blobs),
        *_ledger(session, case, checkpoint, server_key),
        *_keys(session, case, server_key),
        *_certificates(session, case, authority, at=at),
        *_verifier(),
        *(archives.part(name, (_PAGES / name).read_bytes()) for name in _READ_ME),
    ]
    size = sum(part.size for part in collected)
    if size > MOST_BYTES or len(collected) > 2 * MOST_FILES:
        raise DownloadTooLarge(files=len(collected), most_files=MOST_FILES, most_bytes=MOST_BYTES)
    manifest = _manifest(case, collected)
    digest = hashlib.sha256(manifest).hexdigest()
    body = {
        "report": case.report.uuid,
        "person": actor.uuid,
        "name": actor.name,
        "unit": actor.unit_name,
        "sha256": case.sha256,
        "files": len(collected),
        "manifest_sha256": digest,
    }
    journal.append(session, [Event(ENTRY, body, subject=case.stored.uuid)], at=at)
    sums = "".join(f"{part.sha256}  {part.name}\n" for part in collected).encode()
    whole = (
        archives.part("manifest.json", manifest),
        archives.part("SHA256SUMS", sums),
        *collected,
    )
    return Bundle(f"{archives.safe_name(case.report.number)}-case.zip", whole, digest)


def _report(case: Case, blobs: FilesystemBlobs) -> list[Part]:
    return [
        archives.kept(f"report/revision-{number}.pdf", sha256, blobs)
        for number, sha256 in case.files
    ]


def _papers(case: Case, blobs: FilesystemBlobs) -> list[Part]:
    """Each paper's files, and the words that its signers confirmed; annulled ones too."""
    return [
        part
        for number, paper in enumerate(case.papers, start=1)
        for part in (
            *(
                archives.kept(f"{_folder(number, paper)}/revision-{of}.pdf", sha256, blobs)
                for of, sha256 in enumerate(paper.files)
            ),
            archives.kept(f"{_folder(number, paper)}/content.json", paper.content_sha256, blobs),
        )
    ]


def _folder(number: int, paper: ShelvedPaper) -> str:
    return f"papers/{number}-{paper.kind}"


def _record(case: Case) -> list[Part]:
    return [
        archives.part("record/record.jws", case.stored.jws),
        archives.part("record/payload.json", case.stored.payload),
    ]


def _files(case: Case, blobs: FilesystemBlobs) -> list[Part]:
    """Photos, their originals and ink, each under the digest that the record gives it."""
    record = case.record
    types = {file.sha256: file.type for photo in record.photos for file in photo.files}
    return [
        archives.kept(
            f"photos/{digest}.{_ENDINGS[types[digest]]}"
            if digest in types
            else f"ink/{digest}.json",
            digest,
            blobs,
        )
        for digest in sorted(record.blob_digests)
    ]


def _ledger(
    session: Session, case: Case, fresh: checkpoints.Checkpoint, key: ServerKey
) -> list[Part]:
    """The entries of case and papers as they were hashed, a proof of each, the newest checkpoint.

    The record's proof is the newest that can be made, and proves its signers' keys too.
    """
    of_papers = (entry for each in case.papers for entry in cases.entries_of(session, each))
    told = {entry.seq: entry for entry in (*case.entries, *of_papers)}
    entries = [told[seq] for seq in sorted(told)]
    lines = "".join(
        json.dumps(vars(entry), ensure_ascii=False, sort_keys=True) + "\n" for entry in entries
    )
    proof = proving.proof_text(session, case.stored, checkpoint=fresh, key=key)
    found = [
        archives.part("ledger/entries.jsonl", lines.encode()),
        archives.part("ledger/ledger-proof.json", proof),
    ]
    for entry in entries:
        checkpoint = checkpoints.covering(session, entry.seq, key=key.public_jwk) or fresh
        each = proofs.prove(session, entry.seq, enrolments=(), checkpoint=checkpoint, key=key)
        found.append(archives.part(f"ledger/entry-{entry.seq:08d}.json", proofs.text(each)))
    found.append(archives.part("ledger/checkpoint.jws", fresh.jws.encode()))
    return found


def _keys(session: Session, case: Case, key: ServerKey) -> list[Part]:
    """Public keys: the server's, and those by which the record was signed."""
    accepted = json.loads(case.entries[0].body)
    known = [devices.key(session, signed["kid"]) for signed in accepted["signed_by"]]
    held = [
        {"kid": key.kid, "person": key.person, "jwk": dict(key.public_jwk)}
        for key in (each.enrolled for each in known if each)
    ]
    return [
        archives.part("keys/server-keys.json", _text({"keys": key.public_jwks})),
        archives.part("keys/device-keys.json", _text({"keys": held})),
    ]


def _certificates(
    session: Session, case: Case, authority: Authority, *, at: datetime
) -> list[Part]:
    """The authority's certificates, those of the case's people, and what was taken back."""
    trust = authority.trust(revoked=credentials.revocations(session), at=at)
    people = sorted(
        {person.account for person in case.record.people if person.account}
        | {opinion.person for opinion in case.opinions}
        | {said.person for paper in case.papers for said in paper.confirmations}
    )
    rows = session.scalars(
        select(PdfCredential).where(PdfCredential.person.in_(people)).order_by(PdfCredential.id)
    )
    named = [
        *((f"root-{n}.pem", each) for n, each in enumerate(trust.roots, start=1)),
        *((f"issuing-{n}.pem", each) for n, each in enumerate(trust.intermediates, start=1)),
        *_sealing(authority),
        *((f"person-{row.serial}.pem", row.certificate) for row in rows),
    ]
    return [
        *(archives.part(f"certificates/{name}", _pem(each)) for name, each in named),
        *(
            archives.part(f"certificates/revoked-{n}.crl", each)
            for n, each in enumerate(trust.revocation_lists, start=1)
        ),
    ]


def _sealing(authority: Authority) -> Iterator[tuple[str, bytes]]:
    """The seal's and the clock's certificates: those in use, and what they renewed."""
    yield "seal.pem", authority.seal.certificate
    yield "timestamp.pem", authority.tsa.certificate
    for name in RENEWED:
        for number, each in enumerate(authority.built_in(name)[:-1], start=1):
            yield f"earlier-{name}-{number}.pem", each


def _pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def _verifier() -> list[Part]:
    return [archives.part("verify.html", VERIFIER.read_bytes())] if VERIFIER.exists() else []


def _manifest(case: Case, parts: Iterable[Part]) -> bytes:
    return _text(
        {
            "format": FORMAT,
            "report": case.report.uuid,
            "number": case.report.number,
            "record": case.stored.uuid,
            "record_digest": case.stored.digest,
            "newest_sha256": case.sha256,
            "papers": [
                {
                    "folder": _folder(number, paper),
                    "paper": paper.uuid,
                    "kind": paper.kind,
                    "title": paper.title,
                    "number": paper.number,
                    "annulled": paper.annulled,
                    "content_sha256": paper.content_sha256,
                    "newest_sha256": paper.newest_sha256,
                }
                for number, paper in enumerate(case.papers, start=1)
            ],
            "files": [
                {"name": part.name, "sha256": part.sha256, "size": part.size} for part in parts
            ],
        }
    )


def _text(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
