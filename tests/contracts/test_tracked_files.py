"""What may not leave with a commit: registries, machine paths, others' files, big rooms."""

import re

from tests.contracts.sources import name, text, tracked

HOSTS = re.compile(  # written apart, so that this file does not name them either
    "npm" + r"js\.(org|com)|py" + r"pi\.org|python" + r"hosted|deb\.deb" + r"ian\.org",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.])/(wo" + r"rk|fa" + r"rm|ro" + r"ot)/", re.MULTILINE)
FOREIGN = re.compile(
    r"(^|/)(node_modules|vendor|third_party)/|\.min\.(js|css)$|\.(woff2?|ttf|otf|ttc)$"
)
ROOMS = {".py", ".js", ".mjs", ".css", ".html"}
LONGEST = 500


def test_no_registry_is_named() -> None:
    assert [name(path) for path in tracked() if HOSTS.search(text(path))] == []


def test_no_path_of_one_machine_is_named() -> None:
    assert [name(path) for path in tracked() if MACHINE_PATH.search(text(path))] == []


def test_nothing_is_somebody_elses() -> None:
    assert [name(path) for path in tracked() if FOREIGN.search(name(path))] == []


def test_no_room_grows_past_its_walls() -> None:
    lengths = {name(path): text(path).count("\n") for path in tracked() if path.suffix in ROOMS}
    assert {where: lines for where, lines in lengths.items() if lines > LONGEST} == {}


def test_nothing_that_is_made_is_tracked() -> None:
    made = re.compile(r"^(static/dist|var|\.venv)/|\.mo$|__pycache__")
    assert [name(path) for path in tracked() if made.search(name(path))] == []


def test_top_level_holds_only_the_names_that_the_house_has() -> None:
    allowed = {
        *("app.py", "requirements.txt", "requirements-dev.txt", "README.md", "CHANGELOG.md"),
        *("pyproject.toml", "Makefile", "package.json", "package-lock.json", ".gitignore"),
        *("inspection", "checklists", "templates", "static", "tests", "docs", "deploy", ".ci"),
    }
    assert {name(path).split("/")[0] for path in tracked()} <= allowed
