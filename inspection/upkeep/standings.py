"""How enterprises stand by their duties on a day, from signed records and registers.

A check counts as led by the principal when that person, with an account and a key, signed a
self-inspection; whoever signs an inspection of a department as the inspected party leads none.
The rules are `domain/cadence.py`'s.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from inspection.accounts.people import MembershipRow, PersonAccount
from inspection.accounts.policy import Role
from inspection.domain import cadence
from inspection.domain.cadence import Deed, Held, Holding, Known, Standing, State
from inspection.domain.upkeep import (
    CERTIFICATE,
    DRILL,
    NEEDED,
    PLAN,
    TRAINING,
    expires_on,
    number,
)
from inspection.domain.workdays import day_of
from inspection.ledger import journal
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.upkeep.register import SelfCheckSigner, UpkeepEntry

_AT_ONCE = 500
"""Units asked about in one statement: SQLite takes no list of any length."""

_PAPER = ("post", "holder", "certificate", "trade")
"""What tells two certificates apart: of an identity number in theirs four digits are known."""


@dataclass(frozen=True)
class UnitStanding:
    """One enterprise and its duties; `held` is None as long as it has not declared its posts."""

    unit: UnitFacts
    standings: tuple[Standing, ...]
    held: tuple[Held, ...] | None
    since: date

    @property
    def percentage(self) -> int | None:
        """Certificates held of those needed (持证率), in per cent."""
        return cadence.percentage(self.held) if self.held else None

    def count(self, state: State) -> int:
        """How many duties stand so."""
        return sum(each.state == state for each in self.standings)


@dataclass(frozen=True)
class Filter:
    """What narrows the table; "" and None ask for nothing."""

    duty: str = ""
    state: str = ""
    sector: str = ""
    high_risk: bool = False
    text: str = ""


@dataclass(frozen=True)
class Overview:
    """The enterprises that fit, and how many of them stand how by each duty, whatever its state."""

    rows: tuple[UnitStanding, ...]
    counts: Mapping[str, Counter[State]]
    by_state: Mapping[str, int]
    """How many rows there would be of each state; "" is all."""

    @property
    def overdue(self) -> int:
        """How many of the rows are late with something."""
        return sum(row.count(State.OVERDUE) > 0 for row in self.rows)

    @property
    def high_risk(self) -> int:
        """How many of the rows are of high risk."""
        return sum(row.unit.high_risk for row in self.rows)


def of_unit(session: Session, unit: UnitFacts, *, today: date) -> UnitStanding:
    """How one enterprise stands; the caller has seen that it is in scope."""
    return of_units(session, [unit], today=today)[0]


def overview(session: Session, scope: Scope, wanted: Filter, *, today: date) -> Overview:
    """How the enterprises in scope stand, the latest first."""
    units = [each for each in directory.enterprises(session, scope) if _fits(each, wanted)]
    found = of_units(session, units, today=today)
    counts: dict[str, Counter[State]] = defaultdict(Counter)
    for row in found:
        for each in row.standings:
            counts[each.cadence.code][each.state] += 1
    states = [_states(row, wanted.duty) for row in found]
    by_state = Counter(state for each in states for state in each)
    shown = [row for row, each in zip(found, states, strict=True) if wanted.state in each]
    shown.sort(key=lambda row: (-row.count(State.OVERDUE), row.unit.name))
    return Overview(tuple(shown), counts, by_state)


def _fits(unit: UnitFacts, wanted: Filter) -> bool:
    return (
        wanted.sector in ("", unit.sector)
        and (unit.high_risk or not wanted.high_risk)
        and wanted.text in unit.name
    )


def _states(row: UnitStanding, duty: str) -> set[str]:
    """In which states an enterprise stands with a duty, or any; and "" if it has it at all."""
    ours = {each.state for each in row.standings if duty in ("", each.cadence.code)}
    return {"", *ours} if ours else set()


def of_units(session: Session, units: Sequence[UnitFacts], *, today: date) -> list[UnitStanding]:
    """How some enterprises stand, in their order.

    Counted from the ledger's first day for all alike: were it the first day known of each, whoever
    enters what lies long back would be late with more than whoever enters nothing.
    """
    first = journal.entry(session, 1)
    begun = day_of(first.at) if first else today
    found = []
    for start in range(0, len(units), _AT_ONCE):
        some = units[start : start + _AT_ONCE]
        known = _known(session, [unit.id for unit in some])
        found += [_standing(unit, known[unit.id], today=today, since=begun) for unit in some]
    return found


def _standing(unit: UnitFacts, known: Known, *, today: date, since: date) -> UnitStanding:
    return UnitStanding(
        unit,
        cadence.standings(unit.profile, known, today=today, since=since),
        cadence.held_of_needed(known, today=today),
        since,
    )


def _known(session: Session, unit_ids: Sequence[int]) -> Mapping[int, Known]:
    deeds: dict[int, list[Deed]] = defaultdict(list)
    papers: dict[int, dict[tuple[str, ...], date]] = defaultdict(dict)
    needed: dict[int, Mapping[str, int]] = {}
    for row in _entries(session, unit_ids):
        if row.register == CERTIFICATE.code:
            # The same certificate entered twice is one; renewed, it is valid as long as the later.
            paper = tuple(str(row.said.get(name, "")) for name in _PAPER)
            until = expires_on(row.said)
            papers[row.unit_id][paper] = max(until, papers[row.unit_id].get(paper, until))
        elif row.register == NEEDED.code:
            needed[row.unit_id] = row.said
        else:
            deeds[row.unit_id] += _deeds(row)
    for unit_id, on, record in _led_checks(session, unit_ids):
        deeds[unit_id].append(Deed("head_check", on, record))
    return {
        unit_id: Known(
            tuple(deeds[unit_id]),
            tuple(Holding(paper[0], until) for paper, until in papers[unit_id].items()),
            needed.get(unit_id),
        )
        for unit_id in unit_ids
    }


def _entries(
    session: Session, unit_ids: Sequence[int], *narrowed: ColumnElement[bool]
) -> Iterable[Any]:
    return session.execute(
        select(
            UpkeepEntry.id,
            UpkeepEntry.unit_id,
            UpkeepEntry.register,
            UpkeepEntry.day,
            UpkeepEntry.said,
        )
        .where(
            UpkeepEntry.unit_id.in_(unit_ids),
            UpkeepEntry.replaced_by.is_(None),
            UpkeepEntry.withdrawn_at.is_(None),
            *narrowed,
        )
        .order_by(UpkeepEntry.day, UpkeepEntry.id)
    ).all()


def _deeds(row: Any) -> list[Deed]:
    """What an entry is counted as: hours by whom they were for, some kinds by themselves too."""
    said, on = row.said, row.day
    if row.register == DRILL.code:
        return [Deed(f"drill.{said['kind']}", on, number(DRILL, row.id))]
    if row.register == PLAN.code:
        looked_at = date.fromisoformat(said.get("reviewed_on", said["issued_on"]))
        return [Deed("plan", looked_at, number(PLAN, row.id))]
    name, hours = number(TRAINING, row.id), Decimal(said["hours"])
    return [
        Deed(f"training.{said['whom']}", on, name, hours),
        Deed(f"training.{said['kind']}", on, name, hours),
    ]


def _led_checks(session: Session, unit_ids: Sequence[int]) -> Iterable[tuple[int, date, str]]:
    return session.execute(
        select(SelfCheckSigner.unit_id, SelfCheckSigner.done_on, SelfCheckSigner.record)
        .join(PersonAccount, PersonAccount.uuid == SelfCheckSigner.person)
        .join(
            MembershipRow,
            (MembershipRow.person_id == PersonAccount.id)
            & (MembershipRow.unit_id == SelfCheckSigner.unit_id),
        )
        .where(SelfCheckSigner.unit_id.in_(unit_ids), MembershipRow.role == Role.HEAD)
        .order_by(SelfCheckSigner.done_on)
    ).tuples()


@dataclass(frozen=True)
class Expiry:
    """A certificate that ends, or has to be reviewed, on a day."""

    number: str
    unit_id: int
    holder: str
    post: str
    trade: str
    on: date


def expiries(session: Session, unit_ids: Sequence[int]) -> list[Expiry]:
    """The certificates of these units by the day they end, the first to end first."""
    certificates = UpkeepEntry.register == CERTIFICATE.code
    found = [
        Expiry(
            number(CERTIFICATE, row.id),
            row.unit_id,
            row.said["holder"],
            row.said["post"],
            row.said.get("trade", ""),
            expires_on(row.said),
        )
        for start in range(0, len(unit_ids), _AT_ONCE)
        for row in _entries(session, unit_ids[start : start + _AT_ONCE], certificates)
    ]
    return sorted(found, key=lambda each: (each.on, each.holder))
