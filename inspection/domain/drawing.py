"""How a sample is drawn (抽查算法). Pure: a stranger with the list and the seed gets the same.

One way for all samples: an auditor's of reports, and closed hazards to be seen again (回头看).

For years and more, like the ledger's framing: docs/sampling.md says it in words and in
ten lines of Python, and a test runs those lines. A new rule gets a new version beside it.

1. Each sector is a stratum; one without a sector stands in the stratum "".
2. Every stratum gets one place, the largest strata first, as long as there are places.
   Further places go out by the method of largest remainders over what is left
   (Hamilton); of equal remainders, the larger stratum first, then the sector's name.
3. Within a stratum, they stand in the order of SHA-256(seed "|" uuid), in hex; the
   first ones are drawn.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

VERSION = "zhencha-sample-1"
LONGEST_SEED = 64
SEED = re.compile(r"[0-9A-Za-z._:-]{1,64}\Z")
"""What a seed may consist of: it can be read aloud, typed and hashed the same everywhere."""


@dataclass(frozen=True)
class Stratum:
    """One sector: how many things it has, and the uuids that were drawn from it, in order."""

    sector: str
    population: int
    drawn: tuple[str, ...]


def draw(things: Sequence[tuple[str, str]], size: int, seed: str) -> tuple[Stratum, ...]:
    """Draw `size` of these (uuid, sector), or all of them when there are fewer."""
    members: dict[str, list[str]] = {}
    for uuid, sector in sorted(things):
        members.setdefault(sector, []).append(uuid)
    places = _places({sector: len(uuids) for sector, uuids in members.items()}, size)
    return tuple(
        Stratum(sector, len(uuids), tuple(_ordered(uuids, seed)[: places[sector]]))
        for sector, uuids in sorted(members.items())
    )


def population_text(things: Sequence[tuple[str, str]]) -> bytes:
    """The list as anybody can read it: uuid and sector a line, in the order of uuids."""
    return "".join(f"{uuid},{sector}\n" for uuid, sector in sorted(things)).encode()


def rank(seed: str, uuid: str) -> str:
    """Where a thing stands in its stratum's order."""
    return hashlib.sha256(f"{seed}|{uuid}".encode()).hexdigest()


def _ordered(uuids: list[str], seed: str) -> list[str]:
    return sorted(uuids, key=lambda uuid: rank(seed, uuid))


def _places(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    """Return how many of each stratum are drawn; whole numbers only, so no machine rounds."""
    wanted = min(wanted, sum(sizes.values()))
    largest_first = sorted(sizes, key=lambda sector: (-sizes[sector], sector))
    places = {sector: int(turn < wanted) for turn, sector in enumerate(largest_first)}
    left = wanted - sum(places.values())
    rest = {sector: sizes[sector] - places[sector] for sector in largest_first}
    total = sum(rest.values())
    if left <= 0 or total == 0:
        return places
    for sector in largest_first:
        places[sector] += rest[sector] * left // total
    short = wanted - sum(places.values())
    by_remainder = sorted(
        largest_first,
        key=lambda sector: (-(rest[sector] * left % total), -sizes[sector], sector),
    )
    for sector in by_remainder[:short]:
        places[sector] += 1
    return places
