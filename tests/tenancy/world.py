"""One unit with everything in it that the app keeps, and people of every role elsewhere."""

import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection import worker
from inspection.accounts import assignments
from inspection.accounts.policy import Role
from inspection.authoring import documents, drafts, publishing
from inspection.authoring.transcript import Arrival, Transcript
from inspection.database import writing
from inspection.domain import checklist
from inspection.domain.enforcement import Ground, MeasureKind, PenaltyKind, Subject
from inspection.domain.hazard import Step
from inspection.enforcement import cases
from inspection.enforcement.cases import NewMeasure, NewPenalty, Part
from inspection.incidents import calls
from inspection.incidents.calls import NewCall
from inspection.notices import inbox, subscriptions
from inspection.notices.inbox import Message
from inspection.notices.subscriptions import Offered
from inspection.organisations.unit import Unit, UnitKind
from tests.analysis.test_bulletins import issue
from tests.builders import enrolment, instruments
from tests.builders.people import Person, inspector
from tests.builders.photos import photo
from tests.builders.times import stamp
from tests.dispatch.desk import Desk
from tests.notices.pushing import Browser
from tests.paperwork.office import Office
from tests.paperwork.test_sheets import signed
from tests.scene import Scene
from tests.tablet import Answer
from tests.tenancy import draws, ordering, registers
from tests.tipoffs.sender import Sender, secrets_in, telling_photo
from tests.web.steps.desk import address, browser_of, send


@dataclass
class World:
    """The scene with its secrets: what stands in addresses, and what nobody elsewhere may read."""

    scene: Scene
    things: dict[str, str]
    """What may stand in an address in the place of a name."""
    secrets: dict[str, str]
    """Words by what they are: no answer to a stranger holds one."""
    strangers: dict[str, Person]
    """Somebody of every role whom the unit does not concern."""
    own: dict[str, Person]
    """Somebody of every role whom it does."""


def settle(scene: Scene) -> World:
    """Fill the settled enterprise with all there is, and hire people of every role elsewhere."""
    cast, settled = scene.cast, scene.settled
    expert = inspector("秦专家")
    strangers = _strangers(scene)
    with writing(scene.engine) as session:
        enrolment.enlist(session, expert, unit=row(session, "云岚区"), role=Role.EXPERT)
    own = {
        "inspector": settled.inspectors[0],
        "enterprise": cast.officer,
        "head": cast.head,
        "office": cast.office,
        "auditor": cast.auditor,
        "administrator": cast.administrator,
        "expert": expert,
    }
    world = World(scene, {}, {}, strangers, own)
    _assign(world, expert, settled.enterprise.name, purpose="只给本单位看的专家事由")
    _fill(world)
    return world


def form(world: World, person: Person, path: str, **fields: str) -> Answer:
    """Post a form of the app's own as somebody."""
    tablet = world.scene.tablet_of(person)
    page = tablet.ask("GET", "/ledger" if person == world.own["administrator"] else "/units")
    token = page.body.decode().split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    body = urlencode({"csrf_token": token, **fields}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return tablet.ask("POST", path, body, headers)


def _strangers(scene: Scene) -> dict[str, Person]:
    cast = scene.cast
    hired = {
        "head": (inspector("魏厂长"), Role.HEAD, cast.foreign_unit.name),
        "office": (inspector("许主任"), Role.OFFICE, "石泉镇"),
        "auditor": (inspector("韩审计"), Role.AUDITOR, "石泉镇"),
        "expert": (inspector("施专家"), Role.EXPERT, "石泉镇"),
        "idle expert": (inspector("潘专家"), Role.EXPERT, "云岚区"),
    }
    with writing(scene.engine) as session:
        for person, role, unit in hired.values():
            enrolment.enlist(session, person, unit=row(session, unit), role=role)
    strangers = {name: person for name, (person, _, _) in hired.items()}
    world = World(scene, {}, {}, strangers, {"office": cast.office})
    _assign(world, strangers["expert"], cast.foreign_unit.name, purpose="在邻镇检查")
    return {
        "inspector": cast.foreign_inspectors[0],
        "enterprise": cast.foreign_officer,
        "inspector of a department": cast.department_inspectors[0],
        **strangers,
    }


def row(session: Session, name: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.name == name)).one()


