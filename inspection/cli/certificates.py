"""`flask certificates list | revoke | renew`: people's PDF certificates."""

from datetime import timedelta

import click
from flask import Flask

from inspection.accounts import certificates
from inspection.domain.problems import NotFound
from inspection.edge import reading, wired, writing

_STATES = {"valid": "有效", "expired": "已到期", "revoked": "已吊销", "replaced": "已换发"}


def add_commands(app: Flask) -> None:
    """Add the group `certificates`."""
    app.cli.add_command(group)


@click.group("certificates")
def group() -> None:
    """People's certificates for signing PDF files."""


@group.command("list")
def list_all() -> None:
    """List every certificate: serial number, whose, until when, how it stands."""
    with reading() as session:
        found = certificates.listed(session, at=wired().clock())
    for each in found:
        issued = each.issued
        click.echo(
            f"{issued.serial}  {issued.expires_at:%Y-%m-%d}  "
            f"{_STATES[each.state]} · {each.state}  {issued.name}"
        )
    click.echo(f"共 {len(found)} 张 · {len(found)} certificates")


@group.command()
@click.argument("serial")
@click.option("--reason", required=True)
def revoke(serial: str, reason: str) -> None:
    """Take back the certificate with this SERIAL number; what it signed before stays valid."""
    try:
        with writing() as session:
            found = certificates.revoke(session, serial.lower(), reason=reason, at=wired().clock())
    except NotFound:
        raise click.UsageError(f"没有这张证书 · no certificate has the number {serial}") from None
    click.echo(f"已吊销 · revoked {found.serial} {found.name}")


@group.command()
@click.option("--within", type=int, default=30, help="days to the end, 30 unless told")
@click.option("--all", "everything", is_flag=True, help="whenever they end")
@click.option("--person", default="", help="uuid of one account only")
def renew(within: int, everything: bool, person: str) -> None:
    """Make new certificates for active accounts whose own run out soon."""
    wiring = wired()
    with writing() as session:
        made = certificates.renew(
            session,
            authority=wiring.authority,
            within=None if everything else timedelta(days=within),
            person=person,
            at=wiring.clock(),
        )
    for each in made:
        click.echo(f"{each.serial}  {each.expires_at:%Y-%m-%d}  {each.name}")
    click.echo(f"已换发 {len(made)} 张 · {len(made)} renewed")
