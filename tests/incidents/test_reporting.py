"""Accidents by the clock: what is left, what is late and by how much, who may report what."""

from datetime import timedelta

from tests.enforcement.test_cases import ask, send
from tests.scene import Scene

HEADINGS = ("cause", "background", "development", "response", "consequences", "impact", "opinion")
NOON = "2026-11-22T12:00"


def entered(scene: Scene, **said: str) -> str:
    """An accident that the office learned of at noon: where it stands."""
    fields = {
        "unit": scene.settled.enterprise.name,
        "title": "叉车撞人",
        "happened_at": "2026-11-22T11:40",
        "head_told_at": "2026-11-22T11:45",
        "learned_at": NOON,
        "injured": "1",
        **said,
    }
    answer = send(scene, scene.cast.office, "/incidents/new", **fields)
    assert answer.status == 303, answer.body.decode()
    return answer.headers["location"]


def page(scene: Scene, address: str) -> str:
    return ask(scene, scene.cast.office, address).body.decode()


def test_three_clocks_run_and_lateness_is_computed(scene: Scene) -> None:
    address, office = entered(scene), scene.cast.office
    (day,) = ("2026-11-22",)
    assert f"/look-back?unit={scene.settled.enterprise.uuid}&amp;before={day}" in page(
        scene, address
    )
    scene.clock.passes(timedelta(minutes=15))
    assert "还剩 5 分钟" in page(scene, address)
    first = {"stage": "first", "reported_at": "2026-11-22T12:12", "words": "一人轻伤"}
    assert send(scene, office, f"{address}/reports", **first).status == 303
    assert send(scene, office, f"{address}/reports", **first).status == 409
    scene.clock.passes(timedelta(minutes=60))  # 13:15
    assert "已超时 15 分钟" in page(scene, address)
    written = {"stage": "written", "reported_at": "2026-11-22T13:10", "words": "核实：一人轻伤"}
    assert send(scene, office, f"{address}/reports", **written).status == 303
    assert "迟报 10 分钟" in page(scene, address)
    seven = dict.fromkeys(HEADINGS, "已查明")
    detailed = {"stage": "detailed", "reported_at": "2026-11-22T13:15", **seven}
    lacking = {**detailed, "opinion": ""}
    assert send(scene, office, f"{address}/reports", **lacking).status == 422
    assert send(scene, office, f"{address}/reports", **detailed).status == 303
    for _ in range(2):
        more = {"stage": "follow_up", "reported_at": "2026-11-22T13:15", "words": "已出院"}
        assert send(scene, office, f"{address}/reports", **more).status == 303
    scene.clock.passes(timedelta(days=3))
    told = page(scene, address)
    assert "迟报 10 分钟" in told  # late for ever
    assert "舆论" in told
    assert "有迟报" in told
    late = scene.rows("SELECT stage, late FROM incident_report ORDER BY id")
    assert [bool(each) for _, each in late] == [False, True, False, False, False]


def test_what_cannot_have_been_is_refused(scene: Scene) -> None:
    office, address = scene.cast.office, entered(scene)
    for wrong in (
        {"reported_at": "2026-11-22T11:59"},  # before anybody here knew
        {"reported_at": "2026-11-22T18:00"},  # still to come
        {"words": ""},
    ):
        said = {"stage": "first", "reported_at": NOON, "words": "x", **wrong}
        assert send(scene, office, f"{address}/reports", **said).status == 422, wrong
    early = {"learned_at": "2026-11-22T11:00"}
    unknown = {"unit": "没有这家"}
    for odd in (early, unknown, {"happened_at": "2026-11-23T08:00"}, {"dead": "-1"}):
        said = {
            "unit": scene.settled.enterprise.name,
            "title": "x",
            "happened_at": "2026-11-22T11:40",
            "learned_at": NOON,
            **odd,
        }
        assert send(scene, office, "/incidents/new", **said).status == 422, odd
    assert scene.count("incident") == 1


def test_an_enterprise_reports_and_its_offices_are_told(scene: Scene) -> None:
    """Its report is the moment when the office learned of it: the statutory hour is met by it."""
    said = {
        "unit": scene.settled.enterprise.name,
        "title": "配电房起火",
        "happened_at": "2026-11-22T10:30",
        "head_told_at": "2026-11-22T10:35",
        "words": "已断电",
    }
    answer = send(scene, scene.cast.head, "/incidents/new", **said)
    assert answer.status == 303
    address = answer.headers["location"]
    assert "迟报 25 分钟" in page(scene, address)  # told at noon, due at 11:35
    assert "还剩 20 分钟" in page(scene, address)  # the office's own clock begins now
    told = scene.rows("SELECT person_id FROM notice WHERE link = :link", link=address)
    assert told
    own = {"stage": "first", "reported_at": NOON, "words": "x"}
    assert send(scene, scene.cast.head, f"{address}/reports", **own).status == 403
    assert ask(scene, scene.cast.foreign_office, address).status == 404
    assert scene.command("ledger", "check").exit_code == 0
