"""Campaigns (专项行动): named stages without a gap, and which inspections and hazards belong.

An inspection belongs by where its unit stands in the tree, by its date, by sector and checklist;
whatever somebody tagged or untagged by hand goes before that. The stage follows from the date of
the inspection alone. How campaigns are kept, and the same rule as SQL, is in `campaigns/` and
`hazards/narrowing.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from inspection.domain.workdays import CHINA, day_of


@dataclass(frozen=True)
class Stage:
    """One stage (阶段) of a campaign; both days count."""

    name: str
    since: date
    until: date


@dataclass(frozen=True)
class Subject:
    """What a campaign asks of one inspection, or of one hazard by the inspection that found it."""

    uuid: str
    record: str
    """The inspection's own uuid; for a hazard that of the inspection that found it."""
    unit_path: str
    supervisor: int | None
    sector: str
    checklist: str
    at: datetime
    """When the inspection ended."""


@dataclass(frozen=True)
class Belonging:
    """The rule by which inspections and hazards belong to a campaign, or to a stage of it."""

    campaign: str
    name: str
    path: str
    """Of the office whose campaign it is: everything below it belongs."""
    supervisor: int | None
    """Its id when it is a department: what it supervises belongs as well."""
    since: date
    until: date
    sectors: tuple[str, ...]
    """None named: every sector."""
    checklists: tuple[str, ...]
    """None named: every list."""
    tagged: frozenset[str]
    """uuids of inspections and hazards that somebody brought in by hand, whatever the rule says."""
    untagged: frozenset[str]
    stage: Stage | None = None

    def holds(self, subject: Subject) -> bool:
        """Whether an inspection or hazard belongs; a hazard's own tag goes before its record's."""
        on = day_of(subject.at)
        if self.stage is not None and not self.stage.since <= on <= self.stage.until:
            return False
        for uuid in (subject.uuid, subject.record):
            if uuid in self.tagged or uuid in self.untagged:
                return uuid in self.tagged
        return self._by_rule(subject, on)

    def _by_rule(self, subject: Subject, on: date) -> bool:
        here = subject.unit_path.startswith(self.path) or (
            self.supervisor is not None and subject.supervisor == self.supervisor
        )
        return (
            here
            and self.since <= on <= self.until
            and (not self.sectors or subject.sector in self.sectors)
            and (not self.checklists or subject.checklist in self.checklists)
        )

    def within(self, stage: Stage | None) -> "Belonging":
        """The same rule for one stage only; None is the whole campaign."""
        return replace(self, stage=stage)

    @property
    def words(self) -> str:
        """The campaign's name, with the stage that is meant."""
        return f"{self.name} · {self.stage.name}" if self.stage else self.name


def written(rule: Belonging) -> dict[str, Any]:
    """A rule as JSON, for what is asked now and made later."""
    said = {**vars(rule), "tagged": sorted(rule.tagged), "untagged": sorted(rule.untagged)}
    said |= {"since": rule.since.isoformat(), "until": rule.until.isoformat()}
    if rule.stage:
        days = {"since": rule.stage.since.isoformat(), "until": rule.stage.until.isoformat()}
        said["stage"] = {"name": rule.stage.name, **days}
    return said


def read(said: Mapping[str, Any]) -> Belonging:
    """A rule from what `written` made of it."""
    values = {
        **said,
        **{name: date.fromisoformat(said[name]) for name in ("since", "until")},
        **{name: tuple(said[name]) for name in ("sectors", "checklists")},
        **{name: frozenset(said[name]) for name in ("tagged", "untagged")},
    }
    if stage := said["stage"]:
        since, until = (date.fromisoformat(stage[name]) for name in ("since", "until"))
        values["stage"] = Stage(stage["name"], since, until)
    return Belonging(**values)


def bounds(since: date, until: date) -> tuple[datetime, datetime]:
    """From which instant until before which a span of days lasts."""
    start = datetime(since.year, since.month, since.day, tzinfo=CHINA)
    end = datetime(until.year, until.month, until.day, tzinfo=CHINA)
    return start, end + timedelta(days=1)


def stage_on(stages: Sequence[Stage], on: date) -> Stage | None:
    """The stage that a day falls into; None before the first and after the last."""
    return next((stage for stage in stages if stage.since <= on <= stage.until), None)


def faults(stages: Sequence[Stage]) -> dict[int, str]:
    """What is wrong with the stages, by the place of the stage: each follows the one before it."""
    found: dict[int, str] = {}
    for place, stage in enumerate(stages):
        if stage.until < stage.since:
            found[place] = "end_before_start"
        elif place and stage.since <= stages[place - 1].until:
            found[place] = "stages_overlap"
        elif place and stage.since > stages[place - 1].until + timedelta(days=1):
            found[place] = "stages_gap"
    return found
