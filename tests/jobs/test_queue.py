"""Jobs exist exactly when their cause was committed, and no two workers hold the same one."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from inspection.database import writing
from inspection.jobs import queue
from inspection.jobs.queue import Claim, Job
from tests.builders.times import NOON

SECOND = timedelta(seconds=1)


def _enqueue(session: Session, *keys: str) -> None:
    for key in keys:
        queue.enqueue(session, "test.work", {"of": key}, key=key, at=NOON)


def _claims(session: Session, count: int, *, at: timedelta = timedelta()) -> list[str | None]:
    found = [queue.claim(session, at=NOON + at) for _ in range(count)]
    return [each.args["of"] if each else None for each in found]


def test_the_same_work_is_one_job(session: Session) -> None:
    _enqueue(session, "a", "a", "b")
    assert queue.waiting(session) == 2
    assert _claims(session, 3) == ["a", "b", None]


def test_finished_work_is_not_asked_for_again(session: Session) -> None:
    _enqueue(session, "a")
    claimed = queue.claim(session, at=NOON)
    assert claimed
    queue.finish(session, claimed.id, at=NOON)
    _enqueue(session, "a")
    assert queue.waiting(session) == 0
    assert _claims(session, 1, at=timedelta(days=1)) == [None]


def test_a_job_of_a_transaction_that_failed_was_never_there(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as session:
            _enqueue(session, "a")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with writing(engine) as session:
        assert queue.waiting(session) == 0


def test_a_job_is_not_due_before_its_time(session: Session) -> None:
    _enqueue(session, "a")
    assert _claims(session, 1, at=-SECOND) == [None]


def test_a_claim_expires_and_not_a_moment_sooner(session: Session) -> None:
    _enqueue(session, "a")
    assert _claims(session, 2) == ["a", None]
    assert _claims(session, 1, at=queue.CLAIM_EXPIRES_AFTER - SECOND) == [None]
    again = queue.claim(session, at=NOON + queue.CLAIM_EXPIRES_AFTER)
    assert again
    assert (again.args, again.attempts) == ({"of": "a"}, 2)


def test_each_failure_waits_twice_as_long_up_to_a_quarter_of_an_hour(session: Session) -> None:
    _enqueue(session, "a")
    at, waits = NOON, []
    for _ in range(14):
        claimed = queue.claim(session, at=at)
        assert claimed
        due = queue.retry_later(session, claimed, "KeyError: x", at=at)
        assert queue.claim(session, at=due - SECOND) is None
        waits.append(int((due - at).total_seconds()))
        at = due
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 5]
    assert session.scalars(select(Job.last_error)).one() == "KeyError: x"


def test_a_job_that_failed_ten_thousand_times_still_waits_no_longer(session: Session) -> None:
    _enqueue(session, "a")
    claimed = queue.claim(session, at=NOON)
    assert claimed
    session.execute(update(Job).values(attempts=10_000))
    worn = Claim(claimed.id, claimed.kind, claimed.args, attempts=10_000)
    due = queue.retry_later(session, worn, "x" * 10_000, at=NOON)
    assert due == NOON + queue.LONGEST_RETRY_AFTER
    assert len(session.scalars(select(Job.last_error)).one() or "") == 2000


@pytest.mark.parametrize("done", [True, False])
def test_a_worker_that_fails_after_its_claim_ran_out_changes_nothing(
    session: Session, done: bool
) -> None:
    _enqueue(session, "a")
    slow = queue.claim(session, at=NOON)
    other = queue.claim(session, at=NOON + queue.CLAIM_EXPIRES_AFTER)
    assert slow
    assert other
    if done:
        queue.finish(session, other.id, at=NOON + queue.CLAIM_EXPIRES_AFTER)
    before = session.execute(select(Job.due_at, Job.finished_at, Job.last_error)).one()
    queue.retry_later(session, slow, "too late", at=NOON + queue.CLAIM_EXPIRES_AFTER)
    assert session.execute(select(Job.due_at, Job.finished_at, Job.last_error)).one() == before


def test_workers_at_once_never_hold_the_same_job(engine: Engine) -> None:
    with writing(engine) as session:
        _enqueue(session, *(f"job {n}" for n in range(40)))
    taken: list[str] = []

    def work() -> None:
        while True:
            with writing(engine) as session:
                claimed = queue.claim(session, at=NOON)
            if claimed is None:
                return
            taken.append(claimed.args["of"])

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == sorted(f"job {n}" for n in range(40))


def test_a_worker_that_holds_its_claim_open_does_not_block_the_next(engine: Engine) -> None:
    """On PostgreSQL the claimed row is skipped; on SQLite writers take turns by design."""
    if engine.dialect.name == "sqlite":
        return
    with writing(engine) as session:
        _enqueue(session, "a", "b")
    with writing(engine) as one, writing(engine) as other:
        assert _claims(one, 1) == ["a"]
        assert _claims(other, 2) == ["b", None]
