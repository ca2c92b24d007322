"""Closed hazards are drawn by sector with a shown seed, handed out, and hold or come back."""

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from inspection.domain.hazard import Step
from tests.builders.records import reinspection
from tests.builders.stepping import raised, take
from tests.campaigns.test_campaigns import begun, handed_in
from tests.notices.desk import Desk
from tests.scene import Scene

SAMPLING = Path(__file__).parents[2] / "docs" / "sampling.md"


def closed(scene: Scene, count: int) -> list[str]:
    """Hazards that two inspectors looked at again and found in order."""
    made = handed_in(scene, failed=count)
    again = reinspection(made)
    scene.clock.passes(timedelta(hours=1))
    assert scene.tablet.hand_in(again).status == 201
    return [raised(scene, made, place) for place in range(count)]


def drawn(scene: Scene, size: int, **conditions: str) -> str:
    desk = Desk(scene, scene.cast.office)
    page = "/revisits/new?" + "&".join(f"{name}={value}" for name, value in conditions.items())
    answer = desk.send(page, page, size=size, seed="0417")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_what_is_drawn_from_a_campaign_can_be_drawn_again(scene: Scene, tmp_path: Path) -> None:
    office = scene.cast.office
    campaign = begun(scene, office)
    closed(scene, 5)
    desk = Desk(scene, office)
    assert "/revisits/new" in desk.read("/hazards")
    assert "冬季动火专项" in desk.read(f"/revisits/new?campaign={campaign.rsplit('/', 1)[1]}")
    address = drawn(scene, 2, campaign=campaign.rsplit("/", 1)[1])
    page = desk.read(address)
    assert "从 5 条中抽出 2 条" in page
    assert address in desk.read(campaign)
    population = tmp_path / "population.csv"
    population.write_bytes(desk.get(f"{address}/population.csv").data)
    code = SAMPLING.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    command = [sys.executable, "-c", code, str(population), "2", "0417"]
    again = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert again == re.findall(r'<td class="col-number"><a href="/hazards/([^"]+)"', page)
    more = desk.send("/revisits/new", "/revisits/new", size=6, seed="1")
    assert more.status_code == 422
    assert "没有这么多" in more.text
    none = desk.send("/revisits/new?sector=fishery", "/revisits/new", size=1, seed="1")
    assert none.status_code == 422
    assert "没有可抽的" in none.text


def test_a_drawn_hazard_is_handed_out_and_holds_or_comes_back(scene: Scene) -> None:
    cast, inspector = scene.cast, scene.settled.inspectors[0]
    hazards = closed(scene, 2)
    address = drawn(scene, 2)
    desk, town = Desk(scene, cast.office), scene.settled.town
    give = {"hazards": hazards, "due_on": "2026-11-30"}
    form = desk.read(address).split('name="office"')[1].split("</select>")[0]
    assert 'selected value=""' in form or '<option value="">' in form.split("</option>")[0]
    assert town.name in form
    assert scene.settled.district.name + "<" not in form, "there are no inspectors in the office"
    unsaid = desk.send(f"{address}/handed", address, **{**give, "office": "", "due_on": ""})
    assert unsaid.status_code == 422
    assert "请选单位" in unsaid.text
    assert "请填日期" in unsaid.text
    for wrong, told in (
        ({"office": cast.department.uuid}, "不在这个单位的管辖范围"),
        ({"office": scene.settled.district.uuid}, "没有检查人员"),
        ({"office": town.uuid, "due_on": "2026-11-21"}, "不能早于今天"),
    ):
        answer = desk.send(f"{address}/handed", address, **{**give, **wrong})
        assert answer.status_code == 422
        assert told in answer.text, told
    there = desk.get(f"{address}/handed")  # a refused form stands there: its language is changed
    assert (there.status_code, there.headers["location"]) == (303, address)
    assert Desk(scene, inspector).get(address).status_code == 404  # not theirs yet
    assert desk.send(f"{address}/handed", address, **give, office=town.uuid).status_code == 303
    by_inspector = Desk(scene, inspector)
    assert "回头看：2 条隐患" in by_inspector.read("/inbox")
    visit = handed_in(scene, scene.clock(), failed=0)
    assert visit.uuid in by_inspector.read(address)
    holds = f"{address}/hazards/{hazards[0]}/held"
    done = by_inspector.send(holds, address, words="审批单齐全", record=visit.uuid)
    assert done.status_code == 303
    take(scene, hazards[1], inspector, Step.REOPEN)
    page = desk.read(address)
    for told in ("整改保持", "审批单齐全", visit.uuid, "问题反弹"):
        assert told in page, told
    assert "已看 2 条，反弹 1 条" in desk.read("/revisits")
    again = by_inspector.send(holds, address, words="x")
    assert again.status_code == 422
    foreign = Desk(scene, cast.foreign_inspectors[0])
    assert foreign.get(address).status_code == 404
    assert foreign.send(holds, "/inbox/channels", words="x").status_code == 404