def _assign(world: World, expert: Person, unit: str, *, purpose: str) -> None:
    now = world.scene.clock()
    with writing(world.scene.engine) as session:
        office = enrolment.actor(session, world.own["office"])
        uuid = assignments.unit_named(session, office, unit)
        assert uuid is not None
        given = assignments.give(
            session,
            office,
            expert.uuid,
            Role.EXPERT,
            uuid,
            from_at=now - timedelta(days=1),
            until_at=now + timedelta(days=30),
            purpose=purpose,
            at=now,
        )
    world.things["assignment"] = given
    world.secrets["assignment"] = given
    world.secrets["purpose of the assignment"] = purpose


def _fill(world: World) -> None:
    scene, unit = world.scene, world.scene.settled.enterprise
    made = scene.filled(failed=2)
    made.payload["findings"][0]["words"] = "只有本单位知道的话"
    made.payload["opinion"] = "只给本单位的意见"
    assert scene.tablet.hand_in(made).status == 201
    scene.tablet.send_all(made)
    assert worker.work_once(scene.wiring)
    waiting = scene.filled(failed=1)
    assert scene.tablet.hand_in(waiting).status == 201
    held = scene.filled(failed=0)
    held.payload["answers"].popitem()
    assert scene.tablet.hand_in(held).status == 202
    refused = scene.filled()
    assert scene.tablet.put(refused.uuid, b"not a record").status == 422
    on_the_way = _noted(world)
    ((report, number, sha256),) = scene.rows("SELECT uuid, number, sha256 FROM report")
    (hazard, hazard_number), *_ = scene.rows("SELECT uuid, number FROM hazard ORDER BY id")
    ((bad,),) = scene.rows("SELECT digest FROM quarantine")
    photo = made.payload["photos"][0]["sha256"]
    person = scene.settled.inspectors[0]
    world.things |= {
        "unit": unit.uuid,
        "record": made.uuid,
        "hazard": hazard,
        "report": report,
        "sha256": sha256,
        "photo": photo,
        "person": person.uuid,
        "refused": refused.uuid,
        "refused digest": bad,
        "device": scene.settled.device.uuid,
        "kid": scene.settled.device.key_of(person).kid,
    }
    world.secrets |= {
        "name of the unit": unit.name,
        "credit code": unit.credit_code,
        "uuid of the unit": unit.uuid,
        "record": made.uuid,
        "record that waits": waiting.uuid,
        "record that is held": held.uuid,
        "record on a tablet": on_the_way,
        "record refused": refused.uuid,
        "digest of the record": made.digest,
        "hazard": hazard,
        "number of the hazard": hazard_number,
        "words of the finding": "只有本单位知道的话",
        "opinion": "只给本单位的意见",
        "report": report,
        "number of the report": number,
        "digest of the report": sha256,
        "photo": photo,
        "inspector": person.name,
        "inspector's uuid": person.uuid,
        "officer": scene.cast.officer.name,
        "head": scene.cast.head.name,
        "tablet": scene.settled.device.uuid,
        "key": world.things["kid"],
        "drawn seed": "only-this-seed",
    }
    world.own["office of the town"] = draws.hired(scene)
    _by_forms(world)
    _enforced(world, hazard_number)
    _handled(world)
    _on_paper(world)
    _entered(world)
    _reached(world)
    ordering.fill(world)  # before cards are sent: it does all jobs that wait
    _authored(world)
    _carded(world)
    _reported(world)
    things, secrets = draws.settle(scene, world.own["office of the town"])
    world.things |= things
    world.secrets |= secrets
    registers.fill(world)


