"""`flask verify FILE…|FOLDER…`: whether PDFs in hand are ours, whole and unaltered."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from inspection.domain.problems import DocumentTooLarge
from inspection.edge import verdicts, wired
from inspection.verification import verdict
from inspection.verification.facts import Verdict

UNREADABLE = "unreadable"
_OUTCOMES = ("passed", "failed", "indeterminate", UNREADABLE)


def add_commands(app: Flask) -> None:
    """Add `verify`."""
    app.cli.add_command(verify)


@dataclass(frozen=True)
class _Examined:
    """One file and what it is; `trouble` says why there is no verdict."""

    path: Path
    found: Verdict | None
    trouble: str = ""

    @property
    def outcome(self) -> str:
        return self.found.outcome if self.found else UNREADABLE


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("-v", "--verbose", is_flag=True, help="every fact of every file")
@click.option("--json", "as_json", is_flag=True, help="one JSON document, for machines")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh")
def verify(paths: tuple[Path, ...], verbose: bool, as_json: bool, language: str) -> None:
    """Say what each FILE is; a folder stands for every PDF in it, however deep.

    Exit status: 0 all passed; 1 at least one failed; 2 none failed, but at least one could not
    be told or read.
    """
    examined: list[_Examined] = []
    with force_locale(language):
        for path in _files(paths):
            each = _examine(path)
            examined.append(each)
            if not as_json:
                _say(each, language, verbose=verbose)
        if as_json:
            click.echo(json.dumps(_document(examined, language), ensure_ascii=False, indent=1))
        elif len(examined) > 1:
            click.echo(_summary(examined))
    sys.exit(_status(examined))


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The arguments with folders opened; an empty folder stays, so that it is told."""
    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.suffix.lower() == ".pdf")
        yield from (inside or [path]) if path.is_dir() else [path]


def _examine(path: Path) -> _Examined:
    if path.is_dir():
        return _Examined(path, None, _("文件夹里没有 PDF 文件。"))
    wiring = wired()
    try:
        if path.stat().st_size > verdict.LARGEST_BYTES:
            raise DocumentTooLarge(largest=verdict.LARGEST_BYTES)
        data = path.read_bytes()
        found = verdict.examine_document(
            data,
            engine=wiring.engine,
            blobs=wiring.blobs,
            authority=wiring.authority,
            server_key=wiring.server_key,
            at=wiring.clock(),
        )
    except FileNotFoundError:
        return _Examined(path, None, _("没有这个文件。"))
    except OSError as error:
        return _Examined(path, None, _("读不了：%(why)s。", why=error.strerror or ""))
    except DocumentTooLarge:
        return _Examined(path, None, _("要核验的文件不能超过 50 MB。"))
    return _Examined(path, found)


def _say(each: _Examined, language: str, *, verbose: bool) -> None:
    name = verdicts.in_one_line(str(each.path))
    if each.found is None:
        click.echo(f"[{_('读不了')}] {name}  {each.trouble}")
        return
    number = f"{each.found.report.number}  " if each.found.report else ""
    word = verdicts.outcome_word(each.outcome)
    click.echo(f"[{word}] {name}  {number}{verdicts.headline(each.found)}")
    if verbose:
        for line in verdicts.lines(each.found, language)[1:]:
            click.echo(f"    {line}")


def _counts(examined: list[_Examined]) -> dict[str, int]:
    outcomes = [each.outcome for each in examined]
    return {name: outcomes.count(name) for name in _OUTCOMES}


def _summary(examined: list[_Examined]) -> str:
    counts = _counts(examined)
    words = {
        "passed": verdicts.outcome_word("passed"),
        "failed": verdicts.outcome_word("failed"),
        "indeterminate": verdicts.outcome_word("indeterminate"),
        UNREADABLE: _("读不了"),
    }
    total: str = ngettext("共 %(num)s 份", "共 %(num)s 份", len(examined))
    return " · ".join([total, *(f"{words[name]} {count}" for name, count in counts.items())])


def _status(examined: list[_Examined]) -> int:
    counts = _counts(examined)
    if counts["failed"]:
        return 1
    return 2 if counts["indeterminate"] or counts[UNREADABLE] else 0


def _document(examined: list[_Examined], language: str) -> dict[str, Any]:
    return {
        "format": "zhencha.verification/1",
        "summary": _counts(examined),
        "files": [_as_json(each, language) for each in examined],
    }


def _as_json(each: _Examined, language: str) -> dict[str, Any]:
    if each.found is None:
        return {"path": str(each.path), "outcome": each.outcome, "trouble": each.trouble}
    found = each.found
    return {
        "path": str(each.path),
        "outcome": found.outcome,
        "headline": verdicts.headline(found),
        "sha256": found.sha256,
        "size": found.size,
        "report": {"uuid": found.report.uuid, "number": found.report.number}
        if found.report
        else None,
        "covers": found.covers,
        "facts": [
            {
                "topic": fact.topic,
                "code": fact.code,
                "outcome": fact.outcome,
                "details": fact.details,
                "sentence": verdicts.sentence(fact),
            }
            for fact in found.facts
        ],
        "signers": [
            {
                "field": line.field,
                "kind": line.kind,
                "name": line.name,
                "role": line.role,
                "stamped_at": line.stamped_at.isoformat() if line.stamped_at else None,
                "built_in_clock": line.built_in_clock,
                "device_signed_at": line.device_signed_at.isoformat()
                if line.device_signed_at
                else None,
                "revision": line.revision,
                "covers_bytes": line.covers_bytes,
                "outcome": line.outcome,
            }
            for line in found.signers
        ],
        "notes": list(found.notes),
        "not_checked": list(found.not_checked),
    }
