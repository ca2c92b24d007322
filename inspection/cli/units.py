"""`flask units found`: districts, towns, departments and enterprises, one at a time."""

import uuid

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.edge import writing
from inspection.organisations import credit_code, directory
from inspection.organisations.unit import Sector, Unit, UnitKind


def add_commands(app: Flask) -> None:
    """Add the group `units`."""
    app.cli.add_command(units)


@click.group()
def units() -> None:
    """Units and enterprises."""


@units.command()
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in UnitKind]), required=True)
@click.option("--parent", default="", help="name of the unit above; none for the first")
@click.option("--supervisor", default="", help="name of the department that supervises it")
@click.option("--credit-code", "code", default="", help="unified social credit code, 18 characters")
@click.option("--sector", type=click.Choice(["", *(sector.value for sector in Sector)]), default="")
@click.option("--high-risk", is_flag=True)
@click.option("--address", default="")
@click.option("--principal", default="", help="principal person in charge (主要负责人)")
@click.option("--phone", default="")
def found(
    name: str, kind: str, parent: str, supervisor: str, code: str, **facts: str | bool
) -> None:
    """Add a unit called NAME."""
    if code and not credit_code.is_valid(code):
        raise click.UsageError(f"统一社会信用代码不对 · {code} fails GB 32100's check digit")
    with writing() as session:
        if session.scalar(select(Unit.id).where(Unit.name == name)):
            raise click.UsageError(f"已有这个单位 · {name} exists")
        unit = Unit(uuid=str(uuid.uuid4()), kind=kind, name=name, credit_code=code, **facts)
        unit.supervisor_id = _named(session, supervisor).id if supervisor else None
        directory.found(session, unit, parent=_named(session, parent) if parent else None)
    click.echo(f"已添加 · added {name}")


def _named(session: Session, name: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.name == name))
    if unit is None:
        raise click.UsageError(f"没有这个单位 · no unit is called {name}")
    return unit
