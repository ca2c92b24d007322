"""Runs one function in a process of its own, with limits on time and memory.

For work on bytes that came from outside, or that may run away: rendering and
verification. The process is kept for the next call, replaced after an overrun
and after `_CALLS_BEFORE_RENEWAL` calls. Threads of one process take turns.
"""

import atexit
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from inspection.domain.problems import WorkBusy, WorkOverrun

_CALLS_BEFORE_RENEWAL = 200


@dataclass(frozen=True)
class Turns:
    """How long a caller waits for its turn, and behind how many others at most."""

    seconds: float
    waiting: int


class _Room:
    """One confined process and the lock of those who wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._count = threading.Lock()
        self._inside = 0

    @contextmanager
    def _turn(self, turns: Turns | None) -> Iterator[None]:
        """Wait for this call's turn: for ever, or as `turns` says. Raises WorkBusy."""
        with self._count:
            if turns is not None and self._inside > turns.waiting:
                raise WorkBusy()
            self._inside += 1
        try:
            if not self._lock.acquire(timeout=turns.seconds if turns else -1):
                raise WorkBusy()
            try:
                yield
            finally:
                self._lock.release()
        finally:
            with self._count:
                self._inside -= 1

    def run(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        *,
        seconds: float,
        memory_mb: int,
        turns: Turns | None,
    ) -> Any:
        with self._turn(turns):
            pool = self._pool or self._open(memory_mb)
            try:
                return pool.submit(function, *args).result(timeout=seconds)
            except TimeoutError:
                self._close(kill=True)
                raise WorkOverrun(seconds=seconds) from None
            except (BrokenProcessPool, MemoryError):
                self._close(kill=True)
                raise WorkOverrun(memory_mb=memory_mb) from None

    def _open(self, memory_mb: int) -> ProcessPoolExecutor:
        self._pool = ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_confine,
            initargs=(memory_mb,),
            max_tasks_per_child=_CALLS_BEFORE_RENEWAL,
        )
        return self._pool

    def _close(self, *, kill: bool) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if kill:
            for process in list(pool._processes.values()):
                process.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        self._close(kill=True)


_rooms: dict[int, _Room] = {}
_rooms_lock = threading.Lock()


def run_confined(
    function: Callable[..., Any],
    *args: Any,
    seconds: float,
    memory_mb: int = 1024,
    turns: Turns | None = None,
) -> Any:
    """Call a top-level function with picklable arguments in a confined process.

    Returns what it returns and raises what it raises. Raises WorkOverrun when it
    takes longer than `seconds` or its process dies, as it does beyond `memory_mb`;
    WorkBusy when `turns` are given and this call's does not come.
    """
    with _rooms_lock:
        room = _rooms.setdefault(memory_mb, _Room())
    return room.run(function, args, seconds=seconds, memory_mb=memory_mb, turns=turns)


def _confine(memory_mb: int) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    limit = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """A killed parent cannot close its rooms, so they close themselves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@atexit.register
def _close_rooms() -> None:
    for room in _rooms.values():
        room.close()
