"""The monthly dispatch table: counted, entered by hand, sent, corrected, and counted again."""

import io
import re
import subprocess
import zipfile

from sqlalchemy import text

from inspection import worker
from inspection.database import writing
from inspection.domain.hazard import Step
from inspection.signing.facts import Outcome
from tests.builders.stepping import raised, take
from tests.dispatch.desk import Desk
from tests.enforcement.test_cases import FINE, send
from tests.paperwork.office import Office
from tests.tablet import Answer
from tests.tipoffs.test_handling import colleague, granted


def test_what_a_month_counts_opens_and_agrees_with_the_recount(desk: Desk) -> None:
    scene, cast = desk.scene, desk.scene.cast
    desk.inspect("key-rules", "E-02", "E-03", level="major")
    again = desk.inspect("hot-work", "A-06")  # the same enterprise
    abroad = desk.inspect_abroad("outsourcing", "B-02", "B-03", level="major")
    own = desk.inspect(
        "emergency",
        "D-09",
        level="major",
        kind="self_inspection",
        signers=(cast.officer,),
        device=cast.officer_device,
    )
    listed = raised(scene, abroad)
    take(scene, listed, cast.office, Step.LIST)
    take(scene, listed, cast.office, Step.LIFT)
    one_case = {"person_name": "周明", "person_title": "总经理", "person_kinds": "fine"}
    person = {"person_amount": "20000", "person_ground": "《安全生产法》第97条"}
    officer = cast.department_inspectors[0]
    fined = {**FINE, "unit_kinds": "suspend"} | {"unit_amount": ""} | one_case | person
    answer: Answer = send(scene, officer, f"/units/{cast.supervised.uuid}/penalties/new", **fined)
    assert answer.status == 303, answer.body.decode()

    counts = {"1.1": "1", "1.3": "4", "1.5": "1", "2.1": "2", "2.2": "1", "2.3": "1"}
    counts |= {"2.6": "1", "2.7": "1", "3.3": "1", "3.3b": "2.00", "3.4": "1", "3.6": "1"}
    assert desk.values() == counts
    town = {"1.3": "2", "1.5": "1", "2.1": "1", "2.7": "1"}
    cases = {"3.3": "1", "3.3b": "2.00", "3.4": "1", "3.6": "1"}
    assert desk.values(by=cast.foreign_office) == {**town, **cases}
    for unit in ("", desk.scene.cast.department.uuid, cast.settled.town.uuid):
        done = desk.recount(unit)
        assert done.exit_code == 0, done.output
        assert "the two counts agree" in done.output

    found = desk.get("/dispatch/2026-11/values/2.6").text
    assert f"/records/{again.uuid}" in found
    assert f"/hazards/{raised(scene, again)}" in found
    assert f"/hazards/{raised(scene, own)}" in desk.get("/dispatch/2026-11/values/1.1").text
    assert f"/records/{abroad.uuid}" in desk.get("/dispatch/2026-11/values/2.1").text
    assert "云应急罚" in desk.get("/dispatch/2026-11/values/3.6").text


def test_a_held_record_and_what_was_no_hazard_do_not_count(desk: Desk) -> None:
    scene, cast = desk.scene, desk.scene.cast
    desk.inspect("key-rules", "E-02")
    doubtful = desk.inspect("hot-work", "A-06")
    take(scene, raised(scene, doubtful), cast.office, Step.CALL_NO_HAZARD)
    take(scene, raised(scene, doubtful), scene.settled.inspectors[0], Step.CONFIRM_NO_HAZARD)
    held = scene.filled(unit=cast.foreign_unit)  # not for these inspectors to inspect
    assert scene.tablet.hand_in(held).status == 202
    assert desk.values() == {"2.1": "1", "2.2": "1"}
    assert desk.recount().exit_code == 0


def test_the_recount_says_which_value_of_the_register_is_a_lie(desk: Desk) -> None:
    made = desk.inspect("key-rules", "E-02")
    with writing(desk.scene.engine) as session:
        session.execute(text("UPDATE hazard SET level = 'major'"))
    done = desk.recount()
    with writing(desk.scene.engine) as session:
        session.execute(text("UPDATE hazard SET level = 'general'"))
    assert done.exit_code == 1
    assert "the two counts differ in 1.3" in done.output
    assert raised(desk.scene, made)


