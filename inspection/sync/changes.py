"""The change feed: what a tablet needs to know since it last asked.

The cursor is opaque to tablets. It holds what was last sent: digests of the
unit and checklist lists, and the ledger's length. So a month offline asks the
same question as a minute, and nothing has to be kept per tablet.
"""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from inspection.accounts import devices, recovery
from inspection.accounts.people import Actor
from inspection.accounts.policy import Permission
from inspection.blobs import FilesystemBlobs
from inspection.catalog import Catalog, offers
from inspection.domain.checklist import Checklist
from inspection.domain.problems import CursorMalformed
from inspection.ledger import journal, landmarks
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.submissions import records
from inspection.sync import assignments

_FORMAT = 3
_FORMER = (1, 2)
"""Cursors of tablets that were told hazards without all that a re-inspection needs."""
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Cursor:
    """What a tablet was last told."""

    units: str = ""
    lists: str = ""
    seq: int = 0
    told_seq: int = 0
    """How much of the ledger was told as it is told now: hazards and last inspections."""
    marks: tuple[str, ...] = ()
    """Landmarks of the ledger that was told: a restored one has others."""

    def text(self) -> str:
        """The opaque form."""
        known = [_FORMAT, self.units, self.lists, self.seq, list(self.marks)]
        data = json.dumps(known, separators=(",", ":"))
        return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")


def cursor_from(text: str) -> Cursor:
    """Read a cursor; an empty one asks for everything. Raises CursorMalformed."""
    if not text:
        return Cursor()
    try:
        form, units, lists, seq, *rest = json.loads(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        )
        if form not in (_FORMAT, *_FORMER) or type(seq) is not int or not 0 <= seq < 2**53:
            raise ValueError(form)
        marks = tuple(str(mark) for mark in rest[0][:64]) if rest else ()
        return Cursor(str(units), str(lists), seq, seq if form == _FORMAT else 0, marks)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise CursorMalformed() from error


@dataclass(frozen=True)
class Feed:
    """What changed, and the cursor to ask with next time."""

    changes: list[dict[str, Any]]
    cursor: Cursor


def feed(
    session: Session,
    actor: Actor,
    after: Cursor,
    *,
    catalog: Catalog,
    blobs: FilesystemBlobs,
    today: date,
    device: str = "",
) -> Feed:
    """Return what changed for this actor's tablet since `after`."""
    enterprises = directory.enterprises(session, actor.scope(Permission.RECORD_SUBMIT))
    units = [_unit_change(unit) for unit in enterprises]
    lists = [
        _list_change(each)
        for each in offers.offered(
            session,
            catalog,
            units=(unit.profile for unit in enterprises),
            homes=(membership.unit_path for membership in actor.memberships),
            today=today,
        )
    ]
    seq, _ = journal.head(session)
    marks = tuple(landmarks.of_length(session, seq))
    now = Cursor(_digest(units), _digest(lists), seq, seq, marks)
    shared = _shared(session, after, now)
    changes: list[dict[str, Any]] = []
    if shared < after.seq:
        # Restored from an older backup: what was acknowledged after that has to come again.
        changes += [{"type": "restored", "seq": shared}]
    if now.units != after.units:
        changes += [{"type": "units", "units": [change["unit"] for change in units]}]
    if now.lists != after.lists:
        changes += [*lists, {"type": "checklists", "slugs": [each["slug"] for each in lists]}]
    if shared < after.seq or (now.seq, now.told_seq) != (after.seq, after.told_seq):
        known = after if shared == after.seq else Cursor()
        changes += _ledger_changes(session, actor, known, catalog=catalog, blobs=blobs)
    changes += [
        {"type": "revocation", "kid": kid}
        for kid in (devices.revoked_keys(session, device) if device else [])
    ]
    # A type of its own: tablets of earlier versions pass over it.
    changes += [
        {"type": "dismissal", "person": uuid}
        for uuid in (devices.dismissed_people(session, device) if device else [])
    ]
    changes += recovery.answers_for(session, actor)
    return Feed(changes, now)


def _shared(session: Session, after: Cursor, now: Cursor) -> int:
    """How much of what a tablet was told is still so: all, unless the server was restored."""
    if (after.seq, after.marks) == (now.seq, now.marks) or not after.marks:
        return min(after.seq, now.seq)
    return landmarks.shared(session, after.seq, list(after.marks))


def _ledger_changes(
    session: Session, actor: Actor, after: Cursor, *, catalog: Catalog, blobs: FilesystemBlobs
) -> list[dict[str, Any]]:
    told = after.told_seq
    receipts = [
        {"type": "receipt", "record": uuid, "receipt": receipt}
        for uuid, receipt in records.receipts_after(session, actor.person_id, after.seq)
    ]
    return [
        *assignments.hazards(session, actor, after_seq=told, catalog=catalog, blobs=blobs),
        *assignments.last_inspections(session, actor, after_seq=told, catalog=catalog),
        *assignments.registers(session, actor, after_seq=after.seq),
        *receipts,
    ]


def _unit_change(unit: UnitFacts) -> dict[str, Any]:
    return {
        "unit": {
            "uuid": unit.uuid,
            "name": unit.name,
            "credit_code": unit.credit_code,
            "sector": unit.sector,
            "high_risk": unit.high_risk,
            "venues": unit.venues,
            "staff": unit.staff,
            "address": unit.address,
            "principal": unit.principal,
            "town": unit.parent,
        }
    }


def _list_change(checklist: Checklist) -> dict[str, Any]:
    return {
        "type": "checklist",
        "id": checklist.slug,
        "slug": checklist.slug,
        "revision": checklist.revision,
        "digest": checklist.digest,
        "list": checklist.list_letter,
        "family": checklist.family,
        "applies": asdict(checklist.applies),
        "title": {"zh": checklist.title.zh, "en": checklist.title.en},
        "items": len(checklist.items),
        "form": {language: form_path(checklist, language) for language in LANGUAGES},
    }


def form_path(checklist: Checklist, language: str) -> str:
    """Where the form of a revision is drawn: immutable, so the path carries the digest."""
    return f"/checklists/{checklist.slug}/{checklist.revision}/form/{checklist.digest}/{language}"


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]
