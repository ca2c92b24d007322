"""Registers of the demonstration: one enterprise keeps its own, inspectors noted others', and the
district has a pool of experts. All names are invented.
"""

from datetime import date, datetime, time, timedelta

from inspection.cli import demonstration_names as names
from inspection.domain import upkeep
from inspection.domain.upkeep import REGISTERS
from inspection.domain.workdays import CHINA, day_of
from inspection.edge import wired, writing
from inspection.upkeep import entries

_ROWS: tuple[tuple[str, str, str, int, dict[str, str | int]], ...] = (
    ("hengli", "恒砺机械", "needed", 200, {"principal": "1", "manager": "2", "operator": "3"}),
    (
        "hengli",
        "恒砺机械",
        "certificate",
        200,
        {
            "holder": "周立新",
            "post": "principal",
            "certificate": "云安培-0311",
            "issued_on": 700,
            "valid_until": -395,
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "certificate",
        200,
        {
            "holder": "郑国栋",
            "post": "manager",
            "certificate": "云安培-0312",
            "issued_on": 700,
            "valid_until": -395,
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "certificate",
        200,
        {
            "holder": "邹文静",
            "post": "manager",
            "certificate": "云安培-0313",
            "issued_on": 1075,
            "valid_until": -20,
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "certificate",
        190,
        {
            "holder": "褚永康",
            "post": "operator",
            "trade": "熔化焊接与热切割作业",
            "certificate": "云特-2101",
            "issued_on": 1110,
            "valid_until": -1080,
            "review_on": 15,
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "certificate",
        190,
        {
            "holder": "卫晓梅",
            "post": "operator",
            "trade": "低压电工作业",
            "certificate": "云特-2102",
            "issued_on": 400,
            "valid_until": -1790,
            "review_on": -695,
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "drill",
        150,
        {
            "kind": "disposal",
            "plan": "焊接车间火灾现场处置方案",
            "held_on": 152,
            "people": "26",
            "assessment": "疏散用时 3 分 10 秒；二号门外有杂物，已当天清走。",
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "drill",
        60,
        {
            "kind": "fire",
            "plan": "消防疏散预案",
            "held_on": 61,
            "people": "74",
            "assessment": "三名夜班员工不熟悉集合点，已补训。",
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "training",
        120,
        {
            "kind": "yearly",
            "whom": "managers",
            "held_on": 121,
            "hours": "8",
            "people": "3",
            "content": "判定标准和动火作业管理",
            "exam": "3 人合格",
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "training",
        40,
        {
            "kind": "warning",
            "whom": "everyone",
            "held_on": 41,
            "hours": "1.5",
            "people": "80",
            "content": "观看电焊引发火灾警示片，排查同类隐患",
        },
    ),
    (
        "hengli",
        "恒砺机械",
        "plan",
        200,
        {
            "kind": "comprehensive",
            "title": "生产安全事故综合应急预案",
            "issued_on": 900,
            "filed_on": 885,
            "filing": "YL-2024-017",
        },
    ),
    (
        "zhang",
        "青禾化工",
        "plan",
        100,
        {
            "kind": "comprehensive",
            "title": "综合应急预案",
            "issued_on": 1150,
            "filed_on": 1140,
            "filing": "YL-2023-004",
        },
    ),
    ("zhang", "青禾化工", "needed", 100, {"principal": "1", "manager": "3", "operator": "6"}),
    (
        "zhang",
        "青禾化工",
        "drill",
        100,
        {
            "kind": "special",
            "plan": "储罐泄漏专项预案",
            "held_on": 100,
            "people": "41",
            "assessment": "检查时看到的演练记录，有签到、照片和评估。",
        },
    ),
)
"""Account, enterprise, register, days since it was entered, what it says; numbers are days ago."""
_EXPERTS: tuple[dict[str, str | int], ...] = (
    {
        "name": "沈永康",
        "field": "机械、电气",
        "employer": "云岚区机械行业协会",
        "years": "16",
        "status": "listed",
        "listed_on": 300,
        "assessed_on": 5,
        "grade": "fit",
        "duties": "参加通透式检查，出具意见并签名",
    },
    {
        "name": "窦淑芬",
        "field": "危险化学品",
        "years": "21",
        "status": "listed",
        "listed_on": 300,
    },
    {"name": "柏建国", "field": "建筑施工", "years": "9", "status": "paused", "listed_on": 280},
)


def load() -> None:
    """Enter it all, in one transaction."""
    now = wired().clock()
    today = day_of(now)
    experts = tuple(("anban", "云岚区", "expert", 250, each) for each in _EXPERTS)
    with writing() as session:
        for account, unit, register, days, said in sorted(
            (*_ROWS, *experts), key=lambda row: row[3], reverse=True
        ):
            given = {name: _text(value, today) for name, value in said.items()}
            kind = REGISTERS[register]
            at = datetime.combine(today - timedelta(days=days), time(9), CHINA)
            row = upkeep.read(kind, given, today=today)
            entries.enter(
                session,
                names.actor(session, account),
                names.uuid_of(unit),
                kind,
                [row],
                at=at,
            )


def _text(value: str | int, today: date) -> str:
    if isinstance(value, int):
        return (today - timedelta(days=value)).isoformat()
    return value
