"""What an enterprise keeps up beside its inspections (登记): certificates, drills, training, plans,
how many certified posts it needs; and the experts that offices keep.

Each register is one table of fields; forms, workbooks, pages and citations follow from it. Numbers
are made from the entry's place in the ledger, so that nobody hands them out. What is due when is
in `cadence.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from inspection.domain.checklist import Text
from inspection.domain.office_problems import UpkeepUnfit

Said = Mapping[str, str | int]
"""What an entry says, by the name of the field: days as ISO text, hours as text, counts as int."""

LONGEST = 200
LONGEST_WORDS = 1000
MOST_COUNT = 100_000
MOST_HOURS = Decimal(1000)
FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2099, 12, 31)


class Kind(StrEnum):
    """What a field holds."""

    LINE = "line"
    WORDS = "words"
    DAY = "day"
    COUNT = "count"
    HOURS = "hours"
    CHOICE = "choice"


@dataclass(frozen=True)
class Field:
    """One field. `past`: a day that has been; `least`: the smallest count."""

    name: str
    label: Text
    kind: Kind = Kind.LINE
    needed: bool = True
    choices: Mapping[str, Text] = field(default_factory=dict)
    past: bool = False
    least: int = 0
    hint: Text | None = None


@dataclass(frozen=True)
class Register:
    """One register. `told`: the fields that say in a line what an entry is.

    `day` is the field that dates an entry; `order` are pairs of days of which the second is not
    before the first. `once`: the fields by which two entries of a unit tell of the same. `single`:
    a new entry takes the place of the one before. `office`: kept by offices, not by enterprises.
    """

    code: str
    prefix: str
    name: Text
    fields: tuple[Field, ...]
    told: tuple[str, ...]
    day: str = ""
    order: tuple[tuple[str, str], ...] = ()
    once: tuple[str, ...] = ()
    single: bool = False
    office: bool = False
    photos: bool = True
    workbook: bool = False

    def field(self, name: str) -> Field:
        """The field of this name."""
        return next(each for each in self.fields if each.name == name)


POSTS = {
    "principal": Text("主要负责人", "Principal"),
    "manager": Text("安全生产管理人员", "Safety manager"),
    "operator": Text("特种作业人员", "Special operator"),
}
"""三项岗位 (DOMAIN §1.1 row 43)."""

CERTIFICATE = Register(
    "certificate",
    "ZS",
    Text("证书", "Certificates"),
    (
        Field("holder", Text("持证人", "Holder")),
        Field("post", Text("岗位", "Post"), Kind.CHOICE, choices=POSTS),
        Field(
            "trade",
            Text("作业类别、准操项目", "Kind of operation"),
            needed=False,
            hint=Text("例如：低压电工作业", "For example: low-voltage electrician"),
        ),
        Field(
            "certificate",
            Text("证书编号", "Certificate number"),
            hint=Text(
                "编号里有身份证号的，系统只留后四位",
                "Of an identity number inside it only the last four digits are kept",
            ),
        ),
        Field("issued_on", Text("发证日期", "Issued on"), Kind.DAY, past=True),
        Field("valid_until", Text("有效期至", "Valid until"), Kind.DAY),
        Field(
            "review_on",
            Text("应复审日期", "Review due on"),
            Kind.DAY,
            needed=False,
            hint=Text(
                "特种作业操作证每 3 年复审一次", "Special operation certificates: every 3 years"
            ),
        ),
    ),
    told=("holder", "post", "trade", "valid_until", "review_on"),
    day="issued_on",
    order=(("issued_on", "valid_until"), ("issued_on", "review_on")),
    workbook=True,
)
DRILL = Register(
    "drill",
    "YL",
    Text("应急演练", "Drills"),
    (
        Field(
            "kind",
            Text("演练类型", "Kind"),
            Kind.CHOICE,
            choices={
                "comprehensive": Text("综合应急预案演练", "Comprehensive plan"),
                "special": Text("专项应急预案演练", "Specific plan"),
                "disposal": Text("现场处置方案演练", "On-site disposal plan"),
                "fire": Text("消防疏散演练", "Fire and evacuation"),
            },
        ),
        Field("plan", Text("演练的预案", "Plan that was drilled")),
        Field("held_on", Text("演练日期", "Held on"), Kind.DAY, past=True),
        Field("people", Text("参加人数", "People"), Kind.COUNT, least=1),
        Field("assessment", Text("评估和发现的问题", "Assessment and what was found"), Kind.WORDS),
    ),
    told=("kind", "plan", "held_on", "people"),
    day="held_on",
    once=("kind", "plan", "held_on"),
)
TRAINING = Register(
    "training",
    "PX",
    Text("教育培训", "Training"),
    (
        Field(
            "kind",
            Text("培训类型", "Kind"),
            Kind.CHOICE,
            choices={
                "first": Text("岗前（三级）教育", "Induction"),
                "yearly": Text("年度再培训", "Yearly retraining"),
                "return": Text("转岗复岗教育", "After transfer or absence"),
                "confined_space": Text("有限空间专题培训", "Confined space"),
                "fire": Text("消防培训", "Fire"),
                "warning": Text("警示教育", "Warning education"),
                "other": Text("其他", "Other"),
            },
        ),
        Field(
            "whom",
            Text("对象", "For whom"),
            Kind.CHOICE,
            choices={
                "managers": Text("主要负责人、安全管理人员", "Principal and safety managers"),
                "staff": Text("从业人员", "Staff"),
                "everyone": Text("全体人员", "Everyone"),
                "new": Text("新上岗人员", "New staff"),
                "operators": Text("特种作业人员", "Special operators"),
                "contractors": Text("外包、劳务人员", "Contractors and agency workers"),
            },
        ),
        Field("held_on", Text("培训日期", "Held on"), Kind.DAY, past=True),
        Field("hours", Text("学时", "Hours"), Kind.HOURS),
        Field("people", Text("参加人数", "People"), Kind.COUNT, least=1),
        Field("content", Text("培训内容", "Content"), Kind.WORDS),
        Field("exam", Text("考核结果", "Exam"), needed=False),
    ),
    told=("kind", "whom", "held_on", "hours", "people"),
    day="held_on",
    once=("kind", "whom", "held_on", "content"),
    workbook=True,
)
PLAN = Register(
    "plan",
    "YA",
    Text("应急预案", "Emergency plans"),
    (
        Field(
            "kind",
            Text("预案类型", "Kind"),
            Kind.CHOICE,
            choices={
                "comprehensive": Text("综合应急预案", "Comprehensive"),
                "special": Text("专项应急预案", "Specific"),
                "disposal": Text("现场处置方案", "On-site disposal"),
            },
        ),
        Field("title", Text("预案名称", "Title")),
        Field("issued_on", Text("发布日期", "Issued on"), Kind.DAY, past=True),
        Field("filed_on", Text("备案日期", "Filed on"), Kind.DAY, needed=False, past=True),
        Field("filing", Text("备案编号", "Filing number"), needed=False),
        Field(
            "reviewed_on", Text("最近评估日期", "Last review on"), Kind.DAY, needed=False, past=True
        ),
    ),
    told=("kind", "title", "issued_on", "reviewed_on"),
    day="issued_on",
    order=(("issued_on", "filed_on"), ("issued_on", "reviewed_on")),
)
NEEDED = Register(
    "needed",
    "GW",
    Text("应持证人数", "Posts that need certificates"),
    tuple(
        Field(code, Text(f"{name.zh}（人）", f"{name.en}s"), Kind.COUNT)
        for code, name in POSTS.items()
    ),
    told=tuple(POSTS),
    single=True,
    photos=False,
)
EXPERT = Register(
    "expert",
    "ZJ",
    Text("专家", "Experts"),
    (
        Field("name", Text("姓名", "Name")),
        Field("field", Text("专业领域", "Field")),
        Field("employer", Text("工作单位", "Employer"), needed=False),
        Field(
            "years",
            Text("从业年限", "Years of practice"),
            Kind.COUNT,
            least=5,
            hint=Text("入库不少于 5 年", "At least 5 to be listed"),
        ),
        Field(
            "status",
            Text("状态", "Status"),
            Kind.CHOICE,
            choices={
                "listed": Text("在库", "Listed"),
                "paused": Text("暂停", "Paused"),
                "left": Text("出库", "No longer listed"),
            },
        ),
        Field("listed_on", Text("入库日期", "Listed on"), Kind.DAY, past=True),
        Field(
            "assessed_on",
            Text("年度考核日期", "Assessed on"),
            Kind.DAY,
            needed=False,
            past=True,
        ),
        Field(
            "grade",
            Text("考核结果", "Assessment"),
            Kind.CHOICE,
            needed=False,
            choices={
                "good": Text("优秀", "Good"),
                "fit": Text("合格", "Fit"),
                "unfit": Text("不合格", "Not fit"),
            },
        ),
        Field("duties", Text("职责和考核说明", "Duties and assessment"), Kind.WORDS, needed=False),
    ),
    told=("name", "field", "status", "years"),
    day="listed_on",
    order=(("listed_on", "assessed_on"),),
    office=True,
    photos=False,
)
REGISTERS = {each.code: each for each in (CERTIFICATE, DRILL, TRAINING, PLAN, NEEDED, EXPERT)}
OF_ENTERPRISES = tuple(each for each in REGISTERS.values() if not each.office)

NUMBER = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join(each.prefix for each in REGISTERS.values())})-\d{{6,10}}(?!\d)"
)
"""How a number of these registers stands in a sentence."""
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_IDENTITY = re.compile(r"(?<!\d)\d{14}(?:\d{3}[\dXx]|\d)(?![\dXx])", re.ASCII)
"""Of eighteen digits, the last perhaps an X, or of fifteen as it used to be."""


def number(register: Register, seq: int) -> str:
    """The number of the entry at this place in the ledger, as people cite it: ZS-000123."""
    return f"{register.prefix}-{seq:06d}"


def seq_of(text: str) -> int | None:
    """The place in the ledger that a number names, or None when it is no number."""
    return int(text.partition("-")[2]) if NUMBER.fullmatch(text) else None


def read(register: Register, given: Mapping[str, str], *, today: date) -> dict[str, str | int]:
    """Read what was filled in. Raises UpkeepUnfit with a code for every field that does not do.

    Values of choices may be their codes or their Chinese words, as workbooks have them. What is
    not said is left out.
    """
    faults: dict[str, str] = {}
    said: dict[str, str | int] = {}
    for each in register.fields:
        text = (given.get(each.name) or "").strip()
        if not text:
            if each.needed:
                faults[each.name] = "missing"
            continue
        value = _value(each, text, today=today)
        if isinstance(value, _Odd):
            faults[each.name] = value
        else:
            said[each.name] = value
    for earlier, later in register.order:
        if earlier in said and later in said and said[later] < said[earlier]:  # type: ignore[operator]
            faults.setdefault(later, "before_it_began")
    if faults:
        raise UpkeepUnfit(fields=faults)
    return said


def what(register: Register, said: Said) -> tuple[str, ...]:
    """What an entry tells of, without how it is spaced: the same twice is one thing, not two."""
    return tuple("".join(str(said[name]).split()) for name in register.once)


class _Odd(str):
    """A code in the place of a value."""

    __slots__ = ()


def _value(each: Field, text: str, *, today: date) -> str | int | _Odd:
    if each.kind is Kind.DAY:
        return _day(each, text, today=today)
    if each.kind is Kind.COUNT:
        return _count(each, text)
    if each.kind is Kind.HOURS:
        return _hours(text)
    if each.kind is Kind.CHOICE:
        named = {name.zh: code for code, name in each.choices.items()}
        code = named.get(text, text)
        return code if code in each.choices else _Odd("unknown_choice")
    longest = LONGEST_WORDS if each.kind is Kind.WORDS else LONGEST
    return _masked(text) if len(text) <= longest else _Odd("too_long")


def _day(each: Field, text: str, *, today: date) -> str | _Odd:
    found = _DAY.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        return _Odd("not_a_day")
    if not FIRST_DAY <= day <= LAST_DAY:
        return _Odd("not_a_day")
    return _Odd("day_to_come") if each.past and day > today else day.isoformat()


def _count(each: Field, text: str) -> int | _Odd:
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or int(text) > MOST_COUNT:
        return _Odd("not_a_count")
    return int(text) if int(text) >= each.least else _Odd("too_few")


def _hours(text: str) -> str | _Odd:
    try:
        hours = Decimal(text)
    except InvalidOperation:
        return _Odd("not_hours")
    if not hours.is_finite() or not 0 < hours <= MOST_HOURS or hours * 2 % 1:
        return _Odd("not_hours")
    return f"{hours.normalize():f}"


def _masked(text: str) -> str:
    """Identity numbers, which some certificates have for a number, keep their last four digits:
    a ledger that nothing is taken out of is no place for them.
    """
    return _IDENTITY.sub(lambda found: "*" * (len(found[0]) - 4) + found[0][-4:], text)


def shown(each: Field, value: str | int, language: str) -> str:
    """A value as people read it."""
    if each.kind is Kind.CHOICE:
        name = each.choices.get(str(value))
        return name.in_(language) if name else str(value)
    return str(value)


def line(register: Register, said: Said, language: str) -> str:
    """What an entry says, in one line; days and counts with what they are."""
    named = (Kind.DAY, Kind.COUNT, Kind.HOURS)
    parts = []
    for each in (register.field(name) for name in register.told):
        if each.name in said:
            words = shown(each, said[each.name], language)
            parts.append(f"{each.label.in_(language)} {words}" if each.kind in named else words)
    return ("，" if language != "en" else ", ").join(parts)


def expires_on(said: Said) -> date:
    """The day after which a certificate is no longer good: its end, or the review that is due."""
    days = [str(said[name]) for name in ("valid_until", "review_on") if name in said]
    return date.fromisoformat(min(days))
