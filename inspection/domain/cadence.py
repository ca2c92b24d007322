"""Cadences (应做事项): what an enterprise has to do how often, and how it stands on a day.

Each is a row of a table: the duty, how often by the traits of the unit, what fulfils it, on what
legal ground. Standing is computed from what was recorded, for any day; nobody ticks it off.
Where the deeds come from is `upkeep/`'s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from inspection.domain.applicability import EVERYONE, Applicability, Profile, Venue
from inspection.domain.checklist import Text
from inspection.domain.upkeep import POSTS


class State(StrEnum):
    """How a duty stands."""

    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"


REMINDED_AT = (30, 7, 0)
"""So many days before something is due its people are told, once each."""
SOON = timedelta(days=90)
"""What comes round after years is due so long before its day."""


@dataclass(frozen=True)
class Ground:
    """A legal ground with the mark of DOMAIN §0.1; without an instrument a rule of management."""

    instrument: str
    clause: str
    mark: str


@dataclass(frozen=True)
class Term:
    """How often, for whom. `least` deeds or hours in `months`; `since_last`: counted from the last
    deed on, not by the calendar.
    """

    applies: Applicability
    months: int
    grounds: tuple[Ground, ...]
    least: int = 1
    since_last: bool = False


@dataclass(frozen=True)
class Cadence:
    """A duty. `deeds` fulfil it, entered in `register` ("": signed records); `feeds`: the row of
    the dispatch table that counts those who were found without it.
    """

    code: str
    name: Text
    deeds: frozenset[str]
    terms: tuple[Term, ...]
    register: str = ""
    in_hours: bool = False
    feeds: str = ""

    def term(self, unit: Profile) -> Term | None:
        """The term for a unit; the first that fits counts. None: the duty is not this unit's."""
        return next((each for each in self.terms if _fits(each.applies, unit)), None)


def _fits(applies: Applicability, unit: Profile) -> bool:
    """A duty is laid on nobody of whom it is not known, so an unknown size is no large one."""
    return applies.fits(unit) and not (applies.staff_at_least and unit.staff is None)


_HIGH_RISK = Applicability(high_risk=True)
_CROWDED = Applicability(venues=(Venue.CROWDED,))
_CAMPAIGN = Ground("", "", "")
"""What a campaign's notice asks for (DOMAIN §1.4), no statute."""
_DRILLS = frozenset({"drill.comprehensive", "drill.special"})
_SOMETIMES_DRILLED = (Ground("YJTL", "第八条", "V"),)

