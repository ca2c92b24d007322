"""Custody notices (保管通知): "signed, bytes still on tablet T", a few hundred bytes sent first.

All of it is as the tablet said. What has arrived is the server's own knowledge, and is
set against it here.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.devices import DeviceKey
from inspection.accounts.people import MembershipRow, PersonAccount
from inspection.database import Base, UtcInstant
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit
from inspection.submissions.records import RecordBlob, SubmittedRecord

ALARM = timedelta(days=3)
"""How long a signed record may lie on a tablet before somebody should go and look."""


class CustodyNotice(Base):
    """What one tablet said it holds of one record; the newest word replaces the older."""

    __tablename__ = "custody_notice"

    record_uuid: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    signer: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(UtcInstant)
    photos: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)
    storage: Mapped[str]
    noticed_at: Mapped[datetime] = mapped_column(UtcInstant)
    unit_name: Mapped[str]
    state: Mapped[str]
    """`attention` when the server has refused it and a person has to look at the tablet."""
    photos_left: Mapped[int] = mapped_column(BigInteger)
    bytes_left: Mapped[int] = mapped_column(BigInteger)
    reported_by: Mapped[int | None]
    first_noticed_at: Mapped[datetime | None] = mapped_column(UtcInstant)


class TabletHolding(Base):
    """How much a tablet last said it holds: less than it should is a loss that is known."""

    __tablename__ = "tablet_holding"

    device: Mapped[str] = mapped_column(primary_key=True)
    records: Mapped[int] = mapped_column(BigInteger)
    drafts: Mapped[int] = mapped_column(BigInteger)
    reported_by: Mapped[int]
    heard_at: Mapped[datetime] = mapped_column(UtcInstant)


@dataclass(frozen=True)
class Notice:
    """One record that a tablet holds signed and has not yet delivered."""

    record: str
    digest: str
    signer: str
    signed_at: datetime
    photos: int
    bytes: int
    storage: str
    unit_name: str
    state: str
    photos_left: int
    bytes_left: int


@dataclass(frozen=True)
class Holding:
    """How many records a tablet holds unsent, and how many drafts."""

    records: int
    drafts: int


@dataclass(frozen=True)
class Outstanding:
    """A noticed record that has not arrived whole, with names for whom to ask."""

    record: str
    device: str
    device_label: str
    signer_name: str
    unit_name: str
    signed_at: datetime
    photos: int
    bytes_left: int
    storage: str
    state: str
    noticed_at: datetime
    first_noticed_at: datetime
    arrived: bool
    """The record is here; some of its files are not."""
    missing: int

    def since(self, now: datetime) -> datetime:
        """When waiting began: a tablet whose clock is ahead is not believed."""
        return self.signed_at if self.signed_at <= now else self.first_noticed_at

    def days(self, now: datetime) -> int:
        """Whole days of waiting."""
        return (now - self.since(now)).days

    def is_overdue(self, now: datetime) -> bool:
        """Whether somebody should go and look."""
        return now - self.since(now) >= ALARM


@dataclass(frozen=True)
class Tablet:
    """What one tablet said it holds, beside what it should hold."""

    device: str
    label: str
    records: int
    drafts: int
    heard_at: datetime
    outstanding: int

    @property
    def lacking(self) -> int:
        """Records that it once noticed, that never arrived, and that it no longer claims."""
        return max(0, self.outstanding - self.records)


def note(
    session: Session,
    device: str,
    notices: list[Notice],
    *,
    holds: Holding | None = None,
    reported_by: int,
    at: datetime,
) -> None:
    """Write down what a tablet holds."""
    known = select(CustodyNotice.record_uuid, CustodyNotice.first_noticed_at).where(
        CustodyNotice.device == device,
        CustodyNotice.record_uuid.in_([notice.record for notice in notices]),
    )
    first = dict(session.execute(known).tuples().all())
    for notice in notices:
        said = {**vars(notice), "record_uuid": notice.record}
        del said["record"]
        session.merge(
            CustodyNotice(
                **said,
                device=device,
                reported_by=reported_by,
                noticed_at=at,
                first_noticed_at=first.get(notice.record) or at,
            )
        )
    if holds is not None:
        session.merge(
            TabletHolding(device=device, reported_by=reported_by, heard_at=at, **vars(holds))
        )


def outstanding(session: Session, scope: Scope, *, limit: int) -> list[Outstanding]:
    """Return what is still out, the oldest first, of the people in scope."""
    rows = session.execute(
        _not_arrived(
            scope,
            CustodyNotice.record_uuid,
            CustodyNotice.device,
            func.coalesce(_label(CustodyNotice.device), ""),
            func.coalesce(PersonAccount.name, ""),
            CustodyNotice.unit_name,
            CustodyNotice.signed_at,
            CustodyNotice.photos,
            CustodyNotice.bytes_left,
            CustodyNotice.storage,
            CustodyNotice.state,
            CustodyNotice.noticed_at,
            func.coalesce(CustodyNotice.first_noticed_at, CustodyNotice.noticed_at),
            SubmittedRecord.id.is_not(None),
            _missing_count(),
        )
        .order_by(CustodyNotice.signed_at, CustodyNotice.record_uuid)
        .limit(limit)
    )
    return [Outstanding(*row) for row in rows]


def count(session: Session, scope: Scope) -> int:
    """Return how many records are still out."""
    query = _not_arrived(scope, func.count())
    return session.scalar(query) or 0


def tablets(session: Session, scope: Scope) -> list[Tablet]:
    """Return the tablets of the people in scope that hold something or should."""
    out = Counter(
        session.scalars(
            _not_arrived(scope, CustodyNotice.device).where(SubmittedRecord.id.is_(None))
        )
    )
    rows = session.execute(
        select(
            TabletHolding.device,
            func.coalesce(_label(TabletHolding.device), ""),
            TabletHolding.records,
            TabletHolding.drafts,
            TabletHolding.heard_at,
        )
        .where(
            or_(
                _belongs(scope, MembershipRow.person_id == TabletHolding.reported_by),
                TabletHolding.device.in_(out),
            )
        )
        .order_by(TabletHolding.heard_at)
    )
    found = [
        Tablet(device, label, held, drafts, heard_at, out[device])
        for device, label, held, drafts, heard_at in rows
    ]
    return [each for each in found if each.records or each.drafts or each.outstanding]


def _label(device: Any) -> Any:
    """The newest name that anybody gave this tablet."""
    return (
        select(DeviceKey.device_label)
        .where(DeviceKey.device == device)
        .order_by(DeviceKey.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _missing_count() -> Any:
    return (
        select(func.count())
        .where(RecordBlob.record_id == SubmittedRecord.id, RecordBlob.arrived.is_(False))
        .scalar_subquery()
    )


def _belongs(scope: Scope, who: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of these people belongs to a unit in scope."""
    return exists(
        select(MembershipRow.id)
        .join(Unit, Unit.id == MembershipRow.unit_id)
        .where(who, scope.condition())
    )


def _not_arrived(scope: Scope, *columns: Any) -> Select[Any]:
    """Of the people in scope: whose signature it is, or who reported a signer unknown here."""
    whose = or_(
        MembershipRow.person_id == PersonAccount.id,
        and_(PersonAccount.id.is_(None), MembershipRow.person_id == CustodyNotice.reported_by),
    )
    return (
        select(*columns)
        .select_from(CustodyNotice)
        .outerjoin(PersonAccount, PersonAccount.uuid == CustodyNotice.signer)
        .outerjoin(SubmittedRecord, SubmittedRecord.uuid == CustodyNotice.record_uuid)
        .where(
            or_(SubmittedRecord.id.is_(None), _missing_count() > 0),
            _belongs(scope, whose),
        )
    )
