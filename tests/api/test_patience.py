"""A server that is full or crowded says when to come back, and keeps nothing by halves."""

import threading

import pytest
from sqlalchemy import event

from inspection.api import blobs
from inspection.domain.problems import StorageFull
from tests.builders.identifiers import sha256
from tests.scene import Scene


def test_a_full_disk_is_told_with_when_to_come_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageFull()

    data = b"x" * 100
    with monkeypatch.context() as patched:
        patched.setattr(type(scene.wiring.blobs), "receive", full)
        answer = scene.tablet.piece(sha256(data), data, offset=0, length=100)
    assert (answer.status, answer.code) == (507, "storage_full")
    assert int(answer.headers["retry-after"]) > 0
    scene.tablet.send(sha256(data), data)
    assert scene.wiring.blobs.read(sha256(data)) == data


def test_a_full_database_takes_nothing_and_says_so(scene: Scene) -> None:
    """SQLite may grow no more; the record is refused whole and taken whole afterwards."""
    if scene.engine.dialect.name != "sqlite":
        pytest.skip("a PostgreSQL cluster cannot be filled here; its SQLSTATE is mapped alike")
    made = scene.filled(failed=20)
    body = made.body()
    pages = scene.rows("PRAGMA page_count")[0][0]

    def no_room(connection: object, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 1}")  # type: ignore[attr-defined]

    event.listen(scene.engine, "connect", no_room)
    scene.engine.dispose()
    answer = scene.tablet.put(made.uuid, body)
    assert (answer.status, answer.code) == (507, "storage_full")
    assert int(answer.headers["retry-after"]) > 0
    event.remove(scene.engine, "connect", no_room)
    scene.engine.dispose()
    assert scene.count("record") == 0
    assert made.uuid not in scene.entries()
    assert scene.tablet.put(made.uuid, body).status == 201


def test_one_person_may_not_take_all_the_threads(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four pieces at once are taken, the fifth is told when; somebody else is not held up."""
    inside, go_on = threading.Semaphore(0), threading.Event()
    receive = type(scene.wiring.blobs).receive

    def slowly(*args: object, **named: object) -> object:
        inside.release()
        go_on.wait(20)
        return receive(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(type(scene.wiring.blobs), "receive", slowly)
    files = [bytes([number]) * 10 for number in range(blobs.MOST_AT_ONCE + 2)]
    person, colleague = scene.settled.inspectors
    statuses: list[int] = []

    def send(data: bytes) -> None:
        tablet = scene.tablet_of(person)
        statuses.append(tablet.piece(sha256(data), data, offset=0, length=10).status)

    senders = [threading.Thread(target=send, args=(data,)) for data in files[:-2]]
    for sender in senders:
        sender.start()
        assert inside.acquire(timeout=20)
    answer = scene.tablet_of(person).piece(sha256(files[-2]), files[-2], offset=0, length=10)
    assert (answer.status, answer.code) == (429, "too_many_uploads")
    assert answer.headers["retry-after"] == str(blobs.RETRY_AFTER_SECONDS)
    go_on.set()
    for sender in senders:
        sender.join()
    assert set(statuses) == {204}
    for who, data in ((colleague, files[-1]), (person, files[-2])):
        assert scene.tablet_of(who).piece(sha256(data), data, offset=0, length=10).status == 204
