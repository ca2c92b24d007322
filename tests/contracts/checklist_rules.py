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
LONGEST_TAG = 20


def breaches(document: dict[str, Any]) -> list[str]:
    """Everything wrong with a checklist document, each as one line that names the place."""
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    if wrong:
        return wrong
    return [*_list_breaches(document), *_citation_breaches(document), *_instruments(document)]


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
            if (begins and date.fromisoformat(begins) > day) or (
                ends and date.fromisoformat(ends) < day
            ):
                place = f"{citation['instrument']} {citation['clause']}"
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
