"""Hands out published checklist revisions: those shipped as files, and those made here.

A shipped revision is published by its line in `published.lock`; its digest there is the SHA-256 of
the file's bytes. A file that no longer has that digest stops the start: records refer to the text
that inspectors saw. What was made here is read when somebody asks for it, and compared as well.
"""

import hashlib
import json
from pathlib import Path

from inspection.catalog.authored import Archive
from inspection.domain import checklist
from inspection.domain.checklist import Checklist
from inspection.domain.problems import ChecklistAltered, ChecklistUnknown, RevisionUnpublished

LOCK_NAME = "published.lock"


class Catalog:
    """All published revisions, by slug and revision number."""

    def __init__(
        self, revisions: dict[tuple[str, int], Checklist], archive: Archive | None = None
    ) -> None:
        self._revisions = revisions
        self._made_here: dict[tuple[str, int], Checklist] = {}
        self._archive = archive

    @classmethod
    def open(cls, directory: Path, archive: Archive | None = None) -> "Catalog":
        """Read every shipped revision; `archive` has those made here. Raises ChecklistAltered."""
        published = json.loads((directory / LOCK_NAME).read_text(encoding="utf-8"))
        files = {path.name.removesuffix(".json"): path for path in directory.glob("*/*.json")}
        revisions = [_read(files, name, digest) for name, digest in sorted(published.items())]
        return cls({(each.slug, each.revision): each for each in revisions}, archive)

    def revision(self, slug: str, revision: int) -> Checklist:
        """Return one revision. Raises ChecklistUnknown or RevisionUnpublished."""
        found = self.find(slug, revision)
        if found is not None:
            return found
        if any(known == slug for known, _ in self._revisions):
            raise RevisionUnpublished(slug=slug, revision=revision)
        raise ChecklistUnknown(slug=slug)

    def find(self, slug: str, revision: int) -> Checklist | None:
        """Return one revision, or None. Raises ChecklistAltered."""
        found = self._revisions.get((slug, revision)) or self._made_here.get((slug, revision))
        if found is None and self._archive is not None:
            stored = self._archive.find(slug, revision)
            if stored is not None:
                found = _parsed(f"{slug}.{revision}", stored.document.encode(), stored.digest)
                self._made_here[slug, revision] = found  # it never changes
        return found

    def kin(self, slug: str) -> tuple[str, ...]:
        """The slugs of all lists that ask the same items: a list, its short edition, additions."""
        shipped = self.current()
        family = self.family(slug)
        here = [each.slug for each in shipped if each.family == family]
        made = self._archive.kin(family) if self._archive is not None else ()
        return tuple(dict.fromkeys((slug, *here, *made)))

    def is_short(self, checklist: Checklist) -> bool:
        """Whether a list is a short edition (短表): all its items are some of another list's."""
        origin = checklist.origin and self.find(checklist.origin.slug, checklist.origin.revision)
        if not origin:
            return False
        return {each.code for each in checklist.items} < {each.code for each in origin.items}

    def family(self, slug: str) -> str:
        """The slug of the list that this one goes back to: its own when it goes back to none."""
        shipped = next((each.family for each in self.current() if each.slug == slug), None)
        made = self._archive.family(slug) if self._archive is not None and not shipped else None
        return shipped or made or slug

    def every(self) -> tuple[Checklist, ...]:
        """Every revision that was ever published, shipped or made here. Raises ChecklistAltered."""
        for slug, revision in self._archive.all() if self._archive is not None else ():
            self.find(slug, revision)
        return (*self._revisions.values(), *self._made_here.values())

    def current(self) -> tuple[Checklist, ...]:
        """The newest revision of every shipped list: common ones by letter, then the sectors'."""
        newest: dict[str, Checklist] = {}
        for (slug, _), each in sorted(self._revisions.items()):
            newest[slug] = each
        return tuple(sorted(newest.values(), key=_in_order))


def _in_order(checklist: Checklist) -> tuple[int, str, bool]:
    """Common lists by their letters, each before its short edition, then the sectors'."""
    return len(checklist.list_letter), checklist.list_letter, checklist.origin is not None


def _read(files: dict[str, Path], name: str, digest: str) -> Checklist:
    path = files.get(name)
    return _parsed(name, path.read_bytes() if path else b"", digest)


def _parsed(name: str, data: bytes, digest: str) -> Checklist:
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise ChecklistAltered(name=name, published=digest, found=found)
    return checklist.from_json(json.loads(data), digest=digest)
