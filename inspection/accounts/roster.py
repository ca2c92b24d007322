"""Who works with tablets in somebody's care: people, their keys, and the tablets that hold them.

To be in care is more than to be in sight. Inviting somebody is to vouch for them, so all that a
person holds must lie inside the actor's scope; and nobody but an administrator has in care who
holds more than an inspector or an enterprise does. Else an invitation would lend what the
inviter does not have.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, or_, select, true
from sqlalchemy.orm import Session

from inspection.accounts import policy
from inspection.accounts.devices import DeviceKey
from inspection.accounts.people import Actor, AssignmentRow, MembershipRow, PersonAccount
from inspection.accounts.policy import Permission, Role
from inspection.database import Page, page_of
from inspection.domain.problems import NotFound
from inspection.organisations.unit import Unit

STANDINGS = ("enrolled", "not_enrolled", "dismissed")

_ENROLLING = [role.value for role in policy.roles_with(Permission.KEY_ENROL)]


@dataclass(frozen=True)
class Post:
    """A role somewhere."""

    role: Role
    unit_name: str


@dataclass(frozen=True)
class TabletKey:
    """One person's key on one tablet."""

    kid: str
    device: str
    label: str
    enrolled_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class Member:
    """A person with their posts and keys, newest key first."""

    person_id: int
    uuid: str
    username: str
    name: str
    badge: str
    title: str
    active: bool
    posts: tuple[Post, ...]
    keys: tuple[TabletKey, ...]

    @property
    def tablets(self) -> tuple[tuple[TabletKey, ...], ...]:
        """The keys by tablet, the tablet with the newest key first."""
        by_device: dict[str, list[TabletKey]] = defaultdict(list)
        for key in self.keys:
            by_device[key.device].append(key)
        return tuple(tuple(keys) for keys in by_device.values())


@dataclass(frozen=True)
class Roster(Page[Member]):
    """One page of the people in care, and how many there are of each standing."""

    counts: dict[str, int]


@dataclass(frozen=True)
class Tablet:
    """A tablet with the people in care who have a key on it."""

    device: str
    label: str
    holders: tuple[tuple[Member, TabletKey], ...]

    @property
    def in_use(self) -> bool:
        """Whether any key on it still signs."""
        return any(key.revoked_at is None for _, key in self.holders)


def care(actor: Actor) -> ColumnElement[bool]:
    """A condition on PersonAccount: the people in this actor's care."""
    scope = actor.scope(Permission.DEVICE_MANAGE)
    inside = select(MembershipRow.id).join(Unit).where(scope.condition())
    of_person = MembershipRow.person_id == PersonAccount.id
    works_inside = exists().where(
        of_person, MembershipRow.id.in_(inside), MembershipRow.role.in_(_ENROLLING)
    )
    stands_outside = exists().where(of_person, MembershipRow.id.not_in(inside))
    # Of any time: whoever vouches for somebody vouches for what they may still hand in, too.
    assigned_outside = exists().where(
        AssignmentRow.person_id == PersonAccount.id,
        AssignmentRow.unit_id.not_in(select(Unit.id).where(scope.condition())),
    )
    holds_more = exists().where(of_person, MembershipRow.role.not_in(_ENROLLING))
    lesser = true() if actor.may(Permission.ADMINISTER) else ~holds_more
    return works_inside & ~stands_outside & ~assigned_outside & lesser


def in_care(session: Session, actor: Actor, person_uuid: str) -> Member:
    """Return one person in the actor's care. Raises NotFound."""
    found = _found(session, _named(person_uuid), care(actor))
    if not found:
        raise NotFound(person=person_uuid)
    return found[0]


def search(
    session: Session, actor: Actor, *, text: str = "", standing: str = "", page: int = 1
) -> Roster:
    """Return the people in the actor's care whose name, user name or unit holds `text`."""
    condition = care(actor) & _holds(text)
    counts = {each: _count(session, condition & _stands(each)) for each in STANDINGS}
    condition &= _stands(standing)
    total = counts[standing] if standing else sum(counts.values())
    active_first = (
        select(PersonAccount)
        .where(condition)
        .order_by(PersonAccount.active.desc(), PersonAccount.name, PersonAccount.id)
    )
    shown = page_of(session, active_first, partial(_members, session), total=total, page=page)
    return Roster(**vars(shown), counts=counts)


