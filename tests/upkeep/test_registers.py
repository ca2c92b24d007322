"""Enterprises keep registers, offices read them and write down what they saw; nothing is lost."""

import io
import json
import re

import pytest

from inspection.database import writing
from inspection.worker import remind_of_duties
from tests.builders import enrolment
from tests.builders.devices import Device
from tests.builders.people import Party, Person
from tests.builders.photos import photo
from tests.builders.workbooks import edited, workbook
from tests.notices.desk import Desk
from tests.scene import Scene

CERTIFICATE = {
    "holder": "何一",
    "post": "operator",
    "trade": "低压电工作业",
    "certificate": "T320583199001011234",
    "issued_on": "2024-03-01",
    "valid_until": "2030-03-01",
    "review_on": "2027-03-01",
}
HEADINGS = ("持证人*", "岗位*", "作业类别、准操项目", "证书编号*", "发证日期*", "有效期至*")
ROW = ("何一", "特种作业人员", "低压电工作业", "T-1", "2024-03-01", "2030/3/1")


def folder(scene: Scene, register: str = "certificate") -> str:
    return f"/units/{scene.settled.enterprise.uuid}/registers/{register}"


def enter(scene: Scene, person: Person, register: str = "certificate", **said: object) -> str:
    """Fill in a register's form, and return the number of the entry."""
    where = f"{folder(scene, register)}/new"
    answer = Desk(scene, person).send(where, where, **(said or CERTIFICATE))
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[1]


def bring_in(scene: Scene, person: Person, data: bytes, register: str = "certificate"):  # type: ignore[no-untyped-def]
    where = folder(scene, register)
    file = (io.BytesIO(data), "x.xlsx")
    return Desk(scene, person).send(f"{where}/workbook", where, workbook=file)


def test_what_was_corrected_or_withdrawn_stays_to_be_read(scene: Scene) -> None:
    officer = Desk(scene, scene.cast.officer)
    first = enter(scene, scene.cast.officer)
    page = officer.read(f"/registers/{first}")
    assert "低压电工作业" in page
    assert "T**************1234" in page
    assert "19900101" not in str(scene.rows("SELECT body FROM ledger_entry"))
    begun = officer.read(f"{folder(scene)}/new?replaces={first}")
    assert 'value="2027-03-01"' in begun
    renewed = {**CERTIFICATE, "review_on": "2030-03-01", "replaces": first}
    second = enter(scene, scene.cast.officer, **renewed)
    assert f'href="/registers/{second}"' in officer.read(f"/registers/{first}")
    where = f"{folder(scene)}/new"
    assert officer.send(where, where, **renewed).status_code == 409  # somebody was first
    gone = officer.send(f"/registers/{second}/withdraw", f"/registers/{second}", words="登记错了")
    assert gone.status_code == 303
    assert "登记错了" in officer.read(f"/registers/{second}")
    assert len(scene.entries("upkeep.entered")) == 2
    assert scene.command("ledger", "rebuild").exit_code == 0


