"""The shelf of papers and sheets (table paper): a view over the ledger, rebuildable.

`VIEW` is the only writer. What a paper says lies in the blobs under `content_sha256`, its
sealed file under `sha256`, and each later file, which only adds a timestamp, under a digest of its
own (table paper_stamp); all of them are in the ledger.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from inspection.database import Base, UtcInstant
from inspection.domain import sheet
from inspection.domain.problems import NotFound
from inspection.domain.workdays import day_of
from inspection.hazards.register import Hazard
from inspection.ledger.chain import Entry
from inspection.ledger.views import View
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit

ROWS_A_PAGE = 50


class State(StrEnum):
    """Where a paper stands; a number is given with `ISSUED` and never again."""

    PROPOSED = "proposed"
    ISSUED = "issued"
    DROPPED = "dropped"
    ANNULLED = "annulled"


class PaperRow(Base):
    """One paper as the ledger's entries left it."""

    __tablename__ = "paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    record_uuid: Mapped[str] = mapped_column(index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    """The unit that it speaks of: who may see that unit may see it. A list is of an office."""
    issuer_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    organisation: Mapped[str]
    state: Mapped[str]
    hazards: Mapped[list[str]] = mapped_column(JSON)
    follows: Mapped[list[str]] = mapped_column(JSON)
    content_sha256: Mapped[str]
    confirmations: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    proposed_at: Mapped[datetime] = mapped_column(UtcInstant)
    issued_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    year: Mapped[int | None]
    ordinal: Mapped[int | None]
    number: Mapped[str | None] = mapped_column(unique=True)
    sha256: Mapped[str | None] = mapped_column(unique=True)
    size: Mapped[int | None]
    pages: Mapped[int | None]
    delivery: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    ending: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Who dropped or annulled it, when and why."""

    __table_args__ = (
        UniqueConstraint("issuer_id", "kind", "year", "ordinal"),
        Index("ix_paper_state", "state", "id"),
    )


class PaperStampRow(Base):
    """A later file of a paper: the one before it, and a fresh timestamp over that."""

    __tablename__ = "paper_stamp"

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcInstant)

    __table_args__ = (UniqueConstraint("paper_id", "number"),)


@dataclass(frozen=True)
class Stamp:
    """A later file of a paper, counted from 1: what it adds is a fresh timestamp."""

    number: int
    sha256: str
    size: int
    made_at: datetime


@dataclass(frozen=True)
class Confirmation:
    """Who put their name to a paper, and the ledger entry in which they did."""

    person: str
    name: str
    unit: str
    badge: str
    seq: int
    kind: str
    link: str
    at: datetime


