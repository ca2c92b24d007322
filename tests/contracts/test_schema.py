"""The schema that migrations make is the schema that the models describe, on both databases."""

import re

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from tests.contracts.sources import name, text, tracked


def _ours(called: str | None, _kind: str, _parents: object) -> bool:
    """Each database keeps its own index of trigrams, which no model can describe."""
    return "trigrams" not in (called or "")


def test_migrated_schema_equals_the_models(engine: Engine) -> None:
    import inspection.factory  # noqa: F401  (knows every module that holds a table)
    from inspection.database import Base

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _ours}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_import_no_models() -> None:
    inside = [
        path for path in tracked() if name(path).startswith("inspection/migrations/versions/")
    ]
    assert inside
    imports = re.compile(r"^\s*(from|import) inspection", re.MULTILINE)
    assert [name(path) for path in inside if imports.search(text(path))] == []
