"""Days between two dates, which SQLite and PostgreSQL ask for in different words."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):  # noqa: N801 - read as the SQL function it stands for
    """`days_between(since, until)`: how many days lie between two dates."""

    type = Integer()
    inherit_cache = True


@compiles(days_between, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    since, until = element.clauses
    return f"({compiler.process(until, **how)} - {compiler.process(since, **how)})"


@compiles(days_between, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    since, until = element.clauses
    days = [f"julianday({compiler.process(each, **how)})" for each in (until, since)]
    return f"CAST({' - '.join(days)} AS INTEGER)"
