"""`flask ledger check | rebuild | checkpoint`."""

import json
import sys
from pathlib import Path

import click
from flask import Flask

from inspection.authoring import publishing
from inspection.campaigns import register as campaigns
from inspection.database import one_view
from inspection.dispatch import entries
from inspection.edge import reading, wired, writing
from inspection.enforcement import register as enforcement
from inspection.hazards import register
from inspection.incidents import register as incidents
from inspection.ledger.audit import audit
from inspection.orders import register as orders
from inspection.paperwork import shelf
from inspection.selections import register as selections
from inspection.upkeep import register as upkeep
from inspection.worker import take_checkpoint

VIEWS = (
    shelf.VIEW,
    enforcement.VIEW,
    incidents.VIEW,
    orders.VIEW,
    campaigns.VIEW,
    selections.VIEW,
    entries.VIEW,
    upkeep.VIEW,
)
"""All tables that follow from the ledger, beside the register of hazards."""


def add_commands(app: Flask) -> None:
    """Add the group `ledger`."""
    app.cli.add_command(ledger)


@click.group()
def ledger() -> None:
    """The append-only ledger."""


@ledger.command()
@click.option(
    "--mirror",
    type=click.Path(exists=True, path_type=Path),
    help="A copy of /ledger/checkpoints.jsonl that somebody else kept.",
)
@click.option(
    "--keys",
    type=click.Path(exists=True, path_type=Path),
    help="A kept /ledger/keys.json, where checkpoints were signed by an earlier server key.",
)
def check(mirror: Path | None, keys: Path | None) -> None:
    """Read chain and checkpoints with code of its own; exit status 1 names what is broken first."""
    known = [wired().server_key.public_jwk, *(_earlier(keys) if keys else ())]
    lines = mirror.read_text(encoding="utf-8").splitlines() if mirror else ()
    with one_view(wired().engine) as connection:
        found = audit(connection, keys=known, mirror=lines)
    with reading() as session:
        altered = list(publishing.altered(session))
    if found.finding:
        click.echo(
            f"台账在第 {found.finding.seq} 条断裂 · broken at entry {found.finding.seq}: "
            f"{found.finding.reason}"
        )
        sys.exit(1)
    for problem in altered:
        said = problem.details
        click.echo(
            f"检查表 {said['name']} 与台账不符 · differs from its entry in the ledger: "
            f"published {said['published'] or '–'}, found {said['found'] or '–'}"
        )
    if altered:
        sys.exit(1)
    click.echo(
        f"台账完整 · the ledger is whole: {found.entries} entries, last {found.last_link}; "
        f"{found.checkpoints} checkpoints" + (f", {found.mirrored} in the mirror" if mirror else "")
    )
    if not mirror:
        click.echo(
            "未与外部留存的检查点比对，备份回放看不出来 · "
            "not compared with a mirror: a replayed backup would not show"
        )


def _earlier(path: Path) -> list[dict[str, str]]:
    try:
        return [dict(each) for each in json.loads(path.read_bytes())["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        raise click.BadParameter(f"{path}: not a keys.json") from error


@ledger.command()
def rebuild() -> None:
    """Empty what is a view of the ledger, as hazards, papers and cases are, and build it again."""
    with writing() as session:
        count = register.rebuild(session)
        for view in VIEWS:
            view.rebuild(session)
    click.echo(f"台账视图已由 {count} 条记录重建 · rebuilt from {count} entries")


@ledger.command()
def checkpoint() -> None:
    """Sign where the ledger ends now, and say what was signed."""
    taken = take_checkpoint(wired())
    click.echo(f"已签发检查点 · checkpoint signed: {taken.seq} entries, last {taken.link}")
