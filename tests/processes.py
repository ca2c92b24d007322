"""Processes that tests start and that must not outlive them, however the tests end."""

import shutil


def leashed(stop_signal: str) -> list[str]:
    """A prefix for a command: the kernel sends it `stop_signal` when whoever started it is gone.

    Fixtures end what they start; this is for the test run that is itself killed.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", stop_signal, "--"] if setpriv else []