def test_values_by_hand_count_visits_enterprises_money_and_the_newest_state(desk: Desk) -> None:
    cast = desk.scene.cast
    foundry = cast.supervised.name
    for row, said in (
        *(("3.2", {"about": foundry}),) * 2,
        *(("3.7", {"about": foundry}),) * 2,
        ("3.7", {"about": cast.settled.enterprise.credit_code}),
        ("3.1", {}),
        ("3.8", {"quantity": "3", "second": "1"}),
        ("4.5", {"quantity": "1.2", "second": "0.35"}),
        ("4.6", {"running": "1"}),
        ("4.7", {"quantity": "9"}),
        ("4.7", {"quantity": "7", "happened_on": "2026-11-21"}),
    ):
        assert desk.note(row, **said).status_code == 303, row
    assert desk.note("4.7", cast.foreign_office, quantity="5").status_code == 303
    by_hand = {"3.1": "1", "3.2": "2", "3.7": "2", "3.8": "3", "3.8b": "1"}
    assert desk.values() == {**by_hand, "4.5": "1.20", "4.5b": "0.35", "4.6": "是", "4.7": "12"}
    assert desk.recount().exit_code == 0
    page = desk.get("/dispatch/2026-11").text
    assert cast.office.name in page[page.index('id="v3.1"') :]
    assert "依据会议纪要" in desk.get("/dispatch/2026-11/values/4.7").text

    entry = re.search(r"/dispatch/entries/([\w-]{36})/withdrawal", desk.get(ENTRY_3_1).text)
    assert entry
    address = f"/dispatch/entries/{entry[1]}/withdrawal"
    assert desk.post(address, cast.foreign_office, words="不是我的").status_code == 404
    assert desk.post(address, words=" ").status_code == 422
    assert desk.post(address, words="记错了").status_code == 303
    assert "3.1" not in desk.values()
    assert "记错了" in desk.get(ENTRY_3_1).text
    assert desk.recount().exit_code == 0


def test_rewards_count_by_day_and_office_of_payment_beside_those_entered(desk: Desk) -> None:
    scene, cast = desk.scene, desk.scene.cast
    second = colleague(scene)
    early, secrets = granted(scene, second)  # 12 000 yuan
    late, later = granted(scene, second, fine="100")  # the least there is, 3 000
    assert desk.values() == {}  # granted is not paid
    assert send(scene, cast.office, f"{early}/payment", **secrets).status == 303
    assert desk.note("4.5", quantity="0.5", second="0.2").status_code == 303
    assert desk.values() == {"4.5": "1.70", "4.5b": "1.40"}
    assert desk.values(by=cast.foreign_office) == {}
    page = desk.get("/dispatch/2026-11").text
    assert "系统内的按发放之日" in page
    for code in ("4.5", "4.5b"):
        found = desk.get(f"/dispatch/2026-11/values/{code}").text
        assert early in found
        assert late not in found
        assert "依据会议纪要" in found
    assert early not in desk.get("/dispatch/2026-11/values/4.5", cast.auditor).text
    assert "JB-" in desk.get("/dispatch/2026-11/values/4.5", cast.auditor).text
    assert desk.recount().exit_code == 0
    desk.until(28)  # the month is locked since the 27th
    assert send(scene, cast.office, f"{late}/payment", **later).status == 303
    assert desk.values()["4.5"] == "1.70"
    desk.until(2, month=12)
    assert desk.values("2026-12")["4.5"] == "2.00"
    assert desk.recount(month="2026-12").exit_code == 0
    with writing(scene.engine) as session:
        session.execute(text("UPDATE tipoff_reward SET amount = amount + 1"))
    done = desk.recount()
    assert "the two counts differ in 4.5, 4.5b" in done.output


