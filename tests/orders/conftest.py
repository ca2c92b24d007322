"""The small district that the tests of this folder play in; registers are rebuilt after each."""

import pytest

from tests.orders.desk import Desk
from tests.rebuilding import registers_agree  # noqa: F401
from tests.scene import Scene, database, scene  # noqa: F401


@pytest.fixture
def desk(scene: Scene) -> Desk:  # noqa: F811
    """Offices and units at their orders."""
    return Desk(scene)
