"""Traits of a record (记录特征): what a reader of many records looks for first.

Each follows from the signed bytes alone, so it is written down once, when a record
comes in, and can be made again at any time.
"""

from inspection.domain.record import Record

MAJOR = "major"
"""A finding of level 重大, fixed on the spot or not."""
ENDINGS = ("refused", "absent", "deputy")
"""Ways in which signing ends for somebody without that person's own signature."""
TRAITS = (MAJOR, *ENDINGS)


def of(record: Record) -> tuple[str, ...]:
    """Return the traits of a record, in the order of `TRAITS`."""
    found = {signing.outcome for signing in record.signings}
    if any(finding.level == MAJOR for finding in record.findings):
        found.add(MAJOR)
    return tuple(trait for trait in TRAITS if trait in found)
