"""What pages and API share about a request: actor, guard, transaction, language, headers.

Not a place for things that only one page needs, nor for rules about inspections.
"""

from inspection.edge.guard import requires
from inspection.edge.request import current_actor, reading, signed_in_actor, wired, writing

__all__ = ["current_actor", "reading", "requires", "signed_in_actor", "wired", "writing"]
