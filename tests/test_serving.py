"""`flask serve` as processes: it answers, Ctrl-C ends all of it, its data outlives a power cut."""

import time
import urllib.request
from pathlib import Path

import pytest

from tests.live import LiveServer, session_members


def left_behind(leader: int, *, seconds: float = 20) -> list[int]:
    """Processes that are still there when those that were ending have had time to."""
    end = time.monotonic() + seconds
    while (members := session_members(leader)) and time.monotonic() < end:
        time.sleep(0.05)
    return members


def test_it_answers_and_ctrl_c_ends_every_process(live_server: LiveServer) -> None:
    leader = live_server.process_id
    assert len(session_members(leader)) >= 3, "web server, its processes and the worker"
    assert live_server.interrupt() == 0
    assert left_behind(leader) == []
    assert "Traceback" not in live_server.log


def test_it_comes_back_on_the_same_data_after_a_power_cut(live_server: LiveServer) -> None:
    before = (live_server.home / "server-key.pem").read_bytes()
    live_server.kill()
    live_server.start()
    assert (live_server.home / "server-key.pem").read_bytes() == before
    with urllib.request.urlopen(f"{live_server.url}/sign-in") as page:
        assert page.status == 200


@pytest.mark.parametrize("seconds", [0.3, 1.5, 3.0])
def test_ctrl_c_during_the_start_leaves_nothing_behind(tmp_path: Path, seconds: float) -> None:
    server = LiveServer(tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'zhencha.sqlite3'}")
    server.launch()
    leader = server.process_id
    time.sleep(seconds)
    try:
        server.interrupt()
        assert left_behind(leader) == [], server.log[-2000:]
    finally:
        server.kill()