def test_who_saw_it_is_said_and_strangers_see_nothing(scene: Scene) -> None:
    shot = (io.BytesIO(photo("drill").data), "a.jpg")
    drill = {
        "kind": "disposal",
        "plan": "焊接车间火灾",
        "held_on": "2026-11-20",
        "people": "12",
        "assessment": "疏散用时 3 分钟",
    }
    inspector = scene.settled.inspectors[0]
    number = enter(scene, inspector, "drill", **drill, photos=shot)
    page = Desk(scene, scene.cast.head).read(f"/registers/{number}")
    assert "不是企业自己登记的" in page
    (shown,) = set(re.findall(rf"/registers/{number}/photos/[0-9a-f]{{64}}", page))
    assert Desk(scene, inspector).get(shown).content_type == "image/jpeg"
    stranger = Desk(scene, scene.cast.foreign_officer)
    for hidden in (f"/registers/{number}", shown, folder(scene, "drill")):
        assert stranger.get(hidden).status_code == 404, hidden
    head = Desk(scene, scene.cast.head)
    assert "撤回" not in page  # neither side takes back what the other one wrote
    assert head.send(f"/registers/{number}/withdraw", words="x").status_code == 403
    where = f"{folder(scene, 'drill')}/new"
    assert head.send(where, where, **drill, replaces=number).status_code == 403
    assert Desk(scene, scene.cast.auditor).get(f"{folder(scene)}/new").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"valid_until": "2024-02-01"}, "不能早于开始的日期"),
        ({"issued_on": "2026-11-23"}, "日期不能晚于今天"),
        ({"holder": " "}, "请填写这一项"),
        ({"holder": " ", "certificate": ""}, "证书编号：请填写这一项"),
    ],
)
def test_what_does_not_do_is_said_beside_its_field(
    scene: Scene, wrong: dict[str, str], told: str
) -> None:
    where = f"{folder(scene)}/new"
    answer = Desk(scene, scene.cast.officer).send(where, where, **{**CERTIFICATE, **wrong})
    assert answer.status_code == 422
    assert told in answer.text
    assert scene.count("upkeep_entry") == 0


def test_a_workbook_comes_in_whole_or_not_at_all(scene: Scene) -> None:
    officer = scene.cast.officer
    template = Desk(scene, officer).get(f"{folder(scene)}/template.xlsx").data
    filled = edited(template, lambda book: book.active.append([*ROW, None]))
    assert bring_in(scene, officer, filled).status_code == 303
    again = workbook(HEADINGS, ROW, ("许二", *ROW[1:]))
    assert bring_in(scene, officer, again).status_code == 303
    assert scene.count("upkeep_entry") == 2  # what was there is not there twice
    wrong = workbook(HEADINGS, ("沈三", *ROW[1:]), ("顾四", "厨师", "", "T", "2024-03-01", "昨天"))
    answer = bring_in(scene, officer, wrong)
    assert answer.status_code == 422
    told = re.sub(r"<[^>]+>|\s+", " ", answer.text)
    assert re.search(r"3 +B 岗位 +厨师 +请从可填的词里选一个", told), told
    assert re.search(r"3 +F 有效期至 +昨天", told)
    assert scene.count("upkeep_entry") == 2


def test_odd_workbooks_are_refused_with_words(scene: Scene) -> None:
    officer = scene.cast.officer
    headless = bring_in(scene, officer, workbook(("姓名", "岗位*"), ("何一", "特种作业人员")))
    assert headless.status_code == 422
    assert "缺：持证人、证书编号、发证日期、有效期至" in headless.text
    merged = bring_in(scene, officer, workbook(HEADINGS, ROW, ROW, merged=["A2:A3"]))
    assert merged.status_code == 422
    assert "是合并单元格" in merged.text
    many = bring_in(scene, officer, workbook(HEADINGS, *([ROW] * 2001)))
    assert many.status_code == 422
    assert bring_in(scene, officer, b"no workbook").status_code == 422
    assert scene.count("upkeep_entry") == 0


def test_the_same_drill_entered_twice_counts_once(scene: Scene) -> None:
    drill = {
        "kind": "disposal",
        "plan": "焊接车间火灾",
        "held_on": "2026-11-20",
        "people": "12",
        "assessment": "疏散用时 3 分钟",
    }
    officer = scene.cast.officer
    first = enter(scene, officer, "drill", **drill)
    where = f"{folder(scene, 'drill')}/new"
    again = {**drill, "plan": "焊接车间 火灾", "people": "13"}
    for person in (officer, scene.settled.inspectors[0]):
        answer = Desk(scene, person).send(where, where, **again)
        assert answer.status_code == 409
        assert "这一次已经登记过，没有重复登记。" in answer.text
        assert f"编号：{first}" in answer.text
        assert 'value="焊接车间 火灾"' in answer.text, "what was filled in stays"
    assert scene.count("upkeep_entry") == 1
    enter(scene, officer, "drill", **again, replaces=first)  # correcting it is no second one
    enter(scene, officer, "drill", **{**drill, "held_on": "2026-11-19"})
    training = ("年度再培训", "全体人员", "2026-11-20", "8", "5", "动火作业")
    headings = ("培训类型*", "对象*", "培训日期*", "学时*", "参加人数*", "培训内容*")
    book = workbook(headings, training)
    assert bring_in(scene, officer, book, "training").status_code == 303
    shorter = (*training[:3], "4", *training[4:])
    both = bring_in(scene, officer, workbook(headings, training, shorter), "training")
    assert "与前面一行说的是同一次" in both.text
    more = workbook(headings, shorter)
    assert bring_in(scene, officer, more, "training").status_code == 409
    assert scene.count("upkeep_entry") == 4


