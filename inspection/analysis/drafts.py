"""What a bulletin (通报) says: figures, ranking, what is found most often, typical cases, words.

Composed from the register as it stands, in Chinese as everything on paper; frozen and signed by
`bulletins.py`. How it looks is `templates/reports/sheet.html`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.analysis import figures, periods, rankings, trends
from inspection.analysis.periods import View
from inspection.analysis.rankings import Ranking, Row
from inspection.analysis.trends import TopFinding
from inspection.analysis.weights import Version
from inspection.catalog import Catalog
from inspection.domain import sheet
from inspection.domain.hazard import ENDED
from inspection.domain.office_problems import BulletinCaseUnknown
from inspection.domain.ranking import Figures, Part
from inspection.hazards.register import IS_MAJOR, Hazard
from inspection.organisations.directory import UnitFacts
from inspection.organisations.scope import Scope
from inspection.organisations.unit import Unit, UnitKind
from inspection.reports import sheets, wording, workbooks
from inspection.reports.sheets import Column, Sheet
from inspection.reports.sheets import Part as SheetPart

MOST_RANKED = 40
"""Rows of one ranking on paper; there are as many towns at most, and of enterprises the first."""
MOST_CASES = 12
LONGEST_WORDS = 3000
KINDS = {
    UnitKind.DISTRICT: "区县",
    UnitKind.TOWN: "乡镇、街道",
    UnitKind.DEPARTMENT: "部门",
    UnitKind.ENTERPRISE: "企业",
}
PARTS = {
    Part.CLOSED: "销号率",
    Part.ON_TIME: "按期率",
    Part.SELF_FOUND: "自查率",
    Part.SPEED: "整改用时",
    Part.NOT_OVERDUE: "未逾期率",
    Part.FOUND: "查出数",
}


_Value = Callable[[Figures], Any]


@dataclass(frozen=True)
class Said:
    """What the office adds: opening words, demands, and the numbers of typical cases."""

    opening: str = ""
    demands: str = ""
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One hazard that may be told as a typical case (典型案例)."""

    number: str
    unit_name: str
    summary: str
    level: str
    state: str
    found_on: date
    deadline_on: date | None
    closed_on: date | None


def candidates(
    session: Session, office: UnitFacts, view: View, *, within: Scope
) -> tuple[Case, ...]:
    """Return the newest major hazards that were found by the end of a period, to pick from."""
    return _cases(
        session, (figures.area_of(office), within), IS_MAJOR, Hazard.found_on <= view.period.until
    )


def composed(
    session: Session,
    office: UnitFacts,
    view: View,
    said: Said,
    *,
    within: Scope,
    weights: Version,
    catalog: Catalog,
    note: str = "",
) -> Sheet:
    """Return a bulletin as it would be signed now. Raises BulletinCaseUnknown."""
    scopes = (figures.area_of(office), within)
    ranked = rankings.rankings_of(
        session, office, _kinds(session, office), view, within=within, weights=weights.weights
    )
    earlier = figures.of(session, scopes, periods.before(view.span, view.period), today=view.today)
    now = ranked[0].total if ranked else figures.of(session, scopes, view.period, today=view.today)
    top = trends.top_findings(session, scopes, view.period)
    parts = [
        _overview(now, earlier, said.opening),
        *(_ranking(each, weights if each is ranked[0] else None) for each in ranked),
        _top(top, catalog),
    ]
    if said.cases:
        parts.append(_told(_picked(session, scopes, said.cases)))
    if said.demands:
        parts.append(SheetPart("工作要求", _paragraphs(said.demands)))
    facts = (
        ("期间", sheets.period_words(view.period)),
        ("范围", f"{office.name}及所辖单位"),
        ("统计至", wording.day_text(view.today)),
    )
    return sheets.bulletin(
        tuple(_numbered(parts)),
        sheet.BULLETINS[view.span],
        organisation=office.name,
        facts=facts,
        notes=(note,) if note else (),
    )


def _kinds(session: Session, office: UnitFacts) -> list[UnitKind]:
    """The bodies below an office; for one that leads none, its enterprises."""
    found = rankings.kinds(session, office)
    return [kind for kind in found if kind is not UnitKind.ENTERPRISE] or list(found)


_NUMERALS = "一二三四五六七八九十"


def _numbered(parts: Sequence[SheetPart]) -> Iterator[SheetPart]:
    for numeral, part in zip(_NUMERALS, parts, strict=False):
        yield SheetPart(
            f"{numeral}、{part.heading}", part.words, part.columns, part.rows, part.notes
        )


def _overview(now: Figures, earlier: Figures, opening: str) -> SheetPart:
    rows = tuple(
        (name, written(value(now)), written(value(earlier)), _moved(value, now, earlier))
        for name, value, written in _MEASURES
    )
    columns = (
        Column("指标", 46),
        Column("本期", 18, figure=True),
        Column("上期", 18, figure=True),
        Column("增减", 18, figure=True),
    )
    return SheetPart("总体情况", _paragraphs(opening), columns, rows)


def _moved(value: _Value, now: Figures, earlier: Figures) -> str:
    """By how much a number grew; shares and averages are not subtracted from each other."""
    ours, theirs = value(now), value(earlier)
    if not isinstance(ours, int) or not isinstance(theirs, int):
        return ""
    return f"{ours - theirs:+d}" if ours != theirs else "0"


_RANKED = (
    Column("名次", 9),
    Column("单位", 24),
    Column("发现", 8, figure=True),
    Column("自查率", 9, figure=True),
    Column("销号", 8, figure=True),
    Column("按期率", 9, figure=True),
    Column("用时", 8, figure=True),
    Column("未销", 8, figure=True),
    Column("逾期", 8, figure=True),
    Column("得分", 9, figure=True),
)


