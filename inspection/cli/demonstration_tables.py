"""Dispatch tables of the demonstration: last month's was sent, this month's is open."""

from datetime import date, datetime, time, timedelta

from inspection.accounts.people import Actor
from inspection.cli import demonstration_names as names
from inspection.dispatch import entries, form, tables
from inspection.domain import dispatch as domain
from inspection.domain import enforcement
from inspection.domain.dispatch import Terms
from inspection.domain.enforcement import MeasureKind, PenaltyKind, Subject
from inspection.domain.workdays import CHINA, day_of
from inspection.edge import reading, wired, writing
from inspection.enforcement import cases
from inspection.enforcement.cases import NewMeasure, NewPenalty, Part
from inspection.organisations import directory
from inspection.reports import sheets

_WORKSHOP = "云岚区恒砺机械有限公司"
_SAID: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("zhenban", "3.1", {"words": "到镇工业园指导动火作业审批"}),
    ("zhenban", "3.2", {"words": "专家陪同查看焊接车间", "about": _WORKSHOP}),
    ("zhenban", "4.1", {"words": "党委理论学习中心组专题学习", "quantity": "1"}),
    ("zhenban", "4.7", {"words": "镇安监办在岗人数", "quantity": "4"}),
    ("anban", "3.8", {"words": "公布第一批典型案例", "quantity": "3", "second": "1"}),
    ("anban", "3.10", {"words": "约谈进度靠后的部门", "quantity": "1"}),
    ("anban", "4.2", {"words": "区委常委会专题研究", "quantity": "1"}),
    ("anban", "4.4", {"words": "成员单位负责同志到企业宣讲", "quantity": "6"}),
    ("anban", "4.5", {"words": "电话举报奖励两起，系统外发放", "quantity": "0.8", "second": "0.3"}),
    ("anban", "4.6", {"words": "区融媒体中心《安全云岚》", "quantity": "1"}),
)
"""Account, row and what is entered, in each of the last two months."""


def load() -> None:
    """Enter values, decide a case, and send last month's tables."""
    this_month = domain.month_of(day_of(wired().clock()))
    last_month = domain.month_before(this_month)
    with reading() as session:
        actors = {name: names.actor(session, name) for name in ("zhenban", "anban", "chen")}
    _settle(actors, last_month)
    _decide(actors["chen"], names.uuid_of("恒砺机械"), last_month.replace(day=10))
    _enter(actors, last_month.replace(day=12))
    _send(actors["zhenban"], last_month, last_month.replace(day=27))
    _send(actors["anban"], last_month, last_month.replace(day=28))
    today = day_of(wired().clock())
    _enter(actors, max(this_month, today - timedelta(days=3)))


def _at(day: date) -> datetime:
    return min(datetime.combine(day, time(15), CHINA), wired().clock())


def _settle(actors: dict[str, Actor], month: date) -> None:
    with writing() as session:
        for name in ("zhenban", "anban"):
            tables.settle(session, actors[name], Terms(month), today=month, at=_at(month))


def _decide(officer: Actor, unit: str, day: date) -> None:
    known = enforcement.ground("《安全生产法》第97条")
    parts = (
        Part(Subject.UNIT, _WORKSHOP, "", (PenaltyKind.FINE,), 8_000_000, known),
        Part(Subject.PERSON, "周立新", "总经理", (PenaltyKind.FINE,), 2_000_000, known),
    )
    penalty = NewPenalty("云应急罚〔示例〕1号", day, "特种作业人员未持证上岗", parts)
    measure = NewMeasure(
        MeasureKind.SUSPEND,
        "云应急停〔示例〕1号",
        enforcement.ground("《安全生产法》第65条"),
        day,
        "郭局长",
        None,
        None,
        urgent=False,
        words="焊接车间停产整顿",
    )
    with writing() as session:
        cases.impose(session, officer, unit, penalty, today=day, at=_at(day))
        cases.take(session, officer, unit, measure, today=day, at=_at(day))


def _enter(actors: dict[str, Actor], day: date) -> None:
    with writing() as session:
        for account, row, said in _SAID:
            new = entries.read(row, {"happened_on": day.isoformat(), **said}, today=day)
            entries.note(session, actors[account], new, at=_at(day))


def _send(actor: Actor, month: date, day: date) -> None:
    with reading() as session:
        made = tables.table(
            session,
            directory.unit(session, actor.unit_uuid),
            month,
            catalog=wired().catalog,
            blobs=wired().blobs,
            today=day,
        )
    blobs = wired().blobs
    with writing() as session:
        tables.send(
            session,
            actor,
            made,
            content_sha256=blobs.keep(sheets.frozen(form.sheet(made))),
            things_sha256=blobs.keep(tables.things_text(made)),
            note="",
            today=day,
            at=_at(day),
        )
