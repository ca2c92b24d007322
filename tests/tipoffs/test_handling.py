"""Dealing with tip-offs: who reads which, looking into it, the answer, the reward."""

from sqlalchemy import text

from inspection.accounts.policy import Role
from inspection.database import writing
from inspection.organisations.unit import Unit as UnitRow
from tests.builders import enrolment
from tests.builders.people import Person, inspector
from tests.builders.stepping import raised
from tests.enforcement.test_cases import ask, send
from tests.scene import Scene
from tests.tipoffs.sender import SAID, Sender, secrets_in


def filed(scene: Scene, unit: str = "", **said: str) -> tuple[str, str, str, Sender]:
    """A tip-off: where it stands at the desk, its code and passphrase, and its sender."""
    sender = Sender(scene, unit)
    code, passphrase = secrets_in(sender.send(**said).text)
    ((uuid,),) = scene.rows("SELECT uuid FROM tipoff ORDER BY id DESC LIMIT 1")
    return f"/tipoffs/{uuid}", code, passphrase, sender


def colleague(scene: Scene) -> Person:
    """Somebody else at the office of the district: money takes two."""
    person = inspector("范局")
    with writing(scene.engine) as session:
        district = session.merge(scene.settled.district, load=False)
        assert isinstance(district, UnitRow)
        enrolment.enlist(session, person, unit=district, role=Role.OFFICE)
    return person


def granted(scene: Scene, second: Person, fine: str = "80000") -> tuple[str, dict[str, str]]:
    """A tip-off that one closed as true and another granted a reward for, and its secrets."""
    address, code, passphrase, _ = filed(scene)
    office, unit = scene.cast.office, scene.settled.enterprise.name
    send(scene, office, f"{address}/accept", unit=unit)
    send(scene, office, f"{address}/close", outcome="true", found="已改")
    assert send(scene, second, f"{address}/reward", fine=fine).status == 303
    return address, {"code": code, "passphrase": passphrase}


def test_money_for_a_tip_off_takes_two_people_at_each_step(scene: Scene) -> None:
    second, office = colleague(scene), scene.cast.office
    address, secrets = granted(scene, second)
    page = ask(scene, second, address).body.decode()
    assert "要由另一位同事发放" in page
    assert 'name="passphrase"' not in page
    assert send(scene, second, f"{address}/payment", **secrets).status == 403
    assert 'name="passphrase"' in ask(scene, office, address).body.decode()
    assert send(scene, office, f"{address}/payment", **secrets).status == 303
    another, *_ = filed(scene)
    send(scene, office, f"{another}/accept", unit=scene.settled.enterprise.name)
    send(scene, office, f"{another}/close", outcome="partly", found="已改")
    page = ask(scene, office, another).body.decode()
    assert "奖励要由另一位同事核定" in page
    assert f"{another}/reward" not in page
    assert send(scene, office, f"{another}/reward", fine="1").status == 403


def test_a_tip_off_is_looked_into_answered_and_rewarded(scene: Scene) -> None:
    office, unit = scene.cast.office, scene.settled.enterprise
    address, code, passphrase, sender = filed(scene, own_staff="y")
    (told,) = scene.rows("SELECT words FROM notice WHERE link = :link", link=address)
    assert SAID["what"] not in str(told)  # notices go by e-mail too
    assert send(scene, office, f"{address}/accept", unit="没有这家").status == 422
    assert send(scene, office, f"{address}/accept", unit=unit.name).status == 303
    assert send(scene, office, f"{address}/accept", unit=unit.name).status == 409
    send(scene, office, f"{address}/message", message="请问是哪一扇门？")
    assert "请问是哪一扇门？" in sender.status(code, passphrase, words="南门").text
    assert "南门" in ask(scene, office, address).body.decode()

    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    hazard = raised(scene, made)
    assert send(scene, office, f"{address}/record", record=made.uuid).status == 303
    page = ask(scene, office, address).body.decode()
    assert f"/hazards/{hazard}" in page
    assert "摘要一致" in page

    assert send(scene, office, f"{address}/reward", fine="80000").status == 409  # not yet closed
    send(scene, office, f"{address}/close", outcome="true", found="门已打开，灭火器已换")
    assert "门已打开，灭火器已换" in sender.status(code, passphrase).text
    reward = {"fine": "80000", "own_staff": "y", "case_number": "云应急罚〔2026〕9号"}
    assert send(scene, colleague(scene), f"{address}/reward", **reward).status == 303
    assert send(scene, office, f"{address}/reward", **reward).status == 409
    # 80 000 × 15 % = 12 000, and a fifth more for the unit's own staff.
    assert "1.44 万元" in ask(scene, office, "/tipoffs/rewards").body.decode()
    wrong = {"code": code, "passphrase": "BCDFBCDFBCDFBCDF"}
    assert send(scene, office, f"{address}/payment", **wrong).status == 422
    right = {"code": code, "passphrase": passphrase}
    assert send(scene, office, f"{address}/payment", **right).status == 303
    assert send(scene, office, f"{address}/payment", **right).status == 409
    assert "已领取" in sender.status(code, passphrase).text
    bodies = [body for (body,) in scene.rows("SELECT body FROM ledger_entry")]
    assert not [each for each in bodies for words in (*SAID.values(), "南门") if words in each]
    assert scene.command("ledger", "check").exit_code == 0


