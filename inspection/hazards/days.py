"""What began and ended on each day: sums from which figures of any period are read.

Kept with the register in the same transaction (`register.apply`), for places and departments,
so that a table of a quarter, or what was open on a day long past, costs by the number of days
and not of hazards. Nothing is kept of a single enterprise: its hazards are few.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, Date, bindparam, delete, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from inspection.database import Base, table_of
from inspection.hazards.derived import Row, UnitSeen


class HazardDay(Base):
    """What happened on one day in one area to hazards of one sort, as they stand now.

    An area is a place or a department with everything that it sees. The sort is today's:
    figures of the past are asked of the register as it stands.
    """

    __tablename__ = "hazard_day"
    __table_args__ = {"sqlite_with_rowid": False}
    """SQLite reads a stretch of days as they lie."""

    area_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
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


_day = table_of(HazardDay)
_KEY = ("area_id", "day", "state", "level", "source")
_COUNTS = ("found", "ended", "on_time", "fell_late", "late_ended", "funds")
_ADD = text(
    f"INSERT INTO hazard_day ({', '.join((*_KEY, *_COUNTS))})"
    f" VALUES ({', '.join(':' + name for name in (*_KEY, *_COUNTS))})"
    f" ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
    + ", ".join(f"{name} = hazard_day.{name} + excluded.{name}" for name in _COUNTS)
).bindparams(bindparam("day", type_=Date()))
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
    for day, name, amount in _events(row):
        for area in areas:
            key = (area, day, row["state"], row["level"], row["source"])
            sums[key][_COUNTS.index(name)] += times * amount


def _events(row: Row) -> Iterator[tuple[date, str, int]]:
    found_on, closed_on, deadline_on = row["found_on"], row["closed_on"], row["deadline_on"]
    yield found_on, "found", 1
    if closed_on is not None:
        yield closed_on, "ended", 1
        yield closed_on, "on_time", int(deadline_on is None or closed_on <= deadline_on)
        yield closed_on, "funds", row["funds"] or 0
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
