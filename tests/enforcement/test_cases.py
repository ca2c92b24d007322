"""Measures and penalties: recorded by departments, kept in the ledger, flagged when often."""

import io
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.builders.people import Person
from tests.builders.photos import photo
from tests.builders.records import reinspection
from tests.builders.stepping import raised
from tests.builders.times import NOON
from tests.notices.desk import Desk
from tests.scene import Scene
from tests.tablet import Answer

FINE = {
    "case_number": "云应急罚〔2026〕1号",
    "decided_on": "2026-11-22",
    "words": "未按规定培训",
    "unit_kinds": "fine",
    "unit_amount": "80000",
    "unit_ground": "《安全生产法》第97条",
}
CUT = {
    "kind": "cut_off",
    "case_number": "云应急停〔2026〕1号",
    "ground": "《安全生产法》第70条",
    "decided_on": "2026-11-20",
    "approved_by": "郭局长",
    "notified_at": "2026-11-20T08:00",
    "effective_at": "2026-11-21T08:00",
    "words": "拒不执行停产决定",
}


def ask(scene: Scene, person: Person, path: str) -> Answer:
    return scene.tablet_of(person).ask("GET", path)


def send(scene: Scene, sender: Person, path: str, /, **fields: str) -> Answer:
    """Fill in a form of the app's own as somebody."""
    tablet = scene.tablet_of(sender)
    page = tablet.ask("GET", "/units").body.decode()
    token = page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    body = urlencode({"csrf_token": token, **fields}).encode()
    return tablet.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})


@pytest.fixture
def officer(scene: Scene) -> Person:
    """An inspector of the department that supervises the foundry in the other town."""
    return scene.cast.department_inspectors[0]


def foundry(scene: Scene) -> str:
    return f"/units/{scene.cast.supervised.uuid}"


def both_tables(scene: Scene) -> list[list[tuple[object, ...]]]:
    return [
        [row[1:] for row in scene.rows(f"SELECT * FROM {table} ORDER BY uuid")]
        for table in ("measure", "penalty")
    ]


def test_one_case_penalises_the_unit_and_its_head(scene: Scene, officer: Person) -> None:
    person = {
        "person_name": "周明",
        "person_title": "总经理",
        "person_kinds": "fine",
        "person_amount": "20000.50",
        "person_ground": "本省裁量基准",
    }
    answer = send(scene, officer, f"{foundry(scene)}/penalties/new", **FINE, **person)
    assert answer.status == 303, answer.body.decode()
    page = ask(scene, officer, answer.headers["location"]).body.decode()
    for told in (
        "一案双罚",
        "8 万元",
        "2.00005 万元",
        "已核对原文",
        "凭记忆，未核对",
        "周明 · 总经理",
    ):
        assert told in page, told
    assert "云应急罚〔2026〕1号" in ask(scene, scene.cast.office, foundry(scene)).body.decode()
    before = both_tables(scene)
    assert scene.command("ledger", "rebuild").exit_code == 0
    assert both_tables(scene) == before


def test_photos_go_with_a_penalty(scene: Scene, officer: Person) -> None:
    desk = Desk(scene, officer)
    page = f"{foundry(scene)}/penalties/new"
    shot = (io.BytesIO(photo("seized").data), "a.jpg")
    answer = desk.send(page, page, **FINE, photos=[shot, (io.BytesIO(b"%PDF-1.7"), "b.pdf")])
    assert answer.status_code == 422
    assert "“b.pdf”没有收下" in answer.text
    (kept,) = re.findall(r'name="kept" value="([0-9a-f.]+)"', answer.text)
    made = desk.send(page, page, **FINE, kept=kept)
    assert made.status_code == 303, made.text
    digest = kept.partition(".")[0]
    address = f"{made.location}/photos/{digest}"
    assert address in desk.read(made.location)
    assert desk.get(address).content_type == "image/jpeg"
    assert Desk(scene, scene.cast.foreign_officer).get(address).status_code == 404
    assert desk.get(address.replace(digest, "0" * 64)).status_code == 404


