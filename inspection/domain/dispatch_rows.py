"""The 4 groups, 32 rows and 35 values of the dispatch table, each with its rule and its meaning.

Source: DOMAIN §1.5, the annex of the plan for 重大事故隐患专项排查整治行动. The meaning is shown
beside the value, in the words of note 2 where it has some.
"""

from functools import partial

from inspection.domain import dispatch_rules as rules
from inspection.domain.checklist import Text
from inspection.domain.dispatch_rules import Asked, Thing, Value
from inspection.domain.hazard import Source

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
    rule = partial(rules.hazards, sources=(source,), closed=False)
    return Value(code, name, "个", means, Thing.HAZARD, rule)


_CLOSED = Text("其中：已完成整改", "of these: rectified")
_CLOSED_MEANS = Text(
    "上一行中截至统计日已销号的；重新打开后尚未再销号的不计。",
    "Of the row above, those struck off by the cut-off day; one opened again counts only when "
    "struck off again.",
)


def _failed(code: str, name: Text, means: Text) -> Value:
    rule = partial(rules.failing, row=code)
    return Value(code, name, "家", means, Thing.ENTERPRISE, rule, within=("2.1",))


def _by_hand(code: str, name: Text, unit: str, asked: Asked, means: Text = _COUNT) -> Value:
    rule, thing = {
        Asked.STOCK: (rules.newest, Thing.OFFICE),
        Asked.YES_NO: (rules.newest, Thing.OFFICE),
    }.get(asked, (rules.noted, Thing.ENTRY))
    if unit == "家":
        rule, thing = rules.enterprises, Thing.ENTERPRISE
    return Value(code, name, unit, means, thing, partial(rule, row=code), asked=asked)


def _second(code: str, name: Text, unit: str, first: str) -> Value:
    means = Text(
        "与上一个数同时填写，不大于它。", "Entered with the value above, never more than it."
    )
    rule = partial(rules.seconds, row=first)
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
        partial(rules.hazards, sources=(Source.SELF,), closed=True),
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
        partial(rules.hazards, sources=(Source.DEPARTMENT,), closed=True),
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
        partial(rules.listed, closed=False),
        within=("1.1", "1.3"),
    ),
    Value(
        "1.6",
        Text("挂牌督办中：已完成整改", "Of those listed: rectified"),
        "个",
        _CLOSED_MEANS,
        Thing.HAZARD,
        partial(rules.listed, closed=True),
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
        rules.inspected,
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
            "未依法设立安全管理机构、配足安全管理人员",
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
        rules.penalties,
    ),
    Value(
        "3.3b",
        Text("行政处罚金额", "Amount of penalties"),
        "万元",
        Text("上述处罚的罚款合计，对单位和对个人的都计。", "Fines of these, of units and people."),
        Thing.PENALTY,
        rules.fines,
    ),
    Value(
        "3.4",
        Text("企业和主要负责人“一案双罚”", "Enterprise and head penalised in one case"),
        "次",
        Text("第3行的处罚中同时处罚单位和个人的。", "Of row 3, those of a unit and a person."),
        Thing.PENALTY,
        partial(rules.penalties, both=True),
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
        rules.suspended,
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
    Value(
        "4.5",
        Text("举报奖励", "Rewards for tip-offs"),
        "万元",
        Text(
            "期间内发放的举报奖励：系统内的按发放之日、发放单位自动计入，其余逐次填写。",
            "Rewards paid within the period: those of this app by the day and office of payment; "
            "others are entered each time.",
        ),
        Thing.REWARD,
        partial(rules.rewards, row="4.5", anonymous=False),
        asked=Asked.MONEY,
    ),
    Value(
        "4.5b",
        Text("其中：匿名举报查实奖励", "of these: for verified anonymous tip-offs"),
        "万元",
        Text(
            "系统内发放的都是匿名举报查实奖励；其余与上一个数同时填写，不大于它。",
            "All that this app paid are such; others are entered with the value above, never more "
            "than it.",
        ),
        Thing.REWARD,
        partial(rules.rewards, row="4.5", anonymous=True),
        within=("4.5",),
    ),
    _by_hand(
        "4.6",
        Text(
            "是否在主流媒体播放安全生产专题栏目",
            "Whether mainstream media run a programme on work safety",
        ),
        "是/否",
        Asked.YES_NO,
        Text(
            "以最近一次填写为准；没有人填写时空着。",
            "The newest entry counts; blank while nobody made one.",
        ),
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
