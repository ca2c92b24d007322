"""What follows from the register's rows and is kept beside them: words to search, and counts.

Only `register.apply` writes it, in the transaction in which it writes the rows, and
`unit_changes`, when a unit has another name or place.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from inspection.database import Base, table_of
from inspection.organisations.unit import Unit, UnitKind


class HazardWords(Base):
    """What a search looks into, in small letters; the database keeps its index of trigrams."""

    __tablename__ = "hazard_words"

    hazard_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str]


class HazardTally(Base):
    """How many hazards there are of one sort in one area: what the register's chips say.

    An area is a unit with everything that it sees: each hazard counts in its own unit (`own`),
    in those above it, and in the department that supervises it. It counts once under EVERY_DAY,
    and while it is open once more under its deadline.
    """

    __tablename__ = "hazard_tally"

    area_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    sector: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    own: Mapped[bool] = mapped_column(primary_key=True)
    hazards: Mapped[int]


EVERY_DAY = date.max


Row = dict[str, Any]
"""A row of the register, by column."""
KEYS_AT_ONCE = 1000
_words = table_of(HazardWords)


def portions(values: list[Any]) -> Iterator[list[Any]]:
    """Cut a list of keys into what one statement may name."""
    return (values[at : at + KEYS_AT_ONCE] for at in range(0, len(values), KEYS_AT_ONCE))


@dataclass(frozen=True)
class UnitSeen:
    """What the register repeats of a unit. `areas`: units that see it, itself first.

    `wide_areas`: such of them as see more than one enterprise.
    """

    name: str
    sector: str
    areas: tuple[int, ...]
    wide_areas: tuple[int, ...]


def units(session: Session, ids: set[int]) -> dict[int, UnitSeen]:
    """Return what the register repeats of these units."""
    supervisor = aliased(Unit)
    query = (
        select(
            *(Unit.id, Unit.name, Unit.sector, Unit.path, Unit.kind),
            supervisor.id.label("supervisor"),
        )
        .outerjoin(
            supervisor,
            (supervisor.id == Unit.supervisor_id) & (supervisor.kind == UnitKind.DEPARTMENT),
        )
        .where(Unit.id.in_(bindparam("ids", expanding=True)))
    )
    return {
        row.id: _seen(row)
        for some in portions(sorted(ids))
        for row in session.execute(query, {"ids": some})
    }


def _seen(row: Any) -> UnitSeen:
    areas = _areas(row.id, row.path, row.supervisor)
    wide = areas[1:] if row.kind == UnitKind.ENTERPRISE else areas
    return UnitSeen(row.name, row.sector, areas, wide)


def _areas(unit: int, path: str, supervisor: int | None) -> tuple[int, ...]:
    above = [int(each) for each in path.strip("/").split("/")]
    return tuple(dict.fromkeys((unit, *above, *((supervisor,) if supervisor else ()))))


_ADD_WORDS = insert(_words)
_CHANGE_WORDS = (
    update(_words).where(_words.c.hazard_id == bindparam("of")).values(words=bindparam("words"))
)


def write_words(
    session: Session, before: dict[str, Row], after: dict[str, Row], seen: dict[int, UnitSeen]
) -> None:
    """Write the words to search of rows that are new or say something else now."""
    new, moved = [], []
    for uuid, row in after.items():
        words = _words_of(row, seen[row["unit_id"]].name)
        if uuid not in before:
            new.append({"hazard_id": row["id"], "words": words})
        elif words != _words_of(before[uuid], seen[row["unit_id"]].name):
            moved.append({"of": row["id"], "words": words})
    if new:
        session.execute(_ADD_WORDS, new)
    if moved:
        session.execute(_CHANGE_WORDS, moved)


def _words_of(row: Row, unit_name: str) -> str:
    said = (
        row["number"],
        unit_name,
        row["place"],
        row["summary"],
        row["requirement"],
        *row["finders"],
        row["responsible"],
        row["listed_order"],
    )
    return "\n".join(said).lower()


_COUNT = text(
    "INSERT INTO hazard_tally (area_id, due_on, state, level, sector, source, own, hazards)"
    " VALUES (:area_id, :due_on, :state, :level, :sector, :source, :own, :hazards)"
    " ON CONFLICT (area_id, due_on, state, level, sector, source, own)"
    " DO UPDATE SET hazards = hazard_tally.hazards + excluded.hazards"
).bindparams(bindparam("due_on", type_=Date()), bindparam("own", type_=Boolean()))
_tally = table_of(HazardTally)
_TALLY_KEY = ("area_id", "due_on", "state", "level", "sector", "source", "own")
_EMPTY = delete(_tally).where(
    *(_tally.c[name] == bindparam(f"of_{name}") for name in _TALLY_KEY), _tally.c.hazards == 0
)


def write_tally(
    session: Session, before: dict[str, Row], after: dict[str, Row], seen: dict[int, UnitSeen]
) -> None:
    """Count rows where they stand now, and no longer where they stood."""
    counts: Counter[tuple[Any, ...]] = Counter()
    for uuid, row in after.items():
        unit = seen[row["unit_id"]]
        if uuid in before:
            counts.subtract(_sorts(before[uuid], unit))
        counts.update(_sorts(row, unit))
    _write_counts(session, counts)


def move_tally(session: Session, before: dict[int, UnitSeen], after: dict[int, UnitSeen]) -> None:
    """Count the hazards of units where these stand now, and no longer where they stood."""
    counts: Counter[tuple[Any, ...]] = Counter()
    moved = sorted(unit for unit, seen in after.items() if seen != before[unit])
    for some in portions(moved):
        own = select(_tally).where(_tally.c.area_id.in_(some), _tally.c.own)
        for row in session.execute(own).all():
            stood, stands = before[row.area_id], after[row.area_id]
            for seen, hazards in ((stood, -row.hazards), (stands, row.hazards)):
                for area in seen.areas:
                    sort = (area, row.due_on, row.state, row.level, seen.sector, row.source)
                    counts[(*sort, area == row.area_id)] += hazards
    _write_counts(session, counts)


def rewrite_words(session: Session, rows: Iterable[Row], unit_name: str) -> None:
    """Write the words to search of a unit's hazards again, because its name is another."""
    moved = [{"of": row["id"], "words": _words_of(row, unit_name)} for row in rows]
    if moved:
        session.execute(_CHANGE_WORDS, moved)


def _write_counts(session: Session, counts: Counter[tuple[Any, ...]]) -> None:
    moved = [
        {**dict(zip(_TALLY_KEY, sort, strict=True)), "hazards": count}
        for sort, count in sorted(counts.items())
        if count
    ]
    fallen = [
        {f"of_{name}": row[name] for name in _TALLY_KEY} for row in moved if row["hazards"] < 0
    ]
    if moved:
        session.execute(_COUNT, moved)
    if fallen:
        session.execute(_EMPTY, fallen)


def _sorts(row: Row, unit: UnitSeen) -> Iterator[tuple[Any, ...]]:
    """Where a hazard counts, as keys of the tally."""
    days = [EVERY_DAY]
    if row["closed_on"] is None and row["deadline_on"]:
        days.append(row["deadline_on"])
    for day in days:
        for area in unit.areas:
            yield (
                *(area, day, row["state"], row["level"], unit.sector, row["source"]),
                area == row["unit_id"],
            )