def test_a_measure_is_taken_and_lifted_and_a_rebuild_gives_the_same(
    scene: Scene, officer: Person
) -> None:
    answer = send(scene, officer, f"{foundry(scene)}/measures/new", **CUT)
    assert answer.status == 303, answer.body.decode()
    address = answer.headers["location"]
    assert "执行中" in ask(scene, officer, address).body.decode()
    early = send(scene, officer, f"{address}/lift", lifted_on="2026-11-19", words="x")
    assert early.status == 422
    done = send(scene, officer, f"{address}/lift", lifted_on="2026-11-22", words="复查合格")
    assert done.status == 303
    assert "复查合格" in ask(scene, scene.cast.office, address).body.decode()
    before = both_tables(scene)
    assert scene.command("ledger", "rebuild").exit_code == 0
    assert both_tables(scene) == before
    assert scene.command("ledger", "check").exit_code == 0


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"effective_at": "2026-11-21T07:59"}, "24 小时"),
        ({"approved_by": ""}, "批准"),
        ({"notified_at": ""}, "请填写这一项"),
        ({"decided_on": "2026-11-23"}, "不能晚于今天"),
        ({"hazards": "YH2026-999999"}, "没有这个编号的隐患"),
        ({"kind": "hang"}, "措施"),
    ],
)
def test_what_the_law_asks_of_a_cut_is_asked_for(
    scene: Scene, officer: Person, changed: dict[str, str], told: str
) -> None:
    before = scene.entries()
    answer = send(scene, officer, f"{foundry(scene)}/measures/new", **{**CUT, **changed})
    assert answer.status == 422
    assert told in answer.body.decode()
    assert scene.entries() == before


def test_an_urgent_cut_needs_no_notice(scene: Scene, officer: Person) -> None:
    urgent = {**CUT, "notified_at": "", "urgent": "y"}
    assert send(scene, officer, f"{foundry(scene)}/measures/new", **urgent).status == 303


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"unit_amount": "-1"}, "Number must be"),
        ({"unit_amount": ""}, "请填写这一项"),
        ({"unit_kinds": "warning"}, "请同时选"),
        ({"unit_ground": ""}, "请填写这一项"),
        ({"unit_kinds": "", "unit_amount": "", "unit_ground": ""}, "至少写明一个"),
        ({"person_kinds": "fine", "person_amount": "1", "person_ground": "x"}, "请填写这一项"),
    ],
)
def test_a_penalty_that_lacks_something_is_not_written(
    scene: Scene, officer: Person, changed: dict[str, str], told: str
) -> None:
    before = scene.entries()
    sent = {name: value for name, value in {**FINE, **changed}.items() if value}
    answer = send(scene, officer, f"{foundry(scene)}/penalties/new", **sent)
    assert answer.status == 422
    assert told in answer.body.decode() or told == "Number must be"
    assert scene.entries() == before


def test_only_a_department_records_and_only_for_its_own(scene: Scene, officer: Person) -> None:
    own = f"/units/{scene.settled.enterprise.uuid}"
    for person, path, status in (
        (scene.settled.inspectors[0], f"{own}/penalties/new", 403),  # a town may order, not fine
        (scene.cast.office, f"{own}/penalties/new", 403),
        (officer, f"{own}/penalties/new", 404),
    ):
        assert send(scene, person, path, **FINE).status == status
    assert scene.count("penalty") == 0


def test_three_fines_in_half_a_year_are_flagged_with_their_dates(
    scene: Scene, officer: Person
) -> None:
    days = ("2026-06-01", "2026-09-01", "2026-11-20")
    for number, day in enumerate(days):
        fields = {**FINE, "case_number": f"罚{number}", "decided_on": day}
        assert send(scene, officer, f"{foundry(scene)}/penalties/new", **fields).status == 303
        flagged = ask(scene, scene.cast.office, "/repeat-offences").body.decode()
        assert ("、".join(days) in flagged) is (number == 2)
    assert "、".join(days) in ask(scene, scene.cast.office, foundry(scene)).body.decode()
    foreign = ask(scene, scene.cast.foreign_officer, "/repeat-offences").body.decode()
    assert "、".join(days) not in foreign


def test_an_item_found_again_after_it_was_closed_is_a_repeat(scene: Scene) -> None:
    first = scene.filled(at=NOON - timedelta(days=60))
    still_open = scene.filled(at=NOON - timedelta(days=50))
    for made in (first, still_open):
        assert scene.tablet.hand_in(made).status == 201
    office = scene.cast.office
    assert "YH2026-" not in ask(scene, office, "/repeat-offences").body.decode()
    scene.clock.passes(-timedelta(days=30))
    assert scene.tablet.hand_in(reinspection(first, at=scene.clock())).status == 201
    scene.clock.passes(timedelta(days=30))
    again = scene.filled()
    assert scene.tablet.hand_in(again).status == 201
    ((number,),) = scene.rows(
        "SELECT number FROM hazard WHERE uuid = :uuid", uuid=raised(scene, again)
    )
    text = ask(scene, office, "/repeat-offences").body.decode()
    assert text.count("YH2026-") == 1
    assert number in text
    assert "1 次" in text
    assert number in ask(scene, office, f"/units/{scene.settled.enterprise.uuid}").body.decode()
    page = ask(scene, office, f"/hazards/{raised(scene, again)}").body.decode()
    assert "销号后又发现隐患 1 次" in page
