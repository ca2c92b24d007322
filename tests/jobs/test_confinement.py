"""Work on foreign bytes has a process of its own, with an end to its time and its memory."""

import os
import threading
import time

import pytest

from inspection.domain.problems import GlyphMissing, WorkBusy, WorkOverrun
from inspection.jobs.confinement import Turns, run_confined


def double(number: int) -> int:
    return 2 * number


def process() -> int:
    return os.getpid()


def sleep() -> None:
    time.sleep(60)


def pause() -> None:
    time.sleep(2)


def devour() -> int:
    return len(bytearray(2**30))


def die() -> None:
    os._exit(3)


def refuse() -> None:
    raise GlyphMissing(characters=["𫖯"])


def test_the_answer_comes_back_from_another_process() -> None:
    assert run_confined(double, 21, seconds=30) == 42
    assert run_confined(process, seconds=30) != os.getpid()


def test_a_problem_comes_back_with_its_details() -> None:
    with pytest.raises(GlyphMissing) as told:
        run_confined(refuse, seconds=30)
    assert told.value.details == {"characters": ["𫖯"]}


def test_endless_work_is_stopped_and_the_next_call_has_a_fresh_process() -> None:
    before = run_confined(process, seconds=30)
    began = time.monotonic()
    with pytest.raises(WorkOverrun):
        run_confined(sleep, seconds=0.5)
    assert time.monotonic() - began < 20
    after = run_confined(process, seconds=30)
    assert after != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_greedy_work_is_stopped() -> None:
    with pytest.raises(WorkOverrun):
        run_confined(devour, seconds=30, memory_mb=256)
    assert run_confined(double, 1, seconds=30, memory_mb=256) == 2


def test_work_that_kills_its_process_is_told_and_the_next_call_works() -> None:
    with pytest.raises(WorkOverrun):
        run_confined(die, seconds=30)
    assert run_confined(double, 1, seconds=30) == 2


def test_who_comes_when_enough_wait_is_told_at_once() -> None:
    """One works, one waits as long as it likes; a third is refused, and the second in time."""
    run_confined(double, 1, seconds=30, memory_mb=901)  # the room is open before anybody waits
    turns = Turns(seconds=0.4, waiting=1)
    told: dict[str, float] = {}

    def ask(name: str) -> None:
        began = time.monotonic()
        with pytest.raises(WorkBusy):
            run_confined(double, 1, seconds=30, memory_mb=901, turns=turns)
        told[name] = time.monotonic() - began

    working = threading.Thread(
        target=run_confined, args=(pause,), kwargs={"seconds": 30, "memory_mb": 901}
    )
    working.start()
    time.sleep(0.2)
    waiting = threading.Thread(target=ask, args=("second",))
    waiting.start()
    time.sleep(0.1)
    ask("third")
    waiting.join()
    working.join()
    assert told["third"] < 0.3
    assert 0.3 < told["second"] < 1.5
    assert run_confined(double, 21, seconds=30, memory_mb=901, turns=turns) == 42
