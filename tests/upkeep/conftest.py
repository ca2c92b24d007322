"""The small district that the tests of this folder play in; registers are rebuilt after each."""

from tests.rebuilding import registers_agree  # noqa: F401
from tests.scene import database, scene  # noqa: F401
