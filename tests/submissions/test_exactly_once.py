"""However often and in whatever order things arrive: once in the ledger, one receipt, one job."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.builders.records import Filled
from tests.scene import Scene
from tests.tablet import Answer, Tablet

THREADS = 8


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do several things as simultaneously as threads can."""
    gate = threading.Barrier(len(acts))

    def act(each: Callable[[], Any]) -> Any:
        gate.wait()
        return each()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(act, each) for each in acts]]


def _tablets(scene: Scene) -> list[Tablet]:
    return [scene.tablet_of(scene.settled.inspectors[n % 2]) for n in range(THREADS)]


def _putting(tablet: Tablet, uuid: str, body: bytes) -> Callable[[], Answer]:
    return lambda: tablet.put(uuid, body)


def test_one_record_put_by_eight_at_once_is_one_entry_and_one_receipt(scene: Scene) -> None:
    tablets = _tablets(scene)
    for _ in range(4):
        made = scene.filled()
        body = made.body()
        answers = at_once(*(_putting(tablet, made.uuid, body) for tablet in tablets))
        assert sorted(answer.status for answer in answers) == [200] * (THREADS - 1) + [201]
        assert len({answer.json["receipt"] for answer in answers}) == 1
        assert scene.entries("record.accepted").count(made.uuid) == 1
    assert scene.count("record") == 4
    assert scene.count("hazard") == 4


def test_of_eight_different_bodies_under_one_uuid_one_wins_and_all_are_kept(scene: Scene) -> None:
    made = scene.filled()
    bodies = [made.body() for _ in range(THREADS)]  # ECDSA signs the same bytes anew each time
    answers = at_once(
        *(
            _putting(tablet, made.uuid, body)
            for tablet, body in zip(_tablets(scene), bodies, strict=True)
        )
    )
    assert sorted(answer.status for answer in answers) == [201] + [409] * (THREADS - 1)
    ((stored,),) = scene.rows("SELECT jws FROM record")
    kept = [body for _, body in scene.quarantined()]
    assert sorted([bytes(stored), *kept]) == sorted(bodies)
    assert scene.entries("record.accepted") == [made.uuid]


def test_one_bad_body_put_by_eight_at_once_is_kept_once(scene: Scene) -> None:
    made = scene.filled()
    body = made.body()[:-9]
    answers = at_once(*(_putting(tablet, made.uuid, body) for tablet in _tablets(scene)))
    assert [answer.status for answer in answers] == [422] * THREADS
    assert scene.quarantined() == [("jws_malformed", body)]


def test_different_records_at_once_are_all_accepted_in_one_chain(scene: Scene) -> None:
    tablets = _tablets(scene)
    made = [scene.filled(failed=2) for _ in tablets]
    acts = [
        _putting(tablet, each.uuid, each.body()) for tablet, each in zip(tablets, made, strict=True)
    ]
    answers = at_once(*acts)
    assert [answer.status for answer in answers] == [201] * THREADS
    assert sorted(scene.entries("record.accepted")) == sorted(each.uuid for each in made)
    assert len(scene.entries("hazard.registered")) == 2 * THREADS
    result = scene.command("ledger", "check")
    assert result.exit_code == 0, result.output


def test_a_record_and_its_last_file_at_once_are_complete_whoever_comes_first(scene: Scene) -> None:
    for _ in range(6):
        made = scene.filled()
        body = made.body()
        *first, (digest, data) = made.blobs.items()
        for each, bytes_ in first:
            scene.tablet.send(each, bytes_)
        one, other = scene.tablet, scene.tablet_of(scene.settled.inspectors[1])
        at_once(_putting(one, made.uuid, body), lambda o=other, d=digest, b=data: o.send(d, b))
        receipt = scene.tablet.receipt(made.uuid).receipt
        assert (receipt["complete"], receipt["missing"]) == (True, [])
    assert scene.count("job") == 6


def test_two_files_at_once_complete_a_record_once(scene: Scene) -> None:
    for _ in range(4):
        made = scene.filled(failed=2)
        scene.tablet.hand_in(made)
        tablets = _tablets(scene)
        at_once(
            *(
                lambda t=tablets[n % THREADS], d=digest, b=data: t.send(d, b)
                for n, (digest, data) in enumerate([*made.blobs.items()] * 2)
            )
        )
        assert scene.tablet.receipt(made.uuid).receipt["complete"] is True
        assert scene.entries("record.completed").count(made.uuid) == 1
    assert scene.count("job") == 4


class Chance:
    """Deals the steps of several hand-overs in random order, with repeats and broken pieces."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.dice = scene, random.Random(seed)
        self.made = [scene.filled(failed=n % 3) for n in range(3)]
        self.bodies = {each.uuid: each.body() for each in self.made}
        self.receipts: dict[str, set[str]] = {each.uuid: set() for each in self.made}

    def play(self) -> None:
        steps = [("put", each) for each in self.made for _ in range(2)]
        steps += [("send", each) for each in self.made for _ in range(2 * len(each.blobs) + 2)]
        self.dice.shuffle(steps)
        for step, made in steps:
            self._put(made) if step == "put" else self._send_something(made)
            self.believe()
        for made in self.made:
            for digest, data in made.blobs.items():
                self.scene.tablet.send(digest, data)

    def _put(self, made: Filled) -> None:
        body = self.bodies[made.uuid]
        if self.dice.random() < 0.2:  # the connection broke in the middle
            answer = self.scene.tablet.put(made.uuid, body[: self.dice.randrange(len(body))])
            assert answer.status in (409, 422)
        answer = self.scene.tablet.put(made.uuid, body)
        assert answer.status in (200, 201)
        assert (answer.status == 201) is (not self.receipts[made.uuid])
        self.receipts[made.uuid].add(str(answer.receipt["seq"]))

    def _send_something(self, made: Filled) -> None:
        digest, data = self.dice.choice([*made.blobs.items()])
        offset = self.dice.choice([self.scene.tablet.offset(digest)[0], 0, 7])
        cut = offset + self.dice.randrange(1, len(data))
        self.scene.tablet.piece(digest, data[offset:cut], offset=offset, length=len(data))

    def believe(self) -> None:
        """What the receipts say must be what the blob store holds, at every moment."""
        for made in self.made:
            if not self.receipts[made.uuid]:
                continue
            receipt = self.scene.tablet.receipt(made.uuid).receipt
            held = {digest for digest in made.blobs if self.scene.wiring.blobs.has(digest)}
            assert set(receipt["missing"]) == set(made.blobs) - held
            assert receipt["complete"] is (held == set(made.blobs))


@pytest.mark.parametrize("seed", range(8))
def test_in_any_order_each_record_is_there_exactly_once(scene: Scene, seed: int) -> None:
    chance = Chance(scene, seed)
    chance.play()
    chance.believe()
    uuids = sorted(made.uuid for made in chance.made)
    assert sorted(scene.entries("record.accepted")) == uuids
    assert all(len(seqs) == 1 for seqs in chance.receipts.values())
    assert scene.rows("SELECT count(*), count(DISTINCT key) FROM job") == [(3, 3)]
    assert len(scene.entries("hazard.registered")) == 3
    completed = scene.entries("record.completed")
    assert len(completed) == len(set(completed))
    assert scene.rows("SELECT DISTINCT state FROM record") == [("complete",)]
