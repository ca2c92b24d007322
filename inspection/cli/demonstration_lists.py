"""The demonstration district's own lists: one that adds to the list of hot work, one in review.

The items are made up for the demonstration; they rest on no provision and say so.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.authoring import documents, drafts, publishing
from inspection.authoring.documents import Document
from inspection.catalog import Catalog
from inspection.domain import checklist

_REPORTED = {
    "title": {"zh": "流动焊工作业报备", "en": "Travelling welders reported"},
    "check": {
        "zh": "外来焊工进场动火前，已向镇街报备时间、地点、作业人和监护人。",
        "en": "Before a welder from outside starts, time, place, worker and attendant were reported"
        " to the town.",
    },
    "methods": ["documents", "interview"],
    "findings": [
        {"code": "not_reported", "zh": "没有报备", "en": "Not reported"},
        {"code": "other_person", "zh": "作业人与报备不符", "en": "Another worker than reported"},
    ],
    "requirement": {
        "zh": "停止动火，向镇街报备后再作业。",
        "en": "Stop the hot work and report it to the town first.",
    },
    "evidence": ["document", "photo"],
    "deadline_days": 0,
}
_WIND = {
    "title": {"zh": "大风天不在露天动火", "en": "No open-air hot work in strong wind"},
    "check": {
        "zh": "阵风五级以上时，露天没有动火作业；必须做的已升级审批。",
        "en": "With gusts of force 5 or more there is no hot work in the open, or it was approved"
        " one grade higher.",
    },
    "methods": ["on_site", "documents"],
    "findings": [
        {"code": "wind", "zh": "大风天仍在露天动火", "en": "Hot work in strong wind"},
        {"code": "grade", "zh": "没有升级审批", "en": "Not approved one grade higher"},
    ],
    "requirement": {
        "zh": "立即停止露天动火，风小后再作业，或升级审批。",
        "en": "Stop open-air hot work at once until the wind drops, or have it approved higher.",
    },
    "evidence": ["photo"],
    "deadline_days": 0,
    "weight": 3,
}
_ASSEMBLY = {
    "title": {"zh": "集合点有本镇应急电话", "en": "The town's number at the assembly point"},
    "check": {
        "zh": "应急集合点的标牌上写有镇应急值班电话，拨得通。",
        "en": "The sign at the assembly point has the town's duty number, and it answers.",
    },
    "methods": ["on_site"],
    "findings": [
        {"code": "no_number", "zh": "标牌上没有电话", "en": "No number on the sign"},
        {"code": "dead", "zh": "电话拨不通", "en": "The number does not answer"},
    ],
    "requirement": {
        "zh": "在集合点标牌上补写镇应急值班电话。",
        "en": "Write the town's duty number on the sign.",
    },
    "evidence": ["photo"],
    "deadline_days": 7,
    "weight": 1,
}


def draft(
    session: Session,
    office: Actor,
    publisher: Actor,
    town: Actor,
    *,
    catalog: Catalog,
    schema: Mapping[str, Any],
    at: datetime,
) -> None:
    """Have `office` extend the list of hot work, `publisher` publish it; `town` sends another."""
    newest = {each.slug: checklist.to_json(each) for each in catalog.current()}
    hot_work, emergency = newest["hot-work"], newest["emergency"]
    extend = partial(
        _extended, hot_work, "动火等危险作业（云岚区增补）", (_REPORTED, _WIND), at.date()
    )
    uuid = _sent(session, office, extend, hot_work, at=at)
    publishing.publish(
        session,
        publisher,
        uuid,
        version=1,
        schema=schema,
        origin=hot_work,
        family="hot-work",
        at=at,
    )
    extend = partial(_extended, emergency, "应急准备（花桥镇增补）", (_ASSEMBLY,), at.date())
    _sent(session, town, extend, emergency, at=at)


def _extended(
    source: Document, title: str, added: tuple[Document, ...], on: date, slug: str, letters: str
) -> Document:
    made = documents.taken(source, slug, letters, title, extends=True, on=on)
    for item in added:
        code = documents.add_item(made, made["sections"][0]["code"], used=())
        found = documents.item(made, code) or {}
        found.update({**item, "management_practice": True})
    return made


def _sent(session: Session, author: Actor, make: Any, base: Document, *, at: datetime) -> str:
    uuid = drafts.begin(session, author, author.unit_uuid, make, base=base, at=at)
    publishing.send(session, author, uuid, version=1, faults=0, at=at)
    return uuid
