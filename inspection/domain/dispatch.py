"""The monthly dispatch table (调度表): 4 groups, 32 rows, 35 values, each a rule over facts.

Source: DOMAIN §1.5, the annex of the plan for 重大事故隐患专项排查整治行动. A value is what a rule
leaves of the facts: things, each with how much it counts for. A thing counts once however often
it is reported, so the table of a district is the union of its towns' (`united`). Where facts come
from is `dispatch/counting.py`; pure, without clock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from inspection.domain.checklist import Text
from inspection.domain.hazard import Source


@dataclass(frozen=True)
class MajorHazard:
    """A hazard graded major (重大) that the register learned of within the period."""

    uuid: str
    source: str
    closed_on: date | None
    """The day it was struck off; None while it is open, or when it ended otherwise."""
    listed_on: date | None
    """The day it was first listed for supervision (挂牌督办)."""


@dataclass(frozen=True)
class FailedItem:
    """A check item that feeds a row was found not in order by a department."""

    unit: str
    row: str


@dataclass(frozen=True)
class Penalty:
    """A penalty decided within the period; `amount` in 分 over all its parts."""

    uuid: str
    unit: str
    amount: int
    both: bool
    """Of the unit and of a person in one case (一案双罚)."""
    suspends: bool
    """One of its kinds is 停产停业整顿."""


@dataclass(frozen=True)
class Noted:
    """A value entered by hand. `quantity` and `second` as the row counts; money in 分."""

    uuid: str
    row: str
    reporter: str
    """uuid of the office that entered it."""
    happened_on: date
    seq: int
    unit: str
    """uuid of the enterprise it is about, "" where the row asks for none."""
    quantity: int
    second: int


@dataclass(frozen=True)
class Facts:
    """All that a table of one office counts, up to the end of the day `until`."""

    until: date
    hazards: tuple[MajorHazard, ...] = ()
    inspected: frozenset[str] = frozenset()
    """uuids of enterprises that a department inspected."""
    failed: tuple[FailedItem, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    suspended: frozenset[str] = frozenset()
    """uuids of enterprises ordered to suspend by a measure."""
    noted: tuple[Noted, ...] = ()


Counted = Mapping[str, int]
"""What a value counts: uuid of each thing → how much it counts for."""
Rule = Callable[[Facts], dict[str, int]]


class Thing(StrEnum):
    """What a value counts once each."""

    HAZARD = "hazard"
    ENTERPRISE = "enterprise"
    PENALTY = "penalty"
    ENTRY = "entry"
    """Something that happened, entered by hand."""
    OFFICE = "office"
    """A state of affairs that each office tells: the newest of its entries counts."""


class Asked(StrEnum):
    """What is asked for when a value is entered by hand."""

    COUNT = "count"
    PLACE_VISIT = "place_visit"
    """One visit of a town or park."""
    ENTERPRISE = "enterprise"
    """One act or visit concerning one enterprise of the office."""
    MONEY = "money"
    STOCK = "stock"
    """How many there are now."""
    YES_NO = "yes_no"


@dataclass(frozen=True)
class Value:
    """One of the 35 values. `code` is group, row and, for a second value, "b".

    `within`: it is never more than the sum of these values. `asked`: entered by hand.
    """

    code: str
    name: Text
    unit: str
    means: Text
    thing: Thing
    rule: Rule
    within: tuple[str, ...] = ()
    asked: Asked | None = None

    @property
    def row(self) -> str:
        """The row that it stands in; a second value stands in the row of its first."""
        return self.code.removesuffix("b")

    @property
    def is_second(self) -> bool:
        """Whether it is the second value of its row."""
        return self.code.endswith("b")

    @property
    def is_money(self) -> bool:
        """Whether it is kept in 分 and shown in 万元."""
        return self.unit == "万元"

    @property
    def is_yes_no(self) -> bool:
        """Whether it is 是 or 否."""
        return self.unit == "是/否"

    def of(self, counted: Counted) -> int:
        """The value of what is counted; 1 and 0 for 是 and 否."""
        total = sum(counted.values())
        return min(total, 1) if self.is_yes_no else total

    def written(self, value: int) -> str:
        """Write a value as the form shows it: 万元 with two decimals."""
        if self.is_money:
            hundredths = (value + 5000) // 10_000
            return f"{hundredths // 100}.{hundredths % 100:02d}"
        return ("否", "是")[value] if self.is_yes_no else str(value)


def _hazards(facts: Facts, *, sources: tuple[Source, ...], closed: bool) -> dict[str, int]:
    return {
        each.uuid: 1
        for each in facts.hazards
        if each.source in sources and (not closed or _by(each.closed_on, facts.until))
    }


def _listed(facts: Facts, *, closed: bool) -> dict[str, int]:
    return {
        each.uuid: 1
        for each in facts.hazards
        if _by(each.listed_on, facts.until) and (not closed or _by(each.closed_on, facts.until))
    }


def _by(day: date | None, until: date) -> bool:
    return day is not None and day <= until


def _inspected(facts: Facts) -> dict[str, int]:
    return dict.fromkeys(facts.inspected, 1)


def _failing(facts: Facts, *, row: str) -> dict[str, int]:
    """Of the enterprises of row 2.1, those where an item of this row failed."""
    failing = {each.unit for each in facts.failed if each.row == row}
    return dict.fromkeys(facts.inspected & failing, 1)


def _penalties(facts: Facts, *, both: bool = False) -> dict[str, int]:
    return {each.uuid: 1 for each in facts.penalties if each.both or not both}


def _fines(facts: Facts) -> dict[str, int]:
    return {each.uuid: each.amount for each in facts.penalties}


def _suspended(facts: Facts) -> dict[str, int]:
    by_penalty = {each.unit for each in facts.penalties if each.suspends}
    return dict.fromkeys(facts.suspended | by_penalty, 1)


def _noted(facts: Facts, *, row: str) -> dict[str, int]:
    return {each.uuid: each.quantity for each in facts.noted if each.row == row}


def _seconds(facts: Facts, *, row: str) -> dict[str, int]:
    return {each.uuid: each.second for each in facts.noted if each.row == row and each.second}


def _enterprises(facts: Facts, *, row: str) -> dict[str, int]:
    return {each.unit: 1 for each in facts.noted if each.row == row}


def _newest(facts: Facts, *, row: str) -> dict[str, int]:
    in_order = sorted(facts.noted, key=lambda each: (each.happened_on, each.seq))
    return {each.reporter: each.quantity for each in in_order if each.row == row}


_COUNT = Text(
    "逐次填写，按发生日期累计。",
    "Entered each time; counted by the day it happened.",
)
_FIRST_BASIS = Text(
    "等级现为重大、记入台账之日在期间内；认定重复或不属隐患的不计。",
    "Now graded major and entered in the register within the period; duplicates and what proved no "
    "hazard do not count.",
)


def _text(zh: str, en: str, also: Text | None = None) -> Text:
    return Text(zh + also.zh, f"{en} {also.en}") if also else Text(zh, en)


def _found(code: str, name: Text, source: Source) -> Value:
    means = {
        Source.SELF: _text(
            "由企业自查记录提出。", "Raised by an enterprise's own check.", _FIRST_BASIS
        ),
        Source.DEPARTMENT: _text(
            "由部门检查记录提出。", "Raised by a department's inspection.", _FIRST_BASIS
        ),
    }[source]
    rule = partial(_hazards, sources=(source,), closed=False)
    return Value(code, name, "个", means, Thing.HAZARD, rule)


_CLOSED = Text("其中：已完成整改", "of these: rectified")
_CLOSED_MEANS = Text(
    "上一行中截至统计日已销号的；重新打开后尚未再销号的不计。",
    "Of the row above, those struck off by the cut-off day; one opened again counts only when "
    "struck off again.",
)


def _failed(code: str, name: Text, means: Text) -> Value:
    rule = partial(_failing, row=code)
    return Value(code, name, "家", means, Thing.ENTERPRISE, rule, within=("2.1",))


def _by_hand(code: str, name: Text, unit: str, asked: Asked, means: Text = _COUNT) -> Value:
    rule, thing = {
        Asked.STOCK: (_newest, Thing.OFFICE),
        Asked.YES_NO: (_newest, Thing.OFFICE),
    }.get(asked, (_noted, Thing.ENTRY))
    if unit == "家":
        rule, thing = _enterprises, Thing.ENTERPRISE
    return Value(code, name, unit, means, thing, partial(rule, row=code), asked=asked)


def _second(code: str, name: Text, unit: str, first: str) -> Value:
    means = Text(
        "与上一个数同时填写，不大于它。", "Entered with the value above, never more than it."
    )
    rule = partial(_seconds, row=first)
    return Value(code, name, unit, means, Thing.ENTRY, rule, within=(first,))


GROUPS = {
    "1": Text("总体情况", "Overall"),
    "2": Text("对企业自查自改进行抽查检查情况", "Spot checks of enterprises' own checks"),
    "3": Text("部门精准严格执法情况", "Enforcement by departments"),
    "4": Text("党委政府组织领导情况", "Leadership by Party committee and government"),
}

VALUES: tuple[Value, ...] = (
    _found(
        "1.1",
        Text("企业自查发现的重大事故隐患", "Major hazards found by enterprises themselves"),
        Source.SELF,
    ),
    Value(
        "1.2",
        _CLOSED,
        "个",
        _CLOSED_MEANS,
        Thing.HAZARD,
        partial(_hazards, sources=(Source.SELF,), closed=True),
        within=("1.1",),
    ),
    _found(
        "1.3",
        Text("部门检查发现的重大事故隐患", "Major hazards found by departments"),
        Source.DEPARTMENT,
    ),
    Value(
        "1.4",
        _CLOSED,
        "个",
        _CLOSED_MEANS,
        Thing.HAZARD,
        partial(_hazards, sources=(Source.DEPARTMENT,), closed=True),
        within=("1.3",),
    ),
    Value(
        "1.5",
        Text("挂牌督办的重大事故隐患", "Major hazards listed for supervision"),
        "个",
        Text(
            "第1、3行的隐患中截至统计日曾挂牌督办的，摘牌或销号后仍计。",
            "Of rows 1 and 3, those listed by the cut-off day; they still count once lifted or "
            "closed.",
        ),
        Thing.HAZARD,
        partial(_listed, closed=False),
        within=("1.1", "1.3"),
    ),
    Value(
        "1.6",
        Text("挂牌督办中：已完成整改", "Of those listed: rectified"),
        "个",
        _CLOSED_MEANS,
        Thing.HAZARD,
        partial(_listed, closed=True),
        within=("1.5",),
    ),
    Value(
        "2.1",
        Text("部门抽查检查的企业总数", "Enterprises spot-checked by departments"),
        "家",
        Text(
            "期间内收到部门检查记录的企业，一家只计一次；复查和待说明的记录不计。",
            "Enterprises of which a department's inspection came in within the period, each once; "
            "re-inspections and held records do not count.",
        ),
        Thing.ENTERPRISE,
        _inspected,
    ),
    _failed(
        "2.2",
        Text(
            "主要负责人未按要求亲自研究排查整治工作",
            "Head did not study the campaign's work in person",
        ),
        Text("第1行的企业中，检查项 E-02 不合格的。", "Of row 1, where check item E-02 failed."),
    ),
    _failed(
        "2.3",
        Text("主要负责人未带队检查", "Head did not lead a check"),
        Text("第1行的企业中，检查项 E-03 不合格的。", "Of row 1, where check item E-03 failed."),
    ),
    _failed(
        "2.4",
        Text("未制定分管负责人职责清单", "No list of duties of the deputies in charge"),
        Text("第1行的企业中，检查项 E-05 不合格的。", "Of row 1, where check item E-05 failed."),
    ),
    _failed(
        "2.5",
        Text(
            "未依法建立安全管理机构和配足安全管理人员",
            "No safety body, or too few safety officers, as the law asks",
        ),
        Text(
            "第1行的企业中，检查项 E-06 及专项检查表的同类项不合格的。",
            "Of row 1, where check item E-06 or its like in a sector's list failed.",
        ),
    ),
    _failed(
        "2.6",
        Text(
            "电焊等特种作业岗位人员无证上岗作业",
            "Uncertified people at special work such as welding",
        ),
        Text(
            "第1行的企业中，现场发现或检查作业存单发现无证上岗的（A-06、C-08 及同类项）。",
            "Of row 1, where it was seen on site or in kept work permits (A-06, C-08 and their "
            "like).",
        ),
    ),
    _failed(
        "2.7",
        Text("外包外租安全管理混乱", "Disorder in the safety of outsourcing and letting"),
        Text(
            "第1行的企业中，有下列之一的：承包承租方无安全生产条件或资质；未签安全管理协议；"
            "职责不清；未纳入统一管理（B-02 至 B-05 及同类项）。",
            "Of row 1, with any of: a contractor or tenant without conditions or qualification; no "
            "safety agreement; unclear duties; no unified management (B-02 to B-05 and like).",
        ),
    ),
    _failed(
        "2.8",
        Text(
            "未按规定开展应急演练、员工不熟悉逃生出口",
            "No drills as required, or staff who do not know the exits",
        ),
        Text(
            "第1行的企业中，检查项 D-09、D-10、D-18 及同类项任一不合格的。",
            "Of row 1, where any of D-09, D-10, D-18 and their like failed.",
        ),
    ),
    _by_hand(
        "3.1",
        Text("帮扶指导重点镇、园区", "Help visits to key towns and parks"),
        "个次",
        Asked.PLACE_VISIT,
        Text("每去一次计一个次。", "Each visit counts."),
    ),
    _by_hand(
        "3.2",
        Text("帮扶指导重点企业", "Help visits to key enterprises"),
        "家次",
        Asked.ENTERPRISE,
        Text(
            "每去一家一次计一家次，同一家可多次计。", "Each visit counts, the same one again too."
        ),
    ),
    Value(
        "3.3",
        Text("行政处罚", "Administrative penalties"),
        "次",
        Text("决定日期在期间内的行政处罚。", "Penalties decided within the period."),
        Thing.PENALTY,
        _penalties,
    ),
    Value(
        "3.3b",
        Text("行政处罚金额", "Amount of penalties"),
        "万元",
        Text("上述处罚的罚款合计，对单位和对个人的都计。", "Fines of these, of units and people."),
        Thing.PENALTY,
        _fines,
    ),
    Value(
        "3.4",
        Text("企业和主要负责人“一案双罚”", "Enterprise and head penalised in one case"),
        "次",
        Text("第3行的处罚中同时处罚单位和个人的。", "Of row 3, those of a unit and a person."),
        Thing.PENALTY,
        partial(_penalties, both=True),
        within=("3.3",),
    ),
    _by_hand("3.5", Text("移送司法机关", "People handed over to the judiciary"), "人", Asked.COUNT),
    Value(
        "3.6",
        Text("责令停产整顿", "Ordered to suspend production"),
        "家",
        Text(
            "期间内被决定停产停业（强制措施或行政处罚）的企业，一家只计一次，解除后仍计。",
            "Enterprises ordered to suspend, by measure or penalty, within the period, each once; "
            "they still count once it is lifted.",
        ),
        Thing.ENTERPRISE,
        _suspended,
    ),
    _by_hand(
        "3.7",
        Text("曝光、约谈、联合惩戒企业", "Enterprises exposed, summoned or jointly sanctioned"),
        "家",
        Asked.ENTERPRISE,
        Text("一家只计一次。", "Each enterprise once."),
    ),
    _by_hand(
        "3.8",
        Text("公布典型执法案例", "Typical cases of enforcement published"),
        "个",
        Asked.COUNT,
    ),
    _second(
        "3.8b",
        Text("其中：危险作业罪案例", "of these: crimes of dangerous operation"),
        "个",
        "3.8",
    ),
    _by_hand("3.9", Text("责任倒查追责问责", "People held to account"), "人", Asked.COUNT),
    _by_hand(
        "3.10",
        Text("约谈通报有关地区及部门", "Regions and departments summoned or criticised"),
        "次",
        Asked.COUNT,
    ),
    _by_hand(
        "4.1",
        Text("专题学习安全生产十五条硬措施", "Study meetings on the fifteen hard measures"),
        "次",
        Asked.COUNT,
    ),
    _by_hand(
        "4.2",
        Text("党委政府主要负责同志专题研究", "Special meetings by heads of Party and government"),
        "次",
        Asked.COUNT,
    ),
    _by_hand(
        "4.3",
        Text("政府负责同志现场督导检查", "Supervision on site by leaders of government"),
        "次",
        Asked.COUNT,
    ),
    _by_hand(
        "4.4",
        Text(
            "安委会成员单位负责同志到企业宣讲",
            "Talks at enterprises by leaders of the committee's members",
        ),
        "次",
        Asked.COUNT,
    ),
    _by_hand("4.5", Text("举报奖励", "Rewards for tip-offs"), "万元", Asked.MONEY),
    _second(
        "4.5b",
        Text("其中：匿名举报查实奖励", "of these: for verified anonymous tip-offs"),
        "万元",
        "4.5",
    ),
    _by_hand(
        "4.6",
        Text(
            "是否在主流媒体播放安全生产专题栏目",
            "Whether mainstream media run a programme on work safety",
        ),
        "是/否",
        Asked.YES_NO,
        Text("以最近一次填写为准。", "The newest entry counts."),
    ),
    _by_hand(
        "4.7",
        Text("配备专兼职技术检查员数量", "Full-time and part-time technical inspectors"),
        "人",
        Asked.STOCK,
        Text(
            "现有人数，不累计，以最近一次填写为准。", "How many there are now; the newest counts."
        ),
    ),
    _by_hand(
        "4.8",
        Text("组织开展考核巡查督导检查", "Assessments, tours and supervision checks"),
        "次",
        Asked.COUNT,
    ),
)
BY_CODE = {value.code: value for value in VALUES}
SECONDS = {value.row: value for value in VALUES if value.is_second and value.code != "3.3b"}
"""Row entered by hand → the second value that is entered with it."""
BY_HAND = frozenset(value.row for value in VALUES if value.asked)

Cells = Mapping[str, Counted]
"""Code of each value → what it counts."""


def counted(facts: Facts) -> dict[str, dict[str, int]]:
    """Return what each of the 35 values counts."""
    return {value.code: value.rule(facts) for value in VALUES}


def values(cells: Cells) -> dict[str, int]:
    """Return each value of a table; a value that it does not have is 0."""
    return {value.code: value.of(cells.get(value.code, {})) for value in VALUES}


def united(tables: Iterable[Cells]) -> dict[str, dict[str, int]]:
    """Return one table of several offices: whatever two of them report counts once."""
    union: dict[str, dict[str, int]] = {value.code: {} for value in VALUES}
    for table in tables:
        for code, things in table.items():
            for thing, quantity in things.items():
                union[code][thing] = max(quantity, union[code].get(thing, 0))
    return union


def broken(said: Mapping[str, int]) -> tuple[str, ...]:
    """Return the codes of values that are more than those they lie within (1.2 ≤ 1.1 …)."""
    return tuple(
        value.code
        for value in VALUES
        if value.within and said[value.code] > sum(said[each] for each in value.within)
    )


def fallen(said: Mapping[str, int], before: Mapping[str, int]) -> tuple[str, ...]:
    """Return the codes of values that are less than in an earlier table, though they add up."""
    return tuple(
        value.code
        for value in VALUES
        if value.asked is not Asked.STOCK and said[value.code] < before[value.code]
    )


@dataclass(frozen=True)
class Line:
    """One value as the form shows it, with last month's; `by` is who entered it by hand."""

    value: Value
    now: int
    before: int | None
    by: str

    @property
    def group(self) -> str:
        """The heading of its group."""
        return GROUPS[self.value.code[0]].zh

    @property
    def number(self) -> str:
        """The number of its row within the group; "" for a second value."""
        return "" if self.value.is_second else self.value.row.partition(".")[2]

    @property
    def moved(self) -> str:
        """By how much it grew since last month, with its sign; "" where it stayed."""
        if self.before is None or self.now == self.before or self.value.is_yes_no:
            return ""
        by = self.now - self.before
        return ("-" if by < 0 else "+") + self.value.written(abs(by))

    @property
    def filled_by(self) -> str:
        """Who entered it, in the words of the form."""
        return self.by or "系统统计"

    @property
    def last(self) -> str:
        """Last month's value, "" where no table was sent."""
        return "" if self.before is None else self.value.written(self.before)


