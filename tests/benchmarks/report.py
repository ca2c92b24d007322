"""What a report costs, in CPU milliseconds of one warm process; prints JSON.

Run alone: python -m tests.benchmarks.report
"""

import hashlib
import json
import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from inspection.reports import pdf
from inspection.signing import seals
from tests.benchmarks import printing
from tests.reports import samples
from tests.signing import sealed

_TIMES = 9
_AT_ONCE = 2
_TOGETHER = 12
_BOX = (0.0, 0.0, 229.61, 85.04)
"""A signature's box on the page, in points."""


def _measured(work: Callable[[], Any]) -> dict[str, float]:
    spent = []
    for _ in range(_TIMES):
        start = time.process_time()
        work()
        spent.append((time.process_time() - start) * 1000)
    return {"median": round(statistics.median(spent)), "best": round(min(spent))}


def _unit() -> float:
    """A fixed piece of Python and C work, so that numbers of two machines can be compared."""
    start = time.process_time()
    for _ in range(40):
        hashlib.sha256(bytes(1_000_000)).digest()
        sorted(range(60_000, 0, -1), key=lambda n: n % 977)
    return (time.process_time() - start) * 1000


def _memory_mb() -> tuple[int, int]:
    """The most memory this process ever held, and what of today's is its own, no shared file's.

    ru_maxrss would tell the parent's, were that larger.
    """
    told = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    peak, own = (int(told[each].split()[0]) // 1024 for each in ("VmHWM", "RssAnon"))
    return peak, own


def _whole(_: int) -> tuple[int, int]:
    """Draw and seal once; the worker's memory."""
    drawing = pdf.draw(samples.material_of(samples.drawn()[1]))
    seals.seal_report(
        drawing.pdf, sealed.signers(), authority=sealed.authority(), at=sealed.SEALED_AT
    )
    return _memory_mb()


def _together() -> dict[str, float]:
    """Whole reports a second with a warm worker on each of two cores."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_AT_ONCE, mp_context=spawned) as pool:
        list(pool.map(_whole, range(2 * _AT_ONCE)))
        start = time.perf_counter()
        memory = list(pool.map(_whole, range(_TOGETHER)))
        spent = time.perf_counter() - start
    peak, own = map(max, zip(*memory, strict=True))
    per_second = round(_TOGETHER / spent, 2)
    return {"reports_per_second": per_second, "worker_peak_mb": peak, "worker_own_mb": own}


def measure() -> dict[str, Any]:
    """Draw, seal and examine the full sample report; return what each took."""
    start = time.process_time()
    drawing, record = samples.drawn()
    first = round((time.process_time() - start) * 1000)
    material = samples.material_of(record)
    signers = sealed.signers()

    def seal(of: int) -> bytes:
        return seals.seal_report(
            drawing.pdf, signers[:of], authority=sealed.authority(), at=sealed.SEALED_AT
        )

    finished = seal(len(signers))
    sealing = {of: _measured(lambda of=of: seal(of)) for of in range(len(signers) + 1)}
    signed = {block.field: block for block in material.content.signatures if block.field}
    places = dict.fromkeys(signed, (0, _BOX))
    served = pdf._served(material)
    together = _together()
    few = replace(material.content, groups=material.content.groups[:2])
    short = replace(material, content=few)
    copies = [pdf.photos.print_copy(each) or b"" for each in material.photos.values()]
    return {
        "pages": drawing.pages,
        "photos": len(material.photos),
        "first_draw_ms": first,
        "draw_ms": _measured(lambda: pdf.draw(material)),
        "short": {
            "pages": pdf.draw(short).pages,
            "items": sum(len(group.rows) for group in few.groups),
            "draw_ms": _measured(lambda: pdf.draw(short)),
        },
        "photo_copies_ms": _measured(
            lambda: [pdf.photos.print_copy(each) for each in material.photos.values()]
        ),
        "chromium_prints_the_same": printing.measure(material),
        "appearance_ms": {
            name: round(spent / len(signed), 1)
            for name, spent in _measured(
                lambda: pdf._faces("appearance.html", signed, places, ("face.css",), served)
            ).items()
        },
        "seal_two_people_ms": sealing[2],
        "signature_b_lt_ms": {
            name: round((spent - sealing[0][name]) / 2, 1) for name, spent in sealing[2].items()
        },
        "two_workers": together,
        "examine_ms": _measured(lambda: sealed.examined(finished)),
        "base_bytes": len(drawing.pdf),
        "sealed_bytes": len(finished),
        "printed_photo_bytes": sum(map(len, copies)),
        "unit_ms": round(_unit()),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
