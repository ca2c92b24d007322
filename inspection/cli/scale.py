"""`flask demo --scale N`: a register of N hazards over five years, to see how the app bears it.

The entries are true entries, chained like all others, and the register follows from them by
`register.apply`; `flask ledger rebuild` gives the same. All names are invented. The inspections
themselves are not made up: each enterprise has one record without a signature, so that a
hazard's page has something to refer to.
"""

import base64
import heapq
import itertools
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from inspection.accounts.people import PersonAccount
from inspection.cli import demonstration, schema
from inspection.database import table_of
from inspection.domain.hazard import Level, Source, State, Step
from inspection.domain.record import FORMAT
from inspection.edge import reading, wired, writing
from inspection.hazards import register
from inspection.ledger import journal
from inspection.ledger.journal import Event
from inspection.organisations import credit_code, directory
from inspection.organisations.unit import Sector, Unit, UnitKind
from inspection.submissions.records import COMPLETE, SubmittedRecord

ENTERPRISES = 10_000
TOWNS = 20
SPAN = timedelta(days=5 * 365)
ENTRIES_AT_ONCE = 60_000
"""As a rule the whole life of a hazard, so that its row is written once."""
SQLITE_CACHE_KB = 1_000_000
"""Links are scattered over their indexes: these stay in memory while so many are added."""

_PLACES = ("一号车间", "二号车间", "成品仓库", "配电室", "锅炉房", "食堂", "危化品库", "厂区东门")
_FOUND = (
    "灭火器压力不足",
    "疏散通道堆放杂物",
    "配电箱无门且未接地",
    "应急照明损坏",
    "防护罩缺失",
    "乙炔瓶与氧气瓶混放",
    "可燃气体报警器未校验",
    "临时用电未审批",
    "安全出口上锁",
    "喷漆房通风不足",
    "吊具磨损超标",
    "有限空间无警示标志",
)
_REQUIREMENTS = (
    "立即整改，恢复原状",
    "限期更换并检验",
    "停止使用，整改后方可恢复",
    "补办手续并培训",
)
_MEASURES = ("更换部件并复测", "清理并划线固定", "请有资质单位检修", "加装并校验")
_FAMILY, _GIVEN = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨",
    ("建国", "海燕", "志强", "文静", "立新", "晓梅"),
)


def add_commands(app: Flask) -> None:
    """Add `demo`."""
    app.cli.add_command(demo)


@click.command()
@click.option("--scale", type=click.IntRange(min=1), required=True, help="how many hazards")
@click.option("--enterprises", type=click.IntRange(min=1), default=ENTERPRISES, show_default=True)
@click.option("--seed", type=int, default=1, help="the same seed gives the same register")
def demo(scale: int, enterprises: int, seed: int) -> None:
    """Fill an empty ledger, its schema made first, with so many hazards over five years."""
    if wired().settings.production:
        raise click.UsageError("only outside production mode")
    schema.upgrade()
    with reading() as session:
        if journal.head(session)[0]:
            raise click.UsageError("the ledger has entries already: use an empty database")
        empty = session.scalar(select(PersonAccount.id).limit(1)) is None
    if empty:
        demonstration.load()
    chance = random.Random(seed)  # noqa: S311 - no secret: the same figures every time
    with writing() as session:
        sites = _found_sites(session, enterprises)
    story = _Story(chance, sites, until=wired().clock()).entries(scale)
    written = 0
    while some := list(itertools.islice(story, ENTRIES_AT_ONCE)):
        with writing() as session:
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text(f"PRAGMA cache_size = -{SQLITE_CACHE_KB}"))
            register.apply(session, journal.append_dated(session, some))
        written += len(some)
        click.echo(f"  {written} entries, until {some[-1][0]:%Y-%m-%d}")
    with writing() as session:
        session.execute(text("ANALYZE"))
    click.echo(f"台账已生成 · {scale} hazards of {enterprises} enterprises, {written} entries")


@dataclass(frozen=True)
class _Site:
    """What the story needs of an enterprise."""

    uuid: str
    record: str
    principal: str


