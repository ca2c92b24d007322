"""Custody notices (保管通知): "signed, bytes still on tablet T", a few hundred bytes sent first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, select
from sqlalchemy.orm import Mapped, Session, mapped_column

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
        select(CustodyNotice.record_uuid, CustodyNotice.device, CustodyNotice.signed_at)
        .outerjoin(SubmittedRecord, SubmittedRecord.uuid == CustodyNotice.record_uuid)
        .where(SubmittedRecord.id.is_(None))
        .order_by(CustodyNotice.signed_at)
    )
    return [(row.record_uuid, row.device, row.signed_at) for row in rows]
