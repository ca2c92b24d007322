"""`flask checklists export` and `check`: lists as workbooks, and workbooks as lists."""

import sys
from pathlib import Path

import click
from flask import Flask
from flask_babel import force_locale

from inspection.authoring import arrivals, documents, publishing, workbooks, xlsforms
from inspection.cli.catalog import checklists
from inspection.domain import checklist, proofreading
from inspection.domain.problems import ChecklistUnknown, Problem, RevisionUnpublished
from inspection.domain.workdays import day_of
from inspection.edge import problems, reading, transcripts, wired


def add_commands(_app: Flask) -> None:
    """Add the commands to the group `checklists`."""
    checklists.add_command(export)
    checklists.add_command(check)


@click.command()
@click.argument("slug")
@click.option("--to", "path", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--revision", type=click.IntRange(min=1), help="the newest when left out")
@click.option("--xlsform", is_flag=True, help="as a form for ODK and KoBo")
def export(slug: str, path: Path, revision: int | None, *, xlsform: bool) -> None:
    """Write the list SLUG into a workbook that can be edited and sent back."""
    try:
        found = wired().catalog.revision(slug, revision or _newest(slug))
    except (ChecklistUnknown, RevisionUnpublished):
        click.echo(f"没有这份检查表 · no such list: {slug}", err=True)
        sys.exit(2)
    write = xlsforms.written if xlsform else workbooks.written
    path.write_bytes(write(checklist.to_json(found)))
    click.echo(f"已导出 · exported {slug}.{found.revision}")


def _newest(slug: str) -> int:
    shipped = {each.slug: each.revision for each in wired().catalog.current()}
    if slug in shipped:
        return shipped[slug]
    with reading() as session:
        return publishing.last_revision(session, slug)


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(exists=True, path_type=Path))
def check(path: Path) -> None:
    """Read the list in the workbook FILE and name everything that is wrong, with its cell.

    The exit status is 0 when nothing is, 1 when something is, 2 when FILE cannot be read as a list.
    """
    with force_locale("zh"):
        sys.exit(_checked(path))


def _checked(path: Path) -> int:
    try:
        found = arrivals.transcribed(path.read_bytes())
    except Problem as problem:
        said = problems.spoken(problem)
        click.echo(f"{said.sentence}{said.next} ({problem})", err=True)
        return 2
    document = arrivals.completed(found.document, on=day_of(wired().clock()))
    document["slug"] = document["slug"] or "new-list"
    faults = proofreading.faults(document, schema=wired().checklist_schema)
    wrong = transcripts.wrong(found, faults)
    for kind, line in (
        *(("提示", line) for line in transcripts.notes(found)),
        *(("有误", line) for line in wrong),
    ):
        click.echo(f"{kind}  {line.place}：{line.words}")
    items = len(documents.codes(document))
    click.echo(f"检查项 {items} 个，有误 {len(wrong)} 处 · {items} items, {len(wrong)} faults")
    return 1 if wrong else 0
