"""Checklist revisions and the criteria library, read once from data and handed out frozen."""

from inspection.catalog.instruments import Library
from inspection.catalog.shelf import Catalog

__all__ = ["Catalog", "Library"]
