"""The objects built once from settings, in one frozen value."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import Engine

from inspection.blobs import FilesystemBlobs
from inspection.catalog import Catalog, Library
from inspection.catalog.authored import Archive
from inspection.notices.mail import Post
from inspection.notices.push import Pusher
from inspection.settings import ROOT, Settings
from inspection.signing.authority import Authority
from inspection.signing.jose import ServerKey
from inspection.signing.own import load as load_own

CHECKLISTS = ROOT / "checklists"


@dataclass(frozen=True)
class Wiring:
    """What edges and worker hand to capabilities."""

    settings: Settings
    engine: Engine
    blobs: FilesystemBlobs
    catalog: Catalog
    checklist_schema: Mapping[str, Any]
    """The shape of a checklist's file, `checklists/schema.json`."""
    library: Library
    authority: Authority
    server_key: ServerKey
    pusher: Pusher
    post: Post
    clock: Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def wire(
    settings: Settings, engine: Engine, *, clock: Callable[[], datetime] = system_clock
) -> Wiring:
    """Open everything that lies in the home directory. Raises ChecklistAltered, SettingsIncomplete.

    The organisation's own credentials are tried before anything is made.
    """
    own = load_own(settings.own, at=clock())
    settings.home.mkdir(parents=True, exist_ok=True)
    catalog = Catalog.open(CHECKLISTS, Archive(engine))
    return Wiring(
        settings=settings,
        engine=engine,
        blobs=FilesystemBlobs(settings.home / "blobs"),
        catalog=catalog,
        checklist_schema=json.loads((CHECKLISTS / "schema.json").read_text(encoding="utf-8")),
        library=Library.open(CHECKLISTS, catalog.current()),
        authority=Authority.open(
            settings.home / "authority",
            settings.secret,
            organisation=settings.organisation,
            at=clock(),
            lists_url=f"{settings.public_url}/ca",
            own=own,
        ),
        server_key=ServerKey.open(settings.home / "server-key.pem", settings.secret, at=clock()),
        pusher=Pusher.open(
            settings.home / "push-key.pem",
            settings.secret,
            contact=f"mailto:{settings.mail_from or 'nobody@localhost'}",
        ),
        post=Post(settings.smtp_url, settings.mail_from, settings.public_url),
        clock=clock,
    )
