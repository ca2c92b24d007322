"""Two revisions side by side (对照): which items came, went, changed and moved. Pure."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inspection.domain.proofreading import in_full, same_item

Document = Mapping[str, Any]


class Change(StrEnum):
    """What became of an item."""

    CAME = "came"
    WENT = "went"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Row:
    """One item in both revisions; `fields` are the names of those that differ."""

    code: str
    before: Document | None
    after: Document | None
    fields: tuple[str, ...]
    section_before: str
    section_after: str
    moved: bool

    @property
    def changes(self) -> tuple[Change, ...]:
        """What became of it; nothing when it stayed as it was."""
        if self.before is None or self.after is None:
            return (Change.CAME if self.before is None else Change.WENT,)
        changed = (Change.CHANGED,) if self.fields else ()
        return changed + ((Change.MOVED,) if self.moved else ())


@dataclass(frozen=True)
class Comparison:
    """Rows in the order of the newer revision, what went behind what stood before it there."""

    rows: tuple[Row, ...]
    head: tuple[str, ...]
    """Names of what differs above the items."""

    def count(self, change: Change) -> int:
        """How many items this became of."""
        return sum(change in row.changes for row in self.rows)


def compare(before: Document, after: Document) -> Comparison:
    """Compare two documents of a checklist."""
    before, after = in_full(before), in_full(after)
    old, new = _placed(before), _placed(after)
    moved = _moved(list(old), list(new)) | {
        code for code in old.keys() & new.keys() if old[code][0] != new[code][0]
    }
    rows = [
        _row(code, old.get(code, ("", None)), new.get(code, ("", None)), moved=code in moved)
        for code in _woven(list(old), list(new))
    ]
    head = ("title", "summary", "effective_on", "applies")
    return Comparison(
        tuple(rows), tuple(name for name in head if before.get(name) != after.get(name))
    )


_Placed = tuple[str, Document | None]


def _row(code: str, old: _Placed, new: _Placed, *, moved: bool) -> Row:
    (section_before, before), (section_after, after) = old, new
    fields: tuple[str, ...] = ()
    if before is not None and after is not None and not same_item(before, after):
        names = {**before, **after}
        fields = tuple(name for name in names if before.get(name) != after.get(name))
    return Row(code, before, after, fields, section_before, section_after, moved)


def _placed(document: Document) -> dict[str, tuple[str, Document]]:
    """Each item by its code, with the title of its section."""
    return {
        item["code"]: (section["title"]["zh"], item)
        for section in document["sections"]
        for item in section["items"]
    }


def _moved(old: list[str], new: list[str]) -> set[str]:
    """The fewest items whose moving explains the new order of those that stayed."""
    places = {code: place for place, code in enumerate(old)}
    stayed = [code for code in new if code in places]
    ends: list[int] = []  # the last place of the best run of each length
    runs: list[list[str]] = []
    for code in stayed:
        at = bisect_left(ends, places[code])
        run = [*(runs[at - 1] if at else ()), code]
        ends[at:], runs[at:] = [places[code], *ends[at + 1 :]], [run, *runs[at + 1 :]]
    return set(stayed) - set(runs[-1] if runs else ())


def _woven(old: list[str], new: list[str]) -> list[str]:
    """All codes: the new order, and each that went behind the one that it stood behind."""
    woven = list(new)
    for place, code in enumerate(old):
        if code not in woven:
            before = old[place - 1] if place else None
            woven.insert(woven.index(before) + 1 if before else 0, code)
    return woven
