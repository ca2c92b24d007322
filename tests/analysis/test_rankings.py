"""Rankings and trends: each figure opens its hazards, and no score hides what must be seen."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from inspection.database import writing
from inspection.domain.hazard import Step
from tests.builders.records import reinspection
from tests.builders.stepping import raised, take
from tests.builders.times import NOON
from tests.dispatch.desk import Desk

NOVEMBER = "/rankings?span=month&on=2026-11-01"
WEIGHTS = {"closed": "30", "on_time": "25", "self_found": "15", "speed": "10"}
WEIGHTS |= {"not_overdue": "20", "found": "0"}


@pytest.fixture
def eventful(desk: Desk) -> Desk:
    """Here one hazard is closed and one open, one found by the enterprise; a major one beyond."""
    scene, cast = desk.scene, desk.scene.cast
    made = scene.filled(failed=2)
    assert scene.tablet.hand_in(made).status == 201
    again = reinspection(made, "passed", "returned", at=NOON + timedelta(hours=2))
    assert scene.tablet.hand_in(again).status == 201
    own = {"kind": "self_inspection", "signers": (cast.officer,), "device": cast.officer_device}
    desk.inspect("emergency", "D-09", **own)
    worse = desk.inspect_abroad("outsourcing", "B-02", level="major")
    take(scene, raised(scene, worse), cast.office, Step.LIST)
    return desk


def rows(page: str) -> dict[str, str]:
    """The rows of a ranking by the name of the unit."""
    found = re.findall(r"<tr>\s*<td class=\"nowrap\">.*?</tr>", page, re.DOTALL)
    named = (re.search(r'<th scope="row">([^<]+)', row) for row in found)
    return {name[1]: row for name, row in zip(named, found, strict=True) if name}


def opened(desk: Desk, page: str) -> list[tuple[str, int, int]]:
    """Every figure that is a plain number: its address, what it says, how many it opens."""
    links = re.findall(r'<a href="(/hazards\?[^"]+)">(\d+)</a>', page)
    counted = []
    for href, said in links:
        total = re.search(r"共 (\d+) 条", desk.get(href.replace("&amp;", "&")).text)
        counted.append((href, int(said), int(total[1]) if total else 0))
    return counted


def test_every_figure_opens_as_many_hazards_as_it_says(eventful: Desk) -> None:
    for kind in ("town", "department", "enterprise"):
        figures = opened(eventful, eventful.get(f"{NOVEMBER}&of={kind}").text)
        assert len(figures) >= 5
        assert [each for each in figures if each[1] != each[2]] == []


def test_a_town_is_counted_with_all_below_it_and_a_department_with_what_it_supervises(
    eventful: Desk,
) -> None:
    cast = eventful.scene.cast
    town = rows(eventful.get(f"{NOVEMBER}&of=town").text)[cast.settled.town.name]
    assert re.findall(r">(\d+)</a>", town)[:2] == ["3", "1"]  # found, closed
    assert "33.3%" in town
    department = rows(eventful.get(f"{NOVEMBER}&of=department").text)[cast.department.name]
    assert re.findall(r">(\d+)</a>", department)[0] == "1"


def test_a_major_hazard_that_is_overdue_leaves_no_rank_and_an_idle_unit_is_not_the_last(
    eventful: Desk,
) -> None:
    scene, cast = eventful.scene, eventful.scene.cast
    page = eventful.get(NOVEMBER).text
    assert "一票否决</span>" not in page
    assert "这一期还没有结束，名次是暂时的" in page
    eventful.until(5, 12)
    with writing(scene.engine) as session:
        due = "UPDATE hazard SET deadline_on = '2026-11-25', urgency = 739945 WHERE level = 'major'"
        session.execute(text(due))
    page = eventful.get(NOVEMBER).text
    with writing(scene.engine) as session:
        from inspection.hazards import register

        register.rebuild(session)
    assert "名次是暂时的" not in page
    (vetoed,) = [row for row in rows(page).values() if "一票否决" in row]
    assert "1 条重大隐患逾期" in vetoed
    assert "level=major" in vetoed
    own = rows(page)[cast.settled.town.name]
    assert '<td class="nowrap">1</td>' in own
    october = eventful.get("/rankings?span=month&on=2026-10-01").text
    assert october.count("没有隐患可计，不排名次") == len(rows(october))


def test_an_office_sets_its_own_weights_and_the_page_says_whose_they_are(eventful: Desk) -> None:
    scene, cast = eventful.scene, eventful.scene.cast
    assert "销号率×30 ＋ 按期率×25" in eventful.get(NOVEMBER).text
    for odd in ({"closed": "-1"}, {"speed": "101"}, {"found": "很多"}, dict.fromkeys(WEIGHTS, "0")):
        assert eventful.post("/rankings/weights", **{**WEIGHTS, **odd}).status_code == 422
    assert scene.entries("ranking.weighed") == []
    done = eventful.post("/rankings/weights", **{**WEIGHTS, "closed": "0", "self_found": "100"})
    assert done.status_code == 303
    page = eventful.get(NOVEMBER).text
    assert "自查率×100" in page
    assert "销号率×30" not in page
    assert f"{cast.office.name} 设定，" in page
    assert "系统默认" in eventful.get("/rankings/weights").text  # the version before
    town = eventful.get(NOVEMBER, cast.foreign_office).text
    assert "销号率×30" in town


def test_nobody_ranks_what_is_not_below_them(eventful: Desk) -> None:
    cast = eventful.scene.cast
    district = eventful.get(NOVEMBER).text
    assert cast.settled.town.name in district
    for foreign in (cast.settled.town.uuid, cast.settled.enterprise.uuid, "x"):
        assert eventful.get(f"{NOVEMBER}&unit={foreign}", cast.foreign_office).status_code == 404
    assert eventful.get(f"{NOVEMBER}&unit={cast.settled.enterprise.uuid}").status_code == 404
    assert eventful.get(NOVEMBER, cast.officer).status_code == 403
    page = eventful.get(NOVEMBER, cast.foreign_office).text
    assert cast.settled.enterprise.name not in page


def test_trends_top_findings_and_the_heat_table_open_their_hazards(eventful: Desk) -> None:
    page = eventful.get("/rankings/trends?span=month&on=2026-11-01").text
    figures = opened(eventful, page)
    assert [each for each in figures if each[1] != each[2]] == []
    month = page[page.index('<th scope="row">2026-11') :][:900]
    assert re.findall(r'data-value="(\d+)"', month)[:3] == ["4", "1", "3"]
    assert sum("item=" in href for href, *_ in figures) == 4
    assert any("sector=" in href for href, *_ in figures)
    lists = eventful.get("/rankings/trends?span=month&on=2026-11-01&heat=list").text
    assert [each for each in opened(eventful, lists) if each[1] != each[2]] == []
    assert sum("item=emergency/" in each[0] for each in opened(eventful, lists)) == 2
