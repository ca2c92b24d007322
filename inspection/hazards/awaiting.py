"""Steps that await somebody (待办): whom a step hands the hazard to, and what they are told.

Told in the transaction of the step, in the words of this table; rungs of the ladder are told by
`escalation.py`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.domain.hazard import Level, Source, Step
from inspection.domain.ladder import Recipient
from inspection.hazards import recipients
from inspection.hazards.recipients import Reader
from inspection.hazards.register import Hazard
from inspection.ledger.chain import Entry
from inspection.notices import inbox
from inspection.notices.inbox import Message
from inspection.organisations.unit import Unit


class Turn(Enum):
    """Whose turn it is after a step."""

    ENTERPRISE = "enterprise"
    DECIDER = "decider"
    """Whoever decides on plans and extensions: the department's finders, or the own head."""
    LOOKER = "looker"
    """Whoever looks at what is said to be rectified (DOMAIN §4.4)."""
    AUTHORITY = "authority"
    LISTER = "lister"


@dataclass(frozen=True)
class Call:
    """Whose turn it is, and how that is said."""

    turn: Turn
    title: dict[str, str]
    zh: str
    en: str


def _call(turn: Turn, title_zh: str, title_en: str, zh: str, en: str) -> Call:
    return Call(turn, {"zh": title_zh, "en": title_en}, zh, en)


_ASKED = (
    "隐患待认定",
    "A doubt to be settled",
    "有人提出这条隐患不成立或重复登记，请核实认定。",
    "It was said to be no hazard, or registered twice. Please decide.",
)
CALLS: dict[str, Call] = {
    f"hazard.{step}": call
    for step, call in {
        Step.PLAN: _call(
            Turn.DECIDER,
            "治理方案待审批",
            "A plan waits for approval",
            "企业报来重大事故隐患治理方案，请审批。",
            "The enterprise submitted a treatment plan. Please approve or return it.",
        ),
        Step.APPROVE_PLAN: _call(
            Turn.ENTERPRISE,
            "治理方案已批准",
            "Plan approved",
            "治理方案已批准，可以开始整改。",
            "The treatment plan is approved; rectification may begin.",
        ),
        Step.RETURN_PLAN: _call(
            Turn.ENTERPRISE,
            "治理方案被退回",
            "Plan returned",
            "治理方案被退回，请按意见修改后重报。",
            "The treatment plan was returned. Please change it and submit it again.",
        ),
        Step.ASK_EXTENSION: _call(
            Turn.DECIDER,
            "延期申请待审批",
            "An extension is asked for",
            "企业申请延长整改期限，请审批。",
            "The enterprise asks for a later deadline. Please decide.",
        ),
        Step.GRANT_EXTENSION: _call(
            Turn.ENTERPRISE,
            "延期已同意",
            "Extension granted",
            "整改期限已延长，请按新期限整改。",
            "The deadline was moved. Please rectify by the new one.",
        ),
        Step.REFUSE_EXTENSION: _call(
            Turn.ENTERPRISE,
            "延期未同意",
            "Extension refused",
            "延期申请没有同意，请按原期限整改。",
            "The extension was refused. Please rectify by the present deadline.",
        ),
        Step.CLAIM: _call(
            Turn.LOOKER,
            "整改完成待复查",
            "Rectified, waits for re-inspection",
            "已申报整改完成，请复查。",
            "It is said to be rectified. Please look at it again.",
        ),
        Step.REINSPECT_RETURN: _call(
            Turn.ENTERPRISE,
            "复查未通过",
            "Not found in order",
            "复查没有通过，请按新的期限继续整改。",
            "It was looked at again and not found in order. Please rectify by the new deadline.",
        ),
        Step.REJECT: _call(
            Turn.ENTERPRISE,
            "验收未通过",
            "Not accepted",
            "验收没有通过，请按新的期限继续整改。",
            "It was not accepted. Please rectify by the new deadline.",
        ),
        Step.REINSPECT_PASS: _call(
            Turn.LISTER,
            "挂牌隐患待核销",
            "Listed hazard waits to be struck off",
            "挂牌督办的隐患复查合格，请审查核销。",
            "A listed hazard was found in order. Please review it and strike it off.",
        ),
        Step.ACCEPT: _call(
            Turn.LISTER,
            "挂牌隐患待核销",
            "Listed hazard waits to be struck off",
            "挂牌督办的隐患已通过企业验收，请审查核销。",
            "A listed hazard was accepted by the enterprise. Please review it and strike it off.",
        ),
        Step.LIST: _call(
            Turn.ENTERPRISE,
            "被挂牌督办",
            "Listed for supervision",
            "这条隐患已被挂牌督办，整改后由挂牌单位核销。",
            "This hazard is listed for supervision; whoever listed it strikes it off.",
        ),
        Step.REOPEN: _call(
            Turn.ENTERPRISE,
            "隐患重新打开",
            "Hazard opened again",
            "这条隐患被重新打开，请按期限整改。",
            "This hazard was opened again. Please rectify it by the deadline.",
        ),
        Step.CALL_DUPLICATE: _call(Turn.AUTHORITY, *_ASKED),
        Step.CALL_NO_HAZARD: _call(Turn.AUTHORITY, *_ASKED),
    }.items()
}
"""Kind of entry → whose turn it is. Steps that are not here hand the hazard to nobody."""
CLAIMED_OF_OWN = _call(
    Turn.LOOKER,
    "整改完成待验收",
    "Rectified, waits for acceptance",
    "已申报整改完成，请验收。",
    "It is said to be rectified. Please look at it and accept it, or return it.",
)
"""What an enterprise found itself it accepts itself (DOMAIN §4.4)."""


