"""Reads published checklist revisions from files and hands them out.

A revision is published by its line in `published.lock`; its digest there is the
SHA-256 of the file's bytes. A file that no longer has that digest stops the
start: records refer to the text that inspectors saw.
"""

import hashlib
import json
from functools import cached_property
from pathlib import Path

from inspection.domain import checklist
from inspection.domain.checklist import Checklist
from inspection.domain.problems import ChecklistAltered, ChecklistUnknown, RevisionUnpublished

LOCK_NAME = "published.lock"


class Catalog:
    """All published revisions, by slug and revision number."""

    def __init__(self, revisions: dict[tuple[str, int], Checklist]) -> None:
        self._revisions = revisions

    @classmethod
    def open(cls, directory: Path) -> "Catalog":
        """Read every published revision. Raises ChecklistAltered."""
        published = json.loads((directory / LOCK_NAME).read_text(encoding="utf-8"))
        files = {path.name.removesuffix(".json"): path for path in directory.glob("*/*.json")}
        revisions = [_read(files, name, digest) for name, digest in sorted(published.items())]
        return cls({(each.slug, each.revision): each for each in revisions})

    def revision(self, slug: str, revision: int) -> Checklist:
        """Return one revision. Raises ChecklistUnknown or RevisionUnpublished."""
        found = self._revisions.get((slug, revision))
        if found is not None:
            return found
        if any(known == slug for known, _ in self._revisions):
            raise RevisionUnpublished(slug=slug, revision=revision)
        raise ChecklistUnknown(slug=slug)

    def find(self, slug: str, revision: int) -> Checklist | None:
        """Return one revision, or None."""
        return self._revisions.get((slug, revision))

    def current(self) -> tuple[Checklist, ...]:
        """The newest revision of every list, in the order of their letters."""
        newest: dict[str, Checklist] = {}
        for (slug, _), each in sorted(self._revisions.items()):
            newest[slug] = each
        return tuple(sorted(newest.values(), key=lambda each: each.list_letter))

    @cached_property
    def digest(self) -> str:
        """One digest over all current revisions: changes when any list changes."""
        lines = "\n".join(each.digest for each in self.current())
        return hashlib.sha256(lines.encode()).hexdigest()


def _read(files: dict[str, Path], name: str, digest: str) -> Checklist:
    path = files.get(name)
    data = path.read_bytes() if path else b""
    found = hashlib.sha256(data).hexdigest()
    if path is None or found != digest:
        raise ChecklistAltered(name=name, published=digest, found=found)
    return checklist.from_json(json.loads(data), digest=digest)
