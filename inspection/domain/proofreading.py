"""校核: everything that keeps a checklist from being published, each fault with its place.

Reads a document as people leave it half done: any shape of JSON. What the shape of a list is says
`checklists/schema.json`; its errors get codes of ours here, and what a schema cannot say is added.
Sentences for the codes are at the edge.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from inspection.domain.checklist import ORDINARY_WEIGHT

MOST_ITEMS = 500
"""More than an inspector can walk through; the longest shipped list has 36."""

Document = Mapping[str, Any]
Place = tuple[str | int, ...]


class Code(StrEnum):
    """What can be wrong; the values go to programs and never change."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    REPEATED = "repeated"
    NOT_CHINESE = "not_chinese"
    NOT_ENGLISH = "not_english"
    NO_DATE = "no_date"
    UNKNOWN_CHOICE = "unknown_choice"
    UNKNOWN_FIELD = "unknown_field"
    MALFORMED = "malformed"
    CODE_REPEATED = "code_repeated"
    CODE_FOREIGN = "code_foreign"
    SECTION_REPEATED = "section_repeated"
    TAG_REPEATED = "tag_repeated"
    TAG_TOO_LONG = "tag_too_long"
    GROUND_MISSING = "ground_missing"
    MARK_MISSING = "mark_missing"
    CITATION_BACKWARDS = "citation_backwards"
    CITATION_NOT_IN_FORCE = "citation_not_in_force"
    INSTRUMENT_UNKNOWN = "instrument_unknown"
    ITEMS_TOO_MANY = "items_too_many"
    LOCKED_CHANGED = "locked_changed"
    LOCKED_MISSING = "locked_missing"
    INHERITED_CHANGED = "inherited_changed"
    INHERITED_MISSING = "inherited_missing"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: what, where (a JSON pointer, RFC 6901), and values to name it."""

    code: Code
    pointer: str
    values: Mapping[str, str | int] = field(default_factory=dict)


def faults(document: Document, *, schema: Document, origin: Document | None = None) -> list[Fault]:
    """Everything wrong with a list, in the order in which it stands there.

    `schema` is the parsed `checklists/schema.json`; `origin` the revision that the list was taken
    from, without which nothing is said about locked items. English may be missing everywhere.
    """
    count = sum(1 for _ in _items(document))
    if count > MOST_ITEMS:  # nobody reads ten thousand faults
        return [Fault(Code.ITEMS_TOO_MANY, "/sections", {"bound": MOST_ITEMS, "count": count})]
    found = [
        *_of_shape(document, schema),
        *_of_codes(document, origin),
        *_of_grounds(document),
        *_of_instruments(document),
        *(_of_origin(document, origin) if origin else ()),
    ]
    found.sort(key=lambda each: [part for part in each[0] if isinstance(part, int)])
    return [Fault(code, pointer(place), values) for place, code, values in found]


def pointer(place: Place) -> str:
    """The JSON pointer of a place."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def whole(document: Document) -> dict[str, Any]:
    """The document as it is published.

    Chinese stands where nobody wrote English, and instruments that nothing refers to are left out.
    """
    made: dict[str, Any] = in_full(document)
    used = {key for _, key in _instruments_used(document)}
    made["instruments"] = {k: text for k, text in made["instruments"].items() if k in used}
    return made


def in_full(part: Any) -> Any:
    """A part of a document with Chinese where nobody wrote English."""
    return _with_english(part, None)


# --- what the schema says ---------------------------------------------------

Found = tuple[Place, Code, Mapping[str, str | int]]

_STAND_IN = "-"
_SIZES = {
    "maxLength": Code.TOO_LONG,
    "maxItems": Code.TOO_MANY,
    "minItems": Code.TOO_FEW,
    "minProperties": Code.TOO_FEW,
}


def _of_shape(document: Document, schema: Document) -> Iterator[Found]:
    """Errors of the schema; where English is missing, it reads a stand-in for it."""
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for error in validator.iter_errors(_with_english(document, _STAND_IN)):
        for place, code, values in _translated(error):
            if (place[-1:], code) != (("en",), Code.MISSING):
                yield place, code, values


def _translated(error: ValidationError) -> Iterator[Found]:
    place = tuple(error.absolute_path)
    rule, value = error.validator, error.instance
    if "propertyNames" in error.absolute_schema_path:
        place = (*place, value)
    if rule == "required":
        yield from (_absent((*place, key)) for key in error.validator_value if key not in value)
    elif rule == "additionalProperties":
        extra = sorted(set(value) - set(error.schema["properties"]))
        yield from (((*place, key), Code.UNKNOWN_FIELD, {"field": key}) for key in extra)
    elif value is None or (isinstance(value, str) and not value.strip()):
        yield _absent(place)
    elif place and place[-1] == "citations" and rule == "minItems":
        yield place[:-1], Code.GROUND_MISSING, {}
    elif rule == "maxLength" and "findings" in place and place[-1] == "zh":
        yield place, Code.TAG_TOO_LONG, {"bound": error.validator_value, "count": len(value)}
    elif rule in _SIZES:
        yield place, _SIZES[rule], {"bound": error.validator_value, "count": len(value)}
    else:
        yield place, _of_rule(str(rule), place), {"value": str(value)[:40]}


def _absent(place: Place) -> Found:
    return place, Code.MARK_MISSING if place[-1:] == ("mark",) else Code.MISSING, {}


