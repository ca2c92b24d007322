"""The papers of an inspection (执法文书): what each says, composed from an accepted record.

现场检查记录, 责令限期整改指令书, 现场处理措施决定书 and 整改复查意见书, with the fields of
DOMAIN §4.7 and the wording of the national models (安监总政法〔2010〕112号 family; local
models may differ). Pure. A paper without a number is a draft: nobody has signed it, it
binds nobody, and every page says so. Numbering and issuing is `paperwork`.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from inspection.domain.hazard import Level
from inspection.domain.paper import MEASURE_MONTHS, MEASURES, TITLES, Decision, Followed
from inspection.domain.problems import PaperUnfit
from inspection.domain.record import Record
from inspection.domain.workdays import day_of
from inspection.reports import wording
from inspection.reports.content import Basis, Problem, ReportContent, SignatureBlock
from inspection.reports.faces import ConfirmedFace

FORMAT = "zhencha.paper/1"
DRAFT_NUMBER = "文号：签发时编定"
_BLANK = "＿＿＿＿＿＿"


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
class Receipt:
    """Somebody of the unit at the foot: their ink on the record, or a place for a pen.

    `words` say how signing ended where there is no ink, and what the ink was drawn for.
    """

    role: str
    name: str
    ink: str = ""
    words: str = ""


@dataclass(frozen=True)
class Words:
    """What a paper says, frozen before anybody confirms it: everything but number and officers."""

    kind: str
    title: str
    organisation: str
    addressee: str
    facts: tuple[tuple[str, str], ...]
    opening: tuple[str, ...]
    lines: tuple[Line, ...]
    choices: tuple[str, ...]
    closing: tuple[str, ...]
    receipts: tuple[Receipt, ...]
    source: str

    @property
    def inks(self) -> tuple[str, ...]:
        """Digests of the ink that is shown at the foot."""
        return tuple(each.ink for each in self.receipts if each.ink)


@dataclass(frozen=True)
class Officer:
    """An officer at the foot. `field` is the signature field that `face` will stand in."""

    name: str
    badge: str
    field: str = ""
    face: ConfirmedFace | None = None


@dataclass(frozen=True)
class Paper:
    """One paper, ready to be drawn; a draft has no number and nobody has signed it."""

    words: Words
    number: str
    draft: bool
    officers: tuple[Officer, ...]
    made_at: datetime
    verify_url: str = ""
    seal: str = ""
    """Whose electronic seal it bears."""

    @property
    def title(self) -> str:
        """The paper's name."""
        return self.words.title

    @property
    def fields(self) -> tuple[str, ...]:
        """The signature fields, in the order of signing; a draft has none."""
        return tuple(each.field for each in self.officers if each.field)

    @property
    def made_on(self) -> str:
        """The day it is dated."""
        return wording.day_text(day_of(self.made_at))


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


def items(record: Record, kind: str) -> dict[int, date | None]:
    """Return the problems that a paper may speak of, by number, with the record's deadlines."""
    wanted = (Level.MAJOR,) if kind == "onsite_measure" else tuple(Level)
    return {
        number: finding.deadline_on
        for number, finding in enumerate(record.findings, start=1)
        if kind in ("rectify_order", "onsite_measure")
        and not finding.fixed_on_spot
        and finding.level in wanted
    }


def compose(
    record: Record, report: ReportContent, kind: str, decision: Decision | None = None
) -> Words:
    """Compose what one paper says; without a decision, with blanks. Raises PaperUnfit."""
    if kind not in fitting(record):
        raise PaperUnfit(kind=kind, fitting=list(fitting(record)))
    body = _BODIES[kind](record, report, decision)
    return Words(
        kind=kind,
        title=TITLES[kind],
        organisation=report.organisation,
        source=f"检查报告 {report.number}",
        **body,
    )


def draft(record: Record, words: Words, *, at: datetime) -> Paper:
    """The draft of a paper, with the inspectors who might sign it."""
    inspectors = (each for each in record.people if each.role == "inspector")
    return Paper(
        words=words,
        number=DRAFT_NUMBER,
        draft=True,
        officers=tuple(Officer(each.name, each.badge) for each in inspectors),
        made_at=at,
    )


def frozen(words: Words) -> bytes:
    """Write what a paper says as the bytes whose digest the officers confirm."""
    said = {"format": FORMAT, **asdict(words)}
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode()


def thawed(data: bytes) -> Words:
    """Read what `frozen` wrote."""
    said = json.loads(data)
    assert said.pop("format") == FORMAT, "only we write these"
    said["facts"] = tuple((name, value) for name, value in said["facts"])
    said["lines"] = tuple(
        Line(**{**each, "grounds": tuple(each["grounds"])}) for each in said["lines"]
    )
    said["receipts"] = tuple(Receipt(**each) for each in said["receipts"])
    for name in ("opening", "choices", "closing"):
        said[name] = tuple(said[name])
    return Words(**said)


def _onsite_record(record: Record, report: ReportContent, _decision: Decision | None) -> dict:
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
        "receipts": _signed_on_site(report),
    }


def _rectify_order(record: Record, report: ReportContent, decision: Decision | None) -> dict:
    lines = _lines(report, "rectify_order", decision)
    return {
        "addressee": record.unit_name,
        "facts": (),
        "opening": (f"经 {_day(record)} 检查，你单位存在下列问题：",),
        "lines": lines,
        "choices": (),
        "closing": (
            "现责令你单位对上述问题按下列期限整改完毕，达到有关法律、法规、规章和标准的要求："
            f"{_terms(lines)}。由此造成事故的，依法追究有关人员的责任。",
            "整改期间，你单位应当采取措施，确保安全生产。对安全生产违法行为，将依法予以行政处罚。",
            _remedy("指令", decision),
        ),
        "receipts": _to_be_signed(decision),
    }