CADENCES = (
    Cadence(
        "head_check",
        Text("主要负责人带队检查", "Check led by the principal"),
        frozenset({"head_check"}),
        (
            Term(_HIGH_RISK, 1, (Ground("AQF", "第二十一条第五项", "V"), _CAMPAIGN)),
            Term(EVERYONE, 3, (Ground("AQF", "第二十一条第五项", "V"), _CAMPAIGN)),
        ),
        feeds="2.3",
    ),
    Cadence(
        "drill",
        Text("综合或专项应急预案演练", "Drill of a comprehensive or specific plan"),
        _DRILLS,
        (
            Term(_HIGH_RISK, 6, _SOMETIMES_DRILLED),
            Term(_CROWDED, 6, _SOMETIMES_DRILLED),
            Term(EVERYONE, 12, (Ground("D2", "第三十三条", "V2"),)),
        ),
        register="drill",
        feeds="2.8",
    ),
    Cadence(
        "disposal_drill",
        Text("现场处置方案演练", "Drill of an on-site disposal plan"),
        frozenset({"drill.disposal"}),
        (Term(EVERYONE, 6, (Ground("D2", "第三十三条", "V2"),)),),
        register="drill",
        feeds="2.8",
    ),
    Cadence(
        "fire_drill",
        Text("消防演练", "Fire drill"),
        frozenset({"drill.fire"}),
        (
            Term(
                EVERYONE,
                12,
                (Ground("XFF", "第十六条第一款第六项", "V"), Ground("GA61", "第四十条", "VT")),
            ),
        ),
        register="drill",
    ),
    Cadence(
        "plan_review",
        Text("应急预案评估", "Review of emergency plans"),
        frozenset({"plan"}),
        (
            Term(_HIGH_RISK, 36, (Ground("D2", "第三十五条", "R"),), since_last=True),
            Term(
                Applicability(staff_at_least=300),
                36,
                (Ground("D2", "第三十五条", "R"),),
                since_last=True,
            ),
        ),
        register="plan",
    ),
    Cadence(
        "manager_training",
        Text("主要负责人、安全管理人员年度培训", "Yearly training of principal and managers"),
        frozenset({"training.managers", "training.everyone"}),
        (
            Term(_HIGH_RISK, 12, (Ground("D3", "第九条", "V2"),), least=16),
            Term(EVERYONE, 12, (Ground("D3", "第九条", "V2"),), least=12),
        ),
        register="training",
        in_hours=True,
    ),
    Cadence(
        "staff_training",
        Text("从业人员年度再培训", "Yearly retraining of staff"),
        frozenset({"training.staff", "training.everyone"}),
        (Term(_HIGH_RISK, 12, (Ground("D3", "第十三条", "V2"),), least=20),),
        register="training",
        in_hours=True,
    ),
    Cadence(
        "warning_education",
        Text("全员警示教育", "Warning education for everyone"),
        frozenset({"training.warning"}),
        (Term(EVERYONE, 12, (_CAMPAIGN,)),),
        register="training",
    ),
    Cadence(
        "confined_space_training",
        Text("有限空间专题培训", "Confined space training"),
        frozenset({"training.confined_space"}),
        (
            Term(
                Applicability(venues=(Venue.CONFINED_SPACE,)),
                12,
                (Ground("D13", "第九条", "VT"),),
            ),
        ),
        register="training",
    ),
    Cadence(
        "fire_training",
        Text("消防培训", "Fire training"),
        frozenset({"training.fire"}),
        (Term(_CROWDED, 6, (Ground("GA61", "第三十六条", "VT"),)),),
        register="training",
    ),
    Cadence(
        "certificates",
        Text("三项岗位持证", "Certificates of the three posts"),
        frozenset(),
        (
            Term(
                EVERYONE,
                0,
                (
                    Ground("AQF", "第二十七条", "V"),
                    Ground("AQF", "第三十条第一款", "V"),
                    Ground("D19", "", "V2"),
                ),
            ),
        ),
        register="certificate",
        feeds="2.6",
    ),
)
"""DOMAIN §2.3 C-03 to C-08, C-14, C-16, C-18; §2.4 D-09 to D-14; §2.5 E-03; §7."""
BY_CODE = {each.code: each for each in CADENCES}


@dataclass(frozen=True)
class Deed:
    """Something that was done on a day, as a record or register says; `number` names it."""

    what: str
    on: date
    number: str
    hours: Decimal = Decimal(0)


@dataclass(frozen=True)
class Holding:
    """A certificate of one of the three posts, good until the end of a day."""

    post: str
    until: date


@dataclass(frozen=True)
class Known:
    """All that is recorded of a unit; `needed` is None as long as it has not declared its posts."""

    deeds: tuple[Deed, ...] = ()
    holdings: tuple[Holding, ...] = ()
    needed: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Standing:
    """How one duty of one unit stands.

    `due_on`: by when it is, or was, to be done; of what is done, by when again. None where no day
    is known: nothing is recorded to count from, or it is wanted now.
    """

    cadence: Cadence
    term: Term
    state: State
    due_on: date | None
    have: Decimal
    want: Decimal
    numbers: tuple[str, ...] = ()

    def days_left(self, today: date) -> int | None:
        """Days until it is due, negative when late."""
        return (self.due_on - today).days if self.due_on else None


def standings(unit: Profile, known: Known, *, today: date, since: date) -> tuple[Standing, ...]:
    """How every duty of a unit stands on a day.

    Spans that began before `since` are not held against anybody: nothing was recorded then.
    """
    found = []
    for cadence in CADENCES:
        term = cadence.term(unit)
        if term is None:
            continue
        if cadence.code == "certificates":
            found.append(_certified(cadence, term, known, today))
        elif term.since_last:
            found.append(_by_last(cadence, term, known.deeds, today))
        else:
            found.append(_by_calendar(cadence, term, known.deeds, today, since))
    return tuple(found)