def test_a_yes_or_no_that_nobody_gave_is_blank_wherever_the_table_goes(at_noon: Office) -> None:
    desk = Desk(at_noon.scene)
    desk.until(27)
    assert desk.shown("4.6") == "未填"
    assert desk.send().status_code == 303
    assert desk.shown("4.6") == "未填"
    assert desk.recount().exit_code == 0
    at_noon.work()
    ((sheet,),) = desk.scene.rows("SELECT uuid FROM paper WHERE kind = 'dispatch_table'")
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],
        input=at_noon.file(at_noon.paper(sheet)),
        capture_output=True,
        check=True,
    )
    printed = next(line for line in done.stdout.decode().splitlines() if "是否在主流媒体" in line)
    assert "未填" in printed
    assert "否" not in printed.replace("是否", "").replace("是/否", "")
    book = zipfile.ZipFile(io.BytesIO(desk.get("/dispatch/2026-11.xlsx").data))
    assert "<t>否</t>" not in book.read("xl/worksheets/sheet1.xml").decode()
    desk.until(27, month=12)
    assert desk.note("4.6", running="0").status_code == 303
    assert desk.shown("4.6", "2026-12") == "否"
    assert "上月" not in desk.row("4.6", "2026-12")
    assert desk.recount(month="2026-12").exit_code == 0


ENTRY_3_1 = "/dispatch/entries/new?row=3.1"


ODD = (
    ("3.5", {"quantity": "0"}, "请填整数"),
    ("3.5", {"quantity": "-1"}, "请填整数"),
    ("3.5", {"quantity": "1.5"}, "请填整数"),
    ("3.5", {"quantity": "NaN"}, "请填整数"),
    ("3.5", {"quantity": "1e9"}, "请填整数"),
    ("3.5", {"quantity": "三"}, "请填整数"),
    ("4.5", {"quantity": "0.0000001"}, "万元数"),
    ("4.5", {"quantity": "1", "second": "1.01"}, "不能大于总数"),
    ("3.8", {"quantity": "1", "second": "2"}, "不能大于总数"),
    ("3.2", {"about": ""}, "请填写或选择"),
    ("3.2", {"about": "没有这家公司"}, "没有这家企业"),
    ("4.6", {}, "请填写或选择"),
    ("3.1", {"happened_on": "2026-11-23"}, "不能晚于今天"),
    ("3.1", {"happened_on": "2026-02-30"}, "日期不对"),
    ("3.1", {"words": ""}, "请填写或选择"),
    ("3.1", {"words": "很" * 501}, "太长了"),
)


def test_odd_figures_are_told_at_their_field_and_nothing_is_written(desk: Desk) -> None:
    before = desk.scene.entries()
    for row, said, told in ODD:
        answer = desk.note(row, **said)
        assert answer.status_code == 422, (row, said)
        assert told in answer.text, (row, said)
    assert desk.scene.entries() == before


def test_a_month_is_sent_once_and_then_only_corrected_with_a_note(desk: Desk) -> None:
    cast, scene = desk.scene.cast, desk.scene
    town = cast.foreign_office
    desk.inspect_abroad("key-rules", "E-02", level="major")
    early = desk.send(by=town)
    assert early.status_code == 422
    assert "这个月还在统计" in early.text
    assert desk.get("/dispatch/2026-12", town).status_code == 404  # a month to come
    desk.until(27)
    assert "待报送" in desk.get("/dispatch", town).text
    wrong = desk.send(by=town, password="wrong")
    assert "密码不对" in wrong.text
    unseen = desk.send(by=town, content_sha256="0" * 64)
    assert "台账有了变化" in unseen.text
    assert desk.send(by=town).status_code == 303
    assert scene.count("paper") == 1

    desk.note("3.5", town, quantity="2")  # on the 20th, but after the table was sent
    assert desk.values(by=town) == {"1.3": "1", "2.1": "1", "2.2": "1"}
    sent = desk.recount(_town(desk))
    assert "as sent" in sent.output
    assert sent.exit_code == 0, sent.output
    again = desk.send(by=town)
    assert again.status_code == 422
    assert "要写明原因" in again.text
    assert desk.send(by=town, note="漏填移送人数").status_code == 303
    assert desk.values(by=town)["3.5"] == "2"
    page = desk.get("/dispatch/2026-11", town).text
    assert "第 1 次更正" in page
    assert "漏填移送人数" in page
    assert scene.rows("SELECT state FROM paper ORDER BY id") == [("annulled",), ("issued",)]
    assert desk.recount(_town(desk)).exit_code == 0

    (_, standing) = scene.rows("SELECT uuid FROM paper ORDER BY id")
    annulled = desk.post(f"/sheets/{standing[0]}/annulment", town, reason="x", password="x")
    assert annulled.status_code == 403  # a table is corrected, never annulled
    desk.until(29)
    late = desk.send(by=town, note="又想起一条")
    assert late.status_code == 422
    assert "更正的期限（2026-11-28）已过" in late.text


