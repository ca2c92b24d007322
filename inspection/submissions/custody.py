"""Custody notices (保管通知): "signed, bytes still on tablet T", a few hundred bytes sent first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts.devices import DeviceKey
from inspection.accounts.people import PersonAccount
from inspection.database import Base, UtcInstant
from inspection.submissions.records import SubmittedRecord


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


@dataclass(frozen=True)
class Outstanding:
    """A noticed record that has not arrived, with names for whom to ask; all as the tablet said."""

    record: str
    device: str
    device_label: str
    signer_name: str
    signed_at: datetime
    photos: int
    noticed_at: datetime


def note(session: Session, device: str, notices: list[Notice], *, at: datetime) -> None:
    """Write down what a tablet holds."""
    for notice in notices:
        session.merge(
            CustodyNotice(
                record_uuid=notice.record,
                device=device,
                digest=notice.digest,
                signer=notice.signer,
                signed_at=notice.signed_at,
                photos=notice.photos,
                bytes=notice.bytes,
                storage=notice.storage,
                noticed_at=at,
            )
        )


def still_out(session: Session) -> list[tuple[str, str, datetime]]:
    """Return (record, device, signed at) of noticed records that have not arrived, oldest first."""
    rows = session.execute(
        _not_arrived(CustodyNotice.record_uuid, CustodyNotice.device, CustodyNotice.signed_at)
    )
    return [(row.record_uuid, row.device, row.signed_at) for row in rows]


def outstanding(session: Session, *, limit: int) -> list[Outstanding]:
    """Return the oldest of what is still out, with names that people know."""
    label = (
        select(DeviceKey.device_label)
        .where(DeviceKey.device == CustodyNotice.device)
        .order_by(DeviceKey.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        _not_arrived(
            CustodyNotice.record_uuid,
            CustodyNotice.device,
            func.coalesce(label, ""),
            func.coalesce(PersonAccount.name, ""),
            CustodyNotice.signed_at,
            CustodyNotice.photos,
            CustodyNotice.noticed_at,
        )
        .outerjoin(PersonAccount, PersonAccount.uuid == CustodyNotice.signer)
        .limit(limit)
    )
    return [Outstanding(*row) for row in rows]


def _not_arrived(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(CustodyNotice)
        .outerjoin(SubmittedRecord, SubmittedRecord.uuid == CustodyNotice.record_uuid)
        .where(SubmittedRecord.id.is_(None))
        .order_by(CustodyNotice.signed_at, CustodyNotice.record_uuid)
    )
