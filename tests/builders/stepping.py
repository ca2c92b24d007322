"""Hazards that have come some way: raised by a record, then moved by steps at a desk."""

from inspection.accounts import people
from inspection.database import reading, writing
from inspection.domain.hazard import Step
from inspection.hazards import steps
from inspection.hazards.findings import hazard_uuid
from inspection.hazards.steps import Said
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.scene import Scene

PHOTO = "ab" * 32
"""Digest of a photo that nobody looks at."""

SAID: dict[Step, dict[str, str]] = {
    Step.GRADE: {"level": "major", "basis": "GB 35181-2025"},
    Step.ASSIGN: {
        "responsible": "郑国栋",
        "measures": "更换软管",
        "funds": "1200.50",
        "planned_on": "2026-12-20",
        "emergency": "停用并隔离",
    },
    Step.REPORT: {"state_and_cause": "软管老化", "harm": "可能爆燃", "outline": "全部更换"},
    Step.PLAN: {
        "goals": "消除泄漏",
        "measures": "更换软管并检漏",
        "funds": "36000",
        "responsible": "周立新",
        "crew": "设备部三人",
        "planned_on": "2026-12-20",
        "emergency": "停产、撤人、警戒",
    },
    Step.RETURN_PLAN: {"words": "没有写停产期间的措施"},
    Step.PROGRESS: {"words": "已订货"},
    Step.CLAIM: {"words": "已换新管并检漏", "rectifier": "孔工", "finished_on": "2026-11-20"},
    Step.ACCEPT: {"words": "现场核对，已改好", "evaluation": "评价合格"},
    Step.REJECT: {"words": "还有一根没换", "deadline_on": "2026-12-25"},
    Step.STRIKE_OFF: {"words": "准予核销"},
    Step.ASK_EXTENSION: {"until": "2027-01-15", "words": "等待供货", "interim": "停用该工位"},
    Step.REFUSE_EXTENSION: {"words": "有现货可买"},
    Step.CALL_NO_HAZARD: {"words": "本来就符合规范"},
    Step.REFUSE_PROPOSAL: {"words": "理由不足"},
    Step.TRANSFER: {"recipient": "住房和城乡建设局", "words": "属燃气设施"},
    Step.REOPEN: {"cause": "look_back", "words": "又开始漏气", "deadline_on": "2026-12-20"},
    Step.LIST: {"list_level": "county", "order_number": "云安委督〔2026〕3号", "words": "逾期未改"},
    Step.LIFT: {"words": "已按要求完成"},
}
"""What is said with each step when a test does not care."""


def raised(scene: Scene, made: Filled, place: int = 0) -> str:
    """The uuid of the hazard that a record's finding became."""
    return hazard_uuid(made.uuid, made.payload["findings"][place]["uuid"])


def take(
    scene: Scene,
    hazard: str,
    person: Person,
    step: Step,
    *,
    photos: tuple[str, ...] = (PHOTO,),
    **said: str,
) -> None:
    """Take one step as somebody, with the newest entry before their eyes."""
    with reading(scene.engine) as session:
        actor = people.actor(session, person.uuid)
        assert actor is not None
        seen = steps.standing(session, actor, hazard, today=scene.clock().date())
    with writing(scene.engine) as session:
        steps.take(
            session,
            actor,
            hazard,
            step,
            Said({**SAID.get(step, {}), **said}, photos),
            seen_seq=seen.last_seq,
            today=scene.clock().date(),
            at=scene.clock(),
        )
