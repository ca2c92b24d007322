"""`flask reports retimestamp`: what keeps issued files provable for decades."""

import logging
import sys
from collections.abc import Callable
from datetime import timedelta

import click
from flask import Flask

from inspection.domain.problems import Problem
from inspection.edge import reading, wired
from inspection.paperwork import retimestamping as of_papers
from inspection.reports import retimestamping as of_reports
from inspection.reports.retimestamping import YEARLY, Stamped

_log = logging.getLogger("zhencha.reports")


def add_commands(app: Flask) -> None:
    """Add the group `reports`."""
    app.cli.add_command(reports)


@click.group()
def reports() -> None:
    """Issued reports, papers and sheets."""


@reports.command()
@click.option("--older-than", type=click.IntRange(min=0), default=YEARLY.days, metavar="DAYS")
@click.option("--report", "number", default="", metavar="NUMBER")
def retimestamp(older_than: int, number: str) -> None:
    """Put a fresh timestamp over each report, paper and sheet that needs one.

    Needed when the last one is older than DAYS (default 365), or its certificate ends within 30
    days. Running it again does nothing until the time has passed again. One that fails is named
    and the others go on; the exit status is then 1, and 2 when no file bears NUMBER.
    """
    with reading() as session:
        issued = of_reports.newest(session, number=number)
        papers = of_papers.newest(session, number=number)
    if number and not (issued or papers):
        click.echo(f"没有这个文号的文件 · no report bears this number: {number}", err=True)
        sys.exit(2)
    age = timedelta(days=older_than)
    done = [
        *(_done(each, of_reports.retimestamp) for each in _due(issued, age)),
        *(_done(each, of_papers.retimestamp) for each in _due(papers, age)),
    ]
    stamped, failed = done.count(True), done.count(False)
    click.echo(f"补盖时间戳 {stamped} 份，失败 {failed} 份 · {stamped} stamped, {failed} failed")
    sys.exit(1 if failed else 0)


def _due(files: tuple[Stamped, ...], older_than: timedelta) -> tuple[Stamped, ...]:
    wiring = wired()
    return of_reports.due(
        files, older_than=older_than, engine=wiring.engine, blobs=wiring.blobs, at=wiring.clock()
    )


def _done(each: Stamped, stamp: Callable[..., object]) -> bool:
    wiring = wired()
    try:
        stamp(
            each.uuid,
            engine=wiring.engine,
            blobs=wiring.blobs,
            authority=wiring.authority,
            clock=wiring.clock,
        )
    except Exception as error:  # one report must not keep the others from their timestamp
        _log.exception("no fresh timestamp for %s", each.uuid)
        code = error.code if isinstance(error, Problem) else type(error).__name__
        click.echo(f"失败 · failed: {each.number} ({code})", err=True)
        return False
    return True
