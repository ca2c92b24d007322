"""Power cuts in the middle of everything: what was acknowledged is there, everything once.

While the server dies and comes back, requests are cut off, doubled, and repeated out of order.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from sqlalchemy import select
from sqlalchemy.engine import Engine

from inspection.accounts import signing_in
from inspection.accounts.people import PersonAccount
from inspection.database import writing
from tests.builders import records
from tests.builders.identifiers import sha256
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.builders.times import NOON
from tests.chaos import witness
from tests.chaos.weather import Weather
from tests.conftest import ROOT, Database
from tests.live import LiveServer
from tests.processes import leashed
from tests.scene import Cast, cast_of
from tests.tablet import Answer, Tablet, persistent, verified, wire

CUTS = int(os.environ.get("ZHENCHA_CUTS", "10"))
"""On each of the two databases; more on a machine that has the time."""
TABLETS = 3
PIECE = 40_000


def _token(engine: Engine, person: Person) -> str:
    with writing(engine) as session:
        account = session.scalars(
            select(PersonAccount).where(PersonAccount.uuid == person.uuid)
        ).one()
        return signing_in.begin(session, account, at=datetime.now(UTC))


def _filled(cast: Cast, number: int) -> Filled:
    """A record with photos that take many pieces."""
    settled = cast.settled
    made = records.filled(
        signers=settled.inspectors, unit=settled.enterprise, device=settled.device, failed=2
    )
    for shot in made.payload["photos"]:
        data = made.blobs.pop(shot["sha256"]) + random.Random(number).randbytes(200_000)
        shot["sha256"], shot["size"] = sha256(data), len(data)
        made.blobs[shot["sha256"]] = data
    return made


class Inspector(threading.Thread):
    """Hands in records until told to stop, repeating each request until somebody answers."""

    def __init__(self, url: str, token: str, cast: Cast, seed: int) -> None:
        super().__init__(daemon=True)
        self.dice = random.Random(seed)
        self.weather = Weather(wire(url, token), url, token, random.Random(seed + 100))
        self.tablet = Tablet(self.weather)
        self.cast, self.enough = cast, threading.Event()
        self.made: list[Filled] = []
        self.receipts: dict[str, set[str]] = {}
        self.trouble: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                self._deliver(_filled(self.cast, self.dice.randrange(10**9)))
        except BaseException as error:
            self.trouble = error

    def _deliver(self, made: Filled) -> None:
        self.made.append(made)
        body = made.body()
        blobs = [*made.blobs.items()]
        self.dice.shuffle(blobs)
        early = self.dice.randrange(len(blobs))
        for digest, data in blobs[:early]:
            self._send(digest, data)
        put = persistent(lambda: self.tablet.put(made.uuid, body))
        assert put.status in (200, 201), put
        for digest, data in blobs[early:]:
            self._send(digest, data)
        again = persistent(lambda: self.tablet.put(made.uuid, body))
        assert again.status == 200, again
        last = persistent(lambda: self.tablet.receipt(made.uuid))
        assert last.receipt["complete"] is True, last.receipt
        self.receipts[made.uuid] = {
            f"{each.receipt['seq']} {each.receipt['link']}" for each in (put, again, last)
        }
        self.last = last

    def _send(self, digest: str, data: bytes) -> None:
        def head() -> Answer:
            return self.tablet.ask("HEAD", f"/api/v1/blobs/{digest}")

        answer = persistent(head)
        while answer.headers.get("upload-complete") != "?1":
            offset = int(answer.headers["upload-offset"])
            piece = data[offset : offset + PIECE]
            answer = persistent(
                lambda o=offset, p=piece: self.tablet.piece(digest, p, offset=o, length=len(data))
            )
            assert answer.status in (204, 409), answer


@pytest.mark.hurts(13, 15, 22, 23)
def test_each_record_is_there_exactly_once_after_many_power_cuts(
    database: Database, engine: Engine, home: Path
) -> None:
    cast, dice = cast_of(database), random.Random(7)
    server = LiveServer(home, database.url)
    tokens = [_token(engine, person) for person in (*cast.settled.inspectors, cast.officer)]
    inspectors = [
        Inspector(server.url, token, cast, seed) for seed, token in enumerate(tokens[:TABLETS])
    ]
    try:
        server.start()
        for inspector in inspectors:
            inspector.start()
        for _ in range(CUTS):
            time.sleep(dice.uniform(0.1, 1.0))
            server.kill()
            server.start()
        for inspector in inspectors:
            inspector.enough.set()
        for inspector in inspectors:
            inspector.join(240)
            assert inspector.trouble is None, inspector.trouble
            assert not inspector.is_alive(), "a tablet never finished"
    finally:
        for inspector in inspectors:
            inspector.enough.set()
        server.kill()
    _everything_is_there_once(database, home, inspectors)


def _everything_is_there_once(database: Database, home: Path, inspectors: list[Inspector]) -> None:
    made = [each for inspector in inspectors for each in inspector.made]
    uuids = {each.uuid for each in made}
    assert len(uuids) >= TABLETS, "nothing was delivered; the test proves nothing"
    befell = [inspector.weather.mischief for inspector in inspectors]
    assert all(sum(each.get(name, 0) for each in befell) for name in ("cut", "twice", "late"))
    once = dict.fromkeys(uuids, 1)
    assert witness.first_break(database) is None
    assert witness.count_entries(database, "record.accepted") == once
    stored = witness.rows(database, "SELECT uuid, digest, state FROM record")
    assert sorted(stored) == sorted((each.uuid, each.digest, "complete") for each in made)
    links = dict(witness.rows(database, "SELECT uuid, seq || ' ' || link FROM record"))
    for inspector in inspectors:
        assert inspector.receipts == {each.uuid: {links[each.uuid]} for each in inspector.made}
    hazards = witness.rows(
        database, "SELECT record_uuid, count(*) FROM hazard GROUP BY record_uuid"
    )
    assert {uuid: int(count) for uuid, count in hazards} == dict.fromkeys(uuids, 2)
    jobs = witness.rows(database, "SELECT key FROM job")
    assert sorted(key for (key,) in jobs) == sorted(f"report.issue:{uuid}" for uuid in uuids)
    files = witness.kept(home)
    assert all(files[digest] == data for each in made for digest, data in each.blobs.items())
    _receipt_is_the_servers(home, inspectors[0].last.json["receipt"])


def _receipt_is_the_servers(home: Path, receipt: str) -> None:
    """One key through all the cuts: the one on disk."""
    from inspection.signing.jose import ServerKey

    secret = (home / "demonstration-secret").read_bytes()
    key = ServerKey.open(home / "server-key.pem", secret, at=NOON)
    assert verified(receipt, key.public_jwk)["format"] == "zhencha.receipt/1"
    assert serialization.load_pem_private_key((home / "server-key.pem").read_bytes(), secret)


def _worker(home: Path, database: Database) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "flask", "--app", "app", "worker", "run"]
    environment = {**os.environ, "INSPECTION_HOME": str(home), "DATABASE_URL": database.url}
    with (home.parent / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [*leashed("KILL"), *command], cwd=ROOT, env=environment, stdout=log, stderr=log
        )


def test_a_worker_killed_again_and_again_leaves_one_report(
    database: Database, engine: Engine, home: Path
) -> None:
    cast, dice = cast_of(database), random.Random(3)
    server = LiveServer(home, database.url)
    made = [_filled(cast, number) for number in range(2)]
    tablet = Tablet(wire(server.url, _token(engine, cast.settled.inspectors[0])))
    try:
        server.start()
        for each in made:
            assert tablet.put(each.uuid, each.body()).status == 201
            tablet.send_all(each)
    finally:
        server.kill()  # its own worker may already be in the middle of the first report
    for _ in range(3):
        worker = _worker(home, database)
        time.sleep(dice.uniform(1.5, 4))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        _five_minutes_pass(database)
    worker = _worker(home, database)
    try:
        _until_nothing_waits(database, home)
    finally:
        worker.kill()
        worker.wait()
    once = {each.uuid: 1 for each in made}
    assert witness.first_break(database) is None
    assert witness.count_entries(database, "report.issued") == once
    reports = witness.rows(database, "SELECT record_uuid, sha256, size FROM report")
    assert {uuid for uuid, _, _ in reports} == set(once)
    assert len(reports) == len(once)
    files = witness.kept(home)
    assert all(len(files[digest]) == size for _, digest, size in reports)
    assert all(files[digest].startswith(b"%PDF-") for _, digest, _ in reports)


def _five_minutes_pass(database: Database) -> None:
    """Claims of killed workers expire; nobody waits five minutes for it here."""
    past = "2020-01-01 00:00:00"
    zone = "+00" if database.kind == "postgresql" else ".000000"
    witness.change(database, f"UPDATE job SET due_at = '{past}{zone}' WHERE finished_at IS NULL")


def _until_nothing_waits(database: Database, home: Path, *, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while witness.rows(database, "SELECT count(*) FROM job WHERE finished_at IS NULL") != [(0,)]:
        assert time.monotonic() < end, (home.parent / "worker.log").read_text()[-3000:]
        time.sleep(0.2)
