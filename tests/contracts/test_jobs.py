"""Every kind of job that somebody enqueues has a worker, and every worker a job."""

import ast

from tests.contracts.sources import name, python_sources, text


def test_every_job_kind_has_a_worker() -> None:
    from inspection.worker import WORK

    enqueued = {kind for path in python_sources() for kind in _kinds(name(path), text(path))}
    assert enqueued == set(WORK)


def _kinds(where: str, source: str) -> list[str]:
    """The second argument of each call of `enqueue`: a text, or a constant of that module."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    kinds = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "enqueue":
            kind = node.args[1]
            value = kind.value if isinstance(kind, ast.Constant) else constants.get(_id(kind))
            assert isinstance(value, str), f"{where}:{node.lineno}: which kind of job is this?"
            kinds.append(value)
    return kinds


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
