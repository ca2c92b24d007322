"""Issuing: two officers, one number, no gap and no double, nobody from elsewhere."""

import threading
from datetime import datetime, timedelta

import pytest

from inspection.accounts import people
from inspection.database import reading, writing
from inspection.domain.problems import PaperMovedOn
from inspection.paperwork import issuing
from tests.builders.enrolment import PASSWORD
from tests.builders.stepping import raised, take
from tests.paperwork.office import MARK, Office


def test_a_paper_is_proposed_by_one_officer_and_issued_by_another(office: Office):
    uuid = office.proposed()
    page = office.browser(office.first).get(f"/papers/{uuid}").text
    assert "等另一位检查人员核对并确认" in page
    assert "确认签发" not in page
    assert office.paper(uuid).number == ""
    assert office.confirm(uuid).status_code == 303
    issued = office.paper(uuid)
    assert issued.number == f"（{MARK}）责改〔2026〕1号"
    assert [each.name for each in issued.confirmations] == ["王安", "李静"]
    page = office.browser(office.second).get(f"/records/{office.made.uuid}").text
    assert issued.number in page


def test_the_same_officer_cannot_confirm_what_they_proposed(office: Office):
    uuid = office.proposed()
    answer = office.confirm(uuid, by=office.first)
    assert answer.status_code == 403
    assert "second_officer_needed" in answer.text
    assert office.scene.entries("paper.issued") == []


def test_only_who_inspected_signs(office: Office):
    stranger = office.scene.cast.foreign_inspectors[0]
    assert office.propose(by=stranger).status_code == 404
    uuid = office.proposed()
    assert office.confirm(uuid, by=stranger).status_code == 404
    assert office.confirm(uuid, by=office.scene.cast.office).status_code == 403
    assert office.scene.entries("paper.issued") == []


def test_a_colleague_of_the_same_town_who_was_not_there_does_not_sign(office: Office):
    from inspection.accounts.policy import Role
    from tests.builders import enrolment
    from tests.builders.people import inspector

    colleague = inspector("赵同")
    with writing(office.scene.engine) as session:
        enrolment.enlist(session, colleague, unit=office.scene.settled.town, role=Role.INSPECTOR)
    uuid = office.proposed()
    answer = office.confirm(uuid, by=colleague)
    assert answer.status_code == 403
    assert "officer_missing" in answer.text
    assert office.propose("onsite_record", by=colleague).status_code == 403


def test_each_confirmation_asks_for_the_password(office: Office):
    answer = office.propose(password="wrong")
    assert answer.status_code == 422
    assert "密码不对" in answer.text
    uuid = office.proposed()
    assert office.confirm(uuid, password="wrong").status_code == 422
    assert office.confirm(uuid, password="").status_code == 422
    assert office.paper(uuid).number == ""


def test_the_second_officer_confirms_what_stood_on_their_page(office: Office):
    uuid = office.proposed()
    answer = office.confirm(uuid, content_sha256="0" * 64)
    assert answer.status_code == 409
    assert "paper_moved_on" in answer.text


