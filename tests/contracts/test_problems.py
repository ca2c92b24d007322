"""A problem is raised in one place, has one status, a sentence in two languages and a heading."""

import re

import pytest
from flask import Flask
from flask_babel import force_locale

from inspection.domain import office_problems, problems
from inspection.domain.problems import Problem
from tests.contracts.sources import headings, python_sources, text

KINDS = [
    kind
    for kind in (*vars(problems).values(), *vars(office_problems).values())
    if isinstance(kind, type) and issubclass(kind, Problem) and kind is not Problem
]
CODES = [kind.code for kind in KINDS]
FAULT = re.compile(r"Fault\(\s*\"(\w+)\"")


def test_codes_are_unique_and_spelled_alike() -> None:
    assert len(set(CODES)) == len(CODES)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in CODES)


def test_every_problem_has_a_heading_and_every_heading_a_problem() -> None:
    assert sorted(headings("problems.md")) == sorted(CODES)


def test_every_fault_has_a_heading() -> None:
    named = {code for path in python_sources() for code in FAULT.findall(text(path))}
    described = set(headings("problems.md", level=3))
    assert named - described == set()
    assert described - named <= set(CODES), "a fault is described that nothing reports"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_problem_has_a_status(kind: type[Problem]) -> None:
    from inspection.edge.problems import STATUS_OF

    assert 400 <= STATUS_OF[kind] <= 599


@pytest.mark.parametrize("code", CODES)
def test_every_problem_has_a_sentence_in_both_languages(code: str, plain_app: Flask) -> None:
    from inspection.edge.problems import sentence

    with plain_app.test_request_context():
        with force_locale("zh"):
            chinese = str(sentence(code))
        with force_locale("en"):
            english = str(sentence(code))
    assert re.search(r"[\u4e00-\u9fff]", chinese), chinese
    assert chinese.endswith("。")
    assert english
    assert not re.search(r"[\u4e00-\u9fff]", english), f"not translated: {english}"
