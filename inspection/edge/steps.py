"""Steps in the life of a hazard in the reader's words: verbs, fields, what is wrong, why not now.

Knows nothing of forms and pages: the forms, a hazard's history and the lists all speak by it.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from inspection.domain.handling import FIELDS, Field
from inspection.domain.hazard import Level, Obstacle, Side, Source, Stage, State, Step

VERBS: Mapping[Step, Any] = {
    Step.STRIKE_OFF: _("核销"),
    Step.GRANT_EXTENSION: _("同意延期"),
    Step.CONFIRM_DUPLICATE: _("确认重复登记"),
    Step.CONFIRM_NO_HAZARD: _("认定不属隐患"),
    Step.APPROVE_PLAN: _("批准方案"),
    Step.ACCEPT: _("验收通过"),
    Step.CLAIM: _("提交整改"),
    Step.PLAN: _("提交治理方案"),
    Step.REPORT: _("上报重大隐患"),
    Step.PROGRESS: _("填报进展"),
    Step.ASSIGN: _("落实整改"),
    Step.REFUSE_EXTENSION: _("不同意延期"),
    Step.REFUSE_PROPOSAL: _("不予认定"),
    Step.RETURN_PLAN: _("退回方案"),
    Step.REJECT: _("验收不通过"),
    Step.GRADE: _("定级"),
    Step.ASK_EXTENSION: _("申请延期"),
    Step.LIST: _("挂牌督办"),
    Step.LIFT: _("摘牌"),
    Step.TRANSFER: _("移送其他部门"),
    Step.CALL_DUPLICATE: _("报告重复登记"),
    Step.CALL_NO_HAZARD: _("申请认定不属隐患"),
    Step.REOPEN: _("重新打开"),
}
"""What a button says; what leads on comes first, and in this order they are offered."""
SELDOM = frozenset(
    {
        Step.GRADE,
        Step.ASK_EXTENSION,
        Step.LIST,
        Step.LIFT,
        Step.TRANSFER,
        Step.CALL_DUPLICATE,
        Step.CALL_NO_HAZARD,
        Step.REOPEN,
    }
)
"""Steps that are out of the ordinary: a page offers them apart from those of every day."""

_LABELS: Mapping[str, Any] = {
    "level": _("等级"),
    "basis": _("判定依据（文件和条款）"),
    "words": _("说明"),
    "responsible": _("整改责任人"),
    "measures": _("整改措施"),
    "funds": _("整改资金"),
    "planned_on": _("计划完成日期"),
    "emergency": _("应急措施（整改期间）"),
    "state_and_cause": _("现状及产生原因"),
    "harm": _("危害程度和整改难易程度分析"),
    "outline": _("治理方案（概要）"),
    "goals": _("治理的目标和任务"),
    "materials": _("物资"),
    "crew": _("负责治理的机构和人员"),
    "requirements": _("治理的要求"),
    "photos": _("照片"),
    "rectifier": _("整改人"),
    "finished_on": _("完成日期"),
    "evaluation": _("治理情况评估（技术人员或评价机构）"),
    "deadline_on": _("整改期限"),
    "until": _("申请延期至"),
    "interim": _("延期期间的安全措施"),
    "duplicate_of": _("与哪一条重复（隐患编号）"),
    "recipient": _("移送到哪个部门"),
    "cause": _("重新打开的原因"),
    "list_level": _("督办级别"),
    "order_number": _("督办文号"),
}
_LABELS_OF: Mapping[tuple[Step, str], Any] = {
    (Step.PLAN, "measures"): _("治理的方法和措施"),
    (Step.PLAN, "funds"): _("治理经费"),
    (Step.PLAN, "emergency"): _("安全措施和应急预案"),
    (Step.PLAN, "responsible"): _("治理责任人"),
    (Step.PLAN, "planned_on"): _("治理时限"),
    (Step.RETURN_PLAN, "words"): _("退回的理由"),
    (Step.PROGRESS, "words"): _("进展情况"),
    (Step.CLAIM, "words"): _("整改情况"),
    (Step.CLAIM, "funds"): _("实际花费"),
    (Step.CLAIM, "photos"): _("整改后照片"),
    (Step.ACCEPT, "words"): _("验收意见"),
    (Step.REJECT, "words"): _("哪里不合格"),
    (Step.REJECT, "deadline_on"): _("新的整改期限"),
    (Step.STRIKE_OFF, "words"): _("核销意见"),
    (Step.ASK_EXTENSION, "words"): _("延期的理由"),
    (Step.REFUSE_EXTENSION, "words"): _("不同意的理由"),
    (Step.CALL_NO_HAZARD, "words"): _("为什么不属隐患"),
    (Step.REFUSE_PROPOSAL, "words"): _("不予认定的理由"),
    (Step.TRANSFER, "words"): _("移送的理由"),
    (Step.LIST, "words"): _("督办要求"),
    (Step.LIFT, "words"): _("摘牌的理由"),
    (Step.LIFT, "order_number"): _("摘牌文号"),
}

_HINTS: Mapping[str, Any] = {
    "funds": _("以元填写；台账和报表里写作万元"),
    "basis": _("重大隐患必填；有疑问的，写明出具意见的部门和文号"),
    "emergency": _("撤人、警戒、停用等；重大隐患必填"),
    "outline": _("先写要点；完整的方案在下一步提交"),
    "evaluation": _("重大隐患必填：评估人或机构、结论"),
    "duplicate_of": _("例如 YH2026-000123"),
    "rectifier": _("实际动手整改的人；验收要由别人来做"),
    "photos": _("JPEG 或 PNG，每张不超过 20 MB；照片里的位置信息不会保留"),
    "list_level": _("哪一级政府或部门督办"),
}
_HINTS_OF: Mapping[tuple[Step, str], Any] = {
    (Step.PLAN, "emergency"): _("撤人、警戒、停用等"),
}

CHOICES: Mapping[str, Any] = {
    Level.MAJOR: _("重大"),
    Level.LARGER: _("较大"),
    Level.GENERAL: _("一般"),
    "province": _("省级"),
    "city": _("市级"),
    "county": _("县级"),
    "town": _("乡镇级"),
    "look_back": _("回头看"),
    "tip_off": _("举报"),
    "recurred": _("隐患反弹"),
    "supervision": _("上级督查"),
}
"""What the codes of `Kind.CHOICE` fields mean."""

STATES: Mapping[State, Any] = {
    State.REGISTERED: _("已登记"),
    State.GRADED: _("已定级"),
    State.REPORTED: _("已上报"),
    State.PLANNED: _("方案待批"),
    State.APPROVED: _("方案已批准"),
    State.RECTIFYING: _("整改中"),
    State.CLAIMED: _("待复查、待验收"),
    State.VERIFIED: _("待核销"),
    State.CLOSED: _("已销号"),
    State.TRANSFERRED: _("已移送"),
    State.DUPLICATE: _("重复登记"),
    State.NOT_A_HAZARD: _("不属隐患"),
}
"""Of hazards of either source together; of one hazard, `state` says it."""
_CLAIMED: Mapping[str, Any] = {Source.DEPARTMENT: _("待复查"), Source.SELF: _("待验收")}
STAGES: Mapping[Stage, Any] = {
    Stage.FOUND: _("待整改"),
    Stage.PLANNING: _("方案"),
    Stage.RECTIFYING: _("整改中"),
    Stage.CLAIMED: _("待复查、待验收"),
    Stage.VERIFIED: _("待核销"),
    Stage.CLOSED: _("已销号"),
}

SIDES: Mapping[Side | None, Any] = {
    Side.SITE: _("检查人员现场复查"),
    Side.ENTERPRISE: _("企业"),
    Side.HEAD: _("企业主要负责人"),
    Side.AUTHORITY: _("监管部门"),
    Side.LISTER: _("督办单位"),
    None: "",
}

OBSTACLES: Mapping[Obstacle, Any] = {
    Obstacle.NOT_FROM_HERE: _("按隐患现在的状态，还不到这一步，或已经过了这一步。"),
    Obstacle.PLAN_FIRST: _("重大隐患要先上报，治理方案获批准以后才能整改。"),
    Obstacle.MAJOR_ONLY: _("只有重大隐患才需要这一步。"),
    Obstacle.LISTED: _("已经挂牌督办。"),
    Obstacle.NOT_LISTED: _("没有挂牌督办。"),
    Obstacle.DEPARTMENT_FOUND: _("部门检查发现的隐患，由部门决定，由两名检查人员现场复查。"),
    Obstacle.SELF_FOUND: _("企业自查发现的隐患，由企业主要负责人决定。"),
    Obstacle.HEAD_ONLY: _("要由企业主要负责人办理。"),
    Obstacle.OWN_WORK: _("整改是您提交的，要由别人验收、核销。"),
    Obstacle.OWN_QUESTION: _("这是您本人提出的，要由别人决定。"),
    Obstacle.NOTHING_ASKED: _("没有人提出申请，不用答复。"),
    Obstacle.ALREADY_ASKED: _("已有一项申请在等答复，答复以后才能再提。"),
    Obstacle.EXPIRED: _("整改期限已过；延期要在到期之前申请。"),
}
"""Why a step of one's own is not offered now."""


