"""The papers of an inspection (执法文书): what each says, composed from an accepted record.

现场检查记录, 责令限期整改指令书, 现场处理措施决定书 and 整改复查意见书, with the fields of
DOMAIN §4.7 and the wording of the national models (安监总政法〔2010〕112号 family; local
models may differ). Pure. A paper without a number is a draft: nobody has signed it, it
binds nobody, and every page says so. Numbering and issuing papers is not done here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from inspection.domain.hazard import Level
from inspection.domain.problems import PaperUnfit
from inspection.domain.record import Record
from inspection.reports import wording
from inspection.reports.content import Basis, Problem, ReportContent

TITLES = {
    "onsite_record": "现场检查记录",
    "rectify_order": "责令限期整改指令书",
    "onsite_measure": "现场处理措施决定书",
    "review_opinion": "整改复查意见书",
}
DRAFT_NUMBER = "文号：签发时编定"
_BLANK = "＿＿＿＿＿＿"
_MEASURE_MONTHS = 6
"""Longest term of a decision on on-site measures (DOMAIN §4.7)."""
_MEASURES = (
    "责令立即停止作业（施工）",
    "责令从危险区域内撤出作业人员",
    "责令暂时停产停业",
    "责令停止使用相关设施、设备",
)
"""What 安全生产法 art. 65(1)(3) allows while a major hazard is not removed."""


@dataclass(frozen=True)
class Remedies:
    """Where the addressee may turn: the government and the court, left blank when not known."""

    government: str = ""
    court: str = ""


@dataclass(frozen=True)
class Line:
    """One problem in a paper's table; `result` is what a review found."""

    number: str
    what: str
    grounds: tuple[str, ...]
    requirement: str
    deadline: str
    result: str = ""


@dataclass(frozen=True)
class Signatory:
    """Who signs at the foot. `field` names the signature field of a paper that is no draft."""

    field: str
    role: str
    name: str
    badge: str = ""


@dataclass(frozen=True)
class Paper:
    """Everything one paper says, ready to be drawn."""

    kind: str
    title: str
    organisation: str
    number: str
    draft: bool
    addressee: str
    facts: tuple[tuple[str, str], ...]
    opening: tuple[str, ...]
    lines: tuple[Line, ...]
    choices: tuple[str, ...]
    closing: tuple[str, ...]
    signatories: tuple[Signatory, ...]
    source: str
    made_at: datetime

    @property
    def fields(self) -> tuple[str, ...]:
        """The signature fields, in the order of signing; a draft has none."""
        return () if self.draft else tuple(each.field for each in self.signatories)


def fitting(record: Record) -> tuple[str, ...]:
    """Return which papers this record gives ground for; a unit's self-inspection for none."""
    if record.kind == "reinspection":
        return ("review_opinion",)
    if record.kind != "inspection":
        return ()
    left = [finding for finding in record.findings if not finding.fixed_on_spot]
    order = ("rectify_order",) if left else ()
    major = any(finding.level == Level.MAJOR for finding in left)
    return ("onsite_record", *order, *(("onsite_measure",) if major else ()))


def compose(
    record: Record,
    report: ReportContent,
    kind: str,
    *,
    at: datetime,
    number: str = "",
    remedies: Remedies | None = None,
) -> Paper:
    """Compose one paper from a record and the content of its report. Raises PaperUnfit.

    Without a number it is a draft.
    """
    if kind not in fitting(record):
        raise PaperUnfit(kind=kind, fitting=list(fitting(record)))
    remedies = remedies or Remedies()
    body = _BODIES[kind](record, report, remedies)
    return Paper(
        kind=kind,
        title=TITLES[kind],
        organisation=report.organisation,
        number=number or DRAFT_NUMBER,
        draft=not number,
        signatories=tuple(_signatories(record, report)),
        source=f"检查报告 {report.number}（{report.verify_url}）",
        made_at=at,
        **body,
    )


def _onsite_record(record: Record, report: ReportContent, _remedies: Remedies) -> dict:
    names = "、".join(each.name for each in report.inspectors)
    badges = "、".join(each.badge or "未登记" for each in report.inspectors)
    said = [f"{each.number}. {each.title}：{_what(each)}" for each in report.problems]
    return {
        "addressee": "",
        "facts": _unit_facts(report),
        "opening": (
            f"我们是{report.organisation}的检查人员 {names}，证件号码为 {badges}，这是我们的证件"
            "（出示证件）。现依法对你单位进行现场检查，请予以配合。",
        ),
        "lines": (),
        "choices": (),
        "closing": (
            f"检查情况：{report.summary}",
            *(said or ["本次检查未发现问题。"]),
            f"现场处理意见：{report.opinion}",
            f"被检查单位意见：{report.statement}",
        ),
    }