def _noted(world: World) -> str:
    """A record that is still on a tablet."""
    scene = world.scene
    made = scene.filled()
    notice = {
        "uuid": made.uuid,
        "digest": made.digest,
        "signer": scene.settled.inspectors[0].uuid,
        "signed_at": stamp(scene.clock()),
        "photos": 1,
        "bytes": 1000,
        "storage": "persistent",
        "unit": scene.settled.enterprise.name,
    }
    body = json.dumps({"device": scene.settled.device.uuid, "records": [notice]}).encode()
    answer = scene.tablet.ask("POST", "/api/v1/custody", body, {"Content-Type": "application/json"})
    assert answer.status == 204, answer
    return made.uuid


def _by_forms(world: World) -> None:
    """What people make on pages: a sample, a batch, an invitation."""
    auditor, office = world.own["auditor"], world.own["office"]
    drawn = form(world, auditor, "/audits/samples", size="1", seed="only-this-seed")
    packed = form(world, auditor, "/audits/exports", what="all")
    for name, answer in (("sample", drawn), ("export", packed)):
        assert answer.status == 303, answer
        world.things[name] = answer.headers["location"].rsplit("/", 1)[1]
        world.secrets[name] = world.things[name]
    invited = form(world, office, f"/people/{world.things['person']}/invitation")
    assert invited.status == 200, invited
    ((uuid,),) = world.scene.rows("SELECT uuid FROM invitation ORDER BY id DESC LIMIT 1")
    world.things["issued"] = world.secrets["invitation"] = uuid


def _handled(world: World) -> None:
    """A step with a photo, taken by the enterprise, and a long list of the office."""
    scene, hazard = world.scene, world.things["hazard"]
    browser = browser_of(scene, world.own["enterprise"])
    page = browser.get(address(hazard, Step.PROGRESS)).text
    shown = {"words": "只给本单位看的进展", "photos": (BytesIO(photo("progress").data), "a.jpg")}
    assert send(browser, hazard, Step.PROGRESS, page, **shown).status_code == 303
    ((seen,),) = scene.rows("SELECT last_seq FROM hazard WHERE uuid = :uuid", uuid=hazard)
    ((body,),) = scene.rows("SELECT body FROM ledger_entry WHERE seq = :seq", seq=seen)
    (digest,) = json.loads(body)["said"]["photos"]
    asked = form(world, world.own["office"], "/lists/problems/exports")
    assert asked.status == 303, asked
    made = asked.headers["location"].rsplit("/", 1)[1]
    world.things |= {"step photo": digest, "seen seq": str(seen), "list": made}
    world.secrets |= {"step photo": digest, "list": made, "words of a step": "只给本单位看的进展"}


def _entered(world: World) -> None:
    """A value of the dispatch table, entered by hand by the office of the district."""
    said = {"row": "3.5", "happened_on": "2026-11-20", "quantity": "2"}
    words = "只给本区的填报说明"
    answer = form(world, world.own["office"], "/dispatch/entries/new", **said, words=words)
    assert answer.status == 303, answer
    ((entry,),) = world.scene.rows("SELECT uuid FROM dispatch_entry")
    world.things["entry"] = entry
    world.secrets |= {"entry of the table": entry, "words of the entry": words}


