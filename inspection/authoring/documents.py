"""A list as its author holds it: the JSON of a checklist file, whole or half done.

Pure: how a list begins, what may be changed in it and how. What is wrong with it says
`domain/proofreading.py`; where it is kept `drafts.py`.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from datetime import date
from typing import Any

from inspection.domain import checklist
from inspection.domain.checklist import Checklist
from inspection.domain.problems import DraftFull, DraftMovedOn
from inspection.domain.proofreading import MOST_ITEMS, in_full

Document = dict[str, Any]


def digest(part: Any) -> str:
    """What a part of a list is called by whoever saw it, to tell whether it is still the same."""
    text = json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- how a list begins ------------------------------------------------------


def blank(slug: str, letters: str, title: str, *, on: date) -> Document:
    """A list with nothing in it but one section."""
    return {
        "slug": slug,
        "revision": 1,
        "list": letters,
        "title": {"zh": title, "en": ""},
        "effective_on": str(on),
        "summary": {"zh": "", "en": ""},
        "instruments": {},
        "sections": [_section("section_1", "")],
    }


def taken(
    source: Document, slug: str, letters: str, title: str, *, extends: bool, on: date
) -> Document:
    """A list of one's own from another: its items stay that one's, new ones get these letters."""
    origin = {"slug": source["slug"], "revision": source["revision"]}
    return {
        **_as_written(source),
        "slug": slug,
        "revision": 1,
        "list": letters,
        "origin": {**origin, "extends": True} if extends else origin,
        "title": {"zh": title, "en": ""},
        "effective_on": str(on),
    }


def following(source: Document, *, on: date) -> Document:
    """The next revision of a list, as the last one was."""
    return {**_as_written(source), "revision": source["revision"] + 1, "effective_on": str(on)}


def updated(document: Document, former: Document, origin: Document) -> Document:
    """An extension on another revision of its origin: that one's items, and the additions.

    An addition follows the item that it stood behind, if that is still there, else it ends its
    section; a section that is gone stays for the sake of its additions.
    """
    inherited = set(codes(former)) | set(codes(origin))
    made = deepcopy(origin)
    for section in document["sections"]:
        before = ""
        for item in section["items"]:
            if item["code"] not in inherited:
                _put_behind(made, section, before, item)
            before = item["code"]
    return {
        **{key: value for key, value in document.items() if key != "sections"},
        "origin": {"slug": origin["slug"], "revision": origin["revision"], "extends": True},
        "instruments": {**document["instruments"], **origin["instruments"]},
        "sections": made["sections"],
    }


def _put_behind(made: Document, section: Document, before: str, item: Document) -> None:
    for each in made["sections"]:
        places = [index for index, one in enumerate(each["items"]) if one["code"] == before]
        if places:
            each["items"].insert(places[0] + 1, deepcopy(item))
            return
    home = next((each for each in made["sections"] if each["code"] == section["code"]), None)
    if home is None:
        home = {**section, "items": []}
        made["sections"].append(home)
    home["items"].append(deepcopy(item))


def _as_written(part: Any) -> Any:
    """A copy without the Chinese that stands for English in what was published."""
    if isinstance(part, dict):
        made = {key: _as_written(each) for key, each in part.items()}
        return {**made, "en": ""} if "zh" in made and made["zh"] == made.get("en") else made
    return [_as_written(each) for each in part] if isinstance(part, list) else part


# --- what stands in it ------------------------------------------------------


def items(document: Mapping[str, Any]) -> Iterator[Document]:
    """All items in order."""
    for section in document["sections"]:
        yield from section["items"]


def codes(document: Mapping[str, Any]) -> list[str]:
    """The codes of all items in order."""
    return [item["code"] for item in items(document)]


def item(document: Document, code: str) -> Document | None:
    """The item with this code, or None."""
    return next((each for each in items(document) if each["code"] == code), None)


def section_of(document: Document, code: str) -> Document | None:
    """The section in which an item stands, or None."""
    return next((each for each in document["sections"] if code in _codes(each)), None)


def fixed(document: Document, origin: Document | None) -> frozenset[str]:
    """The codes of items that stay as they are: locked ones, and in an extension all inherited."""
    if origin is None:
        return frozenset()
    extends = document["origin"].get("extends", False)
    return frozenset(each["code"] for each in items(origin) if extends or each.get("locked"))


def fresh_item(code: str) -> Document:
    """An item about which nothing is said yet."""
    return {
        "code": code,
        "title": _text(""),
        "check": _text(""),
        "methods": ["on_site"],
        "findings": [],
        "requirement": _text(""),
        "citations": [],
        "management_practice": False,
        "major": [],
        "penalties": [],
        "dispatch_rows": [],
        "evidence": ["photo"],
        "deadline_days": 7,
    }


def _section(code: str, title: str) -> Document:
    return {"code": code, "title": _text(title), "items": []}


def _text(zh: str) -> dict[str, str]:
    return {"zh": zh, "en": ""}


def _codes(section: Document) -> list[str]:
    return [item["code"] for item in section["items"]]


# --- what an author does ----------------------------------------------------


def save_head(document: Document, head: Mapping[str, Any], *, seen: str) -> None:
    """Replace what stands above the items. Raises DraftMovedOn when it is not what was seen."""
    if digest(head_of(document)) != seen:
        raise DraftMovedOn()
    document.pop("applies", None)
    document.update(deepcopy(dict(head)))


def head_of(document: Document) -> Document:
    """What stands above the items and is the author's to say."""
    names = ("title", "summary", "effective_on", "applies", "instruments")
    return {name: document[name] for name in names if name in document}


