"""`make bench`: measures everything on this machine and writes docs/performance.json.

Prints what docs/performance.md tells in words. Give it a quiet machine: it says
how busy the machine was when it began.
"""

import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import intake, pages, queue, register, report, tablet, taps
from tests.live import ROOT

OUT = ROOT / "docs" / "performance.json"


def main() -> int:
    """Measure and write."""
    measured = {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "client_bytes_gzip": client_sizes(),
        "intake": intake.as_json(intake.measure()),
        "report": report.measure(),
        "register": register.measured(["sqlite"], [10_000, 100_000]),
        "tablet": tablet.measure(),
        "home_with_600_photos_cpu6": queue.measure(),
        "taps_hot_work_3_findings": taps.measure(),
        "pages": pages.measure(),
    }
    OUT.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(measured, indent=1, ensure_ascii=False))
    return 0


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    with tempfile.TemporaryDirectory() as folder:
        fsync = round(intake.fsync_ms(Path(folder)), 3)
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "fsync_4k_ms": fsync,
        "load_before": round(os.getloadavg()[0], 2),
    }


def client_sizes() -> dict[str, int]:
    """What the build measured of its own output, gzip -9."""
    built: dict[str, Any] = json.loads((ROOT / "static" / "dist" / "build.json").read_text())
    sizes: dict[str, int] = built["sizes"]
    return sizes


if __name__ == "__main__":
    sys.exit(main())
