"""A selection is announced with its pool, drawn by a value nobody knew, drawn again by anybody."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns.test_campaigns import handed_in
from tests.notices.desk import Desk
from tests.scene import Scene
from tests.selections.conftest import Town

DOCUMENT = Path(__file__).parents[2] / "docs" / "double-random.md"
VALUE = "03 08 17 22 26 31 + 09"


def asked(town: Town, **changed: Any) -> dict[str, Any]:
    return {
        "title": "四季度双随机",
        "source": "双色球第2026137期开奖号码，中国福彩网",
        "value_from": "2026-11-24T22:00",
        "visit_since": "2026-11-25",
        "visit_until": "2026-12-10",
        "stratum0_risk": "high",
        "stratum0_wanted": "1",
        "stratum2_sector": "machinery",
        "stratum2_wanted": "3",
        "inspectors": [each.uuid for each in town.inspectors],
        "inspectors_each": "2",
        "experts": town.expert.uuid,
        "experts_each": "1",
        "recent_days": "365",
        **changed,
    }


def announced(scene: Scene, town: Town, **changed: Any) -> str:
    answer = Desk(scene, town.office).send(
        "/selections/new", "/selections/new", **asked(town, **changed)
    )
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def by_the_document(file: Path) -> list[list[str]]:
    """What the lines in the document print of a file."""
    code = DOCUMENT.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    command = [sys.executable, "-c", code, str(file)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split() for line in lines.splitlines()]


def visits_of(said: dict[str, Any]) -> list[list[str]]:
    """The same as a file says it."""
    return [
        [said["pool_sha256"], said["seed"]],
        *([visit["enterprise"], *visit["people"]] for visit in said["visits"]),
    ]


def test_a_selection_from_announcement_to_a_stranger_who_draws_it_again(
    scene: Scene, town: Town, tmp_path: Path
) -> None:
    office, first = Desk(scene, town.office), town.inspectors[0]
    kin = {"person": first.uuid, "unit": "测试5厂", "words": "配偶是股东"}
    assert office.send("/conflicts", "/conflicts", **kin).status_code == 303
    handed_in(scene)  # two of the four were at the enterprise today
    address = announced(scene, town)
    stranger = scene.app.test_client()
    public = address.replace("/selections/", "/draws/")
    promise = stranger.get(public).text
    digest = scene.rows("SELECT pool_sha256 FROM selection")[0][0]
    assert digest in promise.replace(" ", "").replace("<wbr>", "")
    assert not any(word in promise for word in ("测试5厂", first.name, "配偶"))
    assert stranger.get(f"{public}.json").status_code == 404
    early = office.send(f"{address}/draw", "/conflicts", value=VALUE)
    assert early.status_code == 409
    assert "还没到" in early.text
    scene.clock.passes(timedelta(days=3))
    late = office.send(f"{address}/withdrawn", "/conflicts", words="结果不合意")
    assert late.status_code == 409
    assert office.send(f"{address}/draw", address, value=VALUE).status_code == 303
    assert office.send(f"{address}/draw", "/conflicts", value="x").status_code == 409

    file = tmp_path / "draw.json"
    kept = office.get(f"{address}.json").data
    file.write_bytes(kept)
    said = json.loads(file.read_bytes())
    away = {(each["person"], each["enterprise"]) for each in said["pool"]["exclusions"]}
    assert {each["why"] for each in said["pool"]["exclusions"]} == {"declared", "recent"}
    assert [each["stratum"] for each in said["visits"]] == [0, 1, 1, 1]
    for visit in said["visits"]:
        assert len(set(visit["people"])) == 3
        assert not away & {(person, visit["enterprise"]) for person in visit["people"]}
    assert by_the_document(file) == visits_of(said)
    agreed = scene.command("selections", "redraw", str(file))
    assert (agreed.exit_code, "一致" in agreed.output) == (0, True)
    said["value"] = "01 02 03 04 05 06 + 07"
    file.write_text(json.dumps(said), encoding="utf-8")
    assert scene.command("selections", "redraw", str(file)).exit_code == 1
    file.write_text('{"format": 1}', encoding="utf-8")
    assert scene.command("selections", "redraw", str(file)).exit_code == 2
    assert office.get(f"{address}.csv").data.count(b"yes") == 4

    sent = f"{address}/assigned"
    assert office.send(sent, address).status_code == 303
    assert office.send(sent, "/conflicts").status_code == 409
    assert scene.count("assignment") == 4  # the expert's
    drawn = {person for visit in said["visits"] for person in visit["people"]}
    inspector = next(each for each in town.inspectors if each.uuid in drawn)
    assert "双随机抽中您" in Desk(scene, inspector).read("/inbox")
    own = Desk(scene, inspector).read(address)
    others = [visit for visit in said["visits"] if inspector.uuid not in visit["people"]]
    assert not any(visit["enterprise"] in own for visit in others)
    assert Desk(scene, inspector).get(f"{address}.json").status_code == 403
    assert Desk(scene, scene.cast.foreign_office).get(address).status_code == 404
    assert stranger.get(f"{public}.json").status_code == 404
    scene.clock.passes(timedelta(days=18))
    assert stranger.get(f"{public}.json").data == kept
    assert first.name in stranger.get(public).text or first.uuid not in drawn
    assert "配偶" not in stranger.get(public).text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"stratum2_wanted": "12"}, "符合条件的只有 9 家"),
        ({"stratum0_sector": "fishery"}, "没有符合条件的企业"),
        ({"venue": "gas"}, "没有符合条件的企业"),
        ({"stratum0_wanted": "", "stratum2_wanted": ""}, "至少要写一类"),
        ({"inspectors_each": "5"}, "选的人不够"),
        ({"inspectors": []}, "选的人不够"),
        ({"value_from": "2026-11-22T11:00"}, "要晚于现在"),
        ({"visit_until": "2026-11-24"}, "早于开始日期"),
        ({"visit_since": "2026-11-23"}, "在抽取之后开始"),
        ({"source": " "}, "公开数值"),
    ],
)
def test_what_cannot_be_announced_says_why(
    scene: Scene, town: Town, changed: dict[str, Any], told: str
) -> None:
    desk = Desk(scene, town.office)
    answer = desk.send("/selections/new", "/selections/new", **asked(town, **changed))
    assert answer.status_code == 422
    assert told in answer.text
    assert scene.count("selection") == 0


def test_nobody_is_in_two_selections_at_once_nor_sent_where_they_may_not_go(
    scene: Scene, town: Town
) -> None:
    first = announced(scene, town, experts_each="")
    desk = Desk(scene, town.office)
    again = desk.send("/selections/new", "/selections/new", **asked(town))
    assert again.status_code == 422
    assert "四季度双随机" in again.text
    assert desk.send(f"{first}/withdrawn", first, words="日期写错").status_code == 303
    assert "日期写错" in desk.read(first)
    assert desk.send("/selections/new", "/selections/new", **asked(town)).status_code == 303


def test_people_are_needed_for_those_drawn_and_not_for_everybody_in_the_pool(
    scene: Scene, town: Town, tmp_path: Path
) -> None:
    """The district's office may not send the town's inspectors to the other town's two."""
    district = Desk(scene, scene.cast.office)
    all_of_them = asked(town, stratum2_wanted="10")
    wrong = district.send("/selections/new", "/selections/new", **all_of_them)
    assert wrong.status_code == 422
    assert "有 2 家可去的人不够（如石泉化工有限公司、石泉铸造有限公司）" in wrong.text
    fitting = asked(town, stratum2_wanted="9")
    answer = district.send("/selections/new", "/selections/new", **fitting)
    assert answer.status_code == 303, answer.text
    assert district.read(answer.location).count("可去的人不够，跳过") == 2
    scene.clock.passes(timedelta(days=3))
    assert district.send(f"{answer.location}/draw", answer.location, value=VALUE).status_code == 303
    file = tmp_path / "draw.json"
    file.write_bytes(district.get(f"{answer.location}.json").data)
    said = json.loads(file.read_bytes())
    assert len(said["visits"]) == 10
    assert all(len(visit["people"]) == 3 for visit in said["visits"])
    assert by_the_document(file) == visits_of(said)
    assert scene.command("selections", "redraw", str(file)).exit_code == 0


def test_people_declare_their_own_conflicts_and_offices_end_them(scene: Scene, town: Town) -> None:
    first, second = town.inspectors[:2]
    own = Desk(scene, first)
    said = {"unit": scene.settled.enterprise.name, "words": "曾任职"}
    assert own.send("/conflicts", "/conflicts", person=first.uuid, **said).status_code == 303
    assert own.send("/conflicts", "/conflicts", person=second.uuid, **said).status_code == 404
    assert "曾任职" not in Desk(scene, second).read("/conflicts")
    office = Desk(scene, town.office)
    page = office.read("/conflicts")
    assert "曾任职" in page
    end = page.split('action="/conflicts/')[1].split("/end")[0]
    assert (
        Desk(scene, second).send(f"/conflicts/{end}/end", "/conflicts", words="x").status_code
        == 404
    )
    assert office.send(f"/conflicts/{end}/end", "/conflicts", words="已离职").status_code == 303
    assert "已离职" in own.read("/conflicts")
    assert Desk(scene, scene.cast.head).get("/conflicts").status_code == 403
