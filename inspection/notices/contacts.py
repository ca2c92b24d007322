"""Where notices reach somebody besides their inbox: an e-mail address, and in which language."""

import re
from dataclasses import dataclass

from sqlalchemy import ForeignKey, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, table_of

LANGUAGES = ("zh", "en")
LONGEST_ADDRESS = 254
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
"""What browsers take for an address (HTML, `input type=email`), with a dot in the domain: no
blanks, no line ends, no quotes, so that nothing else can come into a header with it."""


class ContactRow(Base):
    """How somebody wants to be reached; nothing is sent before they say so."""

    __tablename__ = "contact"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    email: Mapped[str]
    by_mail: Mapped[bool]
    language: Mapped[str]
    mail_trouble: Mapped[str]
    """What the mail server said when it refused the address for good; "" when it did not."""


@dataclass(frozen=True)
class Contact:
    """How somebody wants to be reached."""

    email: str = ""
    by_mail: bool = False
    language: str = "zh"
    mail_trouble: str = ""


_contact = table_of(ContactRow)


def is_address(text: str) -> bool:
    """Whether this can be an e-mail address."""
    return len(text) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def of(session: Session, person_id: int) -> Contact:
    """Return how somebody wants to be reached; only in the inbox when they never said."""
    row = session.execute(select(_contact).where(_contact.c.person_id == person_id)).one_or_none()
    if row is None:
        return Contact()
    return Contact(row.email, row.by_mail, row.language, row.mail_trouble)


def keep(session: Session, person_id: int, contact: Contact) -> None:
    """Replace how somebody wants to be reached."""
    session.execute(delete(_contact).where(_contact.c.person_id == person_id))
    session.execute(insert(_contact).values(person_id=person_id, **vars(contact)))
