"""The protocol's description (OpenAPI 3.1), made from the routes and their docstrings."""

import re
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from inspection import __version__
from inspection.accounts.policy import Permission
from inspection.edge import requires
from inspection.edge.problems import STATUS_OF

_BODIES = {
    "/records/{record}": ("application/jose+json", "JWS, general JSON serialisation (RFC 7515)"),
    "/blobs/{digest}": ("application/partial-upload", "one piece of at most 256 KB"),
}
_STATUSES = {
    ("put", "/records/{record}"): {201: "accepted", 200: "same bytes again", 202: "held"},
    ("post", "/keys"): {201: "enrolled"},
    ("post", "/custody"): {204: "noted"},
    ("put", "/recovery-key"): {201: "in force"},
    ("post", "/recoveries"): {201: "asked", 200: "asked before"},
    ("put", "/recoveries/{asked}/answer"): {201: "answered", 200: "answered before"},
    ("patch", "/blobs/{digest}"): {204: "taken; Upload-Offset and Upload-Complete tell how far"},
    ("head", "/blobs/{digest}"): {204: "Upload-Offset and Upload-Complete tell how far"},
    ("get", "/ping"): {204: "here"},
}


def add_routes(api: Blueprint) -> None:
    """Add /openapi.json."""
    api.get("/openapi.json")(openapi)


@requires(Permission.PUBLIC)
def openapi() -> Response:
    """This description."""
    return jsonify(description())


def description() -> dict[str, Any]:
    """Describe every route under /api/v1."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in current_app.url_map.iter_rules():
        if not rule.endpoint.startswith("api."):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            if method == "HEAD" and "GET" in (rule.methods or set()):
                continue
            paths.setdefault(path, {})[method.lower()] = _operation(rule, path, method.lower())
    return {
        "openapi": "3.1.0",
        "info": {"title": "真查 Zhencha", "version": __version__},
        "servers": [{"url": "/api/v1"}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": {"Problem": _problem_schema()}},
    }


def _operation(rule: Any, path: str, method: str) -> dict[str, Any]:
    view: Any = current_app.view_functions[rule.endpoint]
    responses = _STATUSES.get((method, path), {200: "done"})
    problem = {"$ref": "#/components/schemas/Problem"}
    operation: dict[str, Any] = {
        "operationId": rule.endpoint.removeprefix("api."),
        "summary": (view.__doc__ or "").strip().split("\n")[0],
        "x-permission": view.permission.value,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in sorted(rule.arguments)
        ],
        "responses": {
            **{str(status): {"description": words} for status, words in responses.items()},
            "default": {
                "description": "a problem (RFC 9457)",
                "content": {"application/problem+json": {"schema": problem}},
            },
        },
    }
    if method in ("put", "patch", "post"):
        kind, words = _BODIES.get(path, ("application/json", "a JSON object"))
        operation["requestBody"] = {"required": True, "description": words, "content": {kind: {}}}
    return operation


def _problem_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "examples": sorted({kind.code for kind in STATUS_OF})},
            "detail": {"type": "string"},
            "details": {"type": "object"},
        },
    }
