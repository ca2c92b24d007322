"""What the repository holds, as the contract tests look at it: tracked files and their text."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git tracks and that still exists."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def text(path: Path) -> str:
    """A file's text; empty when it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def name(path: Path) -> str:
    """The file's name within the repository."""
    return path.relative_to(ROOT).as_posix()


def python_sources() -> list[Path]:
    """The modules of the package."""
    package = [path for path in tracked() if name(path).startswith("inspection/")]
    return [path for path in package if path.suffix == ".py" and path.parent.name != "versions"]


def headings(document: str, *, level: int = 2) -> list[str]:
    """The headings of one level in a Markdown file under docs/, without code marks."""
    marks = "#" * level + " "
    lines = (ROOT / "docs" / document).read_text(encoding="utf-8").splitlines()
    return [line[len(marks) :].strip().strip("`") for line in lines if line.startswith(marks)]