def tablets(session: Session, actor: Actor, *, device: str = "") -> tuple[Tablet, ...]:
    """Return the tablets on which people in the actor's care have keys; those in use first."""
    enrolled = exists().where(
        DeviceKey.person_id == PersonAccount.id, DeviceKey.device == device if device else true()
    )
    members = _found(session, care(actor), enrolled)
    holders: dict[str, list[tuple[Member, TabletKey]]] = defaultdict(list)
    for member in members:
        for key in member.keys:
            if device in ("", key.device):
                holders[key.device].append((member, key))
    found = [_tablet(each, keys) for each, keys in holders.items()]
    return tuple(sorted(found, key=lambda tablet: (not tablet.in_use, tablet.label, tablet.device)))


def _tablet(device: str, holders: list[tuple[Member, TabletKey]]) -> Tablet:
    holders = sorted(holders, key=lambda pair: pair[1].enrolled_at, reverse=True)
    return Tablet(device, holders[0][1].label, tuple(holders))


def _named(person_uuid: str) -> ColumnElement[bool]:
    return PersonAccount.uuid == person_uuid


def _holds(text: str) -> ColumnElement[bool]:
    if not text:
        return true()
    in_unit = exists().where(
        MembershipRow.person_id == PersonAccount.id,
        MembershipRow.unit_id == Unit.id,
        Unit.name.contains(text, autoescape=True),
    )
    return or_(
        PersonAccount.name.contains(text, autoescape=True),
        PersonAccount.username.contains(text, autoescape=True),
        in_unit,
    )


def _stands(standing: str) -> ColumnElement[bool]:
    signs = exists().where(DeviceKey.person_id == PersonAccount.id, DeviceKey.revoked_at.is_(None))
    return {
        "enrolled": PersonAccount.active & signs,
        "not_enrolled": PersonAccount.active & ~signs,
        "dismissed": PersonAccount.active.is_(False),
    }.get(standing, true())


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(PersonAccount).where(condition)) or 0


def _found(session: Session, *conditions: ColumnElement[bool]) -> tuple[Member, ...]:
    return _members(session, session.execute(select(PersonAccount).where(*conditions)).all())


def _members(session: Session, rows: Sequence[Row[Any]]) -> tuple[Member, ...]:
    accounts: list[PersonAccount] = [account for (account,) in rows]
    ids = [account.id for account in accounts]
    posts, keys = _posts(session, ids), _keys(session, ids)
    return tuple(
        Member(
            person_id=account.id,
            uuid=account.uuid,
            username=account.username,
            name=account.name,
            badge=account.badge,
            title=account.title,
            active=account.active,
            posts=tuple(posts[account.id]),
            keys=tuple(keys[account.id]),
        )
        for account in accounts
    )


def _posts(session: Session, ids: Sequence[int]) -> dict[int, list[Post]]:
    rows: Iterable[tuple[int, str, str]] = session.execute(
        select(MembershipRow.person_id, MembershipRow.role, Unit.name)
        .join(Unit)
        .where(MembershipRow.person_id.in_(ids))
        .order_by(MembershipRow.id)
    ).tuples()
    posts: dict[int, list[Post]] = defaultdict(list)
    for person_id, role, unit_name in rows:
        posts[person_id].append(Post(Role(role), unit_name))
    return posts


def _keys(session: Session, ids: Sequence[int]) -> dict[int, list[TabletKey]]:
    rows = session.scalars(
        select(DeviceKey)
        .where(DeviceKey.person_id.in_(ids))
        .order_by(DeviceKey.enrolled_at.desc(), DeviceKey.id.desc())
    )
    keys: dict[int, list[TabletKey]] = defaultdict(list)
    for row in rows:
        keys[row.person_id].append(
            TabletKey(row.kid, row.device, row.device_label, row.enrolled_at, row.revoked_at)
        )
    return keys