def test_the_next_month_shows_the_difference_and_a_fall_asks_for_a_note(desk: Desk) -> None:
    made = desk.inspect("key-rules", "E-02", level="major")
    desk.note("3.5", quantity="2")
    desk.until(28)
    assert desk.send().status_code == 303
    scene = desk.scene
    take(scene, raised(scene, made), scene.cast.office, Step.GRADE, level="general")
    desk.note("3.5", quantity="1")
    desk.until(29, month=12)
    page = desk.get("/dispatch/2026-12").text
    row = page[page.index('id="v1.3"') :]
    assert re.search(r"上月 1 <span[^>]*late[^>]*>-1<", row)
    assert re.search(r"上月 2 <span[^>]*>\+1<", page[page.index('id="v3.5"') :])
    assert "逾期未报" in page
    unsaid = desk.send("2026-12")
    assert unsaid.status_code == 422
    assert desk.send("2026-12", note="降为一般隐患").status_code == 303
    assert "逾期报送" in desk.get("/dispatch").text
    assert desk.recount(month="2026-12").exit_code == 0
    book = zipfile.ZipFile(io.BytesIO(desk.get("/dispatch/2026-12.xlsx").data))
    words = book.read("xl/worksheets/sheet1.xml").decode()
    assert "部门检查发现的重大事故隐患" in words
    assert "统计到" not in words
    assert words.count("<row ") == 3 + 35


def test_a_district_presses_its_towns_and_counts_nothing_twice(desk: Desk) -> None:
    cast = desk.scene.cast
    bureau = desk.department_office()
    desk.inspect_abroad("key-rules", "E-02", level="major")
    desk.inspect("hot-work", "A-06")
    assert desk.post("/dispatch/2026-11/reminders", office=_town(desk)).status_code == 303
    assert desk.scene.entries("dispatch.reminded") == []  # the month still counts
    desk.until(27)
    page = desk.get("/dispatch/2026-11/below").text
    assert "没有能报送的人" in page
    assert desk.post("/dispatch/2026-11/reminders", office=_town(desk)).status_code == 303
    assert desk.scene.entries("dispatch.reminded") == [_town(desk)]
    assert "催报：月度调度表" in desk.get("/inbox", cast.foreign_office).text
    for office in (cast.foreign_office, bureau):
        assert desk.send(by=office).status_code == 303
    page = desk.get("/dispatch/2026-11/below").text
    rows = re.findall(r'<th scope="row">([^<]+)</th>.*?dispatch-figure">(\d+)', page, re.DOTALL)
    together = dict(rows)
    assert together["部门抽查检查的企业总数"] == "1"  # the foundry, which both reported
    assert together["部门检查发现的重大事故隐患"] == "1"
    assert desk.values()["2.1"] == "2"  # the district counts what nobody has sent as well
    assert (
        desk.post(
            "/dispatch/2026-11/reminders", cast.foreign_office, office=cast.settled.town.uuid
        ).status_code
        == 404
    )


def test_terms_are_an_offices_own_and_odd_ones_are_told(desk: Desk) -> None:
    desk.note("3.5", quantity="2", happened_on="2026-03-02")
    assert desk.values() == {"3.5": "2"}
    odd = {"start_on": "2026-12-01", "lock_day": "29", "due_day": "25"}
    answer = desk.post("/dispatch/terms", **odd)
    assert answer.status_code == 422
    assert "起算日期不能晚于今天" in answer.text
    assert "外限不能早于锁定日" in answer.text
    good = {"start_on": "2026-06-01", "lock_day": "20", "due_day": "25"}
    assert desk.post("/dispatch/terms", **good).status_code == 303
    assert desk.values() == {}
    assert desk.get("/dispatch/2026-05").status_code == 404
    assert "2026-11-25" in desk.get("/dispatch").text
    assert desk.send().status_code == 303  # today is the 22nd: locked since the 20th
    assert "27 日" in desk.get("/dispatch", desk.scene.cast.foreign_office).text


