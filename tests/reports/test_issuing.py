"""Issuing: once, whole, and again after any interruption."""

import contextlib
import hashlib
import json
import multiprocessing
import os
import signal
from datetime import timedelta

import pytest
import sqlalchemy
from sqlalchemy import delete

from inspection.database import install, reading, writing
from inspection.domain.problems import GlyphMissing, NotFound, RecordIncomplete
from inspection.ledger import chain, journal
from inspection.reports import issuing, shelf
from inspection.signing import credentials, seals
from inspection.signing.credentials import PdfCredential
from inspection.signing.examination import examine
from inspection.signing.facts import Outcome
from tests.builders.identifiers import uuid7
from tests.reports import samples, scenes


@pytest.fixture
def scene(engine, home):
    return scenes.scene(engine, home)


def kinds(scene):
    with reading(scene.wiring.engine) as session:
        return [entry.kind for entry in journal.read(session)]


def examined(scene, data):
    at = scenes.VERIFIED_AT
    return examine(data, scene.wiring.authority.trust(at=at), at)


def test_a_complete_record_becomes_a_signed_report_on_the_shelf(scene):
    issued = scene.issue()
    data = scene.wiring.blobs.read(issued.sha256)
    assert hashlib.sha256(data).hexdigest() == issued.sha256
    assert len(data) == issued.size
    found = examined(scene, data)
    assert [each.field for each in found.signatures] == [
        "seal",
        "sig-p1",
        "sig-p2",
        "sig-p3",
        "archive-timestamp",
    ]
    assert {each.outcome for each in found.signatures} == {Outcome.PASSED}
    assert found.covered_to_the_end
    assert found.unsigned_fields == ()
    assert [each.name for each in found.signatures[1:4]] == list(samples.RARE_NAMES)
    assert found.attachment("record.jws").startswith(b'{"payload":')


def test_the_report_carries_a_ledger_proof_that_recomputes(scene):
    data = scene.wiring.blobs.read(scene.issue().sha256)
    proof = json.loads(examined(scene, data).attachment("ledger-proof.json"))
    entry = chain.Entry(**proof["entry"])
    again = chain.follow(entry.prev_link, entry.seq, entry.kind, entry.body, entry.recorded_at)
    assert again == entry
    assert json.loads(entry.body)["digest"] == scene.record.digest


def test_issuing_again_gives_the_same_report_and_writes_nothing(scene):
    first = scene.issue()
    before = kinds(scene)
    assert scene.issue() == first
    assert kinds(scene) == before


def test_each_use_of_a_persons_key_is_in_the_ledger_before_the_report(scene):
    scene.issue()
    assert kinds(scene)[-4:] == ["key.used", "key.used", "ink.attested", "report.issued"]
    with reading(scene.wiring.engine) as session:
        person = scene.record.signers[0]
        used = [e for e in journal.about(session, person.uuid) if e.kind == "key.used"]
    assert json.loads(used[0].body)["warrant"] == scene.record.device.key_of(person).kid


def _issue_and_be_killed(url, home, record_uuid, where):
    """Run in a process of its own: SIGKILL itself on reaching `where`."""
    os.setsid()  # a group of its own, so that the test can end what is left of it
    engine = sqlalchemy.create_engine(url)
    install(engine)
    wiring = scenes.wired(engine, home)
    owner = {"keep": wiring.blobs, "seal_report": seals}.get(where, issuing)
    setattr(owner, where, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    issuing.issue(record_uuid, **scenes.collaborators(wiring))


@pytest.mark.parametrize("where", ["run_confined", "seal_report", "keep", "_shelved"])
def test_kill_9_at_any_point_leaves_no_report_and_the_next_try_issues_it(scene, database, where):
    wiring = scene.wiring
    process = multiprocessing.get_context("spawn").Process(
        target=_issue_and_be_killed,
        args=(database.url, wiring.settings.home, scene.record.uuid, where),
    )
    process.start()
    process.join(timeout=120)
    assert process.exitcode == -signal.SIGKILL
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with reading(wiring.engine) as session:
        assert shelf.of_record(session, scene.record.uuid) is None
    assert "report.issued" not in kinds(scene)
    issued = scene.issue()
    assert scene.verify(wiring.blobs.read(issued.sha256)).outcome == Outcome.PASSED
    assert kinds(scene).count("key.used") == len(scene.record.signers), "once for one report"


def test_two_workers_end_with_one_report(scene, monkeypatch):
    seal = seals.seal_report
    inner = []

    def slow_seal(*args, **keywords):
        if not inner:
            inner.append(None)
            inner.append(scene.issue())  # the second worker, after the first one's claim expired
        return seal(*args, **keywords)

    monkeypatch.setattr(seals, "seal_report", slow_seal)
    assert scene.issue() == inner[1]
    assert kinds(scene).count("report.issued") == 1


def test_a_record_that_waits_for_photos_has_no_report_yet(engine, home):
    wiring = scenes.wired(engine, home)
    record = samples.full_record()
    scenes.hand_in(wiring, record, blobs=False)
    with pytest.raises(RecordIncomplete) as raised:
        issuing.issue(record.uuid, **scenes.collaborators(wiring))
    photos = {each["sha256"] for each in record.payload["photos"]}
    assert photos < set(raised.value.details["missing"])


def test_an_unknown_record_has_no_report(scene):
    with pytest.raises(NotFound):
        issuing.issue(uuid7(), **scenes.collaborators(scene.wiring))


def test_a_character_that_no_typeface_has_stops_the_report_and_is_named(engine, home):
    scene = scenes.scene(engine, home, samples.full_record(opinion="见附图\U0001f600"))
    with pytest.raises(GlyphMissing) as raised:
        scene.issue()
    assert raised.value.details["characters"] == "\U0001f600"
    assert "key.used" not in kinds(scene)


def test_a_certificate_that_has_run_out_is_replaced(scene):
    with writing(scene.wiring.engine) as session:
        session.execute(delete(PdfCredential))
    scene.issue()
    with reading(scene.wiring.engine) as session:
        person = scene.record.signers[0].uuid
        assert credentials.find(session, person, at=scenes.ISSUED_AT + timedelta(days=700))
        assert not credentials.find(session, person, at=scenes.ISSUED_AT + timedelta(days=740))


def test_the_number_and_the_address_do_not_change_between_tries(scene, monkeypatch):
    seen = []
    compose = issuing.compose

    def watched(*args, **keywords):
        seen.append((keywords["issuance"].number, keywords["issuance"].verify_url))
        if len(seen) == 1:
            raise KeyboardInterrupt
        return compose(*args, **keywords)

    monkeypatch.setattr(issuing, "compose", watched)
    with pytest.raises(KeyboardInterrupt):
        scene.issue()
    issued = scene.issue()
    assert seen[0] == seen[1]
    assert seen[0] == (issued.number, f"https://zhencha.example/verify/{issued.uuid}")
