"""The database: model base, naming conventions, and how transactions begin.

Only this package knows Flask-SQLAlchemy. It holds no table of its own.
"""

from inspection.database.base import Base, db
from inspection.database.transactions import install, reading, writing
from inspection.database.types import UtcInstant

__all__ = ["Base", "UtcInstant", "db", "install", "reading", "writing"]
