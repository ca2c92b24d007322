"""Which part of the tree of units somebody may see: the one place where rows are filtered."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, true

from inspection.organisations.unit import Unit


@dataclass(frozen=True)
class Scope:
    """Subtrees by path, plus enterprises supervised by a department's id; or everything."""

    paths: frozenset[str] = frozenset()
    supervisors: frozenset[int] = frozenset()
    everything: bool = False

    def condition(self) -> ColumnElement[bool]:
        """A condition on `Unit` that holds for the units inside this scope."""
        if self.everything:
            return true()
        parts = [Unit.path.startswith(path, autoescape=True) for path in sorted(self.paths)]
        if self.supervisors:
            parts.append(Unit.supervisor_id.in_(self.supervisors))
        return or_(*parts) if parts else false()

    def holds(self, path: str, supervisor_id: int | None) -> bool:
        """Whether one unit, by its path and supervisor, lies inside this scope."""
        return (
            self.everything
            or any(path.startswith(each) for each in self.paths)
            or supervisor_id in self.supervisors
        )


EVERYTHING = Scope(everything=True)
NOTHING = Scope()
"""The scope of somebody who may see no unit at all."""