def test_posts_are_declared_and_the_rate_is_counted(scene: Scene) -> None:
    unit = scene.settled.enterprise.uuid
    head = scene.cast.head
    desk = Desk(scene, head)
    assert "算不出持证率" in desk.read(f"/units/{unit}/upkeep")
    enter(scene, head, "needed", principal="1", manager="0", operator="1")
    enter(scene, head)
    assert "50%" in desk.read(f"/units/{unit}/upkeep")
    enter(scene, head, "needed", principal="0", manager="0", operator="1")  # takes its place
    assert "100%" in desk.read(f"/units/{unit}/upkeep")
    enter(scene, head, "needed", principal="0", manager="0", operator="2")
    enter(scene, head)  # the same certificate again is no second one
    assert "50%" in desk.read(f"/units/{unit}/upkeep")


def test_only_a_check_that_the_head_signed_counts_as_led(scene: Scene) -> None:
    cast, unit = scene.cast, scene.settled.enterprise.uuid

    def state() -> str:
        page = Desk(scene, cast.office).read(f"/units/{unit}/upkeep")
        card = page.split('id="head_check"')[1].split("</h2>")[0]
        return next(word for word in ("已完成", "待做", "逾期") if word in card)

    theirs = {"kind": "self_inspection", "failed": 0}
    made = scene.filled(signers=(cast.officer,), device=cast.officer_device, **theirs)
    assert scene.tablet_of(cast.officer).hand_in(made).status == 201
    assert scene.tablet.hand_in(scene.filled(party=Party(cast.head.name), failed=0)).status == 201
    assert state() == "待做"
    device = Device()
    with writing(scene.engine) as session:
        enrolment.enrol(session, cast.head, device)
    led = scene.filled(signers=(cast.head,), device=device, **theirs)
    answer = scene.tablet_of(cast.head).hand_in(led)
    assert answer.status == 201, answer.body.decode()
    assert state() == "已完成"


def test_the_office_sees_who_is_late_and_carries_the_list_away(scene: Scene) -> None:
    enter(scene, scene.cast.officer, valid_until="2026-11-21", **_without("valid_until"))
    enter(scene, scene.cast.officer, "needed", principal="0", manager="0", operator="1")
    desk, name = Desk(scene, scene.cast.office), scene.settled.enterprise.name
    assert name in desk.read("/upkeep?state=overdue&duty=certificates")
    assert name not in desk.read("/upkeep?state=done&duty=certificates")
    chips = desk.read("/upkeep?duty=certificates").split("按状态筛选")[1].split("</div>")[0]
    counted = [int(each) for each in re.findall(r'choice-count">(\d+)<', chips)]
    assert len(counted) == 5, "each chip says how many it would show"
    assert counted[0] == sum(counted[1:4])
    assert counted[1] == desk.read("/upkeep?state=overdue&duty=certificates").count("col-unit") == 1
    row = desk.read(f"/upkeep?text={name}").split("<tbody>")[-1]
    assert re.search(r'data-name="待做">[1-9]', row), "what is due is counted beside what is late"
    printed = desk.read("/upkeep/print?duty=certificates")
    assert name in printed
    assert "0 / 1" in printed
    assert "Conditions: All" in Desk(scene, scene.cast.office, "en").read("/upkeep/print")
    town = scene.settled.town.uuid
    handed = desk.send("/upkeep/print?duty=certificates", "/upkeep", body=town)
    assert handed.status_code == 303
    (_entry,) = scene.entries("upkeep.handed_on")
    assert "抽查清单" in Desk(scene, scene.settled.inspectors[0]).read("/inbox")
    desk.send("/upkeep/print?duty=head_check", "/upkeep", body=town)  # nobody is late: nothing goes
    assert len(scene.entries("upkeep.handed_on")) == 1
    taken = desk.send("/upkeep.xlsx?state=overdue&duty=certificates", "/upkeep")
    assert taken.data[:2] == b"PK"
    assert len(scene.entries("upkeep.exported")) == 1
    assert "三项岗位持证；逾期" in Desk(scene, scene.cast.administrator).read("/exports")
    assert name not in Desk(scene, scene.cast.foreign_office).read("/upkeep")
    own = Desk(scene, scene.cast.officer).get("/upkeep")
    assert own.location.endswith(f"/units/{scene.settled.enterprise.uuid}/upkeep")