def test_two_who_confirm_at_once_get_two_numbers_without_gap_or_double(office: Office):
    """Twelve proposals, two threads, and at each the same paper is confirmed twice."""
    made = []
    for place in range(6):
        record = office.scene.filled(failed=1)
        office.hand_in(record)
        made.append(office.proposed("onsite_record", made=record))
        assert place >= 0
    with reading(office.scene.engine) as session:
        actor = people.actor(session, office.second.uuid)
        assert actor is not None
    barrier, refused = threading.Barrier(2), []

    def confirm(papers: list[str]) -> None:
        barrier.wait()
        for each in papers:
            digest = office.paper(each).content_sha256
            try:
                with writing(office.scene.engine) as session:
                    issuing.confirm(
                        session, actor, each, seen_sha256=digest, at=office.scene.clock()
                    )
            except PaperMovedOn:
                refused.append(each)

    threads = [threading.Thread(target=confirm, args=(papers,)) for papers in (made, made[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(office.paper(each).number for each in made)
    assert numbers == [f"（{MARK}）检记〔2026〕{place}号" for place in range(1, 7)]
    assert sorted(refused) == sorted(made)
    assert len(office.scene.entries("paper.issued")) == 6


def test_each_kind_and_each_year_counts_from_one(office: Office):
    assert office.issued("onsite_record").number == f"（{MARK}）检记〔2026〕1号"
    assert office.issued("onsite_measure").number == f"（{MARK}）现决〔2026〕1号"
    order = office.issued(items=["1"])
    # the last hour of the year in Greenwich is the new year in China
    office.scene.clock.now = datetime.fromisoformat("2026-12-31T23:30:00+00:00")
    again = office.issued(items=["2"], deadline_2="2027-01-20")
    assert (order.number, again.number) == (
        f"（{MARK}）责改〔2026〕1号",
        f"（{MARK}）责改〔2027〕1号",
    )


def test_a_number_is_not_used_again_after_an_annulment(office: Office):
    first = office.issued()
    assert office.annul(first.uuid).status_code == 303
    second = office.issued()
    assert second.number == f"（{MARK}）责改〔2026〕2号"


def test_a_proposal_that_is_taken_back_leaves_no_gap(office: Office):
    uuid = office.proposed()
    page = f"/papers/{uuid}"
    assert (
        office.post(office.second, page, f"{page}/dropping", reason="漏了一项").status_code == 303
    )
    assert office.confirm(uuid).status_code == 409
    assert office.issued().number == f"（{MARK}）责改〔2026〕1号"


def test_the_same_problem_is_not_ordered_away_twice(office: Office):
    office.proposed(items=["1"])
    answer = office.propose(items=["1", "2"])
    assert answer.status_code == 409
    assert "paper_stands" in answer.text
    assert office.propose(items=["2"]).status_code == 303


def test_no_number_without_a_mark_and_no_mark_for_two(office: Office):
    town = office.scene.rows("SELECT uuid FROM unit WHERE name = '石泉镇'")[0][0]
    assert "mark_taken" in office.describe(unit=town).text
    assert office.describe("石泉安", unit=town).status_code == 303
    assert office.describe("花（桥").status_code == 422
    assert office.describe("").status_code == 422
    office.issued()
    assert office.describe("花桥应急").status_code == 303
    assert "mark_taken" in office.describe(unit=town).text, "its numbers are out there"


def test_a_unit_without_a_mark_issues_nothing(office: Office):
    with writing(office.scene.engine) as session:
        from inspection.paperwork.issuers import IssuerRow

        session.query(IssuerRow).delete()
    answer = office.propose()
    assert answer.status_code == 409
    assert "issuer_unnamed" in answer.text


WRONG = (
    ("rectify_order", {"items": []}, "请填写或选择"),
    ("rectify_order", {"items": ["7"]}, "请填写或选择"),
    ("rectify_order", {"deadline_1": "2026-11-21"}, "期限不能早于今天"),
    ("rectify_order", {"deadline_2": ""}, "请填写或选择"),
    ("rectify_order", {"deadline_2": "下周"}, "日期不对"),
    ("rectify_order", {"court": " "}, "请填写或选择"),
    ("rectify_order", {"receiver": "长" * 101}, "太长了"),
    ("onsite_measure", {"items": ["2"]}, "请填写或选择"),
    ("onsite_measure", {"measures": ["责令罚款"]}, "请填写或选择"),
    ("onsite_measure", {"until_on": "2027-05-23"}, "期限不能超过 6 个月"),
    ("onsite_measure", {"from_on": "2026-11-21"}, "日期太早"),
    ("onsite_measure", {"until_on": "2026-11-21"}, "结束日期不能早于开始日期"),
    ("onsite_measure", {"object": ""}, "请填写或选择"),
    ("rectify_order", {"receiver": "周\U0001f600"}, "U+1F600"),
)


@pytest.mark.parametrize(("kind", "changed", "said"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    office: Office, kind: str, changed: dict, said: str
):
    answer = office.propose(kind, **changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert office.scene.entries("paper.proposed") == []


def test_a_preview_shows_the_paper_as_filled_in_and_writes_nothing(office: Office):
    answer = office.propose(act="preview", password="", items=["2"])
    assert answer.status_code == 200
    assert "第 2 项于 2026年12月20日 前" in answer.text
    assert "依法向 云岚区 人民法院" in answer.text
    assert office.scene.entries("paper.proposed") == []


def test_a_major_hazard_is_judged_by_the_criteria_for_the_units_own_sector(office: Office):
    """A-06 comes under those of four sectors; this is a machinery works."""
    made = office.scene.filled(failed=6)
    made.payload["findings"][5].update(level="major")
    office.hand_in(made)
    said = {"act": "preview", "password": "", "items": ["6"], "deadline_6": "2026-12-05"}
    page = office.propose(made=made, **said).text
    assert "应急管理部令第10号" in page
    for others in ("烟花爆竹", "房屋市政工程", "化工和危险化学品"):
        assert others not in page


def test_an_order_sets_the_deadline_in_the_register_and_stands_in_the_hazards_history(
    office: Office,
):
    order = office.issued()
    hazards = [raised(office.scene, office.made, place) for place in (0, 1)]
    due = dict(office.scene.rows("SELECT uuid, deadline_on FROM hazard"))
    assert [str(due[each]) for each in hazards] == ["2026-12-05", "2026-12-20"]
    page = office.browser(office.first).get(f"/hazards/{hazards[0]}").text
    assert order.number in page


def test_a_hazard_that_was_closed_meanwhile_is_not_ordered_away(office: Office):
    from inspection.domain.hazard import Step

    uuid = office.proposed(items=["2"])
    hazard = raised(office.scene, office.made, 1)
    officer, inspector = office.scene.cast.officer, office.first
    for person, step in ((officer, Step.CALL_NO_HAZARD), (inspector, Step.CONFIRM_NO_HAZARD)):
        take(office.scene, hazard, person, step)
    answer = office.confirm(uuid)
    assert answer.status_code == 409
    assert office.propose(items=["2"]).status_code == 422


def test_a_rebuild_gives_the_same_shelf(office: Office):
    sealed = office.sealed()
    assert office.deliver(sealed.uuid).status_code == 303
    assert office.annul(sealed.uuid).status_code == 303
    uuid = office.proposed("onsite_record")
    before = [office.paper(each) for each in (sealed.uuid, uuid)]
    assert office.scene.command("ledger", "rebuild").exit_code == 0
    assert [office.paper(each) for each in (sealed.uuid, uuid)] == before


def test_an_enterprise_sees_its_papers_once_they_are_issued(office: Office):
    uuid = office.proposed()
    head = office.browser(office.scene.cast.head)
    assert head.get(f"/papers/{uuid}").status_code == 404
    assert "责令限期整改指令书" not in head.get("/papers").text
    assert office.confirm(uuid).status_code == 303
    assert "责令限期整改指令书" in head.get("/papers").text
    assert head.get(f"/papers/{uuid}").status_code == 200
    foreign = office.browser(office.scene.cast.foreign_officer)
    assert foreign.get(f"/papers/{uuid}").status_code == 404


def test_guessing_the_password_ends_like_guessing_at_the_door(office: Office, monkeypatch):
    from inspection.accounts import signing_in

    monkeypatch.setattr(signing_in, "TRIES", 2)
    for _ in range(2):
        office.propose(password="wrong")
    assert "试的次数太多" in office.propose(password=PASSWORD).text
    office.scene.clock.passes(timedelta(minutes=11))
    assert office.propose(password=PASSWORD).status_code == 303
