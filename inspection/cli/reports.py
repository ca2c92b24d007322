"""`flask reports retimestamp`: what keeps issued reports provable for decades."""

import logging
import sys
from datetime import timedelta

import click
from flask import Flask

from inspection.domain.problems import NotFound, Problem
from inspection.edge import reading, wired
from inspection.reports import retimestamping
from inspection.reports.retimestamping import YEARLY, Due

_log = logging.getLogger("zhencha.reports")


def add_commands(app: Flask) -> None:
    """Add the group `reports`."""
    app.cli.add_command(reports)


@click.group()
def reports() -> None:
    """Issued reports."""


@reports.command()
@click.option("--older-than", type=click.IntRange(min=0), default=YEARLY.days, metavar="DAYS")
@click.option("--report", "number", default="", metavar="NUMBER")
def retimestamp(older_than: int, number: str) -> None:
    """Put a fresh timestamp over each report whose last one is older than DAYS (default 365).

    Running it again does nothing until the time has passed again. One that fails is named and
    the others go on; the exit status is then 1, and 2 when no report bears NUMBER.
    """
    wiring = wired()
    try:
        with reading() as session:
            found = retimestamping.due(
                session, older_than=timedelta(days=older_than), at=wiring.clock(), number=number
            )
    except NotFound:
        click.echo(f"没有这个文号的报告 · no report bears this number: {number}", err=True)
        sys.exit(2)
    failed = [each for each in found if not _done(each)]
    done = len(found) - len(failed)
    click.echo(
        f"补盖时间戳 {done} 份，失败 {len(failed)} 份 · {done} stamped, {len(failed)} failed"
    )
    sys.exit(1 if failed else 0)


def _done(each: Due) -> bool:
    wiring = wired()
    try:
        retimestamping.retimestamp(
            each.report,
            engine=wiring.engine,
            blobs=wiring.blobs,
            authority=wiring.authority,
            clock=wiring.clock,
        )
    except Exception as error:  # one report must not keep the others from their timestamp
        _log.exception("no fresh timestamp for %s", each.report)
        code = error.code if isinstance(error, Problem) else type(error).__name__
        click.echo(f"失败 · failed: {each.number} ({code})", err=True)
        return False
    return True