@lru_cache(maxsize=64)
def span(day: date, months: int) -> tuple[date, date]:
    """The month, quarter, half-year or year that a day lies in: its first and last day."""
    first = (day.month - 1) // months * months + 1
    start = day.replace(month=first, day=1)
    return start, _later(start, months) - timedelta(days=1)


def _later(day: date, months: int) -> date:
    """The same day so many months later; the last of a month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def _by_calendar(
    cadence: Cadence, term: Term, deeds: Iterable[Deed], today: date, since: date
) -> Standing:
    ours = [deed for deed in deeds if deed.what in cadence.deeds and deed.on <= today]
    start, end = span(today, term.months)
    before, last = span(start - timedelta(days=1), term.months)
    want = Decimal(term.least)
    now = _within(ours, start, end)
    have = _amount(now, cadence)
    if have >= want:
        state, due_on = State.DONE, span(end + timedelta(days=1), term.months)[1]
    elif before >= since and _amount(_within(ours, before, last), cadence) < want:
        state, due_on = State.OVERDUE, last
    else:
        state, due_on = State.DUE, end
    return Standing(cadence, term, state, due_on, have, want, tuple(each.number for each in now))


def _within(deeds: Iterable[Deed], start: date, end: date) -> list[Deed]:
    return [deed for deed in deeds if start <= deed.on <= end]


def _amount(deeds: list[Deed], cadence: Cadence) -> Decimal:
    return (
        sum((deed.hours for deed in deeds), Decimal(0)) if cadence.in_hours else Decimal(len(deeds))
    )


def _by_last(cadence: Cadence, term: Term, deeds: Iterable[Deed], today: date) -> Standing:
    """Each thing is looked at again so long after it last was; what waits longest counts."""
    ours = sorted((deed for deed in deeds if deed.what in cadence.deeds), key=lambda deed: deed.on)
    one = Decimal(1)
    if not ours:
        return Standing(cadence, term, State.DUE, None, Decimal(0), one)
    due_on = _later(ours[0].on, term.months)
    fresh = sum(_later(deed.on, term.months) >= today for deed in ours)
    left = due_on - today
    state = State.DONE if left > SOON else State.DUE if left >= timedelta() else State.OVERDUE
    numbers = tuple(deed.number for deed in ours)
    return Standing(cadence, term, state, due_on, Decimal(fresh), Decimal(len(ours)), numbers)


def _certified(cadence: Cadence, term: Term, known: Known, today: date) -> Standing:
    held = held_of_needed(known, today=today)
    if held is None:
        return Standing(cadence, term, State.DUE, None, Decimal(0), Decimal(0))
    have = sum(min(each.held, each.needed) for each in held)
    want = sum(each.needed for each in held)
    if have < want:
        return Standing(cadence, term, State.OVERDUE, None, Decimal(have), Decimal(want))
    good = [each.until for each in known.holdings if each.until >= today]
    due_on = min(good, default=None)
    return Standing(cadence, term, State.DONE, due_on, Decimal(have), Decimal(want))


@dataclass(frozen=True)
class Held:
    """How many hold a good certificate for a post, of how many that need one."""

    post: str
    held: int
    needed: int


def held_of_needed(known: Known, *, today: date) -> tuple[Held, ...] | None:
    """The three posts on a day, or None as long as a unit has not declared how many it needs."""
    if known.needed is None:
        return None
    good = [each.post for each in known.holdings if each.until >= today]
    return tuple(Held(post, good.count(post), known.needed.get(post, 0)) for post in POSTS)


def percentage(held: Iterable[Held]) -> int | None:
    """Certificates held of those needed (持证率), in whole per cent, rounded down; a post with more
    than it needs does not make up for another. None where none is needed.
    """
    posts = tuple(held)
    needed = sum(each.needed for each in posts)
    return sum(min(each.held, each.needed) for each in posts) * 100 // needed if needed else None


def reminder(due_on: date, *, today: date, told: Iterable[int]) -> int | None:
    """Which of `REMINDED_AT` falls to be told today, or None: the nearest reached, unless it was
    told. What is late is not reminded of, it is shown.
    """
    left = (due_on - today).days
    nearest = min((days for days in REMINDED_AT if 0 <= left <= days), default=None)
    return None if nearest is None or nearest in told else nearest