def test_a_tip_off_opens_a_closed_hazard_again(scene: Scene) -> None:
    office = scene.cast.office
    made = scene.filled()
    assert scene.tablet.hand_in(made).status == 201
    hazard = raised(scene, made)
    ((number, seq),) = scene.rows("SELECT number, last_seq FROM hazard WHERE uuid = :u", u=hazard)
    step = f"/hazards/{hazard}/steps"
    moved = {"seen_seq": str(seq), "words": "移送消防", "recipient": "消防救援大队"}
    assert send(scene, office, f"{step}/transferred", **moved).status == 303
    address, *_ = filed(scene)
    send(scene, office, f"{address}/accept", unit=scene.settled.enterprise.name)
    assert send(scene, office, f"{address}/hazard", hazard="YH2026-999999").status == 422
    assert send(scene, office, f"{address}/hazard", hazard=number).status == 303
    assert f"{step}/reopened" in ask(scene, office, address).body.decode()
    ((seq,),) = scene.rows("SELECT last_seq FROM hazard WHERE uuid = :u", u=hazard)
    again = {"cause": "tip_off", "words": "举报属实", "deadline_on": "2026-12-20"}
    assert send(scene, office, f"{step}/reopened", seen_seq=str(seq), **again).status == 303
    assert scene.rows("SELECT state FROM hazard WHERE uuid = :u", u=hazard) == [("graded",)]


def test_each_reads_only_what_was_sent_to_them(scene: Scene) -> None:
    cast, unit = scene.cast, scene.settled.enterprise
    to_town, *_ = filed(scene, scene.settled.town.uuid)
    to_head, *_ = filed(scene, unit.uuid, channel="head")
    to_both, *_ = filed(scene, unit.uuid, channel="both")
    past_head, *_ = filed(scene, unit.uuid, channel="office")
    reads = {
        name: [ask(scene, person, each).status for each in (to_town, to_head, to_both, past_head)]
        for name, person in {
            "office": cast.office,
            "head": cast.head,
            "other town": cast.foreign_office,
        }.items()
    }
    assert reads == {
        "office": [200, 404, 200, 200],
        "head": [404, 200, 200, 404],
        "other town": [404, 404, 404, 404],
    }
    assert ask(scene, cast.officer, to_both).status == 403  # not the head
    assert send(scene, cast.office, f"{to_town}/accept", unit=unit.name).status == 303
    assert ask(scene, cast.head, to_town).status == 404  # though it is about them
    # With an office behind it the head reads; alone the head answers.
    assert send(scene, cast.head, f"{to_both}/close", outcome="untrue", found="x").status == 404
    assert send(scene, cast.head, f"{to_head}/accept", unit=unit.name).status == 303
    closed = send(scene, cast.head, f"{to_head}/close", outcome="true", found="已改")
    assert closed.status == 303
    assert send(scene, cast.head, f"{to_head}/reward", fine="1").status == 403


def test_spam_is_set_aside_and_stays(scene: Scene) -> None:
    address, code, passphrase, sender = filed(scene, what="代开发票")
    assert send(scene, scene.cast.office, f"{address}/set-aside").status == 303
    assert "代开发票" in ask(scene, scene.cast.office, "/tipoffs?standing=spam").body.decode()
    assert "不受理" in sender.status(code, passphrase).text
    assert send(scene, scene.cast.office, f"{address}/accept", unit="x").status in (409, 422)


def test_words_that_somebody_changed_in_the_database_are_told(scene: Scene) -> None:
    address, *_ = filed(scene)
    with scene.engine.begin() as connection:
        connection.execute(text("UPDATE tipoff SET what = '一切正常'"))
    assert "有人动过数据库" in ask(scene, scene.cast.office, address).body.decode()


def test_the_printed_code_leads_to_the_page_of_its_unit(scene: Scene) -> None:
    town = scene.settled.town
    sheet = ask(scene, scene.cast.office, f"/units/{town.uuid}/tip-off-code").body.decode()
    assert f"/report/{town.uuid}" in sheet
    assert f"由{town.name}受理" in Sender(scene, town.uuid).get().text
    assert ask(scene, scene.cast.head, f"/units/{town.uuid}/tip-off-code").status == 404
