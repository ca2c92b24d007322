"""Every fact has its topic and its sentence, in a request and on the command line."""

import ast
import inspect
import re

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from inspection.edge import verdicts
from inspection.verification import document, facts, inside, papers, place, signatures, verdict
from inspection.verification.facts import CODES, Fact

MAKERS = (document, inside, papers, place, signatures, verdict)


@pytest.fixture(scope="module")
def talking():
    """An app that only talks."""
    from inspection.settings import ROOT

    app = Flask("test")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "inspection" / "translations")
    Babel(app)
    with app.app_context():
        yield app


def made_codes():
    """Every code that a fact is made with, read from the source."""
    found = {f"{kind}_signature_valid" for kind in ("seal", "person", "attested", "timestamp")}
    for module in MAKERS:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fact":
                found |= {
                    each.value
                    for each in ast.walk(node.args[0])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return {code for code in found if not re.match("_|timestamp$", code)}


def test_every_fact_has_a_topic_and_a_sentence():
    assert made_codes() == CODES == verdicts.FACT_CODES


def test_a_fact_that_nobody_wrote_down_is_none():
    with pytest.raises(ValueError, match="no topic"):
        Fact("looks_fine", facts.PASSED)


DETAILS = {
    "number": "检记〔2026〕000012号",
    "organisation": "安委办",
    "title": "检查记录",
    "name": "李𫖯",
    "role": "inspector",
    "seq": 12,
    "from_seq": 9,
    "files": 8,
    "signatures": 2,
    "edition": 0,
    "later": 1,
    **dict.fromkeys(("size", "missing", "extra", "first_at", "covers_bytes"), 1234567),
    **dict.fromkeys(
        (
            *("issued_at", "stamped_at", "signed_at", "recorded_at", "taken_at", "revised_at"),
            "annulled_at",
        ),
        "2026-11-22T04:20:00+00:00",
    ),
}


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_sentence_is_whole_in_both_languages(talking, code):
    fact = Fact(code, facts.PASSED, DETAILS)
    with force_locale("zh"):
        chinese = verdicts.sentence(fact)
    with force_locale("en"):
        english = verdicts.sentence(fact)
    assert chinese.endswith("。")
    assert "%(" not in chinese + english
    left = re.sub("检查记录|检记〔2026〕000012号|安委办|李𫖯", "", english)
    assert not re.search(r"[\u4e00-\u9fff]", left), english


def test_a_verdict_is_told_in_lines_outside_a_request(talking, scene, issued):
    said = verdicts.lines(scene.verify(issued), "zh")
    assert said[0] == "这份文件由本系统出具，与出具时逐字节相同，签名全部有效。"
    assert any(
        "检查人员 李𫖯，2026-11-22 12:20:00（本系统内置时间戳服务，不是第三方）" in line
        for line in said
    )
    assert any("本来就会这样" in line for line in said)
    assert said[-1] == "没有核验：记录所写是否属实。"
