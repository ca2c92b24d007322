"""Views of the ledger (台账视图): tables that entries fill, and that are filled again from them.

One mechanism for every register but that of hazards, which folds many entries at once
(`hazards/register.py`). What an entry does to a table is said where the table is.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from inspection.database import Base
from inspection.ledger import journal
from inspection.ledger.chain import Entry

Take = Callable[[Session, Entry, dict[str, Any]], None]
"""What one kind of entry does, given the entry and its body."""


@dataclass(frozen=True)
class View:
    """Tables, those that refer to others first, and what each kind of entry does to them."""

    tables: tuple[type[Base], ...]
    takes: Mapping[str, Take]

    def apply(self, session: Session, entries: Iterable[Entry]) -> None:
        """Bring the tables up to date with entries of the ledger; other kinds are passed over.

        The only writer, for new entries and for `rebuild` alike.
        """
        for entry in entries:
            take = self.takes.get(entry.kind)
            if take is not None:
                take(session, entry, json.loads(entry.body))
                session.flush()  # the next entry may be about a row that this one added

    def rebuild(self, session: Session) -> None:
        """Empty the tables and fill them again from the ledger."""
        for table in self.tables:
            session.execute(delete(table))
        journal.replay_kinds(session, self.apply, self.takes)
