"""Checklist revisions, read once from data and handed out frozen."""

from inspection.catalog.shelf import Catalog

__all__ = ["Catalog"]
