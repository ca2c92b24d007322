"""Runs several functions, each in a process of its own, until one ends or we are told to stop.

They are forked off, so that what is loaded is loaded once: a second sooner than by commands of
their own, and its memory is shared. Nothing may be open that two processes must not hold.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

_ASKING = (signal.SIGINT, signal.SIGTERM)
_SECONDS_TO_END = 10


class _Process:
    """A function in a process of its own; in a process group of its own, which it leads."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.code: int | None = None
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # or what is not yet written would be written twice
        signal.pthread_sigmask(signal.SIG_BLOCK, _ASKING)
        self.pid = os.fork()
        if self.pid == 0:
            os.setpgid(0, 0)
            for name in _ASKING:
                signal.signal(name, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKING)
            work()
            sys.exit(0)  # through everything that is to be tidied up, as any command ends
        with suppress(PermissionError, ProcessLookupError):  # whoever of the two is first
            os.setpgid(self.pid, self.pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKING)

    def ended(self) -> bool:
        """Whether it has ended."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def ask(self) -> None:
        """Ask it to end."""
        if not self.ended():
            os.kill(self.pid, signal.SIGTERM)

    def end(self, deadline: float) -> None:
        """Wait until it has ended as asked; after the deadline end it, and what it left behind."""
        while not self.ended() and time.monotonic() < deadline:
            time.sleep(0.02)
        # A web server that is stopped while it starts leaves its own processes in its group.
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        while not self.ended():
            time.sleep(0.02)


def run_together(*works: Callable[[], object]) -> int:
    """Run until one ends or Ctrl-C or SIGTERM comes; then stop the others. Answers the exit code.

    In the new processes this does not return.
    """
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    for name in _ASKING:
        signal.signal(name, stop)
    # Each in a group of its own, so that Ctrl-C reaches us first and they end in order.
    processes = [_Process(work) for work in works]
    while not stopping and not any(process.ended() for process in processes):
        time.sleep(0.1)
    codes = [process.code for process in processes]
    for process in processes:
        process.ask()
    deadline = time.monotonic() + _SECONDS_TO_END
    for process in processes:
        process.end(deadline)
    return 0 if stopping else next((code for code in codes if code), 1)
