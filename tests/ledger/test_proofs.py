"""Proofs: the vectors that the offline page is held to as well, and proofs of a real ledger."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inspection import database as databases
from inspection.ledger import checkpoints, journal, proofs
from inspection.ledger.checkpoints import Checkpoint
from inspection.ledger.journal import Event
from tests.builders.times import NOON
from tests.ledger.test_check import _as_master
from tests.scene import Scene

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "proof.json").read_text(encoding="utf-8")
)


def _of(case: dict[str, Any]) -> Any:
    """The proof of a case: the good one, with what the case exchanges or leaves out."""
    made = {**VECTORS["proof"], **case.get("with", {})}
    return case.get("proof", {k: v for k, v in made.items() if k not in case.get("without", [])})


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_proof_proves_or_says_what_is_wrong(case: dict[str, Any]) -> None:
    proof = proofs.read(json.dumps(_of(case)).encode())
    found = None if proof is None else proofs.trouble(proof.record, VECTORS["server_keys"])
    assert found == case["trouble"]


def test_the_entry_that_enrolled_a_device_key_is_proved_too() -> None:
    proof = proofs.read(json.dumps(VECTORS["proof"]).encode())
    assert proof is not None
    assert [proofs.trouble(each, VECTORS["server_keys"]) for each in proof.device_keys] == [""]


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000])
def test_what_is_no_proof_is_not_read(data: bytes) -> None:
    assert proofs.read(data) is None


def test_a_proof_is_written_and_read_back() -> None:
    data = json.dumps(VECTORS["proof"]).encode()
    proof = proofs.read(data)
    assert proof is not None
    assert json.loads(proofs.text(proof)) == json.loads(data)


def _append(scene: Scene, count: int) -> None:
    with databases.writing(scene.engine) as session:
        events = [Event("test.noise", {"n": n}, subject="x") for n in range(count)]
        journal.append(session, events, at=NOON)


def _checkpoint(scene: Scene) -> Checkpoint:
    scene.clock.passes(timedelta(hours=1))
    with databases.writing(scene.engine) as session:
        return checkpoints.take(session, key=scene.wiring.server_key, at=scene.clock())


def test_every_entry_is_proved_from_every_later_checkpoint(scene: Scene) -> None:
    taken = []
    for count in (1, 2, 5):
        _append(scene, count)
        taken.append(_checkpoint(scene))
    key = scene.wiring.server_key
    with databases.reading(scene.engine) as session:
        for mark in taken:
            for seq in range(1, mark.seq + 1):
                proof = proofs.prove(session, seq, enrolments=[1], checkpoint=mark, key=key)
                for each in (proof.record, *proof.device_keys):
                    assert proofs.trouble(each, proof.server_keys) == ""


def test_an_old_key_is_proved_by_a_checkpoint_of_its_own_days(scene: Scene) -> None:
    first = _checkpoint(scene)
    _append(scene, 40)
    last = _checkpoint(scene)
    with databases.reading(scene.engine) as session:
        proof = proofs.prove(
            session, last.seq, enrolments=[2], checkpoint=last, key=scene.wiring.server_key
        )
    assert [each.checkpoint for each in proof.device_keys] == [first.jws]
    assert proof.record.checkpoint == last.jws


def test_a_checkpoint_of_format_1_is_followed_by_one_with_peaks(scene: Scene) -> None:
    key = scene.wiring.server_key
    with databases.writing(scene.engine) as session:
        seq, link = journal.head(session)
        old = {"format": checkpoints.FORMAT_1, "seq": seq, "link": link, "taken_at": "x"}
        row = checkpoints.LedgerCheckpoint(seq=seq, link=link, taken_at=NOON, jws=key.sign(old))
        session.add(row)
    mark = _checkpoint(scene)
    said = checkpoints.statement_of(mark.jws, key.public_jwk)
    assert said is not None
    assert (said.seq, said.after, len(said.peaks)) == (seq, 0, seq.bit_count())
    assert _checkpoint(scene).id == mark.id


def test_nothing_is_built_on_a_checkpoint_that_somebody_altered(scene: Scene) -> None:
    _checkpoint(scene)
    _as_master(scene, "UPDATE ledger_checkpoint SET jws = 'a.b.c'", table="ledger_checkpoint")
    _append(scene, 3)
    mark = _checkpoint(scene)
    said = checkpoints.statement_of(mark.jws, scene.wiring.server_key.public_jwk)
    assert said is not None
    assert said.after == 0
    with databases.reading(scene.engine) as session:
        proof = proofs.prove(
            session, 2, enrolments=[], checkpoint=mark, key=scene.wiring.server_key
        )
    assert proofs.trouble(proof.record, proof.server_keys) == ""
