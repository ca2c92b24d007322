"""The small district, whose office ranks what is below it and issues bulletins."""

import pytest

from tests.dispatch.desk import Desk
from tests.paperwork.conftest import at_noon  # noqa: F401
from tests.rebuilding import registers_agree  # noqa: F401
from tests.scene import Scene, database, scene  # noqa: F401


@pytest.fixture
def desk(scene: Scene) -> Desk:  # noqa: F811
    """The district's office, on 22 November 2026."""
    return Desk(scene)
