"""A tree of hashes over the ledger's links, so that one entry is proved without the others.

Pure: no database, no clock. A link can only be recomputed from the body of its entry, and the
bodies between an entry and a checkpoint belong to other people. So a checkpoint also signs the
peaks of this tree, and a proof is the dozen hashes that lead from one link up to a peak
(docs/decisions/0004). For ten years and more: vectors in tests/vectors/tree.json, by hand in
docs/verifying-by-hand.md, and again in static/js/verifier/tree.js.

Leaves and nodes are hashed as in RFC 9162 §2.1.1 (Certificate Transparency), over the raw 32
bytes of a link or a node; a `hash` here is their lower-case hex:

    leaf = SHA-256( 0x00, link )        node = SHA-256( 0x01, left, right )

The peaks of a ledger of n entries are the roots of the full trees into which n falls, largest
first, one for each bit that is set in n: 11 entries have peaks over 8, 2 and 1.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence

Span = tuple[int, int]
"""Height of a full tree and how many trees of that height stand to its left."""
_HASH = re.compile(r"[0-9a-f]{64}\Z")
HIGHEST = 53
"""More entries than 2^53 are not counted exactly by every language."""


def hashes(values: Sequence[object]) -> tuple[str, ...]:
    """These values, when each is a hash written the one way. Raises ValueError."""
    found = tuple(each for each in values if isinstance(each, str) and _HASH.match(each))
    if len(found) != len(values):
        raise ValueError("not a hash in lower-case hex")
    return found


def leaf(link: str) -> str:
    """The leaf of an entry, from its link."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(link)).hexdigest()


def node(left: str, right: str) -> str:
    """The node over two trees of one height."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def spans(begin: int, end: int) -> list[Span]:
    """The fewest full trees that cover entries begin + 1 … end, from left to right."""
    found = []
    while begin < end:
        room = (end - begin).bit_length() - 1
        height = min(room, (begin & -begin).bit_length() - 1) if begin else room
        found.append((height, begin >> height))
        begin += 1 << height
    return found


def grown(before: int, peaks: Sequence[str], nodes: Iterable[str], after: int) -> tuple[str, ...]:
    """The peaks of a ledger that grew: those before, and a node for each span that was added.

    Raises ValueError when there are too few or too many of either.
    """
    old, new = spans(0, before), spans(before, after)
    stack: list[tuple[int, str]] = []
    for (height, _), each in zip([*old, *new], [*peaks, *nodes], strict=True):
        top, at = each, height
        while stack and stack[-1][0] == at:
            top, at = node(stack.pop()[1], top), at + 1
        stack.append((at, top))
    return tuple(each for _, each in stack)


def root(span: Span, known: dict[Span, str], link_at: Callable[[int], str]) -> str:
    """The root over a span: taken from what is known, or from the links of its entries."""
    if span in known:
        return known[span]
    height, place = span
    if height == 0:
        return leaf(link_at(place + 1))
    halves = ((height - 1, 2 * place), (height - 1, 2 * place + 1))
    return node(*(root(half, known, link_at) for half in halves))


def siblings(seq: int, size: int) -> list[Span]:
    """What stands beside the way from an entry's leaf up to its peak, lowest first."""
    height, _ = _peak_over(seq, size)
    return [(level, ((seq - 1) >> level) ^ 1) for level in range(height)]


def stands(link: str, seq: int, path: Sequence[str], size: int, peaks: Sequence[str]) -> bool:
    """Whether `path` leads from the entry with this link and place to a peak of `size` entries."""
    if not 1 <= seq <= size or size >> HIGHEST:
        return False
    height, number = _peak_over(seq, size)
    if len(path) != height or len(peaks) != size.bit_count():
        return False
    climbed = leaf(link)
    for level, beside in enumerate(path):
        right = (seq - 1) >> level & 1
        climbed = node(beside, climbed) if right else node(climbed, beside)
    return climbed == peaks[number]


def _peak_over(seq: int, size: int) -> tuple[int, int]:
    """Height and number of the peak over an entry."""
    if not 1 <= seq <= size:
        raise ValueError(f"{seq} is no place in a ledger of {size}")
    for number, (height, place) in enumerate(spans(0, size)):
        if seq <= (place + 1) << height:
            return height, number
    raise AssertionError("the spans cover every entry")
