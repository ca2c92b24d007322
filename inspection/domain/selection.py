"""Random selection (双随机): which enterprises are inspected, and by whom. Pure.

For years and more, like `drawing`: docs/double-random.md says it in words and in lines of Python
that a test runs. A new rule gets a new version beside it.

1. Before the draw the pool is frozen: strata of enterprises, people, who keeps away from which
   enterprise, and which public value of later will decide. Its digest is published.
2. The seed is SHA-256(digest of the pool "|" the public value), in hex.
3. Within a stratum enterprises stand in the order of SHA-256(seed "|" enterprise), in hex; the
   first ones are drawn, as many as the stratum wants. One for which a team has too few who need
   not keep away is passed over.
4. Enterprises get their people one after the other, in the order in which they were drawn: of
   those who need not keep away, whoever got the fewest so far, and of equals in the order of
   SHA-256(seed "|" enterprise "|" person), in hex; inspectors first, then experts.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from inspection.domain.drawing import rank

VERSION = "zhencha-selection-2"
KNOWN = ("zhencha-selection-1", VERSION)
"""No pool of the first version had an enterprise to pass over: such a pool was not published."""
VALUE = re.compile(r"\S(.{0,118}\S)?\Z")
"""What a public value may look like: one line, as it was published."""


class PoolMalformed(ValueError):
    """A file is no pool of ours; the text says what is wrong with it."""


@dataclass(frozen=True)
class Candidate:
    """An enterprise or a person, as the published pool names them."""

    uuid: str
    name: str
    of: str
    """The sector of an enterprise, the unit of a person."""


@dataclass(frozen=True)
class Stratum:
    """Enterprises of one sector and risk, and how many of them are wanted."""

    sector: str
    risk: str
    wanted: int
    enterprises: tuple[Candidate, ...]


@dataclass(frozen=True)
class Team:
    """People of one role, and how many of them every drawn enterprise gets."""

    role: str
    each: int
    people: tuple[Candidate, ...]


@dataclass(frozen=True)
class Exclusion:
    """Somebody who keeps away from an enterprise, and why: declared, recent, out_of_reach."""

    person: str
    enterprise: str
    why: str


@dataclass(frozen=True)
class Terms:
    """What is said before the draw, and stands in the pool's digest with everything else."""

    selection: str
    title: str
    office: str
    source: str
    """Which public value will decide, and where anybody can read it."""
    value_from: str
    """From when it can be known: an instant in UTC."""
    visit_since: str
    visit_until: str


@dataclass(frozen=True)
class Pool:
    """Everything that the draw depends on, besides the public value."""

    terms: Terms
    strata: tuple[Stratum, ...]
    teams: tuple[Team, ...]
    exclusions: tuple[Exclusion, ...]
    algorithm: str = VERSION


@dataclass(frozen=True)
class Visit:
    """One drawn enterprise, and who goes there, in the order of the draw."""

    enterprise: str
    stratum: int
    people: tuple[str, ...]


def text(pool: Pool) -> str:
    """The one text of a pool whose digest is published: JSON, keys sorted, nothing between."""
    return json.dumps(asdict(pool), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(pool: Pool) -> str:
    """SHA-256 of a pool's text."""
    return hashlib.sha256(text(pool).encode()).hexdigest()


def seed(pool_digest: str, value: str) -> str:
    """The seed: nobody knew it when the pool's digest was published, everybody can make it now."""
    return hashlib.sha256(f"{pool_digest}|{value}".encode()).hexdigest()


def ordered(stratum: Stratum, seed: str) -> list[Candidate]:
    """A stratum's enterprises in the order in which they are drawn."""
    return sorted(stratum.enterprises, key=lambda each: rank(seed, each.uuid))


def draw(pool: Pool, seed: str) -> tuple[Visit, ...]:
    """Draw enterprises, and people for each."""
    away = {(each.person, each.enterprise) for each in pool.exclusions}
    passed = {enterprise.uuid for enterprise, _team in short_of_people(pool)}
    given: Counter[str] = Counter()
    visits = []
    for place, stratum in enumerate(pool.strata):
        able = [each for each in ordered(stratum, seed) if each.uuid not in passed]
        for enterprise in able[: stratum.wanted]:
            people = [
                each
                for team in pool.teams
                for each in _sent(team, enterprise.uuid, away, given, seed)
            ]
            given.update(people)
            visits.append(Visit(enterprise.uuid, place, tuple(people)))
    return tuple(visits)


def _sent(
    team: Team,
    enterprise: str,
    away: Collection[tuple[str, str]],
    given: Mapping[str, int],
    seed: str,
) -> list[str]:
    free = [each.uuid for each in team.people if (each.uuid, enterprise) not in away]
    free.sort(key=lambda person: (given.get(person, 0), rank(seed, f"{enterprise}|{person}")))
    return free[: team.each]


def short_of_people(pool: Pool) -> list[tuple[Candidate, Team]]:
    """The enterprises of the pool for which a team has too few who need not keep away."""
    away = Counter((each.enterprise, each.person) for each in pool.exclusions)
    return [
        (enterprise, team)
        for stratum in pool.strata
        for enterprise in stratum.enterprises
        for team in pool.teams
        if sum((enterprise.uuid, each.uuid) not in away for each in team.people) < team.each
    ]


def read(said: Any) -> Pool:
    """Read a pool from parsed JSON. Raises PoolMalformed."""
    try:
        if said["algorithm"] not in KNOWN:
            raise PoolMalformed(f"algorithm {said['algorithm']!r} is none of {', '.join(KNOWN)}")
        return Pool(
            terms=Terms(**said["terms"]),
            strata=tuple(
                Stratum(
                    each["sector"],
                    each["risk"],
                    int(each["wanted"]),
                    tuple(Candidate(**one) for one in each["enterprises"]),
                )
                for each in said["strata"]
            ),
            teams=tuple(
                Team(
                    each["role"],
                    int(each["each"]),
                    tuple(Candidate(**one) for one in each["people"]),
                )
                for each in said["teams"]
            ),
            exclusions=tuple(Exclusion(**each) for each in said["exclusions"]),
            algorithm=said["algorithm"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PoolMalformed(str(error)) from error


def faults(
    pool: Pool, *, value_from: datetime, visit_since: date, visit_until: date, at: datetime
) -> dict[str, str]:
    """What keeps a pool from being published, by the field that is wrong."""
    found: dict[str, str] = {}
    for place, stratum in enumerate(pool.strata):
        there = len(stratum.enterprises)
        if there == 0:
            found[f"stratum{place}_wanted"] = "pool_empty"
        elif stratum.wanted > there:
            found[f"stratum{place}_wanted"] = "more_than_there_are"
    for team in pool.teams:
        if len({each.uuid for each in team.people}) < team.each:
            found[f"{team.role}s"] = "more_people_than_there_are"
    if value_from <= at:
        found["value_from"] = "moment_past"
    if visit_until < visit_since:
        found["visit_until"] = "end_before_start"
    elif visit_since < value_from.date():
        found["visit_since"] = "visit_before_draw"
    return found
