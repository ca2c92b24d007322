"""How often one address may ask for costly work.

Counted in this process's memory, on purpose: what strangers do may neither write
to the database nor use up the tries by which an office behind the same address
signs in (`accounts.signing_in` counts those). With n web processes an address has
up to n times as much.
"""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

from inspection.domain.problems import TooManyExaminations

_MOST_ADDRESSES = 10_000


class Pace:
    """So many calls within so much time from each address."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most = most
        self._within = within
        self._lock = Lock()
        self._calls: OrderedDict[str, deque[datetime]] = OrderedDict()

    def note(self, address: str, *, at: datetime) -> None:
        """Count one call. Raises TooManyExaminations, and does not count, when it is too many."""
        with self._lock:
            calls = self._calls.setdefault(address, deque())
            self._calls.move_to_end(address)
            while calls and calls[0] <= at - self._within:
                calls.popleft()
            if len(calls) >= self._most:
                wait = (calls[0] + self._within - at).total_seconds()
                raise TooManyExaminations(retry_after_seconds=max(1, round(wait)))
            calls.append(at)
            if len(self._calls) > _MOST_ADDRESSES:  # whoever was away longest is forgotten
                self._calls.popitem(last=False)
