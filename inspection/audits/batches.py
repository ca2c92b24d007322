"""Batches of reports to carry away (批量下载): a manifest first, then the files as one ZIP.

Preparing a batch writes the entry `reports.exported` into the ledger: who took which
files away, and the digest of the manifest that names each of them. The manifest lies
in the blobs; sending the files reads nothing else.
"""

import csv
import io
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.audits import archives, desk
from inspection.audits.archives import MOST_BYTES, MOST_FILES, Part
from inspection.audits.desk import DeskRow
from inspection.blobs import FilesystemBlobs
from inspection.domain.problems import DownloadTooLarge, NotFound, SelectionEmpty
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations.scope import Scope

ENTRY = "reports.exported"
FORMAT = "zhencha.export/1"
MANIFEST = "manifest.json"
COLUMNS = ("number", "uuid", "unit", "checklist", "issued_at", "file", "sha256", "size", "revision")


@dataclass(frozen=True)
class Batch:
    """A prepared batch: what its manifest says, and that manifest's own digest."""

    uuid: str
    manifest: bytes
    digest: str
    reports: tuple[dict[str, Any], ...]
    prepared_at: datetime
    seq: int

    @property
    def size(self) -> int:
        """Bytes of all reports together."""
        return sum(each["size"] for each in self.reports)


def prepare(
    session: Session,
    actor: Actor,
    rows: Sequence[DeskRow],
    *,
    blobs: FilesystemBlobs,
    at: datetime,
) -> str:
    """Write a manifest of these reports and the ledger entry; return the batch's uuid.

    Raises SelectionEmpty or DownloadTooLarge.
    """
    size = sum(row.size for row in rows)
    if not rows:
        raise SelectionEmpty()
    if len(rows) > MOST_FILES or size > MOST_BYTES:
        raise DownloadTooLarge(files=len(rows), most_files=MOST_FILES, most_bytes=MOST_BYTES)
    itself = str(uuid.uuid4())
    body = {
        "format": FORMAT,
        "export": itself,
        "exported_at": journal.instant_text(at),
        "exported_by": {"person": actor.uuid, "name": actor.name, "unit": actor.unit_name},
        "reports": [_line(row) for row in rows],
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
    said = {
        "export": itself,
        "person": actor.uuid,
        "reports": [row.uuid for row in rows],
        "bytes": size,
        "manifest_sha256": blobs.keep(text),
    }
    journal.append(session, [Event(ENTRY, said, subject=itself)], at=at)
    return itself


def batch(
    session: Session, person: str, scope: Scope, uuid: str, *, blobs: FilesystemBlobs
) -> Batch:
    """Return a batch that this person prepared and may still read whole. Raises NotFound."""
    entry = next((each for each in journal.about(session, uuid) if each.kind == ENTRY), None)
    said = json.loads(entry.body) if entry else {}
    if entry is None or said["person"] != person:
        raise NotFound(export=uuid)
    wanted = said["reports"]
    if len(desk.picked(session, scope, wanted)) != len(wanted):
        raise NotFound(export=uuid)
    manifest = blobs.read(said["manifest_sha256"])
    return Batch(
        uuid=uuid,
        manifest=manifest,
        digest=said["manifest_sha256"],
        reports=tuple(json.loads(manifest)["reports"]),
        prepared_at=entry.at,
        seq=entry.seq,
    )


def parts(found: Batch, blobs: FilesystemBlobs) -> list[Part]:
    """The files of a batch, the manifest first. Raises BlobUnknown."""
    return [
        archives.part(MANIFEST, found.manifest),
        archives.part("manifest.csv", table(found.reports)),
        *(archives.kept(each["file"], each["sha256"], blobs) for each in found.reports),
    ]


def table(reports: Sequence[dict[str, Any]]) -> bytes:
    """The manifest as a table that spreadsheets open: UTF-8 with a mark, nothing that runs."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([archives.cell(each[name]) for name in COLUMNS] for each in reports)
    return file.getvalue().encode("utf-8-sig")


def _line(row: DeskRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "uuid": row.uuid,
        "unit": row.unit_name,
        "checklist": row.checklist_title,
        "issued_at": journal.instant_text(row.issued_at),
        "file": f"reports/{archives.safe_name(row.number)}-r{row.revision}.pdf",
        "sha256": row.sha256,
        "size": row.size,
        "revision": row.revision,
    }
