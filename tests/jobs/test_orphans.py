"""A killed worker leaves no confined process behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARENT = """
import os, time
from inspection.jobs.confinement import run_confined
if __name__ == "__main__":
    print(run_confined(os.getpid, seconds=30), flush=True)
    time.sleep(60)
"""


def test_a_confined_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        confined = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 10
    while _alive(confined):
        assert time.monotonic() < end, "the confined process outlived its parent"
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
