"""Where notices reach somebody besides their inbox: by e-mail, how often and in which language.

Nothing but the question whether it is theirs goes to an address that nobody confirmed.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ForeignKey, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, table_of
from inspection.domain.problems import NotFound

LANGUAGES = ("zh", "en")
LONGEST_ADDRESS = 254
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
"""What browsers take for an address (HTML, `input type=email`), with a dot in the domain: no
blanks, no line ends, no quotes, so that nothing else can come into a header with it."""


class Rhythm(StrEnum):
    """How often somebody is mailed."""

    NEVER = "never"
    EACH = "each"
    """One mail for each notice."""
    DAILY = "daily"
    """One mail a day, of what is unread."""


class ContactRow(Base):
    """How somebody wants to be reached; nothing is sent before they say so."""

    __tablename__ = "contact"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    email: Mapped[str]
    confirmed: Mapped[bool]
    """Whether somebody who reads its mail said, signed in, that it is theirs."""
    rhythm: Mapped[str]
    language: Mapped[str]
    mail_trouble: Mapped[str]
    """What the mail server said when it refused the address for good; "" when it did not."""


@dataclass(frozen=True)
class Contact:
    """How somebody wants to be reached."""

    email: str = ""
    rhythm: Rhythm = Rhythm.NEVER
    language: str = "zh"
    mail_trouble: str = ""
    confirmed: bool = False

    def takes_mail(self, rhythm: Rhythm) -> bool:
        """Whether mail of this rhythm may go to the address."""
        return self.confirmed and self.rhythm is rhythm


_contact = table_of(ContactRow)


def is_address(text: str) -> bool:
    """Whether this can be an e-mail address."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def of(session: Session, person_id: int) -> Contact:
    """Return how somebody wants to be reached; only in the inbox when they never said."""
    row = session.execute(select(_contact).where(_contact.c.person_id == person_id)).one_or_none()
    if row is None:
        return Contact()
    return Contact(row.email, Rhythm(row.rhythm), row.language, row.mail_trouble, row.confirmed)


def keep(session: Session, person_id: int, contact: Contact) -> Contact:
    """Replace how somebody wants to be reached; an address that is new has to be confirmed."""
    known = of(session, person_id)
    kept = replace(contact, confirmed=known.confirmed and known.email == contact.email)
    session.execute(delete(_contact).where(_contact.c.person_id == person_id))
    session.execute(insert(_contact).values(person_id=person_id, **vars(kept)))
    return kept


def token(secret: bytes, person_id: int, email: str) -> str:
    """What only somebody who reads the mail of an address can know; it holds while it is theirs."""
    return hmac.new(secret, f"contact:{person_id}:{email}".encode(), hashlib.sha256).hexdigest()


def confirm(session: Session, person_id: int, said: str, *, secret: bytes) -> None:
    """Take a person's address as confirmed. Raises NotFound when the token is of another."""
    contact = of(session, person_id)
    if not contact.email or not hmac.compare_digest(
        said.encode(), token(secret, person_id, contact.email).encode()
    ):
        raise NotFound(contact=said[:80])
    session.execute(
        update(_contact).where(_contact.c.person_id == person_id).values(confirmed=True)
    )
