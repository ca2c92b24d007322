"""A tablet with sealed records in its outbox, put there without filling in forms.

These tests look into the tablet's storage and say so: what signing makes is tested elsewhere,
here it is what becomes of it. The records are real, signed by keys that the server knows.
"""

import base64
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import PersonAccount
from inspection.database import install, reading, writing
from inspection.organisations.unit import Unit as UnitRow
from tests.builders import enrolment, ink, records
from tests.builders.devices import Device
from tests.builders.identifiers import sha256
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.builders.times import stamp
from tests.builders.units import Unit
from tests.live import LiveServer

UNIT = "恒砺机械"

PUT = """async ({ rows, blobs }) => {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open("zhencha-device");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer;
  const writing = database.transaction(["outbox", "outbox_blobs"], "readwrite");
  const put = (store, row) => writing.objectStore(store).put(row);
  for (const blob of blobs) put("outbox_blobs", { ...blob, bytes: bytes(blob.bytes) });
  for (const row of rows) put("outbox", row);
  await new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error);
  });
  database.close();
}"""

READ = """async (store) => {
  const database = await new Promise((resolve) => {
    const opening = indexedDB.open("zhencha-device");
    opening.onsuccess = () => resolve(opening.result);
  });
  const all = await new Promise((resolve) => {
    const asking = database.transaction(store).objectStore(store).getAll();
    asking.onsuccess = () => resolve(asking.result);
  });
  database.close();
  return all.map(({ bytes, ...row }) => (bytes ? { ...row, length: bytes.byteLength } : row));
}"""


@dataclass
class Registry:
    """The server's side of these tests: its database, and keys with which records are signed."""

    server: LiveServer
    database_url: str
    device: Device = field(default_factory=Device)
    enrolled: set[str] = field(default_factory=set)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Write into the server's database, beside it."""
        engine = sqlalchemy.create_engine(self.database_url)
        install(engine)
        with writing(engine) as session:
            yield session
        engine.dispose()

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Read the server's database."""
        engine = sqlalchemy.create_engine(self.database_url)
        install(engine)
        with reading(engine) as session:
            found = [tuple(row) for row in session.execute(sqlalchemy.text(query), values)]
        engine.dispose()
        return found

    def person(self, username: str) -> Person:
        """Somebody of the demonstration, with a key on the device of these tests."""
        with self.writing() as session:
            query = select(PersonAccount).where(PersonAccount.username == username)
            account = session.scalars(query).one()
            person = Person(account.name, uuid=account.uuid, badge=account.badge)
            if username not in self.enrolled:
                enrolment.enrol(session, person, self.device, at=datetime.now(UTC))
                self.enrolled.add(username)
        return person

    def sealed(
        self, *, photos: int = 1, photo_bytes: int = 0, days: float = 0, **changed: Any
    ) -> Filled:
        """A record of Zhang and Li with so many photos, of so many bytes each."""
        with self.writing() as session:
            row = session.scalars(select(UnitRow).where(UnitRow.name.contains(UNIT))).one()
            unit = Unit(uuid=row.uuid, name=row.name, credit_code=row.credit_code)
        at = datetime.now(UTC) - timedelta(minutes=1, days=days)
        signers = (self.person("zhang"), self.person("li"))
        made = records.filled(
            signers=signers, unit=unit, device=self.device, at=at, failed=min(photos, 20), **changed
        )
        shots = made.payload["photos"]
        while 0 < len(shots) < photos:
            shots.append(dict(shots[len(shots) % 20]))
        for shot in shots:
            if photo_bytes:
                made.blobs.pop(shot["sha256"], None)
            data = random.randbytes(photo_bytes) if photo_bytes else made.blobs[shot["sha256"]]
            shot["sha256"], shot["size"] = sha256(data), len(data)
            made.blobs[shot["sha256"]] = data
        _sign_anew(made)
        return made


def _sign_anew(made: Filled) -> None:
    """No hand writes twice alike: what another record brought must not be there already."""
    names = {person["ref"]: person["name"] for person in made.payload["people"]}
    for signature in made.payload["signatures"]:
        made.blobs.pop(signature["ink"]["sha256"], None)
        points = 30 + random.randrange(200)
        drawn = ink.drawn(names[signature["person"]], points=points, turn=random.randrange(40))
        made.blobs[drawn.digest], signature["ink"] = drawn.data, drawn.reference()


def load(page: Page, owner: Person, *made: Filled, **changed: Any) -> None:
    """Put records into the outbox of the tablet that shows this page, as sealing leaves them."""
    rows, blobs = [], []
    for each in made:
        body = each.body()
        shots = {shot["sha256"] for shot in each.payload["photos"]}
        names = {
            digest: {
                "sha256": digest,
                "size": len(data),
                "type": "image/jpeg" if digest in shots else "application/json",
            }
            for digest, data in each.blobs.items()
        }
        files = [{**name, "bytes": _text(each.blobs[name["sha256"]])} for name in names.values()]
        jws = {"sha256": sha256(body), "size": len(body), "type": "application/jose+json"}
        blobs += [*files, {**jws, "bytes": _text(body)}]
        rows.append(
            {
                "uuid": each.uuid,
                "person": owner.uuid,
                "signers": [signer.uuid for signer in each.signers],
                "unit_name": each.payload["unit"]["name"],
                "title": "动火作业",
                "findings": len(each.payload["findings"]),
                "digest": each.digest,
                "jws_digest": jws["sha256"],
                "jws_size": len(body),
                "inks": [name for digest, name in names.items() if digest not in shots],
                "photos": [name for digest, name in names.items() if digest in shots],
                "signed_at": stamp(each.at),
                "sealed_at": each.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "state": "waiting",
                "attempts": 0,
                "last_try_at": None,
                "next_try_at": 0,
                "why": None,
                "noticed_at": None,
                "receipt": None,
                "receipt_claims": None,
                "sent_bytes": 0,
                "delivered_at": None,
                **changed,
            }
        )
    page.evaluate(PUT, {"rows": rows, "blobs": blobs})


def rows(page: Page, store: str = "outbox") -> list[dict[str, Any]]:
    """What the tablet's storage holds; of blobs the length instead of the bytes."""
    return list(page.evaluate(READ, store))


def row(page: Page, made: Filled) -> dict[str, Any]:
    """What the tablet holds of one record."""
    (found,) = [each for each in rows(page) if each["uuid"] == made.uuid]
    return found


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