def _found_sites(session: Session, enterprises: int) -> list[_Site]:
    """Found towns and enterprises below the demonstration's district."""
    district = session.scalars(select(Unit).where(Unit.kind == UnitKind.DISTRICT)).first()
    departments = session.scalars(select(Unit).where(Unit.kind == UnitKind.DEPARTMENT)).all()
    by_name = {each.name: each for each in departments}
    towns = [
        directory.found(
            session,
            Unit(uuid=_uuid(f"town {number}"), kind=UnitKind.TOWN, name=f"云岚区第{number + 1}镇"),
            parent=district,
        )
        for number in range(TOWNS)
    ]
    first = (session.scalar(select(Unit.id).order_by(Unit.id.desc()).limit(1)) or 0) + 1
    rows: list[dict[str, Any]] = []
    for number in range(enterprises):
        town, sector = towns[number % TOWNS], _SECTORS[number % len(_SECTORS)]
        rows.append(
            {
                "id": first + number,
                "uuid": _uuid(f"enterprise {number}"),
                "kind": UnitKind.ENTERPRISE,
                "name": f"云岚区{_name(number)}有限公司",
                "parent_id": town.id,
                "supervisor_id": by_name[_supervisor(sector)].id,
                "path": f"{town.path}{first + number}/",
                "credit_code": _credit_code(number),
                "sector": sector,
                "high_risk": sector in demonstration.HIGH_RISK,
                "address": f"{town.name}工业路{number + 1}号",
                "principal": _person(number),
                "phone": "",
            }
        )
    session.execute(insert(table_of(Unit)), rows)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT setval('unit_id_seq', (SELECT max(id) FROM unit))"))
    sites = [_Site(row["uuid"], _uuid(f"record {row['uuid']}"), row["principal"]) for row in rows]
    carrier = session.scalar(select(PersonAccount.id).order_by(PersonAccount.id).limit(1))
    session.execute(
        insert(table_of(SubmittedRecord)),
        [_record(row, site, carrier) for row, site in zip(rows, sites, strict=True)],
    )
    return sites


_SECTORS = tuple(itertools.chain.from_iterable(demonstration.DEPARTMENTS.values()))
"""Those that a department of the demonstration supervises."""


def _supervisor(sector: Sector) -> str:
    return next(name for name, of in demonstration.DEPARTMENTS.items() if sector in of)


_SYLLABLES = "恒锦瑞丰泰盛华鑫源达宏兴隆裕康凯博诚远航"


def _name(number: int) -> str:
    first, second = divmod(number, len(_SYLLABLES))
    third = first // len(_SYLLABLES)
    return (
        _SYLLABLES[third % 20] + _SYLLABLES[first % 20] + _SYLLABLES[second] + f"{number % 97:02d}"
    )


def _person(number: int) -> str:
    return _FAMILY[number % len(_FAMILY)] + _GIVEN[number // len(_FAMILY) % len(_GIVEN)]


def _credit_code(number: int) -> str:
    body = f"91999902MA{number:07d}"
    return body + credit_code.check_digit(body)


def _uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"zhencha scale {name}"))


def _record(row: dict[str, Any], site: _Site, carrier: int | None) -> dict[str, Any]:
    at = wired().clock() - SPAN
    payload: dict[str, Any] = {
        "format": FORMAT,
        "uuid": site.record,
        "kind": "inspection",
        "checklist": {"slug": "hot-work", "revision": 1, "digest": "0" * 64},
        "unit": {key: row[key] for key in ("uuid", "name", "credit_code")},
        "place": {"text": row["address"]},
        "people": [],
        "started_at": at.isoformat(),
        "finished_at": at.isoformat(),
        "clock": {"elapsed_ms": 0, "server_offset_ms": None, "server_seen_at": None},
        "answers": {},
        "findings": [],
        "photos": [],
        "signatures": [],
        "opinion": "",
        "statement": "",
        "previous": None,
        "app_version": "scale",
        "device": _uuid("device"),
    }
    body = base64.urlsafe_b64encode(json.dumps(payload, ensure_ascii=False).encode()).rstrip(b"=")
    jws = json.dumps({"payload": body.decode(), "signatures": [{}]}).encode()
    return {
        "uuid": site.record,
        "digest": "0" * 64,
        "jws_digest": "0" * 64,
        "jws": jws,
        "state": COMPLETE,
        "faults": [],
        "kind": "inspection",
        "unit_id": row["id"],
        "checklist_slug": "hot-work",
        "checklist_revision": 1,
        "findings": 0,
        "finished_at": at,
        "received_at": at,
        "submitted_by": carrier,
        "seq": 0,
        "link": "0" * 64,
        "receipt": "",
        "receipt_seq": 0,
    }


def _uuid_at(at: datetime, number: int) -> str:
    """A uuid in the order of time (version 7), as tablets make them."""
    stamp = int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62
    return str(uuid.UUID(int=stamp | number))


Dated = tuple[datetime, Event]