def _on_paper(world: World) -> None:
    """A paper, a proposal of another, the unit's figures and a list of the district, signed."""
    scene = world.scene
    office = Office(scene)
    office.describe(mark="只此一镇")
    issued = office.sealed()
    shot = photo("delivered").data
    assert office.deliver(issued.uuid, photos=(BytesIO(shot), "a.jpg")).status_code == 303
    (delivered,) = (office.paper(issued.uuid).delivery or {})["photos"]
    world.things["photo of the delivery"] = world.secrets["photo of the delivery"] = delivered
    proposal = office.paper(office.proposed("onsite_record"))
    figures = office.paper(signed(office, "quarter", world.own["head"]))
    listed = office.paper(signed(office, "problem_list", world.own["office"]))
    week, town = "/bulletins/new?span=week&on=2026-11-09", world.own["office of the town"]
    told = issue(Desk(scene), week, by=town, to_enterprises="y")
    world.things["bulletin"] = world.secrets["bulletin"] = told.rpartition("/")[2]
    world.things |= {
        "paper": issued.uuid,
        "number": issued.number,
        "proposal": proposal.uuid,
        "content of the proposal": proposal.content_sha256,
        "sheet": figures.uuid,
        "town": scene.settled.town.uuid,
    }
    world.secrets |= {
        "record of the paper": office.made.uuid,
        "paper": issued.uuid,
        "number of the paper": issued.number,
        "mark of the town": "只此一镇",
        "proposal": proposal.uuid,
        "figures": figures.uuid,
        "number of the figures": figures.number,
        "list of the district": listed.uuid,
        "number of the list": listed.number,
    }
    office.work()


def _authored(world: World) -> None:
    """A list that the district published, for everybody below it, and a draft that is nobody's."""
    scene = world.scene
    schema = scene.wiring.checklist_schema
    source = checklist.to_json(scene.wiring.catalog.revision("hot-work", 1))
    day, at = scene.clock().date(), scene.clock()
    with writing(scene.engine) as session:
        office, second = (
            enrolment.actor(session, world.own[role]) for role in ("office", "administrator")
        )
        published, draft = (
            drafts.begin(
                session,
                office,
                office.unit_uuid,
                partial(documents.taken, source, title=title, extends=True, on=day),
                base=source,
                at=at,
            )
            for title in ("全区用的检查表", "只给办公室看的草稿")
        )
        drafts.keep_arrival(session, draft, Arrival.of(Transcript({}, {}), ()))
        publishing.send(session, office, published, version=1, faults=0, at=at)
        world.things["own list"], _revision = publishing.publish(
            session,
            second,
            published,
            version=1,
            schema=schema,
            origin=source,
            family="hot-work",
            at=at,
        )
    page = scene.tablet_of(world.own["office"]).ask("GET", f"/authoring/drafts/{draft}/trial")
    trial = re.search(r"/authoring/trials/([^/]+)/zh", page.body.decode())
    assert trial
    world.things |= {"draft": draft, "trial": trial[1]}
    world.secrets |= {"draft": draft, "title of the draft": "只给办公室看的草稿"}


def _reached(world: World) -> None:
    """A notice to the enterprise's officer, and a browser that takes messages for them."""
    scene, officer = world.scene, world.own["enterprise"]
    title = words = dict.fromkeys(("zh", "en"), "只给本单位看的通知")
    hazard = world.things["hazard"]
    message = Message("x", hazard, 1, "x", "x", None, title, words, f"/hazards/{hazard}")
    offered = Offered(**Browser("https://push.example/x").offered, label="Chrome")
    with writing(scene.engine) as session:
        person = enrolment.actor(session, officer).person_id
        inbox.send(session, message, [person], at=scene.clock())
        browser = subscriptions.add(session, person, offered, at=scene.clock())
    ((notice,),) = scene.rows("SELECT uuid FROM notice WHERE kind = 'x'")
    world.things |= {"notice": notice, "browser": browser}
    world.secrets |= {"notice": notice, "browser": browser, "words of the notice": words["zh"]}


def _carded(world: World) -> None:
    """A hint card on its way to enterprises, and a library that explains one law."""
    scene, note = world.scene, "只给本区企业的附言"
    known = instruments.library(scene.wiring, instruments.law())
    scene.app.extensions["zhencha"] = replace(scene.wiring, library=known)
    answer = form(world, world.own["office"], "/cards/hot-work/send", sector="", note=note)
    assert answer.status == 303, answer
    world.things["sending"] = answer.headers["location"].rsplit("/", 1)[1]
    world.secrets |= {"sending": world.things["sending"], "note with a card": note}


