"""Each person's PDF certificate and locked key (table pdf_credential).

Made at enrolment, used by `seals` only. The key is encrypted under the
server's secret; what allows its use is the person's device signature, and each
use is a ledger entry written by whoever seals.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, UtcInstant
from inspection.domain.problems import NotFound
from inspection.signing.authority import Authority, PersonKey, Revocation
from inspection.signing.certificates import Holder

_RENEW_BEFORE_END = timedelta(days=30)


class PdfCredential(Base):
    """One certificate of one person; a new one is a new row."""

    __tablename__ = "pdf_credential"

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    badge: Mapped[str]
    unit: Mapped[str]
    serial: Mapped[str] = mapped_column(unique=True)
    """Hexadecimal: a serial number has 160 bits."""
    certificate: Mapped[bytes] = mapped_column(LargeBinary)
    locked_key: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime] = mapped_column(UtcInstant)
    expires_at: Mapped[datetime] = mapped_column(UtcInstant)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcInstant)


@dataclass(frozen=True)
class Issued:
    """A certificate as an operator sees it; `serial` is hexadecimal."""

    person: str
    name: str
    serial: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def enrol(session: Session, holder: Holder, *, authority: Authority, at: datetime) -> PersonKey:
    """Give the holder a certificate; one that names the same facts and lasts is kept."""
    known = _newest(session, holder.person, at=at + _RENEW_BEFORE_END)
    if known and (known.name, known.badge, known.unit) == (holder.name, holder.badge, holder.unit):
        return _key(known)
    return issue(session, holder, authority=authority, at=at)


def issue(session: Session, holder: Holder, *, authority: Authority, at: datetime) -> PersonKey:
    """Give the holder a new certificate, whatever they have already."""
    made = authority.certify(holder, at=at)
    row = PdfCredential(
        person=holder.person,
        name=holder.name,
        badge=holder.badge,
        unit=holder.unit,
        serial=f"{made.serial:x}",
        certificate=made.certificate,
        locked_key=made.locked_key,
        issued_at=at,
        expires_at=made.expires_at,
    )
    session.add(row)
    session.flush()
    return _key(row)


def find(session: Session, person: str, *, at: datetime) -> PersonKey | None:
    """Return the person's key whose certificate is valid at `at`, or None."""
    known = _newest(session, person, at=at)
    return _key(known) if known else None


def credential(session: Session, person: str, *, at: datetime) -> PersonKey:
    """Return the person's key whose certificate is valid at `at`. Raises NotFound."""
    known = find(session, person, at=at)
    if known is None:
        raise NotFound(credential=person)
    return known


def revoke(session: Session, person: str, *, at: datetime) -> None:
    """Take back every certificate of a person from now on; what was signed before stays valid."""
    session.execute(
        update(PdfCredential)
        .where(PdfCredential.person == person, PdfCredential.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def revoke_one(session: Session, serial: str, *, at: datetime) -> None:
    """Take back one certificate from now on."""
    session.execute(
        update(PdfCredential)
        .where(PdfCredential.serial == serial, PdfCredential.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def issued(session: Session) -> tuple[Issued, ...]:
    """Return every certificate that was made for a person, oldest first, without its key."""
    rows = session.execute(
        select(
            PdfCredential.person,
            PdfCredential.name,
            PdfCredential.serial,
            PdfCredential.issued_at,
            PdfCredential.expires_at,
            PdfCredential.revoked_at,
        ).order_by(PdfCredential.id)
    )
    return tuple(Issued(*row) for row in rows)


def revocations(session: Session) -> tuple[Revocation, ...]:
    """Return all certificates that were taken back, for the revocation list."""
    rows = session.execute(
        select(PdfCredential.serial, PdfCredential.revoked_at)
        .where(PdfCredential.revoked_at.is_not(None))
        .order_by(PdfCredential.id)
    )
    return tuple(Revocation(int(serial, 16), revoked_at) for serial, revoked_at in rows)


def _newest(session: Session, person: str, *, at: datetime) -> PdfCredential | None:
    return session.scalar(
        select(PdfCredential)
        .where(
            PdfCredential.person == person,
            PdfCredential.revoked_at.is_(None),
            PdfCredential.expires_at > at,
        )
        .order_by(PdfCredential.id.desc())
        .limit(1)
    )


def _key(row: PdfCredential) -> PersonKey:
    return PersonKey(row.person, row.name, row.serial, row.certificate, row.locked_key)
