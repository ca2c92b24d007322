"""The small district, on servers that are killed."""

from tests.scene import database  # noqa: F401
