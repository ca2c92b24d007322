"""The register at scale: its order as a number, days for periods, counts, words to search."""

from collections import Counter
from datetime import UTC, date, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_BEIJING = timezone(timedelta(hours=8))
_INSTANT = sa.DateTime(timezone=True)
_ENDED = 5_000_000
_NO_DEADLINE = 4_000_000


def upgrade() -> None:
    """Hazards that are there already get their days, place, words and counts."""
    op.add_column(
        "hazard", sa.Column("found_on", sa.Date(), nullable=False, server_default="1970-01-01")
    )
    op.add_column("hazard", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("hazard", sa.Column("urgency", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "hazard_words",
        sa.Column("hazard_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hazard_id", name="pk_hazard_words"),
    )
    key = ("area_id", "due_on", "state", "level", "sector", "source", "own")
    op.create_table(
        "hazard_tally",
        sa.Column("area_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("hazards", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_hazard_tally"),
    )
    _keep_exports()
    if op.get_bind().dialect.name == "sqlite":
        _keep_trigrams_sqlite()
    else:
        _keep_trigrams_postgresql()
    _fill()
    _index()


def _keep_exports() -> None:
    op.create_table(
        "list_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("ledger_seq", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_list_export_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_list_export"),
        sa.UniqueConstraint("uuid", name="uq_list_export_uuid"),
    )
    op.create_index("ix_list_export_person_id", "list_export", ["person_id"])


def _keep_trigrams_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE hazard_trigrams USING fts5("
        "words, content='hazard_words', content_rowid='hazard_id', tokenize='trigram', detail=none)"
    )
    forget = (
        "INSERT INTO hazard_trigrams (hazard_trigrams, rowid, words)"
        " VALUES ('delete', old.hazard_id, old.words);"
    )
    learn = "INSERT INTO hazard_trigrams (rowid, words) VALUES (new.hazard_id, new.words);"
    for moment, what in (("INSERT", learn), ("DELETE", forget), ("UPDATE", forget + learn)):
        op.execute(
            f"CREATE TRIGGER hazard_words_{moment.lower()} AFTER {moment} ON hazard_words"
            f" BEGIN {what} END"
        )


def _keep_trigrams_postgresql() -> None:
    """Without the right to add the extension a search reads the newest hazards only."""
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                sa.text(
                    "CREATE INDEX ix_hazard_words_trigrams ON hazard_words"
                    " USING gin (words gin_trgm_ops)"
                )
            )
    except sa.exc.DBAPIError:
        pass


def _fill() -> None:
    hazard = sa.table(
        "hazard",
        *(sa.column(name) for name in ("id", "number", "unit_id", "place", "summary")),
        *(sa.column(name) for name in ("requirement", "responsible", "listed_order")),
        *(sa.column(name) for name in ("state", "level", "source", "urgency")),
        sa.column("finders", sa.JSON()),
        sa.column("registered_at", _INSTANT),
        sa.column("closed_at", _INSTANT),
        sa.column("found_on", sa.Date()),
        sa.column("closed_on", sa.Date()),
        sa.column("deadline_on", sa.Date()),
    )
    words = sa.table("hazard_words", sa.column("hazard_id"), sa.column("words"))
    connection = op.get_bind()
    units = _units(connection)
    counts = Counter()
    for row in connection.execute(sa.select(hazard)).all():
        unit = units[row.unit_id]
        closed_on = _day(row.closed_at)
        connection.execute(
            sa.update(hazard)
            .where(hazard.c.id == row.id)
            .values(
                found_on=_day(row.registered_at),
                closed_on=closed_on,
                urgency=_urgency(row.deadline_on, closed_on),
            )
        )
        connection.execute(
            sa.insert(words).values(hazard_id=row.id, words=_words(row, unit.name))
        )
        days = [date.max] + ([row.deadline_on] if row.deadline_on and not closed_on else [])
        for day in days:
            for area in _areas(unit):
                sort = (day, row.state, row.level, unit.sector, row.source)
                counts[(area, *sort, area == unit.id)] += 1
    _fill_tally(connection, counts)


def _fill_tally(connection, counts):
    names = ("area_id", "due_on", "state", "level", "sector", "source", "own", "hazards")
    types = {"due_on": sa.Date(), "own": sa.Boolean()}
    tally = sa.table("hazard_tally", *(sa.column(name, types.get(name)) for name in names))
    rows = [dict(zip(names, (*sort, count), strict=True)) for sort, count in counts.items()]
    if rows:
        connection.execute(sa.insert(tally), rows)


def _units(connection):
    unit = sa.table(
        "unit", *(sa.column(name) for name in ("id", "name", "sector", "path", "supervisor_id", "kind"))
    )
    supervisor = unit.alias()
    query = sa.select(
        unit.c.id, unit.c.name, unit.c.sector, unit.c.path, supervisor.c.id.label("supervisor")
    ).outerjoin(
        supervisor,
        (supervisor.c.id == unit.c.supervisor_id) & (supervisor.c.kind == "department"),
    )
    return {row.id: row for row in connection.execute(query)}


def _areas(unit):
    above = [int(each) for each in unit.path.strip("/").split("/")]
    return dict.fromkeys([unit.id, *above, *([unit.supervisor] if unit.supervisor else [])])


def _words(row, unit_name):
    said = (row.number, unit_name, row.place, row.summary, row.requirement, *row.finders)
    return "\n".join((*said, row.responsible, row.listed_order)).lower()


def _urgency(deadline_on, closed_on):
    if closed_on is not None:
        return _ENDED + _NO_DEADLINE - closed_on.toordinal()
    return deadline_on.toordinal() if deadline_on else _NO_DEADLINE


def _day(at):
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(_BEIJING).date()


def _index() -> None:
    for name in ("ix_hazard_unit_state", "ix_hazard_state_deadline", "ix_hazard_registered_at"):
        op.drop_index(name, table_name="hazard")
    chips = ["state", "level", "source"]
    op.create_index("ix_hazard_order", "hazard", ["urgency", "id", *chips, "unit_id"])
    op.create_index("ix_hazard_of_unit", "hazard", ["unit_id", "urgency", "id", *chips])
    op.create_index("ix_hazard_in_state", "hazard", ["state", "urgency", "id", *chips[1:], "unit_id"])
    op.create_index("ix_hazard_found", "hazard", ["found_on", "closed_on"])
    op.create_index("ix_hazard_closed", "hazard", ["closed_on", "found_on"])
