"""`flask people enlist | dismiss`: accounts on a server that has no demonstration data."""

import uuid

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts import dismissal, people
from inspection.accounts.people import PersonAccount
from inspection.accounts.policy import Role
from inspection.edge import wired, writing
from inspection.organisations.unit import Unit

SHORTEST_PASSWORD = 10


def add_commands(app: Flask) -> None:
    """Add the group `people`."""
    app.cli.add_command(group)


@click.group("people")
def group() -> None:
    """People who sign in."""


@group.command()
@click.argument("username")
@click.argument("name")
@click.option("--unit", required=True, help="name of the unit where the role is held")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--badge", default="", help="enforcement certificate number (执法证号)")
@click.option("--title", default="")
@click.password_option()
def enlist(
    username: str, name: str, unit: str, role: str, badge: str, title: str, password: str
) -> None:
    """Give NAME an account called USERNAME; asks for the password."""
    _refuse_short(password)
    kept = people.hashed(password)
    with writing() as session:
        if session.scalar(select(PersonAccount.id).where(PersonAccount.username == username)):
            raise click.UsageError(f"用户名已有人使用 · {username} is taken")
        account = PersonAccount(
            uuid=str(uuid.uuid4()),
            username=username,
            name=name,
            badge=badge,
            title=title,
            password_hash=kept,
        )
        people.enlist(session, account, unit=_unit(session, unit), role=Role(role))
    click.echo(f"已添加 · enlisted {username}")


@group.command()
@click.argument("username")
@click.option("--reason", required=True)
def dismiss(username: str, reason: str) -> None:
    """Close an account: its sessions end, its keys sign nothing more; what was signed stays."""
    at = wired().clock()
    with writing() as session:
        account = session.scalar(select(PersonAccount).where(PersonAccount.username == username))
        if account is None:
            raise click.UsageError(f"没有这个用户 · nobody is called {username}")
        dismissal.dismiss(session, account, reason=reason, at=at)
    click.echo(f"已停用 · dismissed {username}")


@group.command()
@click.argument("username")
@click.password_option()
def password(username: str, password: str) -> None:
    """Give USERNAME another password; asks for it. Their keys and tablets stay as they are."""
    _refuse_short(password)
    kept = people.hashed(password)
    with writing() as session:
        account = session.scalar(select(PersonAccount).where(PersonAccount.username == username))
        if account is None:
            raise click.UsageError(f"没有这个用户 · nobody is called {username}")
        account.password_hash = kept
    click.echo(f"已改密码 · {username} has another password")


def _refuse_short(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise click.UsageError(f"密码至少 {SHORTEST_PASSWORD} 位 · the password is too short")


def _unit(session: Session, name: str) -> Unit:
    found = session.scalars(select(Unit).where(Unit.name == name)).all()
    if len(found) != 1:
        raise click.UsageError(f"找到 {len(found)} 个单位 · {len(found)} units are called {name}")
    return found[0]
