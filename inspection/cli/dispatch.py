"""`flask dispatch recount`: count a month's table again, by other code, and compare."""

import sys
from datetime import date

import click
from flask import Flask
from sqlalchemy import select

from inspection.database import one_view
from inspection.dispatch import tables
from inspection.dispatch.recount import Asked
from inspection.dispatch.recount import recount as counted_again
from inspection.domain.dispatch import month_of
from inspection.domain.dispatch_rows import VALUES
from inspection.domain.workdays import day_of
from inspection.edge import reading, wired
from inspection.organisations import directory
from inspection.organisations.unit import Unit, UnitKind
from inspection.wiring import CHECKLISTS


def add_commands(app: Flask) -> None:
    """Add the group `dispatch`."""
    app.cli.add_command(dispatch)


@click.group()
def dispatch() -> None:
    """The monthly dispatch table (调度表)."""


def _month(_context: object, _parameter: object, text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise click.BadParameter(f"{text}: write it as 2026-11") from None


@dispatch.command()
@click.argument("month", callback=_month)
@click.option("--unit", default="", help="uuid of the office; the first district when left out")
def recount(month: date, unit: str) -> None:
    """Count the table of MONTH from the raw ledger; exit status 1 when anything differs.

    A table that was sent is counted again from as much of the ledger as there was then.
    """
    today = day_of(wired().clock())
    if month > month_of(today):
        raise click.BadParameter(f"{month:%Y-%m} is still to come")
    with reading() as session:
        wanted = Unit.uuid == unit if unit else Unit.kind == UnitKind.DISTRICT
        office = session.scalar(select(Unit.uuid).where(wanted).order_by(Unit.id))
        if office is None:
            raise click.BadParameter(f"没有这个单位 · no office has the uuid {unit}")
        made = tables.table(
            session,
            directory.unit(session, office),
            month,
            catalog=wired().catalog,
            blobs=wired().blobs,
            today=today,
        )
    asked = Asked(office, made.period.since, made.period.until, made.ledger_seq)
    with one_view(wired().engine) as connection:
        again = counted_again(connection, asked, checklists=CHECKLISTS)
    state = "已报送 · as sent" if made.versions else "现在统计 · as it counts now"
    click.echo(f"{made.office.name} {month:%Y-%m} {state}, {made.ledger_seq} entries")
    click.echo(f"{'':<6}{'table':>16}{'recount':>16}")
    for value in VALUES:
        one, other = made.values[value.code], again[value.code]
        differs = "" if one == other else "  ← 不一致 differs"
        click.echo(f"{value.code:<6}{value.written(one):>16}{value.written(other):>16}{differs}")
    wrong = [value.code for value in VALUES if made.values[value.code] != again[value.code]]
    if wrong:
        click.echo(f"两次统计不一致 · the two counts differ in {', '.join(wrong)}")
        sys.exit(1)
    click.echo("两次统计一致 · the two counts agree")
