"""The database: model base, naming conventions, and how transactions begin.

Only this package knows Flask-SQLAlchemy. It holds no table of its own.
"""

from inspection.database.base import Base, db, table_of
from inspection.database.transactions import install, one_view, reading, reading_one_view, writing
from inspection.database.types import UtcInstant

__all__ = [
    "Base",
    "UtcInstant",
    "db",
    "install",
    "one_view",
    "reading",
    "reading_one_view",
    "table_of",
    "writing",
]
