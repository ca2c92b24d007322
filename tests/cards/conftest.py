"""The small district that the tests of this folder play in."""

from tests.scene import database, scene  # noqa: F401
