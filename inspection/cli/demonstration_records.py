"""Three weeks of the demonstration: inspections that were signed, and what became of their hazards.

Everything goes through the doors that everybody uses: keys are enrolled, records examined and
accepted, steps taken by who may take them. The worker then draws and seals the reports.
"""

import random
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from inspection.accounts import devices
from inspection.accounts.people import Actor
from inspection.cli import demonstration_names as names
from inspection.cli.demonstration_tablet import DemonstrationTablet, file_of, stamp
from inspection.domain import answers
from inspection.domain.checklist import Checklist
from inspection.domain.hazard import Step
from inspection.domain.record import FORMAT
from inspection.domain.workdays import CHINA, day_of
from inspection.edge import reading, wired, writing
from inspection.hazards import steps
from inspection.hazards.findings import hazard_uuid
from inspection.hazards.steps import Said
from inspection.organisations import directory
from inspection.submissions import intake

_SEED = 20261130
_LASTED = timedelta(minutes=50)


@dataclass(frozen=True)
class Found:
    """One finding: item, tag and words; `at_once` when it was put right during the visit."""

    item: str
    tag: str
    words: str
    level: str = "general"
    at_once: bool = False


@dataclass(frozen=True)
class Visit:
    """One visit, `days` ago; `party` signs by hand, `absent` are items that do not apply there."""

    days: int
    checklist: str
    unit: str
    place: str
    signers: tuple[str, ...]
    party: str
    found: tuple[Found, ...] = ()
    absent: tuple[str, ...] = ()
    kind: str = "inspection"


HOT_WORK = Visit(
    21,
    "hot-work",
    "恒砺机械",
    "二号厂房焊接工段",
    ("zhang", "li"),
    "郑国栋",
    (
        Found("A-04", "none", "西侧立柱旁正在焊接，现场拿不出作业票。"),
        Found("A-06", "expired", "焊工两人中有一人证件已过复审日期。", "major"),
        Found("A-10", "combustibles", "火花落点旁有油棉纱和纸箱。", at_once=True),
    ),
)
GAS = Visit(
    15,
    "restaurant-gas",
    "川味小厨",
    "后厨和气瓶间",
    ("zhang", "li"),
    "周海燕",
    (
        Found("RQ-11", "unplugged", "报警器插头已拔下，挂在墙上。"),
        Found("RQ-16", "duct", "排烟罩和管道积油明显。"),
    ),
    absent=("RQ-22", "RQ-23", "RQ-24"),
)
TRAINING = Visit(
    12,
    "training",
    "青禾化工",
    "培训室和中控室",
    ("chen", "zhang"),
    "赵建国",
    (Found("C-12", "risk_unknown", "抽问三名新进人员，两人说不出本岗位的主要危险。"),),
)
OWN = Visit(
    6,
    "key-rules",
    "恒砺机械",
    "全厂",
    ("hengli", "zhou"),
    "",
    (Found("E-18", "overdue", "空压机房一只安全阀已过校验日期。"),),
    kind="self_inspection",
)
DRILLS = Visit(3, "emergency-short", "星野涂料", "调漆间和应急物资库", ("zhang", "li"), "李志强")


def load() -> None:
    """Hand in the visits and take the steps between them."""
    told = _Told()
    permit, licence, _cleared = told.visit(HOT_WORK)
    told.step(licence, "hengli", Step.REPORT, 20, **_REPORT)
    told.step(permit, "hengli", Step.CLAIM, 18, words="已补办作业票并重新交底", rectifier="邹文静")
    alarm, _duct = told.visit(GAS)
    told.visit(TRAINING)
    told.again(HOT_WORK, 9, {permit: answers.PASSED})
    told.step(licence, "hengli", Step.PLAN, 8, **_PLAN)
    (valve,) = told.visit(OWN)
    told.step(valve, "hengli2", Step.CLAIM, 4, words="已送检，换装备用阀", rectifier="设备科")
    told.step(valve, "hengli", Step.ACCEPT, 3, words="核对校验报告，已换装")
    told.visit(DRILLS)
    told.again(GAS, 1, {alarm: answers.RETURNED})


_REPORT = {
    "state_and_cause": "证件到期提醒无人负责",
    "harm": "无有效证件焊接，可能引发火灾",
    "outline": "停止该焊工作业，复审后上岗",
}
_PLAN = {
    "goals": "焊工全部持有效证件",
    "measures": "停止作业，送培复审，建立到期提醒台账",
    "funds": "3600",
    "responsible": "周立新",
    "crew": "安全部两人",
    "emergency": "停工期间由有资质的单位外委焊接",
}


