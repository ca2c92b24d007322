"""Every fact has its sentence, in a request and on the command line."""

import ast
import inspect
import re

from flask import Flask
from flask_babel import Babel

from inspection.edge import verdicts
from inspection.verification import verdict


def fact_codes():
    """Every code that the verdict can give, read from its source."""
    tree = ast.parse(inspect.getsource(verdict))
    text = inspect.getsource(verdict)
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fact"
    ]
    found = {
        each.value
        for call in calls
        for each in ast.walk(call.args[0])
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    found |= set(re.findall(r'"([a-z_]+)": signature\.(?:intact|trusted|timed|unchanged),', text))
    found |= {"whole_file_covered", "whole_file_not_covered"}
    found |= {f"{kind}_signature_valid" for kind in ("seal", "person", "timestamp")}
    return {code for code in found if not code.startswith("_signature")}


def test_every_fact_has_a_sentence():
    assert fact_codes() == verdicts.FACT_CODES


def test_a_verdict_is_told_in_lines_outside_a_request(scene, issued):
    app = Flask("test")
    Babel(app)
    with app.app_context():
        said = verdicts.lines(scene.verify(issued), "zh")
    assert said[0] == "这份文件由本系统出具，与出具时逐字节相同，签名全部有效。"
    assert any("检查人员 李𫖯" in line for line in said)
    assert said[-1] == "没有核验：记录所写是否属实。"
