"""The small district with an author and a second person in its office."""

import pytest

from tests.authoring.desk import Authors, hired
from tests.scene import Scene, database, scene  # noqa: F401


@pytest.fixture
def authors(scene: Scene) -> Authors:  # noqa: F811
    """Two people of the district's office, each with a browser."""
    return hired(scene)
