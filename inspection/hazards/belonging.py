"""A campaign's rule (`domain.campaign.Belonging`) as a condition of the database.

Asked of hazards here, and of inspections in `campaigns/`; a test compares it with the rule itself.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from inspection.domain.campaign import Belonging, bounds
from inspection.hazards.register import Hazard
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit


def area(rule: Belonging) -> Scope:
    """The units that a campaign is about, before sectors are asked."""
    supervisors = frozenset() if rule.supervisor is None else frozenset({rule.supervisor})
    return Scope(paths=frozenset({rule.path}), supervisors=supervisors)


def of_hazards(rule: Belonging) -> ColumnElement[bool]:
    """What holds of the hazards that belong."""
    return belonging(
        rule,
        uuid=Hazard.uuid,
        record=Hazard.record_uuid,
        unit_id=Hazard.unit_id,
        checklist=Hazard.checklist_slug,
        at=Hazard.found_at,
    )


def belonging(
    rule: Belonging, *, uuid: Any, record: Any, unit_id: Any, checklist: Any, at: Any
) -> ColumnElement[bool]:
    """What holds of the rows that belong, by these columns of theirs."""
    there = select(Unit.id).where(area(rule).condition())
    if rule.sectors:
        there = there.where(Unit.sector.in_(rule.sectors))
    since, until = bounds(rule.since, rule.until)
    by_rule = [unit_id.in_(there.correlate(None)), at >= since, at < until]
    if rule.checklists:
        by_rule.append(checklist.in_(rule.checklists))
    told = and_(*by_rule)
    for column in (record, uuid):
        told = or_(column.in_(rule.tagged), and_(column.not_in(rule.untagged), told))
    if rule.stage is None:
        return told
    begin, end = bounds(rule.stage.since, rule.stage.until)
    return and_(told, at >= begin, at < end)
