"""Tip-offs and a call of the demonstration: what came to an office, and what it called out."""

import hashlib
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.cli.demonstration_names import actor, uuid_of
from inspection.domain.tipoff import Channel, Outcome
from inspection.edge import wired, writing
from inspection.incidents import calls
from inspection.incidents.calls import NewCall
from inspection.organisations import directory
from inspection.organisations.unit import Sector
from inspection.tipoffs import filing, handling
from inspection.tipoffs.dossiers import Tipoff
from inspection.tipoffs.filing import Said


def load() -> None:
    """One tip-off looked into, one new, and a call that some have answered."""
    with writing() as session:
        town = actor(session, "zhenban")
        _tip_offs(session, town)
        _call(session, town, actor(session, "hengli"))


def _tip_offs(session: Session, town: Actor) -> None:
    now = wired().clock()
    old = _file(
        session,
        uuid_of("星野涂料"),
        Said("溶剂桶露天堆放，没有接地，旁边有人抽烟。", "厂区西门内", "上周三傍晚", "", False),
        days=9,
    )
    handling.accept(session, town, old, uuid_of("星野涂料"), at=now - timedelta(days=8))
    words = "已到现场查看，反映的情况属实，企业当天移走并做了接地。"
    handling.close(session, town, old, Outcome.TRUE, words, at=now - timedelta(days=6))
    _file(
        session,
        uuid_of("花桥镇"),
        Said("车间安全出口夜班时上锁。", "工业路某木器厂", "这几天夜里", "一家木器厂", False),
        days=1,
    )


def _file(session: Session, through: str, said: Said, *, days: int) -> str:
    """Send one by the QR code of a unit, and return its uuid."""
    unit = directory.unit(session, through)
    form = hashlib.sha256(said.what.encode()).hexdigest()
    filing.file(
        session,
        said,
        filing.new_secret(),
        filing.destination(session, unit, Channel.OFFICE),
        about=unit if unit.supervisor_id else None,
        form=form,
        at=wired().clock() - timedelta(days=days),
    )
    return session.scalars(select(Tipoff.uuid).where(Tipoff.form == form)).one()


def _call(session: Session, town: Actor, own: Actor) -> None:
    at = wired().clock() - timedelta(hours=20)
    new = NewCall(
        "寒潮大风蓝色预警",
        "今夜到明天有 7 级大风，停止室外高处和吊装作业，检查临时设施、用火用电。",
        at + timedelta(hours=4),
        Sector.MACHINERY,
        high_risk=False,
    )
    call = calls.make(session, town, new, calls.matching(session, town, new), at=at)
    calls.answer(session, own, call, at=at + timedelta(minutes=12))
    other, spoke = uuid_of("北辰钢结构"), "值班室 卫师傅"
    calls.note_answer(session, town, call, other, spoke, at=at + timedelta(hours=1))