def state(code: State, source: str = "") -> Any:
    """Where a hazard stands. What a department found it looks at again; what an enterprise found
    itself it accepts itself (DOMAIN §4.4).
    """
    return _CLAIMED.get(source, STATES[code]) if code is State.CLAIMED else STATES[code]


def label(step: Step, name: str) -> Any:
    """What a field of a step is called."""
    return _LABELS_OF.get((step, name)) or _LABELS[name]


def hint(step: Step, name: str) -> Any:
    """What helps in filling a field in, or nothing."""
    return _HINTS_OF.get((step, name)) or _HINTS.get(name, "")


def fault(step: Step, name: str, code: str) -> str:
    """What is wrong with what was said in a field, and what would do."""
    field: Field = next(each for each in FIELDS[step] if each.name == name)
    called = label(step, name)
    return {
        "missing": gettext("请填写：%(label)s", label=called),
        "photo_missing": gettext("请附上照片：%(label)s", label=called),
        "too_many": gettext("照片最多 20 张"),
        "too_long": gettext("%(label)s：最多 %(most)s 字", label=called, most=field.most),
        "not_money": gettext("%(label)s：请填数字，最多两位小数，例如 36000", label=called),
        "negative": gettext("%(label)s：不能小于零", label=called),
        "too_much": gettext("%(label)s：数目太大", label=called),
        "not_a_day": gettext("%(label)s：请选一个日期", label=called),
        "not_a_choice": gettext("%(label)s：请选一项", label=called),
        "day_past": gettext("%(label)s：不能早于今天", label=called),
        "day_to_come": gettext("%(label)s：不能晚于今天", label=called),
        "day_not_later": gettext("%(label)s：要晚于今天，也要晚于现在的整改期限", label=called),
        "hazard_unknown": gettext("台账里没有这个编号，或者就是这条隐患自己"),
    }[code]
