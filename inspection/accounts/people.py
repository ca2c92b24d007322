"""People who sign in, and where they belong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import (
    ForeignKey,
    Index,
    UniqueConstraint,
    bindparam,
    false,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.accounts import policy
from inspection.accounts.policy import Membership, Permission, Role
from inspection.database import Base, UtcInstant, table_of
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit

_hasher = PasswordHasher()


class PersonAccount(Base):
    """Somebody who can sign in; `badge` is the enforcement certificate number (执法证号)."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    badge: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    demonstration: Mapped[bool] = mapped_column(default=False)


class MembershipRow(Base):
    """A role of a person at a unit."""

    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str]

    __table_args__ = (UniqueConstraint("person_id", "unit_id", "role"),)


class AssignmentRow(Base):
    """A role of a person at a unit and all below it, from `from_at` until before `until_at`.

    Ending it early moves `until_at`; what was meant at first is in the ledger.
    """

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str]
    from_at: Mapped[datetime] = mapped_column(UtcInstant)
    until_at: Mapped[datetime] = mapped_column(UtcInstant)
    purpose: Mapped[str]
    given_by: Mapped[str]
    """uuid of whoever gave it."""
    given_at: Mapped[datetime] = mapped_column(UtcInstant)
    ended_by: Mapped[str] = mapped_column(default="")

    __table_args__ = (Index("ix_assignment_person", "person_id", "until_at"),)


@dataclass(frozen=True)
class Actor:
    """Whoever stands behind a request, with what they may do."""

    person_id: int
    uuid: str
    username: str
    name: str
    badge: str
    title: str
    unit_uuid: str
    unit_name: str
    memberships: tuple[Membership, ...]
    session_id: int = 0

    def may(self, permission: Permission) -> bool:
        """Whether any of the actor's memberships carries the permission."""
        return policy.allows(self.memberships, permission)

    def scope(self, permission: Permission) -> Scope:
        """How far the permission reaches for this actor."""
        return policy.scope(self.memberships, permission)

    @property
    def author(self) -> dict[str, str]:
        """How an entry of the ledger says who did it, and for which unit."""
        return {"person": self.uuid, "name": self.name, "unit": self.unit_uuid}

    @cached_property
    def roles(self) -> frozenset[Role]:
        """All roles the actor holds anywhere."""
        return frozenset(membership.role for membership in self.memberships)


def enlist(session: Session, account: PersonAccount, *, unit: Unit, role: Role) -> PersonAccount:
    """Add a person, whose password is `hashed` already, with one membership."""
    session.add(account)
    session.flush()
    session.add(MembershipRow(person_id=account.id, unit_id=unit.id, role=role))
    session.flush()
    return account


_person, _membership, _assignment, _unit = (
    table_of(PersonAccount),
    table_of(MembershipRow),
    table_of(AssignmentRow),
    table_of(Unit),
)
_POSTS = union_all(
    select(
        _membership.c.person_id,
        _membership.c.unit_id,
        _membership.c.role,
        _membership.c.id,
        false().label("assigned"),
    ),
    select(
        _assignment.c.person_id,
        _assignment.c.unit_id,
        _assignment.c.role,
        _assignment.c.id,
        true().label("assigned"),
    ).where(_assignment.c.from_at <= bindparam("at"), _assignment.c.until_at > bindparam("at")),
).subquery("posts")
# Built once: every request asks this, and building a statement costs more than running it.
_ACTOR = (
    select(
        _person.c.id,
        _person.c.uuid,
        _person.c.username,
        _person.c.name,
        _person.c.badge,
        _person.c.title,
        _POSTS.c.role,
        _POSTS.c.assigned,
        _unit.c.id.label("unit_id"),
        _unit.c.path,
        _unit.c.kind,
        _unit.c.uuid.label("unit_uuid"),
        _unit.c.name.label("unit_name"),
    )
    .select_from(
        _person.join(_POSTS, _POSTS.c.person_id == _person.c.id).join(
            _unit, _unit.c.id == _POSTS.c.unit_id
        )
    )
    .where(_person.c.uuid == bindparam("uuid"), _person.c.active)
    .order_by(_POSTS.c.assigned, _POSTS.c.id)
)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def hashed(password: str) -> str:
    """Return what is kept of a password; slow on purpose, so not while others wait to write."""
    return _hasher.hash(password)


def actor(
    session: Session, person_uuid: str, *, at: datetime | None = None, session_id: int = 0
) -> Actor | None:
    """Return an active person as an actor, or None; `at` brings in what is assigned at that time.

    Assignments only widen what posts give: nobody acts by an assignment alone.
    """
    rows = session.execute(_ACTOR, {"uuid": person_uuid, "at": at or _NEVER}).all()
    if not rows or rows[0].assigned:
        return None
    first = rows[0]
    return Actor(
        person_id=first.id,
        uuid=first.uuid,
        username=first.username,
        name=first.name,
        badge=first.badge,
        title=first.title,
        unit_uuid=first.unit_uuid,
        unit_name=first.unit_name,
        session_id=session_id,
        memberships=tuple(
            Membership(Role(row.role), row.unit_id, row.path, row.kind, bool(row.assigned))
            for row in rows
        ),
    )


def names(session: Session, person_uuids: Iterable[str]) -> dict[str, str]:
    """Return uuid → name of those of these people who have or had an account."""
    rows = session.execute(
        select(PersonAccount.uuid, PersonAccount.name).where(
            PersonAccount.uuid.in_(set(person_uuids))
        )
    )
    return {row.uuid: row.name for row in rows}


@dataclass(frozen=True)
class Responsible:
    """Somebody who answers for an enterprise with an account of their own."""

    name: str
    title: str
    role: Role


def responsible(session: Session, unit_id: int) -> tuple[Responsible, ...]:
    """Return the active people of an enterprise's own, its head first."""
    rows = session.execute(
        select(PersonAccount.name, PersonAccount.title, MembershipRow.role)
        .join(MembershipRow, MembershipRow.person_id == PersonAccount.id)
        .where(
            MembershipRow.unit_id == unit_id,
            MembershipRow.role.in_((Role.HEAD, Role.ENTERPRISE)),
            PersonAccount.active,
        )
        .order_by(MembershipRow.role.desc(), PersonAccount.name)
    )
    return tuple(Responsible(name, title, Role(role)) for name, title, role in rows)


def holding(session: Session, unit_id: int, roles: Iterable[Role]) -> tuple[int, ...]:
    """Return the ids of the active people who have one of these posts at this very unit."""
    wanted = select(PersonAccount.id).where(
        PersonAccount.id.in_(
            select(MembershipRow.person_id).where(
                MembershipRow.unit_id == unit_id, MembershipRow.role.in_(set(roles))
            )
        ),
        PersonAccount.active,
    )
    return tuple(session.scalars(wanted.order_by(PersonAccount.id)))


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password made this hash; takes as long when there is none."""
    decoy = _decoy()  # asked either way, so that the first caller tells nothing by its time
    try:
        return bool(_hasher.verify(password_hash or decoy, password))
    except VerifyMismatchError:
        return False


@cache
def _decoy() -> str:
    """A hash that stands in for a missing one; made when first needed, not at every start."""
    return _hasher.hash("nobody has this password")
