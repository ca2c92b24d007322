"""What a checklist file must keep besides its schema, as one function that names every breach.

Used on the shipped files and, in the tests, on files with one thing wrong.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema

FOLDER = Path(__file__).parents[2] / "checklists"
LISTS = ("common", "sector", "short")
LONGEST_TAG = 20
TELLING = 10


def breaches(document: dict[str, Any], *, origin: dict[str, Any] | None = None) -> list[str]:
    """Everything wrong with a checklist document, each as one line that names the place.

    `origin` is the revision that the document was taken from; without it, the shipped one.
    """
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    if wrong:
        return wrong
    return [
        *_list_breaches(document),
        *_citation_breaches(document),
        *_instruments(document),
        *_telling(document),
        *_applies(document),
        *_origin_breaches(document, origin or _shipped(document.get("origin"))),
    ]


def is_short(document: dict[str, Any]) -> bool:
    """Whether it is a short edition (短表): nothing but the telling items of its origin."""
    return bool(document["slug"].endswith("-short"))


def _items(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in document["sections"] for item in section["items"]]


def _list_breaches(document: dict[str, Any]) -> Iterator[str]:
    codes = [item["code"] for item in _items(document)]
    if codes != sorted(set(codes)):
        yield "item codes are not unique and ascending"
    for item in _items(document):
        code = item["code"]
        if not code.startswith(f"{document['list']}-"):
            yield f"{code}: belongs to another list than {document['list']}"
        tags = [tag["code"] for tag in item["findings"]]
        if len(tags) != len(set(tags)):
            yield f"{code}: two findings have the same code"
        for tag in item["findings"]:
            if len(tag["zh"]) > LONGEST_TAG:
                yield f"{code}: the tag {tag['zh']} is longer than {LONGEST_TAG} characters"


def _citation_breaches(document: dict[str, Any]) -> Iterator[str]:
    day = date.fromisoformat(document["effective_on"])
    for item in _items(document):
        code = item["code"]
        if not item["citations"] and not item["management_practice"]:
            yield f"{code}: neither a citation nor marked as management practice"
        for citation in item["citations"]:
            begins, ends = citation["from"], citation["to"]
            place = f"{citation['instrument']} {citation['clause']}"
            if begins and ends and date.fromisoformat(ends) < date.fromisoformat(begins):
                yield f"{code}: {place} ended on {ends}, before it began on {begins}"
            if (begins and date.fromisoformat(begins) > day) or (
                ends and date.fromisoformat(ends) < day
            ):
                yield f"{code}: {place} was not in force on {day}"


def _instruments(document: dict[str, Any]) -> Iterator[str]:
    used = set()
    for item in _items(document):
        used |= {citation["instrument"] for citation in item["citations"]}
        used |= {criterion["criterion"] for criterion in item["major"]}
        used |= {re.split(r" ", penalty)[0] for penalty in item["penalties"]}
    defined = set(document["instruments"])
    yield from (f"{key}: used but not defined" for key in sorted(used - defined))
    yield from (f"{key}: defined but not used" for key in sorted(defined - used))


def _telling(document: dict[str, Any]) -> Iterator[str]:
    telling = [item["code"] for item in _items(document) if item.get("telling")]
    if telling and len(telling) != TELLING:
        yield f"{len(telling)} telling items, not {TELLING}"
    if is_short(document) and len(telling) != len(_items(document)):
        yield "a short edition has an item that is not telling"


def _applies(document: dict[str, Any]) -> Iterator[str]:
    """A unit is of one sector, but may have any venues."""
    whole = document.get("applies", {})
    for item in _items(document):
        here = item.get("applies", {}).get("sectors", [])
        if here and "venues" not in whole and set(whole.get("sectors", here)).isdisjoint(here):
            yield f"{item['code']}: is for sectors that the list is not for"


def _shipped(origin: dict[str, Any] | None) -> dict[str, Any] | None:
    if origin is None:
        return None
    name = f"{origin['slug']}.{origin['revision']}.json"
    found = [path for folder in LISTS if (path := FOLDER / folder / name).is_file()]
    return json.loads(found[0].read_text(encoding="utf-8")) if found else None


def _origin_breaches(document: dict[str, Any], origin: dict[str, Any] | None) -> Iterator[str]:
    named = document.get("origin")
    if named is None:
        if is_short(document):
            yield "a short edition without an origin"
        return
    name = f"{named['slug']}.{named['revision']}"
    if origin is None or {key: origin[key] for key in named} != named:
        yield f"its origin {name} is not there"
        return
    theirs = {item["code"]: item for item in _items(origin)}
    for item in _items(document):
        code = item["code"]
        if code in theirs and _bytes(item) != _bytes(theirs[code]):
            yield f"{code}: differs from {name}"
    for key, title in document["instruments"].items():
        if origin["instruments"].get(key, title) != title:
            yield f"{key}: has another title in {name}"
    if is_short(document):
        yield from _short_breaches(document, origin)


def _short_breaches(document: dict[str, Any], origin: dict[str, Any]) -> Iterator[str]:
    if document["list"] != origin["list"]:
        yield f"has the letters {document['list']}, its origin {origin['list']}"
    telling = {item["code"] for item in _items(origin) if item.get("telling")}
    here = {item["code"] for item in _items(document)}
    yield from (f"{code}: telling, but left out" for code in sorted(telling - here))
    yield from (f"{code}: not a telling item of its origin" for code in sorted(here - telling))


def _bytes(item: dict[str, Any]) -> str:
    return json.dumps(item, ensure_ascii=False)