def add_item(document: Document, section: str, *, used: Iterable[str]) -> str:
    """Put a fresh item at the end of a section and return its code.

    `used` are codes that the list had before: a code is never used again for another matter.
    Raises DraftFull.
    """
    known = [*used, *codes(document)]
    if len(codes(document)) >= MOST_ITEMS:
        raise DraftFull(most=MOST_ITEMS)
    own = f"{document['list']}-"
    numbers = [int(each.removeprefix(own)) for each in known if each.startswith(own)]
    code = f"{own}{max(numbers, default=0) + 1:02}"
    home = _section_called(document, section)
    home["items"].append(fresh_item(code))
    return code


def save_item(
    document: Document, code: str, said: Document, *, section: str, seen: str, fixed: Iterable[str]
) -> None:
    """Replace an item, and put it into another section where one is named.

    Raises DraftMovedOn when it is not what was seen, is gone, or may not be changed.
    """
    found = item(document, code)
    if found is None or digest(found) != seen or code in fixed:
        raise DraftMovedOn(item=code)
    home, former = _section_called(document, section), section_of(document, code)
    found.clear()
    found.update(deepcopy(said))
    if former is not None and home is not former:
        former["items"].remove(found)
        home["items"].append(found)


def remove_item(document: Document, code: str, *, fixed: Iterable[str]) -> None:
    """Take an item out. Raises DraftMovedOn when it is gone already or has to stay."""
    home = section_of(document, code)
    if home is None or code in fixed:
        raise DraftMovedOn(item=code)
    home["items"] = [each for each in home["items"] if each["code"] != code]


def move_item(document: Document, code: str, step: int, *, fixed: Iterable[str]) -> None:
    """Move an item one place up (-1) or down (1), over the edge into the next section."""
    home = section_of(document, code)
    if home is None or code in fixed:
        raise DraftMovedOn(item=code)
    at = _codes(home).index(code)
    if 0 <= at + step < len(home["items"]):
        _swap(home["items"], at, at + step)
        return
    beside = document["sections"].index(home) + step
    if 0 <= beside < len(document["sections"]):
        there = document["sections"][beside]["items"]
        there.insert(0 if step > 0 else len(there), home["items"].pop(at))


def add_section(document: Document, title: str) -> None:
    """Put a section at the end."""
    known = {section["code"] for section in document["sections"]}
    number = next(n for n in range(1, len(known) + 2) if f"section_{n}" not in known)
    document["sections"].append(_section(f"section_{number}", title))


def save_section(document: Document, code: str, title: Mapping[str, str], *, seen: str) -> None:
    """Give a section another title. Raises DraftMovedOn when it is not what was seen."""
    found = _section_called(document, code)
    if digest(found["title"]) != seen:
        raise DraftMovedOn(section=code)
    found["title"] = dict(title)


def move_section(document: Document, code: str, step: int) -> None:
    """Move a section one place up (-1) or down (1)."""
    sections = document["sections"]
    at = sections.index(_section_called(document, code))
    if 0 <= at + step < len(sections):
        _swap(sections, at, at + step)


def remove_section(document: Document, code: str) -> None:
    """Take an empty section out. Raises DraftMovedOn when somebody put an item into it."""
    found = _section_called(document, code)
    if found["items"]:
        raise DraftMovedOn(section=code)
    document["sections"].remove(found)


def _section_called(document: Document, code: str) -> Document:
    for section in document["sections"]:
        if section["code"] == code:
            return section
    raise DraftMovedOn(section=code)


def _swap(things: list[Any], one: int, other: int) -> None:
    things[one], things[other] = things[other], things[one]


# --- how it is drawn and published ------------------------------------------


def drawn(document: Document) -> Checklist:
    """The list as a tablet would show it now, half done: what cannot be read is left out."""
    made = deepcopy(document)
    for section in made["sections"]:
        section["items"] = [_readable({**fresh_item(""), **each}) for each in section["items"]]
    made["effective_on"] = _day(made.get("effective_on")) or "2000-01-01"
    return checklist.from_json(in_full(made), digest=digest(document))


def _readable(item: Document) -> Document:
    dated = [
        {**each, "from": _day(each.get("from")), "to": _day(each.get("to"))}
        for each in item["citations"]
    ]
    return {**item, "citations": dated}


def _day(text: str | None) -> str | None:
    with suppress(ValueError, TypeError):
        return str(date.fromisoformat(text or ""))
    return None


def as_file(document: Document) -> str:
    """The text that is published, its digest taken and kept for ever."""
    canonical = checklist.to_json(checklist.from_json(document, digest=""))
    return json.dumps(canonical, ensure_ascii=False, indent=2) + "\n"