def _ranking(made: Ranking, weights: Version | None) -> SheetPart:
    """One ranking; the rule is told below the first, with its weights."""
    rows = tuple(_ranked_row(row) for row in made.rows[:MOST_RANKED])
    left = len(made.rows) - len(rows)
    notes = [f"另有 {left} 家没有列出。"] if left else []
    if weights:
        notes += [
            f"得分＝（{formula(weights)}）÷ 计入各项的权重之和；没有数可算的一项不计，同分同名次。"
            "用时为平均整改天数。",
            "有重大隐患逾期未销号，或本期发生较大及以上事故的，一票否决，不排名次；"
            "没有隐患可计的不排名次，不等于最差。",
        ]
    return SheetPart(f"{KINDS[made.kind]}排名", (), _RANKED, rows, tuple(notes))


def _ranked_row(row: Row) -> tuple[str, ...]:
    if row.has_nothing:
        return ("无数据", row.name, *["—"] * (len(_RANKED) - 2))
    of = row.figures
    place = "否决" if row.vetoed else str(row.rank) if row.rank else "—"
    return (
        place,
        row.name,
        str(of.found),
        percent(of.self_share),
        str(of.closed),
        percent(of.on_time_share),
        days(of.average_days),
        str(of.open),
        str(of.overdue),
        points(row.score),
    )


def _top(found: Sequence[TopFinding], catalog: Catalog) -> SheetPart:
    columns = (
        Column("序号", 7),
        Column("检查项", 39),
        Column("检查表", 26),
        Column("次数", 9, figure=True),
        Column("单位数", 10, figure=True),
        Column("重大", 9, figure=True),
    )
    rows = tuple(
        (
            str(place),
            *item_names(each, catalog),
            str(each.found),
            str(each.units),
            str(each.major),
        )
        for place, each in enumerate(found, start=1)
    )
    words = () if rows else ("本期没有发现隐患。",)
    return SheetPart("高频隐患", words, columns if rows else (), rows)


def item_names(found: TopFinding, catalog: Catalog, language: str = "zh") -> tuple[str, str]:
    """What an item asks and the title of its list, as far as that revision is known here."""
    checklist = catalog.find(found.slug, found.revision)
    item = checklist.item(found.code) if checklist else None
    return (
        item.title.in_(language) if item else found.code,
        checklist.title.in_(language) if checklist else found.slug,
    )


def _told(cases: Sequence[Case]) -> SheetPart:
    return SheetPart(
        "典型案例", tuple(f"{place}. {_case(each)}" for place, each in zip(count(1), cases))
    )


def _case(each: Case) -> str:
    level = workbooks.LEVELS.get(each.level, each.level)  # type: ignore[call-overload]
    ended = each.state in ENDED and each.closed_on
    stands = f"{each.closed_on}销号" if ended else workbooks.STATES.get(each.state, each.state)
    limit = f"，整改期限{each.deadline_on}" if each.deadline_on else ""
    return (
        f"{each.unit_name}（{each.number}）：{each.summary.rstrip('。')}。"
        f"{level}隐患，{each.found_on}登记{limit}，{stands}。"
    )


def _picked(session: Session, scopes: Sequence[Scope], numbers: Sequence[str]) -> list[Case]:
    found = _cases(session, scopes, Hazard.number.in_(numbers))
    known = {each.number: each for each in found}
    for number in numbers:
        if number not in known:
            raise BulletinCaseUnknown(number=number)
    return [known[number] for number in numbers]


def _cases(session: Session, scopes: Sequence[Scope], *conditions: Any) -> tuple[Case, ...]:
    rows = session.execute(
        select(
            Hazard.number,
            Unit.name,
            Hazard.summary,
            Hazard.level,
            Hazard.state,
            Hazard.found_on,
            Hazard.deadline_on,
            Hazard.closed_on,
        )
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(*conditions, *(scope.condition() for scope in scopes))
        .order_by(Hazard.found_on.desc(), Hazard.id.desc())
        .limit(MOST_CASES)
    )
    return tuple(Case(*row) for row in rows)


def formula(weights: Version) -> str:
    """The rule of a score with its weights, in words."""
    return "＋".join(
        f"{PARTS[part]}×{weight}" for part, weight in weights.weights.items() if weight
    )


def points(tenths: int | None) -> str:
    """Write a score."""
    return "—" if tenths is None else f"{tenths // 10}.{tenths % 10}"


def percent(share: float | None) -> str:
    """Write a share."""
    return "—" if share is None else f"{share * 100:.1f}%"


def days(number: float | None) -> str:
    """Write days on average."""
    return "—" if number is None else f"{number:.1f}"


def _paragraphs(words: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in words.splitlines() if line.strip())


_MEASURES: tuple[tuple[str, _Value, Callable[[Any], str]], ...] = (
    ("发现隐患（条）", lambda each: each.found, str),
    ("其中企业自查发现（条）", lambda each: each.self_found, str),
    ("自查率", lambda each: each.self_share, percent),
    ("销号（条）", lambda each: each.closed, str),
    ("其中按期销号（条）", lambda each: each.on_time, str),
    ("按期率", lambda each: each.on_time_share, percent),
    ("平均整改用时（天）", lambda each: each.average_days, days),
    ("期末未销号（条）", lambda each: each.open, str),
    ("其中逾期（条）", lambda each: each.overdue, str),
    ("其中逾期的重大隐患（条）", lambda each: each.major_overdue, str),
)
