"""What began and ended on each day: sums from which figures of any period are read.

Kept with the register in the same transaction (`register.apply`), for places and departments,
so that a table of a quarter, or what was open on a day long past, costs by the number of months
and not of hazards. Nothing is kept of a single enterprise: its hazards are few.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, and_, bindparam, delete, or_, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, table_of
from inspection.hazards.derived import Row, UnitSeen


class HazardDay(Base):
    """What happened on one day in one area to hazards of one sort, as they stand now.

    An area is a place or a department with everything that it sees. The sort is today's:
    figures of the past are asked of the register as it stands. A row of a `whole_month` has
    the month's first day, and sums all its days.
    """

    __tablename__ = "hazard_day"
    # SQLite reads a stretch of days as they lie.
    __table_args__ = ({"sqlite_with_rowid": False},)

    area_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    whole_month: Mapped[bool] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    found: Mapped[int]
    ended: Mapped[int]
    on_time: Mapped[int]
    """Of those that ended: no later than on the day of the deadline, or without one."""
    fell_late: Mapped[int]
    """Those open at the end of this day whose deadline was over, and that were not so before."""
    late_ended: Mapped[int]
    """Of those that ended: such as fell late on a day before."""
    funds: Mapped[int] = mapped_column(BigInteger)
    """In 分, what was named for those that ended."""
    taken: Mapped[int] = mapped_column(BigInteger)
    """In days, how long those that ended had been registered, all together."""


_day = table_of(HazardDay)
_KEY = ("area_id", "whole_month", "day", "state", "level", "source")
_COUNTS = ("found", "ended", "on_time", "fell_late", "late_ended", "funds", "taken")
_ADD = text(
    "INSERT INTO hazard_day (area_id, whole_month, day, state, level, source,"
    " found, ended, on_time, fell_late, late_ended, funds, taken)"
    " VALUES (:area_id, :whole_month, :day, :state, :level, :source,"
    " :found, :ended, :on_time, :fell_late, :late_ended, :funds, :taken)"
    " ON CONFLICT (area_id, whole_month, day, state, level, source) DO UPDATE SET"
    " found = hazard_day.found + excluded.found, ended = hazard_day.ended + excluded.ended,"
    " on_time = hazard_day.on_time + excluded.on_time,"
    " fell_late = hazard_day.fell_late + excluded.fell_late,"
    " late_ended = hazard_day.late_ended + excluded.late_ended,"
    " funds = hazard_day.funds + excluded.funds, taken = hazard_day.taken + excluded.taken"
).bindparams(bindparam("day", type_=Date()), bindparam("whole_month", type_=Boolean()))
_EMPTY = delete(_day).where(
    *(_day.c[name] == bindparam(f"of_{name}") for name in _KEY),
    *(_day.c[name] == 0 for name in _COUNTS),
)

_Sums = dict[tuple[Any, ...], list[int]]


def write(
    session: Session,
    before: dict[str, Row],
    after: dict[str, Row],
    seen: dict[int, UnitSeen],
) -> None:
    """Bring the days up to date with rows of the register that stood, and stand now."""
    sums: _Sums = defaultdict(lambda: [0] * len(_COUNTS))
    for uuid, row in after.items():
        areas = seen[row["unit_id"]].wide_areas
        if uuid in before:
            _add(sums, before[uuid], areas, -1)
        _add(sums, row, areas, 1)
    _write(session, sums)


def move(session: Session, rows: Iterable[Row], before: UnitSeen, after: UnitSeen) -> None:
    """Count a unit's hazards in the areas that see it now, and no longer in those that saw it."""
    sums: _Sums = defaultdict(lambda: [0] * len(_COUNTS))
    for row in rows:
        _add(sums, row, before.wide_areas, -1)
        _add(sums, row, after.wide_areas, 1)
    _write(session, sums)


def _add(sums: _Sums, row: Row, areas: tuple[int, ...], times: int) -> None:
    sort = (row["state"], row["level"], row["source"])
    for day, count, amount in _events(row):
        for when in ((False, day), (True, day.replace(day=1))):
            for area in areas:
                sums[(area, *when, *sort)][_COUNTS.index(count)] += times * amount


def _events(row: Row) -> Iterator[tuple[date, str, int]]:
    found_on, closed_on, deadline_on = row["found_on"], row["closed_on"], row["deadline_on"]
    yield found_on, "found", 1
    if closed_on is not None:
        yield closed_on, "ended", 1
        yield closed_on, "on_time", int(deadline_on is None or closed_on <= deadline_on)
        yield closed_on, "funds", row["funds"] or 0
        yield closed_on, "taken", (closed_on - found_on).days
    late_on = deadline_on and max(found_on, deadline_on + timedelta(days=1))
    if late_on and (closed_on is None or late_on < closed_on):
        yield late_on, "fell_late", 1
        if closed_on is not None:
            yield closed_on, "late_ended", 1


def _write(session: Session, sums: _Sums) -> None:
    moved = [
        dict(zip((*_KEY, *_COUNTS), (*key, *counts), strict=True))
        for key, counts in sorted(sums.items())
        if any(counts)
    ]
    fallen = [
        {f"of_{name}": row[name] for name in _KEY}
        for row in moved
        if any(row[name] < 0 for name in _COUNTS)
    ]
    if moved:
        session.execute(_ADD, moved)
    if fallen:
        session.execute(_EMPTY, fallen)


def until(areas: Sequence[int], day: date, *, days_since: date) -> ColumnElement[bool]:
    """The rows of some areas that add up to all days until one; those of the last, day by day."""
    first = days_since.replace(day=1)
    # Each half names the areas, or SQLite reads all days of these.
    of_areas = HazardDay.area_id.in_(areas)
    return or_(
        and_(of_areas, HazardDay.whole_month.is_(True), HazardDay.day < first),
        and_(of_areas, HazardDay.whole_month.is_(False), HazardDay.day.between(first, day)),
    )