def _reported(world: World) -> None:
    """A tip-off to the head and the office, an accident, a call to the unit, a crew on duty."""
    scene, unit, office = world.scene, world.things["unit"], world.own["office"]
    sender = Sender(scene, unit)
    said = {"what": "只给收件人看的举报", "place": "x", "channel": "both"}
    code, _passphrase = secrets_in(sender.send(**said, photos=[telling_photo("tip")]).text)
    ((tipoff, photos),) = scene.rows("SELECT uuid, photos FROM tipoff")
    digest = (json.loads(photos) if isinstance(photos, str) else photos)[0]
    accident = {"title": "只给本单位看的事故", "happened_at": "2026-11-22T08:00"}
    entered = form(world, office, "/incidents/new", unit=scene.settled.enterprise.name, **accident)
    assert entered.status == 303, entered.body.decode()
    with writing(scene.engine) as session:
        actor = enrolment.actor(session, office)
        due = scene.clock() + timedelta(days=1)
        new = NewCall("只给本单位看的叫应", "x", due, "", high_risk=False)
        call = calls.make(session, actor, new, [unit], at=scene.clock())
    crew = {"leader": "只给本区看的带班", "staff": "x"}
    days = {"since": "2026-11-22", "until": "2026-11-22"}
    put = form(world, office, "/duty", unit=world.things["town"], **days, **crew)
    assert put.status == 303, put.body.decode()
    world.things |= {
        "tipoff": tipoff,
        "code of the tip-off": code,
        "photo of the tip-off": digest,
        "incident": entered.headers["location"].rsplit("/", 1)[1],
        "call": call,
    }
    world.secrets |= {
        "tip-off": tipoff,
        "words of the tip-off": said["what"],
        "photo of the tip-off": digest,
        "incident": world.things["incident"],
        "accident": accident["title"],
        "call": call,
        "words of the call": new.occasion,
        "crew": crew["leader"],
    }


def _enforced(world: World, hazard: str) -> None:
    """A measure and a penalty, by a department that supervises the enterprise."""
    scene, unit = world.scene, world.things["unit"]
    person, ground = inspector("柳科长"), Ground("《安全生产法》第97条", "V")
    with writing(scene.engine) as session:
        department = enrolment.body(
            session, "市场监督管理局", UnitKind.DEPARTMENT, parent=row(session, "云岚区")
        )
        enrolment.enlist(session, person, unit=department, role=Role.INSPECTOR)
        session.scalars(select(Unit).where(Unit.uuid == unit)).one().supervisor_id = department.id
    world.own["inspector of a department"] = person
    today = scene.clock().date()
    measure = NewMeasure(
        MeasureKind.SUSPEND,
        "只给本单位看的措施文号",
        ground,
        today,
        "",
        None,
        None,
        urgent=False,
        words="x",
        hazards=(hazard,),
    )
    fine = Part(Subject.UNIT, "x", "", (PenaltyKind.FINE,), 100, ground)
    seized = scene.wiring.blobs.keep(photo("seized").data)
    penalty = NewPenalty("只给本单位看的处罚文号", today, "x", (fine,), (hazard,), (seized,))
    world.things["photo of the penalty"] = world.secrets["photo of the penalty"] = seized
    with writing(scene.engine) as session:
        actor = enrolment.actor(session, person)
        for name, made in (
            ("measure", cases.take(session, actor, unit, measure, today=today, at=scene.clock())),
            ("penalty", cases.impose(session, actor, unit, penalty, today=today, at=scene.clock())),
        ):
            world.things[name] = world.secrets[name] = made
    world.secrets["number of the measure"] = measure.case_number
    world.secrets["number of the penalty"] = penalty.case_number
