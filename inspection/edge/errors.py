"""Turns problems and HTTP errors into answers: problem+json for `/api/`, pages for the rest."""

import logging
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Redirect

from inspection.domain.problems import Problem
from inspection.edge.problems import RETRY_AFTER_SECONDS, STATUS_OF, Spoken, spoken

Answer = Response | Redirect

_log = logging.getLogger("zhencha.edge")


def register(app: Flask) -> None:
    """Answer every problem, HTTP error and unforeseen exception in the reader's form."""
    app.register_error_handler(Problem, problem_answer)
    app.register_error_handler(HTTPException, _http_answer)
    app.register_error_handler(Exception, _unforeseen_answer)


def problem_answer(problem: Problem) -> Response:
    """The answer to a problem. Refusals are logged by code, never with what was sent."""
    status = STATUS_OF[type(problem)]
    _log.info("refused %s %s %s", request.method, request.path, problem.code)
    response = _answer(spoken(problem), status, problem.details)
    wait = problem.details.get("retry_after_seconds") or RETRY_AFTER_SECONDS.get(status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    if "offset" in problem.details:
        response.headers["Upload-Offset"] = str(problem.details["offset"])
    return response


def _http_answer(error: HTTPException) -> Answer:
    status = error.code or 500
    if status == 405 and request.method == "GET" and (above := _page_above(request.path)):
        return redirect(above, 303)
    words = Spoken(f"http_{status}", _http_sentence(status), "", "")
    return _answer(words, status, {})


def _page_above(path: str) -> str:
    """The nearest page above an address that only takes forms, or nothing.

    A refused form stands at such an address: whoever changes the language there, or comes back
    to it later, asks for it as for a page.
    """
    addresses = current_app.url_map.bind("")
    while path := path.rpartition("/")[0]:
        if addresses.test(path, "GET"):
            break
    return path


def _http_sentence(status: int) -> str:
    if status == 404:
        return _("没有这个页面。")
    if status == 405:
        return _("这个地址不支持这种操作。")
    if status == 413:
        return _("发来的内容太大。")
    return _("请求无法处理。")


def _unforeseen_answer(error: Exception) -> Response:
    g.setdefault("actor", None)  # drawing the page must not ask a database that may be the cause
    _log.exception("unforeseen %s %s", request.method, request.path, exc_info=error)
    words = Spoken(
        "unforeseen",
        _("系统出了意外错误，已经记录。"),
        _("没有提交成功的内容仍在您这里。"),
        _("请稍后再试；若反复出现，请联系管理员。"),
    )
    return _answer(words, 500, {})


def _answer(words: Spoken, status: int, details: dict[str, Any]) -> Response:
    if request.path.startswith("/api/"):
        response = jsonify(
            type=f"urn:zhencha:problem:{words.code}",
            title=words.sentence,
            status=status,
            code=words.code,
            detail=" ".join(filter(None, (words.safe, words.next))),
            details=details,
        )
        response.mimetype = "application/problem+json"
    else:
        response = Response(render_template("errors/problem.html", problem=words))
    response.status_code = status
    return response
