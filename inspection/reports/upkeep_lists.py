"""Workbooks of `upkeep/`: duties of enterprises as a list, and the templates of registers."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.domain.cadence import Standing, State
from inspection.domain.upkeep import Kind as FieldKind
from inspection.domain.upkeep import Register
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.reports.wording import SECTORS
from inspection.reports.workbooks import Column, Kind, Layout
from inspection.upkeep.standings import UnitStanding

ENTRY = "upkeep.exported"
STATES = {State.DONE: "已完成", State.DUE: "待做", State.OVERDUE: "逾期"}


@dataclass(frozen=True)
class Line:
    """One duty of one enterprise."""

    of: UnitStanding
    standing: Standing
    today: date

    @property
    def late(self) -> int | None:
        """Days overdue."""
        left = self.standing.days_left(self.today)
        return -left if left is not None and self.standing.state is State.OVERDUE else None


DUTIES = Layout(
    "应做事项",
    (
        Column("单位", 30, lambda line: line.of.unit.name),
        Column("统一社会信用代码", 21, lambda line: line.of.unit.credit_code),
        Column("行业", 14, lambda line: SECTORS.get(line.of.unit.sector, line.of.unit.sector)),
        Column("高危", 6, lambda line: "是" if line.of.unit.high_risk else ""),
        Column("所在镇街", 14, lambda line: line.of.unit.parent),
        Column("主管部门", 24, lambda line: line.of.unit.supervisor),
        Column("事项", 34, lambda line: line.standing.cadence.name.zh),
        Column("状态", 8, lambda line: STATES[line.standing.state]),
        Column("期限", 12, lambda line: line.standing.due_on, Kind.DAY),
        Column("逾期天数", 9, lambda line: line.late, Kind.NUMBER),
        Column("已有", 8, lambda line: line.standing.have, Kind.FIGURE),
        Column("应有", 8, lambda line: line.standing.want, Kind.FIGURE),
        Column("调度表", 8, lambda line: line.standing.cadence.feeds),
        Column("登记编号", 40, lambda line: "、".join(line.standing.numbers)),
    ),
)


def told(session: Session, actor: Actor, conditions: str, *, rows: int, at: datetime) -> None:
    """Tell in the ledger who carries the list away, narrowed by which conditions."""
    body = {
        "by": {"person": actor.uuid, "name": actor.name, "unit": actor.unit_name},
        "conditions": conditions,
        "rows": rows,
    }
    journal.append(session, [Event(ENTRY, body, subject=actor.uuid)], at=at)


def template(register: Register) -> Layout:
    """The empty list of a register, to be filled in and brought in again."""
    return Layout(
        register.name.zh,
        tuple(
            Column(
                f"{each.label.zh}*" if each.needed else each.label.zh,
                30 if each.kind is FieldKind.WORDS else 18,
                lambda _line: None,
            )
            for each in register.fields
        ),
        paper=9,
    )


def how_to_fill(register: Register) -> str:
    """What stands under the title of a template."""
    choices = "。".join(
        f"“{each.label.zh}”填：{'、'.join(name.zh for name in each.choices.values())}"
        for each in register.fields
        if each.choices
    )
    return f"带 * 的必填，一条一行，不要合并单元格；日期写成 2026-11-30。{choices}。"
