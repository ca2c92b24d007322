"""Long lists are read a page at a time (分页): which rows a page shows, and of how many pages.

What a list holds, and in which order, is for the package that owns it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

ROWS_A_PAGE = 50

Line = TypeVar("Line")


@dataclass(frozen=True)
class Page(Generic[Line]):
    """One page of a list, how many lines the whole list has, and which page it is of how many."""

    rows: tuple[Line, ...]
    total: int
    page: int
    pages: int


def page_of(
    session: Session,
    query: Select[Any],
    lines: Callable[[Sequence[Row[Any]]], Iterable[Line]],
    *,
    total: int,
    page: int,
) -> Page[Line]:
    """Return this page of an ordered query, counted from one, or the nearest there is.

    `lines` makes a line of each row, of all at once so that what belongs to them can be
    read together. `total` is how many rows the query has without a limit.
    """
    pages = max(1, -(-total // ROWS_A_PAGE))
    page = min(max(page, 1), pages)
    rows = session.execute(query.limit(ROWS_A_PAGE).offset((page - 1) * ROWS_A_PAGE)).all()
    return Page(tuple(lines(rows)), total, page, pages)
