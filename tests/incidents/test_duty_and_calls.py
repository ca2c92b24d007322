"""Who is on duty now, and who answered when an office called."""

from datetime import timedelta

from tests.enforcement.test_cases import ask, send
from tests.scene import Scene

CALL = {
    "occasion": "元旦假期",
    "words": "放假前关掉危险作业，安排值班。",
    "due_at": "2026-11-22T14:00",
    "sector": "",
}


def test_the_crew_of_a_day_stays_until_the_next_morning(scene: Scene) -> None:
    office, town = scene.cast.office, scene.settled.town
    days = {"unit": town.uuid, "since": "2026-11-22", "until": "2026-11-23"}
    crew = {"leader": "周明", "staff": "沈岚、顾城", "phone": "0512-8888"}
    assert send(scene, office, "/duty", **days, **crew).status == 303
    later = {**days, "since": "2026-11-23", "leader": "王玉兰", "staff": "许一"}
    assert send(scene, office, "/duty", **later).status == 303  # the newest word counts

    def now() -> str:
        return ask(scene, office, "/duty").body.decode().split("现在值班")[1].split("</section>")[0]

    assert "周明" in now()
    scene.clock.passes(timedelta(hours=20, minutes=29))  # 8:29 the next morning
    assert "周明" in now()
    scene.clock.passes(timedelta(minutes=1))
    assert "王玉兰" in now()
    wrong = {**days, "until": "2026-11-21"}
    assert send(scene, office, "/duty", **wrong, **crew).status == 422
    other = {**days, "unit": scene.settled.enterprise.uuid}
    assert send(scene, office, "/duty", **other, **crew).status == 404
    assert ask(scene, scene.cast.head, "/duty").status == 403


def test_units_answer_with_one_tap_and_who_did_not_stands_first(scene: Scene) -> None:
    cast, unit = scene.cast, scene.settled.enterprise
    answer = send(scene, cast.office, "/calls", **CALL)
    assert answer.status == 303, answer.body.decode()
    address = answer.headers["location"]
    before = ask(scene, cast.office, address).body.decode()
    assert "还有 3 家没有应答" in before
    home = ask(scene, cast.head, "/enterprise").body.decode()
    assert "元旦假期" in home
    assert f'action="{address}/answer"' in home
    assert ">1<" in ask(scene, cast.head, "/enterprise").body.decode()  # a notice waits
    scene.clock.passes(timedelta(minutes=7))
    assert send(scene, cast.head, f"{address}/answer").status == 303
    assert send(scene, cast.officer, f"{address}/answer").status == 303  # changes nothing
    assert "元旦假期" not in ask(scene, cast.head, "/enterprise").body.decode()
    assert len(scene.entries("call.answered")) == 1
    assert "0 条未读" in ask(scene, cast.head, "/inbox").body.decode()
    scene.clock.passes(timedelta(hours=3))
    late = ask(scene, cast.office, address).body.decode()
    assert "12:07" in late
    assert late.count("超时未应答") == 2
    assert late.index("超时未应答") < late.index(cast.head.name)
    folded = late[late.index('<details class="fold" id="answered">') :]
    assert "已应答 1 家" in folded
    assert unit.name in folded
    assert "超时未应答" not in folded
    note = f"{address}/units/{cast.foreign_unit.uuid}"
    assert send(scene, cast.office, note, by="门卫老赵").status == 303
    assert "门卫老赵" in ask(scene, cast.office, address).body.decode()
    assert send(scene, cast.foreign_office, f"{address}/units/{unit.uuid}", by="x").status == 404
    seen = ask(scene, cast.foreign_officer, address).body.decode()
    assert unit.name not in seen  # a unit sees its own answer only


def test_a_call_reaches_somebody_and_wants_an_answer_in_the_future(scene: Scene) -> None:
    office = scene.cast.office
    for wrong in ({"due_at": "2026-11-22T11:00"}, {"sector": "fishery"}, {"occasion": " "}):
        assert send(scene, office, "/calls", **{**CALL, **wrong}).status == 422, wrong
    assert scene.count("call") == 0
    assert send(scene, scene.cast.head, "/calls", **CALL).status == 403
