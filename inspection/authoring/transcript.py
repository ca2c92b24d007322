"""What was read out of somebody's workbook: a list half done, and where each part of it stood."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from inspection.domain.proofreading import Code, Fault


@dataclass(frozen=True)
class Place:
    """A cell of a workbook, counted from 1; row 0 is the sheet itself, column 0 the row."""

    sheet: str
    row: int = 0
    column: int = 0

    @property
    def letters(self) -> str:
        """The column as Excel names it: F, AB."""
        rest, letters = self.column, ""
        while rest:
            rest, last = divmod(rest - 1, 26)
            letters = chr(ord("A") + last) + letters
        return letters


class Told(StrEnum):
    """What there is to tell of a cell; the values never change."""

    ITEM_UNKNOWN = "item_unknown"
    """A ground or a criterion is for an item that is not in the workbook."""
    TAGS_UNEQUAL = "tags_unequal"
    """The cells of one item that go with its tags line by line have not as many lines."""
    FIELD_UNKNOWN = "field_unknown"
    """The sheet about the list has a line that nobody knows."""
    COLUMN_LEFT = "column_left"
    """A column with something in it has a heading that nobody knows."""
    GROUND_UNREAD = "ground_unread"
    """Words about the legal ground name no instrument in 《》."""
    GROUND_UNMARKED = "ground_unmarked"
    """A ground was read out of running text; somebody has to compare it with the provision."""
    SUPPLIED = "supplied"
    """What a plain workbook does not say was filled in: codes, short names, evidence, deadline."""
    QUESTION_CARRIED = "question_carried"
    """A question of a form became an item."""
    TAGS_CARRIED = "tags_carried"
    """Choices of a form became tags."""
    QUESTION_LEFT = "question_left"
    """A question is of a kind that lists do not have."""
    PART_LEFT = "part_left"
    """A question came over without one of its parts: a condition, a calculation, a picture."""
    REPEAT_FLATTENED = "repeat_flattened"
    """A repeated group became a section that is gone through once."""
    NOW_REQUIRED = "now_required"
    """A question could be left out; every item of a list is answered."""


@dataclass(frozen=True)
class Remark:
    """One thing to tell of a workbook, the place it is about, and values to name it."""

    told: Told
    place: Place
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Transcript:
    """A list as far as its workbook says it."""

    document: dict[str, Any]
    places: Mapping[str, Place]
    """By JSON pointer into the document."""
    faults: tuple[Remark, ...] = ()
    """What could not be understood, besides what is wrong with the document itself."""
    notes: tuple[Remark, ...] = ()
    """What its author ought to know: left out, filled in, read from running text."""
    sheets: tuple[str, ...] = ()
    """Titles of all sheets of the workbook, in their order."""

    def place_of(self, pointer: str) -> Place | None:
        """The cell of a part of the document, or of the nearest part around it that has one."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer)

    def order_of(self, place: Place | None) -> tuple[int, int, int]:
        """Where a place comes when the workbook is read; what stands nowhere comes first."""
        if place is None or place.sheet not in self.sheets:
            return (-1, 0, 0)
        return (self.sheets.index(place.sheet), place.row, place.column)


@dataclass(frozen=True)
class Arrival:
    """What there was to tell when a draft began with a workbook: kept, to be read again."""

    transcript: Transcript
    """Without its document, which lies in the draft."""
    faults: tuple[Fault, ...]
    """What proofreading found in the draft as it began."""

    @classmethod
    def of(cls, found: Transcript, faults: Sequence[Fault]) -> "Arrival":
        """Keep of a transcript the places of these faults and what is told of others."""
        places = {each.pointer: found.place_of(each.pointer) for each in faults}
        known = {pointer: place for pointer, place in places.items() if place is not None}
        return cls(replace(found, document={}, places=known), tuple(faults))

    def text(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> "Arrival":
        """Read what `text` wrote."""
        said = json.loads(text)
        told = said["transcript"]
        transcript = Transcript(
            document={},
            places={pointer: Place(**place) for pointer, place in told["places"].items()},
            faults=tuple(map(_remark, told["faults"])),
            notes=tuple(map(_remark, told["notes"])),
            sheets=tuple(told["sheets"]),
        )
        faults = (
            Fault(Code(each["code"]), each["pointer"], each["values"]) for each in said["faults"]
        )
        return cls(transcript, tuple(faults))


def _remark(said: Mapping[str, Any]) -> Remark:
    return Remark(Told(said["told"]), Place(**said["place"]), said["values"])