def _rectify_order(record: Record, report: ReportContent, remedies: Remedies) -> dict:
    left = _left(report)
    return {
        "addressee": record.unit_name,
        "facts": (),
        "opening": (f"经 {_day(record)} 检查，你单位存在下列问题：",),
        "lines": tuple(_line(each) for each in left),
        "choices": (),
        "closing": (
            f"现责令你单位对上述问题按下列期限整改完毕，达到有关法律、法规、规章和标准的要求：{_terms(left)}。"
            "由此造成事故的，依法追究有关人员的责任。",
            "整改期间，你单位应当采取措施，确保安全生产。对安全生产违法行为，将依法予以行政处罚。",
            _remedy("指令", remedies),
        ),
    }


def _onsite_measure(record: Record, report: ReportContent, remedies: Remedies) -> dict:
    major = [each for each in _left(report) if each.level == Level.MAJOR]
    return {
        "addressee": record.unit_name,
        "facts": (),
        "opening": (f"本机关于 {_day(record)} 现场检查时，发现你单位有下列重大事故隐患：",),
        "lines": tuple(_line(each) for each in major),
        "choices": _MEASURES,
        "closing": (
            "以上隐患排除前或者排除过程中无法保证安全，依据《中华人民共和国安全生产法》"
            "第六十五条第一款第三项，作出上列所选的现场处理措施决定。",
            f"检查人员的现场处理意见：{report.opinion}",
            f"措施期限自 {_BLANK} 至 {_BLANK}（不超过 {_MEASURE_MONTHS} 个月）。"
            "重大事故隐患排除后，经审查同意，方可恢复生产经营和使用。",
            _remedy("决定", remedies),
        ),
    }


def _review_opinion(record: Record, report: ReportContent, _remedies: Remedies) -> dict:
    sources = dict(report.facts)["复查依据"]
    return {
        "addressee": record.unit_name,
        "facts": (("复查依据", sources), ("复查时间", dict(report.facts)["复查时间"])),
        "opening": (f"本机关依据 {sources} 对你单位的整改情况进行了复查，提出如下意见：",),
        "lines": tuple(
            Line(
                number=str(each.place),
                what=f"{each.number}　{each.title}：{each.summary}",
                grounds=(),
                requirement=each.requirement,
                deadline=each.deadline,
                result="".join((each.sign, each.label, f"。{each.words}" if each.words else ""))
                + (f"（{each.new_deadline} 前改完）" if each.new_deadline else "，予以销号"),
            )
            for each in report.outcomes
        ),
        "choices": (),
        "closing": (report.summary, f"复查处理意见：{report.opinion}"),
    }


_BODIES = {
    "onsite_record": _onsite_record,
    "rectify_order": _rectify_order,
    "onsite_measure": _onsite_measure,
    "review_opinion": _review_opinion,
}


def _unit_facts(report: ReportContent) -> tuple[tuple[str, str], ...]:
    known = dict(report.facts)
    principal, _, phone = known.get("主要负责人", "").partition("　")
    return (
        ("被检查单位", known.get("被检查单位", "")),
        ("地址", known.get("单位地址", "")),
        ("法定代表人（负责人）", principal),
        ("职务", ""),
        ("联系电话", phone),
        ("现场负责人", known.get("现场负责人", "")),
        ("检查场所", known.get("检查场所", "")),
        ("检查时间", known.get("检查时间", "")),
    )


def _signatories(record: Record, report: ReportContent) -> Iterator[Signatory]:
    for person in record.people:
        role = report.terms.role(person.role)
        yield Signatory(f"sig-{person.ref}", role, person.name, person.badge)


def _left(report: ReportContent) -> list[Problem]:
    return [each for each in report.problems if not each.fixed_on_spot]


def _line(problem: Problem) -> Line:
    return Line(
        number=str(problem.number),
        what=f"{problem.title}：{_what(problem)}（{problem.level_label}）",
        grounds=tuple(_ground(each) for each in (*problem.basis, *problem.major)),
        requirement=problem.requirement,
        deadline=problem.deadline,
    )


def _what(problem: Problem) -> str:
    tags = "；".join(problem.tags)
    return f"{tags}。{problem.words}" if tags and problem.words else tags or problem.words


def _ground(basis: Basis) -> str:
    scope = f"（适用：{basis.scope}）" if basis.scope else ""
    return f"{basis.instrument}{basis.clause}{scope}"


def _terms(problems: list[Problem]) -> str:
    """Say which items are due when: 第 1、2 项于 2026年11月29日 前."""
    due: dict[str, list[str]] = {}
    for each in problems:
        due.setdefault(each.deadline, []).append(str(each.number))
    return "；".join(f"第 {'、'.join(numbers)} 项于 {day}" for day, numbers in due.items())


def _day(record: Record) -> str:
    return wording.day_text(record.started_at.astimezone(wording.CHINA).date())


def _remedy(what: str, remedies: Remedies) -> str:
    """Tell the rights of review and suit (行政复议法 art. 20; 行政诉讼法 art. 46)."""
    government, court = remedies.government or _BLANK, remedies.court or _BLANK
    return (
        f"如果不服本{what}，可以自收到之日起六十日内依法向 {government} 申请行政复议，"
        f"或者在六个月内依法向 {court} 人民法院提起行政诉讼，但本{what}不停止执行，"
        "法律另有规定的除外。"
    )
