"""Task lists (任务清单): from a workbook or the shipped example to orders that can be issued.

Nothing is stored before somebody confirms: what was read travels with the page (`packed`). Units
are matched to one's own by name; what is wrong is named by sheet, row and column.
"""

import base64
import json
import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from inspection.accounts.people import Actor
from inspection.authoring.arrivals import LARGEST_BYTES, READ_MEMORY_MB, READ_SECONDS
from inspection.authoring.transcript import Place
from inspection.domain.order import MOST_TASKS, Deadline, Term, read_deadline
from inspection.domain.problems import WorkbookTooLarge
from inspection.jobs.confinement import Turns, run_confined
from inspection.orders import issuing, listreading
from inspection.orders.issuing import NewOrder
from inspection.orders.listreading import DEADLINE, FIRST, JOINT, LEAD, TASK, WORDS, Task, WorkList
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import UnitKind

_EXAMPLE = Path(__file__).with_name("example.json")
_MOST_UNPACKED = 4 * 1024 * 1024

_FIELD = {
    "title": TASK,
    "words": WORDS,
    "lead": LEAD,
    "joint": JOINT,
    "deadline": DEADLINE,
    "first_on": FIRST,
}


@dataclass(frozen=True)
class Fault:
    """What keeps a task from being issued, and in which cell; `number` is its place in the list."""

    number: int
    place: Place
    code: str


@dataclass(frozen=True)
class Chosen:
    """What somebody said on the page: units by name, days by task, which tasks are taken."""

    units: Mapping[str, Sequence[str]]
    deadlines: Mapping[int, str]
    firsts: Mapping[int, str]
    taken: Collection[int]


def read(data: bytes, *, turns: Turns | None = None) -> WorkList:
    """Read a workbook, confined. Raises WorkbookTooLarge and what `listreading.read` does."""
    if len(data) > LARGEST_BYTES:
        raise WorkbookTooLarge(most=LARGEST_BYTES)
    found: WorkList = run_confined(
        listreading.read, data, seconds=READ_SECONDS, memory_mb=READ_MEMORY_MB, turns=turns
    )
    return found


def example(*, today: date) -> WorkList:
    """The 25 duties of a district's notice in our own words, units by kind only (DOMAIN §1.1).

    Its half-years are those of the year that is meant in a list made today: the next one from
    April on.
    """
    said = json.loads(_EXAMPLE.read_text(encoding="utf-8"))
    year = today.year + (today.month > 3)
    tasks = tuple(
        Task(
            sheet="",
            row=number,
            columns={},
            task=each["task"],
            words=each.get("words", ""),
            lead=each["lead"],
            joint=tuple(each.get("joint", ())),
            deadline=each["deadline"].format(year=year),
            first=each.get("first", ""),
        )
        for number, each in enumerate(said["tasks"], start=1)
    )
    return WorkList(said["title"], tasks)


def packed(work: WorkList) -> str:
    """Write a list so that a form can carry it; `unpacked` reads it again."""
    return base64.b64encode(zlib.compress(json.dumps(asdict(work)).encode(), 9)).decode()


def unpacked(text: str) -> WorkList:
    """Read what `packed` wrote. Raises ValueError for anything else."""
    try:
        reader = zlib.decompressobj()
        said = json.loads(reader.decompress(base64.b64decode(text), _MOST_UNPACKED))
        tasks = tuple(Task(**{**each, "joint": tuple(each["joint"])}) for each in said["tasks"])
        return WorkList(str(said["title"]), tasks[:MOST_TASKS])
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError("not a packed list") from error


def names(work: WorkList) -> list[tuple[str, bool]]:
    """Return every unit that a list names, in order, and whether it leads anywhere."""
    found: dict[str, bool] = {}
    for task in work.tasks:
        for name, leads in ((task.lead, True), *((each, False) for each in task.joint)):
            if name:
                found[name] = found.get(name, False) or leads
    return list(found.items())


def guess(
    session: Session, actor: Actor, name: str, reachable: Sequence[UnitFacts]
) -> tuple[str, ...]:
    """Return the own units that a name in a list most likely means; none when nobody knows."""
    if exact := issuing.named(session, actor, name):
        return (exact,)
    stem = re.sub("(?:主管|监管)?(?:部门|机构|机关|单位)$", "", name.removeprefix("各"))
    like = [each.uuid for each in reachable if stem and stem in each.name]
    if len(like) == 1:
        return (like[0],)
    if re.search("镇|街|乡", name):
        return tuple(issuing.of_kind(session, actor, UnitKind.TOWN))
    if not stem or stem in ("行业", "成员", "有关", "相关"):
        return tuple(issuing.of_kind(session, actor, UnitKind.DEPARTMENT))
    return ()