def _of_rule(rule: str, place: Place) -> Code:
    last = place[-1] if place else ""
    if rule in ("enum", "const"):
        return Code.UNKNOWN_CHOICE
    if rule == "uniqueItems":
        return Code.REPEATED
    if last in ("from", "to", "effective_on"):
        return Code.NO_DATE
    texts = {"zh": Code.NOT_CHINESE, "en": Code.NOT_ENGLISH}
    return texts.get(str(last), Code.MALFORMED)


def _with_english(value: Any, stand_in: str | None) -> Any:
    """A copy in which missing English is `stand_in`, or the Chinese when that is None."""
    if isinstance(value, Mapping):
        made = {key: _with_english(each, stand_in) for key, each in value.items()}
        chinese, english = made.get("zh"), made.get("en")
        if isinstance(chinese, str) and chinese and english in (None, "", chinese):
            made["en"] = chinese if stand_in is None else stand_in
        return made
    if isinstance(value, list | tuple):
        return [_with_english(each, stand_in) for each in value]
    return deepcopy(value)


# --- what a schema cannot say -----------------------------------------------


def _sections(document: Document) -> Iterator[tuple[Place, Document]]:
    yield from _objects(document, ("sections",))


def _items(document: Document) -> Iterator[tuple[Place, Document]]:
    for place, section in _sections(document):
        yield from _objects(section, (*place, "items"))


def _objects(holder: Document, place: Place) -> Iterator[tuple[Place, Document]]:
    """The objects in a list at the end of `place`, whatever else may be there."""
    listed = holder.get(str(place[-1]))
    for index, each in enumerate(listed if isinstance(listed, list | tuple) else ()):
        if isinstance(each, Mapping):
            yield (*place, index), each


def _of_codes(document: Document, origin: Document | None) -> Iterator[Found]:
    yield from _twice(_sections(document), Code.SECTION_REPEATED)
    yield from _twice(_items(document), Code.CODE_REPEATED)
    letters = document.get("list")
    inherited = {item["code"] for _, item in _items(origin)} if origin else set()
    for place, item in _items(document):
        yield from _twice(_objects(item, (*place, "findings")), Code.TAG_REPEATED)
        code_letters, dash, _ = str(item.get("code")).partition("-")
        if dash and code_letters != letters and str(item["code"]) not in inherited:
            values = {"value": str(item["code"])[:40], "letters": str(letters)}
            yield (*place, "code"), Code.CODE_FOREIGN, values


def _twice(objects: Iterator[tuple[Place, Document]], fault: Code) -> Iterator[Found]:
    seen: set[str] = set()
    for place, each in objects:
        code = str(each.get("code") or "")
        if code and code in seen:
            yield (*place, "code"), fault, {"value": code[:40]}
        seen.add(code)


def _of_grounds(document: Document) -> Iterator[Found]:
    day = _date(document.get("effective_on"))
    for item_place, item in _items(document):
        for place, citation in _objects(item, (*item_place, "citations")):
            begins, ends = _date(citation.get("from")), _date(citation.get("to"))
            if begins and ends and ends < begins:
                values = {"from": str(begins), "to": str(ends)}
                yield (*place, "to"), Code.CITATION_BACKWARDS, values
            elif day and begins and begins > day:
                yield (*place, "from"), Code.CITATION_NOT_IN_FORCE, {"on": str(day)}
            elif day and ends and ends < day:
                yield (*place, "to"), Code.CITATION_NOT_IN_FORCE, {"on": str(day)}


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


_KEY = re.compile("[A-Z0-9]{2,8}")  # what is written otherwise is malformed, and told as that


def _of_instruments(document: Document) -> Iterator[Found]:
    known = document.get("instruments")
    for place, key in _instruments_used(document):
        if _KEY.fullmatch(key) and key not in (known if isinstance(known, Mapping) else ()):
            yield place, Code.INSTRUMENT_UNKNOWN, {"key": key}


def _instruments_used(document: Document) -> Iterator[tuple[Place, str]]:
    """Every reference to an instrument, and where it stands."""
    for item_place, item in _items(document):
        for name, key in (("citations", "instrument"), ("major", "criterion")):
            for place, each in _objects(item, (*item_place, name)):
                yield (*place, key), str(each.get(key) or "")
        penalties = item.get("penalties")
        for index, penalty in enumerate(penalties if isinstance(penalties, list | tuple) else ()):
            yield (*item_place, "penalties", index), str(penalty).partition(" ")[0]


# --- what was inherited -----------------------------------------------------

_UNSAID = {"weight": ORDINARY_WEIGHT, "telling": False, "locked": False, "applies": {}}
"""What an item means where its file does not say it."""


def _of_origin(document: Document, origin: Document) -> Iterator[Found]:
    """Locked items stay as they are; in a list that extends another, all of that one's do."""
    named = document.get("origin")
    extends = isinstance(named, Mapping) and named.get("extends") is True
    changed, missing = (
        (Code.INHERITED_CHANGED, Code.INHERITED_MISSING)
        if extends
        else (Code.LOCKED_CHANGED, Code.LOCKED_MISSING)
    )
    here = {str(item.get("code")): (place, item) for place, item in _items(document)}
    for _, item in _items(origin):
        if not extends and not item.get("locked"):
            continue
        code = item["code"]
        values = {"code": code, "title": item["title"]["zh"]}
        if code not in here:
            yield ("sections",), missing, values
        elif not same_item(here[code][1], item):
            yield here[code][0], changed, values


def same_item(one: Document, other: Document) -> bool:
    """Whether two items say the same, also where one says what is meant unsaid."""
    return in_full({**_UNSAID, **one}) == in_full({**_UNSAID, **other})