@dataclass(frozen=True)
class ShelvedPaper:
    """A paper as it stands. `number` and `sha256` are "" until it is issued and sealed."""

    uuid: str
    kind: str
    title: str
    record_uuid: str
    unit_uuid: str
    unit_name: str
    issuer_id: int
    issuer_uuid: str
    organisation: str
    state: State
    hazards: tuple[str, ...]
    follows: tuple[str, ...]
    content_sha256: str
    confirmations: tuple[Confirmation, ...]
    proposed_at: datetime
    issued_at: datetime
    number: str
    sha256: str
    size: int
    pages: int
    delivery: dict[str, Any] | None
    ending: dict[str, Any] | None
    stamps: tuple[Stamp, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Digest of each file, the issued one first."""
        return (self.sha256, *(each.sha256 for each in self.stamps))

    @property
    def newest_sha256(self) -> str:
        """Digest of the file that counts today; "" until it is sealed."""
        return self.files[-1]

    @property
    def is_sheet(self) -> bool:
        """Whether it is a list or a table (domain.sheet), and no paper of an inspection."""
        return self.kind in sheet.TITLES

    @property
    def family(self) -> str:
        """How the kinds of its ledger entries begin."""
        return "sheet" if self.is_sheet else "paper"

    @property
    def issued_on(self) -> date:
        """The day it is dated."""
        return day_of(self.issued_at)

    @property
    def stands(self) -> bool:
        """Whether it is on its way or in force."""
        return self.state in (State.PROPOSED, State.ISSUED)

    @property
    def annulled(self) -> bool:
        """Whether it was in force once and is no more."""
        return self.state == State.ANNULLED


@dataclass(frozen=True)
class PaperPage:
    """One page of the list of papers."""

    rows: tuple[ShelvedPaper, ...]
    total: int
    page: int
    pages: int


def search(
    session: Session,
    scope: Scope,
    *,
    kinds: Iterable[str],
    text: str = "",
    state: str = "",
    drafts: bool = False,
    page: int = 1,
) -> PaperPage:
    """Return a page of papers in scope, newest first; `drafts`: those not yet issued too."""
    conditions: list[Any] = [scope.condition(), PaperRow.kind.in_(list(kinds))]
    if not drafts:
        conditions.append(PaperRow.number.is_not(None))
    if state:
        conditions.append(PaperRow.state == state)
    if text:
        conditions.append(
            or_(
                Unit.name.contains(text, autoescape=True),
                PaperRow.number.contains(text, autoescape=True),
            )
        )
    counted = select(func.count()).select_from(PaperRow).join(Unit, Unit.id == PaperRow.unit_id)
    total = session.scalar(counted.where(*conditions)) or 0
    pages = max(1, -(-total // ROWS_A_PAGE))
    page = min(max(page, 1), pages)
    rows = _shelved(session, *conditions, limit=ROWS_A_PAGE, offset=(page - 1) * ROWS_A_PAGE)
    return PaperPage(rows, total, page, pages)


def paper(session: Session, scope: Scope, uuid: str, *, drafts: bool) -> ShelvedPaper:
    """Return one paper. Raises NotFound when there is none in scope."""
    found = _shelved(session, PaperRow.uuid == uuid, scope.condition())
    if not found or not (drafts or found[0].number):
        raise NotFound(paper=uuid)
    return found[0]


def find(session: Session, uuid: str) -> ShelvedPaper | None:
    """Return one paper whoever asks, or None: for jobs and verification."""
    return _first(_shelved(session, PaperRow.uuid == uuid))


def several(session: Session, uuids: Iterable[str]) -> dict[str, ShelvedPaper]:
    """Return those papers that there are, by uuid, whoever asks."""
    return {each.uuid: each for each in _shelved(session, PaperRow.uuid.in_(list(uuids)))}


def of_record(session: Session, record_uuid: str, *, drafts: bool) -> tuple[ShelvedPaper, ...]:
    """Return the papers that rest on a record, newest first."""
    found = _shelved(session, PaperRow.record_uuid == record_uuid)
    return tuple(each for each in found if drafts or each.number)


def following(session: Session, hazards: Iterable[str]) -> tuple[ShelvedPaper, ...]:
    """Return the issued papers that speak of any of these hazards, newest first."""
    wanted = set(hazards)
    raised_by = select(Hazard.record_uuid).where(Hazard.uuid.in_(wanted))
    found = _shelved(session, PaperRow.record_uuid.in_(raised_by), PaperRow.state == State.ISSUED)
    return tuple(each for each in found if wanted & set(each.hazards))


def with_digest(session: Session, sha256: str) -> ShelvedPaper | None:
    """Return the paper that has a file with this digest, of whatever age, or None."""
    later = select(PaperStampRow.paper_id).where(PaperStampRow.sha256 == sha256)
    return _first(_shelved(session, or_(PaperRow.sha256 == sha256, PaperRow.id.in_(later))))


def with_number(session: Session, number: str) -> ShelvedPaper | None:
    """Return the paper that bears this number, or None."""
    return _first(_shelved(session, PaperRow.number == number))


def next_ordinal(session: Session, issuer_id: int, kind: str, year: int) -> int:
    """Return the next number of a kind and year; ask while the ledger is locked."""
    last = session.scalar(
        select(func.max(PaperRow.ordinal)).where(
            PaperRow.issuer_id == issuer_id, PaperRow.kind == kind, PaperRow.year == year
        )
    )
    return (last or 0) + 1


def _proposed(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.add(
        PaperRow(
            uuid=body["paper"],
            kind=body["kind"],
            title=body["title"],
            record_uuid=body["record"],
            unit_id=_unit_id(session, body["unit"]),
            issuer_id=_unit_id(session, body["issuer"]),
            organisation=body["organisation"],
            state=State.PROPOSED,
            hazards=sorted(body["hazards"]),
            follows=list(body["follows"]),
            content_sha256=body["content_sha256"],
            confirmations=[_confirmation(entry, body)],
            proposed_at=entry.at,
        )
    )


def _issued(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    row = _row(session, body)
    row.state = State.ISSUED
    row.confirmations = [*row.confirmations, _confirmation(entry, body)]
    row.issued_at = entry.at
    row.year, row.ordinal, row.number = body["year"], body["ordinal"], body["number"]


def _sheet_issued(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    """A sheet has one signer and is issued at once."""
    about = {"record": "", "hazards": (), "follows": ()}
    _proposed(session, entry, {**about, **body})
    session.flush()
    row = _row(session, body)
    row.state, row.number = State.ISSUED, body["number"]
    row.issued_at = row.proposed_at


def _sealed(session: Session, _entry: Entry, body: dict[str, Any]) -> None:
    row = _row(session, body)
    row.sha256, row.size, row.pages = body["sha256"], body["size"], body["pages"]


def _stamped(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    session.add(
        PaperStampRow(
            paper_id=_row(session, body).id,
            number=body["revision"],
            sha256=body["sha256"],
            size=body["size"],
            made_at=entry.at,
        )
    )


def _delivered(session: Session, entry: Entry, body: dict[str, Any]) -> None:
    row = _row(session, body)
    row.delivery = {**body["said"], **_by(entry, body)}


def _ended(state: State) -> Callable[[Session, Entry, dict[str, Any]], None]:
    def end(session: Session, entry: Entry, body: dict[str, Any]) -> None:
        row = _row(session, body)
        row.state = state
        row.ending = {"reason": body["reason"], **_by(entry, body)}

    return end


VIEW = View(
    (PaperStampRow, PaperRow),
    {
        "paper.proposed": _proposed,
        "paper.issued": _issued,
        "paper.sealed": _sealed,
        "paper.stamped": _stamped,
        "paper.delivered": _delivered,
        "paper.dropped": _ended(State.DROPPED),
        "paper.annulled": _ended(State.ANNULLED),
        "sheet.issued": _sheet_issued,
        "sheet.sealed": _sealed,
        "sheet.stamped": _stamped,
        "sheet.annulled": _ended(State.ANNULLED),
    },
)


def _row(session: Session, body: dict[str, Any]) -> PaperRow:
    return session.scalars(select(PaperRow).where(PaperRow.uuid == body["paper"])).one()


def _unit_id(session: Session, uuid: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.uuid == uuid)).one()


def _by(entry: Entry, body: dict[str, Any]) -> dict[str, Any]:
    return {"by": body["by"]["name"], "at": entry.recorded_at, "seq": entry.seq}


def _confirmation(entry: Entry, body: dict[str, Any]) -> dict[str, Any]:
    return {**body["by"], "seq": entry.seq, "kind": entry.kind, "link": entry.link} | {
        "at": entry.recorded_at
    }


def _first(found: Sequence[ShelvedPaper]) -> ShelvedPaper | None:
    return found[0] if found else None


_issuer = aliased(Unit)


def _shelved(
    session: Session, *conditions: Any, limit: int | None = None, offset: int = 0
) -> tuple[ShelvedPaper, ...]:
    rows = session.execute(
        select(PaperRow, Unit.uuid, Unit.name, _issuer.uuid)
        .join(Unit, Unit.id == PaperRow.unit_id)
        .join(_issuer, _issuer.id == PaperRow.issuer_id)
        .where(*conditions)
        .order_by(PaperRow.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    stamps = _stamps(session, [row[0].id for row in rows if row[0].sha256])
    return tuple(_paper(*row, stamps=tuple(stamps.get(row[0].id, ()))) for row in rows)


def _stamps(session: Session, papers: Sequence[int]) -> dict[int, list[Stamp]]:
    """The later files of these papers, oldest first."""
    rows = session.scalars(
        select(PaperStampRow)
        .where(PaperStampRow.paper_id.in_(papers))
        .order_by(PaperStampRow.paper_id, PaperStampRow.number)
    )
    found: dict[int, list[Stamp]] = {}
    for row in rows:
        made = Stamp(row.number, row.sha256, row.size, row.made_at)
        found.setdefault(row.paper_id, []).append(made)
    return found


def _paper(
    row: PaperRow, unit_uuid: str, unit_name: str, issuer_uuid: str, *, stamps: tuple[Stamp, ...]
) -> ShelvedPaper:
    return ShelvedPaper(
        uuid=row.uuid,
        kind=row.kind,
        title=row.title,
        record_uuid=row.record_uuid,
        unit_uuid=unit_uuid,
        unit_name=unit_name,
        issuer_id=row.issuer_id,
        issuer_uuid=issuer_uuid,
        organisation=row.organisation,
        state=State(row.state),
        hazards=tuple(row.hazards),
        follows=tuple(row.follows),
        content_sha256=row.content_sha256,
        confirmations=tuple(
            Confirmation(**{**each, "at": datetime.fromisoformat(each["at"])})
            for each in row.confirmations
        ),
        proposed_at=row.proposed_at,
        issued_at=row.issued_at or row.proposed_at,
        number=row.number or "",
        sha256=row.sha256 or "",
        size=row.size or 0,
        pages=row.pages or 0,
        delivery=_moment(row.delivery),
        ending=_moment(row.ending),
        stamps=stamps,
    )


def _moment(said: dict[str, Any] | None) -> dict[str, Any] | None:
    return {**said, "at": datetime.fromisoformat(said["at"])} if said else None
