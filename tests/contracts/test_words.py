"""One word for one thing: what a workbook says is what the pages say in Chinese."""

import re

import pytest
from flask import Flask

from inspection.authoring import columns
from inspection.web import authoring_forms, checklists, hazards, premises
from tests.contracts.sources import ROOT, text

PAIRS = {
    "methods": (columns.METHODS, checklists.METHODS),
    "evidence": (columns.EVIDENCE, authoring_forms.EVIDENCE),
    "marks": (columns.MARKS, authoring_forms.MARKS),
    "sectors": (columns.SECTORS, hazards.SECTORS),
    "venues": (columns.VENUES, premises.VENUES),
}


@pytest.mark.parametrize("name", PAIRS)
def test_workbooks_and_pages_use_the_same_words(name: str, plain_app: Flask) -> None:
    in_workbooks, on_pages = PAIRS[name]
    with plain_app.test_request_context(headers={"Accept-Language": "zh"}):
        said = {str(key): str(words) for key, words in on_pages.items()}
    assert said == in_workbooks


def test_a_mark_is_called_alike_beside_a_citation() -> None:
    macro = text(ROOT / "templates" / "_macros" / "words.html")
    said = dict(re.findall(r'"(V2|VT|V|R)": _\("([^"]+)"\)', macro))
    assert said == columns.MARKS