def test_a_number_cited_in_a_record_leads_to_the_entry(scene: Scene) -> None:
    number = enter(scene, scene.cast.officer)
    made = scene.filled(failed=0)
    code = next(iter(made.payload["answers"]))
    made.payload["answers"][code]["note"] = f"见登记 {number}（何一）<b>"
    assert scene.tablet.hand_in(made).status == 201
    page = Desk(scene, scene.settled.inspectors[0]).read(f"/records/{made.uuid}")
    assert f'见登记 <a href="/registers/{number}">{number}</a>（何一）&lt;b&gt;' in page
    fed = scene.tablet.ask("GET", "/api/v1/changes").json["changes"]
    (told,) = [each for each in fed if each["type"] == "registers"]
    assert told["id"] == scene.settled.enterprise.uuid
    assert told["entries"][0]["number"] == number
    assert "何一，特种作业人员" in told["entries"][0]["words"]["zh"]


def _without(name: str) -> dict[str, str]:
    return {each: value for each, value in CERTIFICATE.items() if each not in (name, "review_on")}


def test_what_comes_due_is_told_once(scene: Scene) -> None:
    enter(scene, scene.cast.officer, **{**CERTIFICATE, "review_on": "2026-11-29"})
    assert remind_of_duties(scene.wiring) >= 1
    told = [json.loads(each) for (each,) in scene.rows(_BODIES)]
    ours = [each for each in told if each["unit"] == scene.settled.enterprise.uuid]
    (certificate,) = [each for each in ours[0]["told"] if each["about"].startswith("ZS-")]
    assert (certificate["due_on"], certificate["days"]) == ("2026-11-29", 7)
    assert "应做事项快到期了" in Desk(scene, scene.cast.head).read("/inbox")
    assert remind_of_duties(scene.wiring) == 0


_BODIES = "SELECT body FROM ledger_entry WHERE kind = 'upkeep.reminded' ORDER BY seq"


def test_a_pool_of_experts_is_kept_by_its_office_and_asked_by_those_below(scene: Scene) -> None:
    office = Desk(scene, scene.cast.office)
    district = scene.rows("SELECT uuid FROM unit WHERE kind = 'district'")[0][0]
    where = f"/units/{district}/registers/expert/new"
    expert = {
        "name": "沈工",
        "field": "焊接",
        "years": "5",
        "status": "listed",
        "listed_on": "2026-01-10",
    }
    assert office.send(where, where, **{**expert, "years": "4"}).status_code == 422
    assert office.send(where, where, **expert).status_code == 303
    assert "今年没有考核" in office.read("/experts")
    assert "沈工" in Desk(scene, scene.settled.inspectors[0]).read("/experts")
    assert Desk(scene, scene.cast.officer).get("/experts").status_code == 403
    (number,) = re.findall(r"ZJ-\d+", office.read("/experts"))
    assert Desk(scene, scene.cast.officer).get(f"/registers/{number}").status_code == 404
