"""Moments that do not depend on the day on which the tests run."""

from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""The moment at which tests happen unless they say otherwise: 22 November 2026, noon in China."""


def stamp(moment: datetime) -> str:
    """A moment as a device writes it: China time, milliseconds."""
    return moment.astimezone(CHINA).isoformat(timespec="milliseconds")