@dataclass
class _Filled:
    """A record while it is filled in, and the files that go with it."""

    checklist: Checklist
    payload: dict[str, Any]
    files: list[bytes]
    at: datetime


class _Told:
    """The people, their tablets, and what was handed in so far."""

    def __init__(self) -> None:
        self._chance = random.Random(_SEED)  # noqa: S311 - pictures and ink, no secret
        self._tablets: dict[str, DemonstrationTablet] = {}
        self._today = day_of(wired().clock())
        self._items: dict[str, str] = {}
        """Hazard → the item at which it was found."""

    def visit(self, visit: Visit) -> list[str]:
        """Hand in a visit; returns the uuids of the hazards that it raised."""
        filled = self._begun(visit, visit.days, visit.kind)
        for item in filled.checklist.items:
            value = answers.NOT_APPLICABLE if item.code in visit.absent else answers.PASS
            filled.payload["answers"][item.code] = {"value": value}
        record, raised = filled.payload["uuid"], []
        for found in visit.found:
            raised.append(hazard_uuid(record, self._find(filled, found)))
            self._items[raised[-1]] = found.item
        self._sign(visit, filled)
        return raised

    def again(self, visit: Visit, days: int, outcomes: dict[str, str]) -> None:
        """Look again, `days` ago, at hazards that a visit had raised."""
        filled = self._begun(visit, days, "reinspection")
        filled.payload["reinspected"] = []
        for hazard, outcome in outcomes.items():
            item, back = self._items[hazard], outcome == answers.RETURNED
            filled.payload["answers"][item] = {"value": answers.FAIL if back else answers.PASS}
            looked_at = {
                "hazard": hazard,
                "item": item,
                "outcome": outcome,
                "words": "插头已插回，按测试键仍不报警。" if back else "",
                "deadline_on": self._day(days - 4).isoformat() if back else None,
            }
            filled.payload["reinspected"].append(looked_at)
            self._photograph(filled, hazard, item, "after", mended=not back)
        self._sign(visit, filled)

    def step(self, hazard: str, name: str, step: Step, days: int, **said: str) -> None:
        """Take a step at a desk, `days` ago."""
        days_of = {
            Step.CLAIM: {"finished_on": self._day(days).isoformat()},
            Step.PLAN: {"planned_on": self._day(days - 20).isoformat()},
        }
        at, actor = self._at(self._day(days)), self._actor(name)
        photos = (wired().blobs.keep(self._tablet("desk").picture(mended=True)),)
        with writing() as session:
            seen = steps.standing(session, actor, hazard, today=at.date())
            steps.take(
                session,
                actor,
                hazard,
                step,
                Said({**said, **days_of.get(step, {})}, photos if step == Step.CLAIM else ()),
                seen_seq=seen.last_seq,
                today=at.date(),
                at=at,
            )

    def _begun(self, visit: Visit, days: int, kind: str) -> _Filled:
        at = self._at(self._day(days))
        checklist = _edition(visit.checklist, at.date())
        with reading() as session:
            unit = directory.unit(session, names.uuid_of(visit.unit))
        payload: dict[str, Any] = {
            "format": FORMAT,
            "uuid": str(uuid.uuid4()),
            "kind": kind,
            "checklist": {
                "slug": checklist.slug,
                "revision": checklist.revision,
                "digest": checklist.digest,
            },
            "unit": {"uuid": unit.uuid, "name": unit.name, "credit_code": unit.credit_code},
            "place": {"text": visit.place, "latitude": None, "longitude": None},
            "people": [],
            "started_at": stamp(at - _LASTED),
            "finished_at": stamp(at),
            "clock": {
                "elapsed_ms": int(_LASTED.total_seconds() * 1000),
                "server_offset_ms": -20,
                "server_seen_at": stamp(at - 2 * _LASTED),
            },
            "answers": {},
            "findings": [],
            "photos": [],
            "signatures": [],
            "opinion": "责令按期整改，逾期未改的依法处理。",
            "statement": "情况属实，按要求整改。",
            "previous": None,
            "app_version": "demonstration",
        }
        return _Filled(checklist, payload, [], at)

    def _find(self, filled: _Filled, found: Found) -> str:
        """Write a finding and its photos; returns the finding's uuid."""
        item = filled.checklist.item(found.item)
        assert item is not None, found.item
        due = filled.at.date() + timedelta(days=item.deadline_days or 3)
        finding: dict[str, Any] = {
            "uuid": str(uuid.uuid4()),
            "item": item.code,
            "tags": [found.tag],
            "words": found.words,
            "level": found.level,
            "requirement": item.requirement.zh,
            "deadline_on": None if found.at_once else due.isoformat(),
            "fixed_on_spot": found.at_once,
        }
        filled.payload["findings"].append(finding)
        filled.payload["answers"][item.code] = {"value": answers.FAIL}
        self._photograph(filled, finding["uuid"], item.code, "before", mended=False)
        if found.at_once:
            self._photograph(filled, finding["uuid"], item.code, "after", mended=True)
        return str(finding["uuid"])

    def _photograph(
        self, filled: _Filled, about: str, item: str, moment: str, *, mended: bool
    ) -> None:
        data = self._tablet("camera").picture(mended=mended)
        filled.files.append(data)
        filled.payload["photos"].append(
            {
                **file_of(data),
                "type": "image/jpeg",
                "taken_at": stamp(filled.at - _LASTED / 2),
                "finding": about,
                "item": item,
                "moment": moment,
                "caption": "演示图片",
            }
        )

    def _sign(self, visit: Visit, filled: _Filled) -> None:
        """Have everybody sign, hand the record in and its files with it."""
        signers = [self._actor(name) for name in visit.signers]
        tablet = self._tablet(visit.signers[0])
        for signer in signers:
            self._enrol(tablet, signer)
            self._named(filled, tablet, "inspector", signer.name, signer)
        if visit.party:
            self._named(filled, tablet, "party", visit.party, None)
        filled.payload["device"] = tablet.uuid
        wiring, first = wired(), signers[0]
        jws = tablet.sign(filled.payload, [each.uuid for each in signers], at=filled.at)
        for data in filled.files:
            wiring.blobs.keep(data)
        with writing() as session:
            examined = intake.examine(
                session, filled.payload["uuid"], jws, catalog=wiring.catalog, blobs=wiring.blobs
            )
            assert not examined.faults, examined.faults
            intake.accept(
                session,
                examined,
                submitted_by=first.person_id,
                blobs=wiring.blobs,
                key=wiring.server_key,
                at=min(filled.at + timedelta(minutes=25), wiring.clock()),
            )

    def _named(
        self,
        filled: _Filled,
        tablet: DemonstrationTablet,
        role: str,
        name: str,
        signer: Actor | None,
    ) -> None:
        ref, drawn = f"p{len(filled.payload['people']) + 1}", tablet.ink(name)
        filled.files.append(drawn)
        filled.payload["people"].append(
            {
                "ref": ref,
                "role": role,
                "name": name,
                "account": signer.uuid if signer else None,
                "badge": signer.badge if signer else "",
                "unit": signer.unit_name if signer else "",
                "title": "" if signer else "安全负责人",
            }
        )
        filled.payload["signatures"].append(
            {
                "person": ref,
                "outcome": "signed",
                "ink": file_of(drawn),
                "grade": "device_key" if signer else "drawn",
                "signed_at": stamp(filled.at),
            }
        )

    def _enrol(self, tablet: DemonstrationTablet, signer: Actor) -> None:
        if signer.uuid not in tablet.keys:
            at = self._at(self._day(HOT_WORK.days + 1))
            with writing() as session:
                devices.enrol(session, signer, tablet.offer(signer, at=at), at=at)

    def _tablet(self, of: str) -> DemonstrationTablet:
        label = f"演示平板 {len(self._tablets) + 1}"
        return self._tablets.setdefault(of, DemonstrationTablet(label, self._chance))

    def _actor(self, name: str) -> Actor:
        with reading() as session:
            return names.actor(session, name)

    def _day(self, days: int) -> date:
        return self._today - timedelta(days=days)

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(10, 30), CHINA)


def _edition(slug: str, day: date) -> Checklist:
    """The revision of a list that was in force on a day, or its first."""
    catalog = wired().catalog
    newest = next(each.revision for each in catalog.current() if each.slug == slug)
    editions = [catalog.revision(slug, number) for number in range(newest, 0, -1)]
    return next((each for each in editions if each.effective_on <= day), editions[-1])