def lines(
    said: Mapping[str, int], before: Mapping[str, int] | None, by: Mapping[str, str]
) -> tuple[Line, ...]:
    """Return the 35 lines of the form; `by`: row → who entered it by hand last."""
    return tuple(
        Line(
            value,
            said[value.code],
            before[value.code] if before else None,
            by.get(value.row, "未填") if value.row in BY_HAND else "",
        )
        for value in VALUES
    )


LOCK_DAY, DUE_DAY = 27, 28
"""The plan says 每月27日前 in its text and 每月28日前 in note 1: both are settings of an office."""
LAST_DAY = 28
"""Every month has it."""


@dataclass(frozen=True)
class Terms:
    """From when an office counts, and the days of a month on which it counts and owes its table."""

    start_on: date
    lock_day: int = LOCK_DAY
    due_day: int = DUE_DAY

    def cut_off(self, month: date) -> date:
        """The last day that counts in the table of a month; from then on it may be sent."""
        return month.replace(day=self.lock_day)

    def due_on(self, month: date) -> date:
        """The last day on which the table of a month is in time, and may be corrected."""
        return month.replace(day=self.due_day)

    def faults(self, *, today: date) -> dict[str, str]:
        """Return what is odd, by field."""
        found = {}
        if self.start_on > today or self.start_on.year < 2000:
            found["start_on"] = "start_unfit"
        if not 1 <= self.lock_day <= LAST_DAY:
            found["lock_day"] = "day_unfit"
        if not self.lock_day <= self.due_day <= LAST_DAY:
            found["due_day"] = "day_unfit"
        return found


def month_of(day: date) -> date:
    """The month that a day lies in, as its first day."""
    return day.replace(day=1)


def month_before(month: date) -> date:
    """The month before."""
    return month_of(month - timedelta(days=1))


def month_after(month: date) -> date:
    """The month after."""
    return month_of(month + timedelta(days=31))


class State(StrEnum):
    """Where the table of a month stands."""

    OPEN = "open"
    """The month still counts."""
    DUE = "due"
    """Locked: what happens now is the next month's. It may be sent, and is in time."""
    LATE = "late"
    SENT = "sent"


def state(terms: Terms, month: date, *, sent: bool, today: date) -> State:
    """Where the table of a month stands on a day."""
    if sent:
        return State.SENT
    if today < terms.cut_off(month):
        return State.OPEN
    return State.DUE if today <= terms.due_on(month) else State.LATE