def drawn_up(
    work: WorkList, chosen: Chosen, office: str, *, today: date
) -> tuple[list[NewOrder], list[Fault]]:
    """Return the orders that a list makes as it was chosen, and what is wrong with it.

    A lead that stands for several units makes an order for each. Joint units that are nobody here
    are named in the order's words.
    """
    made: list[NewOrder] = []
    faults = [each for each in _circles(work) if each.number in chosen.taken]
    for number, task in enumerate(work.tasks):
        if number not in chosen.taken:
            continue
        deadline, wrong = _deadline(task, number, chosen, today)
        if task.lead in task.joint or len(set(task.joint)) < len(task.joint):
            wrong["joint"] = "twice"
        leads = chosen.units.get(task.lead, ())
        if not leads:
            wrong["lead"] = "unmatched" if task.lead else "missing"
        drawn = [_order(task, lead, chosen, deadline) for lead in leads]
        for new in drawn:
            wrong = issuing.faults(new, office, today=today) | wrong
        made += drawn
        for name, code in wrong.items():
            told = f"{name}_missing" if code == "missing" else code
            faults.append(Fault(number, task.place(_FIELD[name]), told))
    return made, sorted(faults, key=lambda each: each.number)


def understood(work: WorkList, chosen: Chosen, *, today: date) -> dict[int, Deadline]:
    """Return how the deadline of each task was read, by its number; none where it was not."""
    read_as = {
        number: read_deadline(chosen.deadlines.get(number, task.deadline), year=today.year)
        for number, task in enumerate(work.tasks)
    }
    return {number: ends for number, ends in read_as.items() if ends}


def _deadline(
    task: Task, number: int, chosen: Chosen, today: date
) -> tuple[Deadline, dict[str, str]]:
    """The deadline of a task; of no use where something is wrong."""
    said = chosen.deadlines.get(number, task.deadline)
    first_said = chosen.firsts.get(number, task.first)
    found = read_deadline(said, year=today.year)
    first = read_deadline(first_said, year=today.year) if first_said else None
    wrong = {}
    if found is None:
        wrong["deadline"] = "unread" if said else "missing"
    if first_said and (first is None or first.on is None):
        wrong["first_on"] = "unread"
    ends = found or Deadline(Term.STANDING)
    made = Deadline(ends.term, ends.on, first.on if first else None, ends.keep_going)
    return made, wrong


def _order(task: Task, lead: str, chosen: Chosen, deadline: Deadline) -> NewOrder:
    joint = [unit for name in task.joint for unit in chosen.units.get(name, ())]
    outside = [name for name in task.joint if not chosen.units.get(name)]
    beyond = f"配合单位（系统外）：{'、'.join(outside)}" if outside else ""
    return NewOrder(
        title=task.task[: issuing.LONGEST_TITLE],
        words="\n".join(
            part
            for part in (
                task.task if len(task.task) > issuing.LONGEST_TITLE else "",
                task.words,
                beyond,
            )
            if part
        ),
        lead=lead,
        joint=tuple(each for each in dict.fromkeys(joint) if each != lead),
        deadline=deadline,
    )


def _circles(work: WorkList) -> list[Fault]:
    """Tasks that stand twice: of the same unit, or with lead and joint unit each other's."""
    seen: dict[tuple[str, str], list[Task]] = {}
    found = []
    for number, task in enumerate(work.tasks):
        before = seen.setdefault((re.sub(r"\s", "", task.task), task.words), [])
        for other in before:
            if task.task and other.lead == task.lead:
                found.append(Fault(number, task.place(TASK), "repeated"))
            elif task.lead in other.joint and other.lead in task.joint:
                found.append(Fault(number, task.place(LEAD), "circular_lead"))
        before.append(task)
    return found


def as_lines(work: WorkList) -> list[dict[str, Any]]:
    """The list as lines of the template workbook."""
    return [
        {
            "number": number,
            TASK: each.task,
            WORDS: each.words,
            LEAD: each.lead,
            JOINT: "、".join(each.joint),
            DEADLINE: each.deadline,
            FIRST: each.first,
        }
        for number, each in enumerate(work.tasks, start=1)
    ]