def test_auditors_read_and_nobody_sees_another_towns_table(desk: Desk) -> None:
    cast = desk.scene.cast
    desk.note("3.5", quantity="2")
    assert desk.values(by=cast.auditor) == {"3.5": "2"}
    assert desk.get("/dispatch/2026-11/send", cast.auditor).status_code == 403
    assert desk.note("3.5", cast.auditor, quantity="1").status_code == 403
    assert desk.get("/dispatch", cast.head).status_code == 403
    other = f"?unit={cast.settled.town.uuid}"
    assert desk.get(f"/dispatch/2026-11{other}", cast.foreign_office).status_code == 404
    assert desk.get(f"/dispatch/2026-11{other}").status_code == 200
    enterprise = f"?unit={cast.settled.enterprise.uuid}"
    assert desk.get(f"/dispatch/2026-11{enterprise}").status_code == 404
    for odd in ("2026-13", "2026-1", "heute", "1999-01", "20261"):
        assert desk.get(f"/dispatch/{odd}").status_code == 404, odd
    assert desk.get("/dispatch/2026-11/values/9.9").status_code == 404


def test_a_unit_without_anything_has_a_table_of_zeros(desk: Desk) -> None:
    desk.until(27)
    assert desk.values(by=desk.scene.cast.foreign_office) == {}
    assert desk.send(by=desk.scene.cast.foreign_office).status_code == 303
    assert desk.recount(_town(desk)).exit_code == 0


def test_who_owes_a_table_is_reminded_once_and_the_office_above_after_the_limit(
    desk: Desk,
) -> None:
    scene, town = desk.scene, desk.scene.cast.foreign_office
    told = {"due_soon": "调度表快到期了", "overdue": "下级调度表逾期未报"}

    def hours(*days: int) -> None:
        for day in days:
            desk.until(day)
            for _ in range(2):
                worker.remind_of_tables(scene.wiring)

    hours(23)
    assert scene.entries("dispatch.due_soon") == []
    hours(24, 25)
    assert len(scene.entries("dispatch.due_soon")) == 2  # the district and the other town
    assert desk.get("/inbox", town).text.count(told["due_soon"]) >= 1
    desk.until(27)
    assert desk.send().status_code == 303
    hours(28)
    assert scene.entries("dispatch.overdue") == []
    hours(29, 30)
    assert scene.entries("dispatch.overdue") == [_town(desk)]
    above = desk.get("/inbox").text
    assert told["overdue"] in above
    assert told["overdue"] not in desk.get("/inbox", town).text
    desk.until(24, month=12)
    worker.remind_of_tables(scene.wiring)
    assert len(scene.entries("dispatch.due_soon")) == 4


def _town(desk: Desk) -> str:
    """The uuid of the other town."""
    return str(desk.scene.rows("SELECT uuid FROM unit WHERE name = '石泉镇'")[0][0])


def test_the_signed_table_is_the_official_form_and_its_file_verifies(at_noon: Office) -> None:
    desk = Desk(at_noon.scene)
    desk.note("4.5", quantity="1.25", second="0.5")
    desk.until(27)
    assert desk.send(note="首次报送").status_code == 303
    at_noon.work()
    ((sheet,),) = desk.scene.rows("SELECT uuid FROM paper WHERE kind = 'dispatch_table'")
    data = at_noon.file(at_noon.paper(sheet))
    assert at_noon.verify(data).outcome == Outcome.PASSED
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True
    )
    said = re.sub(r"\s+", "", done.stdout.decode())
    for words in ("行动调度表", "填报单位云岚区", "累计", "1.25", "0.50", "说明：首次报送"):
        assert words in said, words
    shown = desk.get(f"/sheets/{sheet}").text
    assert "部门检查发现的重大事故隐患" in shown
    assert 'href="/dispatch/2026-11"' in shown
    for page in ("/dispatch/2026-11", "/dispatch"):
        assert f'href="/sheets/{sheet}"' in desk.get(page).text
