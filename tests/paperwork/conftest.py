"""The small district, and an office in it that issues papers."""

import pytest

from tests.paperwork.office import Office
from tests.scene import Scene, database, scene  # noqa: F401


@pytest.fixture
def office(scene: Scene) -> Office:  # noqa: F811
    """A record with two problems, one of them major, and a town whose papers have a mark."""
    opened = Office(scene)
    opened.describe()
    return opened
