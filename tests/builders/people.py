"""People as a record names them; accounts in the database are made by `enrolment.py`."""

from dataclasses import dataclass, field
from itertools import count

from tests.builders.identifiers import uuid7

_badges = count(1)


@dataclass(frozen=True)
class Person:
    """Somebody with an account: inspectors (检查人员) and experts."""

    name: str
    uuid: str = field(default_factory=uuid7)
    badge: str = field(default_factory=lambda: f"苏A{next(_badges):06d}")
    unit: str = "花桥镇应急管理所"


@dataclass(frozen=True)
class Party:
    """Somebody of the inspected unit, without an account."""

    name: str = "周明"
    title: str = "安全总监"


def inspector(name: str = "王安", **known: str) -> Person:
    """An inspector; every call makes another person."""
    return Person(name, **known)


def inspectors() -> tuple[Person, Person]:
    """The two that an inspection needs."""
    return inspector("王安"), inspector("李静")