def _onsite_measure(record: Record, report: ReportContent, decision: Decision | None) -> dict:
    begun, ended = (_day_or_blank(day) for day in _term(decision))
    named = f"措施适用于：{decision.object}。" if decision else f"措施适用于：{_BLANK}。"
    return {
        "addressee": record.unit_name,
        "facts": (),
        "opening": (f"本机关于 {_day(record)} 现场检查时，发现你单位有下列重大事故隐患：",),
        "lines": _lines(report, "onsite_measure", decision),
        "choices": tuple(f"■ {each}" for each in decision.measures)
        if decision
        else tuple(f"□ {each}" for each in MEASURES),
        "closing": (
            f"{named}以上隐患排除前或者排除过程中无法保证安全，依据《中华人民共和国安全生产法》"
            "第六十五条第一款第三项，作出上列现场处理措施决定。",
            f"检查人员的现场处理意见：{report.opinion}",
            f"措施期限自 {begun} 至 {ended}（不超过 {MEASURE_MONTHS} 个月）。"
            "重大事故隐患排除后，经审查同意，方可恢复生产经营和使用。",
            _remedy("决定", decision),
        ),
        "receipts": _to_be_signed(decision),
    }


def _review_opinion(record: Record, report: ReportContent, decision: Decision | None) -> dict:
    known = dict(report.facts)
    return {
        "addressee": record.unit_name,
        "facts": (("复查依据", known["复查依据"]), ("复查时间", known["复查时间"])),
        "opening": (_followed(decision),),
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
        "receipts": _to_be_signed(decision),
    }


_BODIES = {
    "onsite_record": _onsite_record,
    "rectify_order": _rectify_order,
    "onsite_measure": _onsite_measure,
    "review_opinion": _review_opinion,
}


def _followed(decision: Decision | None) -> str:
    if decision is None:
        return f"本机关于 {_BLANK} 作出 {_BLANK}。经对你单位的整改情况进行复查，提出如下意见："
    if not decision.followed:
        return (
            "对复查依据所列检查中发现的问题，此前没有出具执法文书。"
            "经对你单位的整改情况进行复查，提出如下意见："
        )
    given = "、".join(_named(each) for each in decision.followed)
    return f"本机关作出了{given}。经对你单位的整改情况进行复查，提出如下意见："


def _named(paper: Followed) -> str:
    return f"《{paper.title}》{paper.number}（{wording.day_text(paper.issued_on)}）"


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


def _signed_on_site(report: ReportContent) -> tuple[Receipt, ...]:
    """The unit's people as they signed the record of this very inspection, or did not."""
    inspectors = report.terms.inspector
    return tuple(
        Receipt(each.role, each.name, each.ink, _ending(each))
        for each in report.signatures
        if each.role != inspectors
    )


def _ending(block: SignatureBlock) -> str:
    if not block.ink:
        return block.ending
    drawn = f"笔迹于 {block.signed_at} 签在检查记录上，由检查人员的设备密钥见证。"
    return f"{block.ending}{drawn}"


def _to_be_signed(decision: Decision | None) -> tuple[Receipt, ...]:
    name = decision.receiver if decision else ""
    return (Receipt("被检查单位接收人", name),)


def _lines(report: ReportContent, kind: str, decision: Decision | None) -> tuple[Line, ...]:
    left = [each for each in report.problems if not each.fixed_on_spot]
    if kind == "onsite_measure":
        left = [each for each in left if each.level == Level.MAJOR]
    if decision is not None:
        left = [each for each in left if each.number in decision.items]
    return tuple(_line(each, decision) for each in left)


def _line(problem: Problem, decision: Decision | None) -> Line:
    due = decision.items.get(problem.number) if decision else None
    return Line(
        number=str(problem.number),
        what=f"{problem.title}：{_what(problem)}（{problem.level_label}）",
        grounds=tuple(_ground(each) for each in (*problem.basis, *problem.major)),
        requirement=problem.requirement,
        deadline=f"{wording.day_text(due)} 前" if due else problem.deadline,
    )


def _what(problem: Problem) -> str:
    tags = "；".join(problem.tags)
    return f"{tags}。{problem.words}" if tags and problem.words else tags or problem.words


def _ground(basis: Basis) -> str:
    scope = f"（适用：{basis.scope}）" if basis.scope else ""
    return f"{basis.instrument}{basis.clause}{scope}"


def _terms(lines: tuple[Line, ...]) -> str:
    """Say which items are due when: 第 1、2 项于 2026年11月29日 前."""
    due: dict[str, list[str]] = {}
    for each in lines:
        due.setdefault(each.deadline, []).append(each.number)
    return "；".join(f"第 {'、'.join(numbers)} 项于 {day}" for day, numbers in due.items())


def _term(decision: Decision | None) -> tuple[date | None, date | None]:
    return (decision.from_on, decision.until_on) if decision else (None, None)


def _day_or_blank(day: date | None) -> str:
    return wording.day_text(day) if day else _BLANK


def _day(record: Record) -> str:
    return wording.day_text(day_of(record.started_at))


def _remedy(what: str, decision: Decision | None) -> str:
    """Tell the rights of review and suit (行政复议法 art. 20; 行政诉讼法 art. 46)."""
    government = decision.government if decision else _BLANK
    court = decision.court.removesuffix("人民法院") if decision else _BLANK
    return (
        f"如果不服本{what}，可以自收到之日起六十日内依法向 {government} 申请行政复议，"
        f"或者在六个月内依法向 {court} 人民法院提起行政诉讼，但本{what}不停止执行，"
        "法律另有规定的除外。"
    )
