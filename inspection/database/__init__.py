"""The database: model base, naming conventions, how transactions begin, and lists by the page.

Only this package knows Flask-SQLAlchemy. It holds no table of its own.
"""

from inspection.database.base import Base, db, table_of
from inspection.database.pages import Page, page_of
from inspection.database.transactions import install, one_view, reading, reading_one_view, writing
from inspection.database.types import UtcInstant

__all__ = [
    "Base",
    "Page",
    "UtcInstant",
    "db",
    "install",
    "one_view",
    "page_of",
    "reading",
    "reading_one_view",
    "table_of",
    "writing",
]