class _Story:
    """What happened in five years: hazards found evenly, most of them closed within weeks."""

    def __init__(self, chance: random.Random, sites: list[_Site], *, until: datetime) -> None:
        self._chance, self._sites, self._until = chance, sites, until

    def entries(self, hazards: int) -> Iterator[Dated]:
        """All events in the order of their times; only those to come are held in memory."""
        coming: list[tuple[datetime, int, Event]] = []
        number = itertools.count()
        begun = self._until - SPAN
        yield from ((begun, _visited(site, begun)) for site in self._sites)
        for index in range(hazards):
            # The share first: the span times half a million is longer than a timedelta can be.
            found_at = begun + SPAN * (index / hazards)
            while coming and coming[0][0] <= found_at:
                at, _, event = heapq.heappop(coming)
                yield at, event
            for at, event in self._life(index, found_at):
                if at < self._until:
                    heapq.heappush(coming, (at, next(number), event))
        while coming:
            at, _, event = heapq.heappop(coming)
            yield at, event

    def _life(self, index: int, found_at: datetime) -> Iterator[Dated]:
        """One hazard from its finding to its end, as far as it comes."""
        chance = self._chance
        site = self._sites[chance.randrange(len(self._sites))]
        hazard = _uuid_at(found_at, index)
        level = chance.choices(tuple(Level), (80, 17, 3))[0]
        source = chance.choices(tuple(Source), (70, 30))[0]
        deadline = (found_at + timedelta(days=chance.choice((3, 7, 15, 30)))).date()
        yield found_at, self._found(hazard, site, level, source, deadline.isoformat(), found_at)
        if chance.random() < 0.1:
            yield found_at, _site(hazard, site, Step.FIX_ON_SPOT, found_at)
            return
        if chance.random() < 0.002:  # never taken in hand: late for years
            return
        at = found_at + timedelta(hours=chance.randrange(4, 48))
        state = State.REGISTERED
        for step, after in self._road(level, source):
            yield at, self._desk(hazard, site, step, state, after, at)
            state, at = after, at + timedelta(hours=chance.randrange(12, 200))
        if state is State.CLAIMED:
            yield at, _site(hazard, site, Step.REINSPECT_PASS, at)

    def _road(self, level: Level, source: Source) -> list[tuple[Step, State]]:
        chance = self._chance
        if chance.random() < 0.01:
            return [(Step.TRANSFER, State.TRANSFERRED)]
        if level is Level.MAJOR:
            planned = [
                (Step.REPORT, State.REPORTED),
                (Step.PLAN, State.PLANNED),
                (Step.APPROVE_PLAN, State.APPROVED),
            ]
            return [*planned, (Step.CLAIM, State.CLAIMED)]
        if source is Source.SELF and chance.random() < 0.8:
            return [(Step.CLAIM, State.CLAIMED), (Step.ACCEPT, State.CLOSED)]
        return [(Step.ASSIGN, State.RECTIFYING), (Step.CLAIM, State.CLAIMED)]

    def _found(
        self,
        hazard: str,
        site: _Site,
        level: Level,
        source: Source,
        deadline_on: str,
        at: datetime,
    ) -> Event:
        chance = self._chance
        words = chance.choice(_FOUND)
        body = {
            "hazard": hazard,
            "record": site.record,
            "finding": hazard,
            "unit": site.uuid,
            "place": chance.choice(_PLACES),
            "source": source,
            "checklist": {"slug": "hot-work", "revision": 1},
            "item": f"A-{chance.randrange(1, 60):02d}",
            "level": level,
            "tags": [],
            "words": words,
            "summary": words,
            "requirement": chance.choice(_REQUIREMENTS),
            "deadline_on": deadline_on,
            "found_at": at.isoformat(),
            "finders": [_person(chance.randrange(96)), _person(chance.randrange(96))],
            "finder_accounts": [],
            "photos": [],
        }
        return Event(f"hazard.{Step.REGISTER}", body, subject=hazard)

    def _desk(
        self, hazard: str, site: _Site, step: Step, before: State, after: State, at: datetime
    ) -> Event:
        body = {
            "hazard": hazard,
            "unit": site.uuid,
            "by": {"person": _uuid(site.principal), "name": site.principal, "unit": site.uuid},
            "side": "enterprise",
            "before": before,
            "state": after,
            "question": None,
            "said": self._said(step, site, at),
        }
        return Event(f"hazard.{step}", body, subject=hazard)

    def _said(self, step: Step, site: _Site, at: datetime) -> dict[str, Any]:
        if step in (Step.ASSIGN, Step.PLAN):
            return {
                "responsible": site.principal,
                "measures": self._chance.choice(_MEASURES),
                "funds": self._chance.randrange(1, 500) * 10_000,
                "planned_on": (at + timedelta(days=10)).date().isoformat(),
                "emergency": "停用并隔离",
            }
        if step is Step.TRANSFER:
            return {"recipient": "云岚区住房和城乡建设局", "words": "属其职责范围"}
        return {"words": "已按要求办理"}


def _visited(site: _Site, at: datetime) -> Event:
    body = {
        "record": site.record,
        "kind": "inspection",
        "unit": site.uuid,
        "checklist": {"slug": "hot-work", "revision": 1, "digest": "0" * 64},
        "signed_by": [],
        "finished_at": at.isoformat(),
        "faults": [],
    }
    return Event("record.accepted", body, subject=site.record)


def _site(hazard: str, site: _Site, step: Step, at: datetime) -> Event:
    body: dict[str, Any] = {
        "hazard": hazard,
        "record": site.record,
        "photos": [],
        "deadline_on": None,
        "words": "",
    }
    body |= {"fixed_at" if step is Step.FIX_ON_SPOT else "reinspected_at": at.isoformat()}
    return Event(f"hazard.{step}", body, subject=hazard)