def tell(session: Session, entries: Iterable[Entry], *, at: datetime) -> None:
    """Tell those whose turn it is after these entries, except whoever took the step.

    Call it in the entries' own transaction, when the register has taken them in.
    """
    for entry in entries:
        call = CALLS.get(entry.kind)
        if call is not None:
            _tell(session, entry, call, at=at)


def _tell(session: Session, entry: Entry, call: Call, *, at: datetime) -> None:
    body = json.loads(entry.body)
    row = session.execute(
        select(
            *Hazard.__table__.columns,
            Unit.uuid.label("unit_uuid"),
            Unit.name.label("unit_name"),
            Unit.path,
            Unit.supervisor_id,
        )
        .join(Unit, Unit.id == Hazard.unit_id)
        .where(Hazard.uuid == body["hazard"])
    ).one()
    if entry.kind == f"hazard.{Step.CLAIM}" and row.source == Source.SELF:
        call = CLAIMED_OF_OWN
    if call.turn is Turn.LISTER and not row.listed_level:
        return  # it is closed: nobody has to strike it off
    by = body.get("by", {}).get("person", "")
    people = [each.person_id for each in _whose(session, row, call.turn) if each.person != by]
    said = Message(
        kind=entry.kind,
        subject=row.uuid,
        basis_seq=entry.seq,
        number=row.number,
        unit_name=row.unit_name,
        deadline_on=row.deadline_on,
        title=call.title,
        words={
            "zh": f"{row.unit_name} {row.number}（{row.summary}）：{call.zh}",
            "en": f"{row.unit_name} {row.number} ({row.summary}): {call.en}",
        },
        link=f"/hazards/{row.uuid}",
    )
    inbox.send(session, said, people, at=at)


def _whose(session: Session, row: Any, turn: Turn) -> tuple[Reader, ...]:
    by_department = row.source == Source.DEPARTMENT
    sides = {
        Turn.ENTERPRISE: (Recipient.ENTERPRISE, Recipient.HEAD),
        Turn.DECIDER: (Recipient.HEAD,),
        Turn.LOOKER: (Recipient.HEAD if row.level == Level.MAJOR else Recipient.ENTERPRISE,),
        Turn.AUTHORITY: (Recipient.DEPARTMENT,),
        Turn.LISTER: (Recipient.TOWN, Recipient.DISTRICT),
    }[turn]
    if by_department and turn in (Turn.DECIDER, Turn.LOOKER, Turn.AUTHORITY):
        found = recipients.finders(session, row.finder_accounts, Recipient.DEPARTMENT)
        if found:
            return found
        sides = (Recipient.DEPARTMENT,)
    return recipients.readers(session, row.unit_id, row.path, row.supervisor_id, sides)
