"""The browser as a thing that dies: found by its profile, killed or frozen without being asked."""

import contextlib
import os
import signal
from pathlib import Path


def processes(profile: Path) -> list[int]:
    """Every living process whose command line names this profile."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(profile) in (folder / "cmdline").read_bytes().decode(errors="replace"):
                found.append(int(folder.name))
    return [pid for pid in found if pid != os.getpid()]


def kill(profile: Path) -> None:
    """End the browser of this profile at once, as an empty battery does."""
    ours = processes(profile)
    assert ours, "no browser runs on this profile"
    send(ours, signal.SIGKILL)


def send(pids: list[int], number: int) -> None:
    """Send a signal to those that still live."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
