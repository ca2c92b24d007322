"""A report that cannot be issued yet: the record's page says why, what is safe, and what to do."""

from dataclasses import replace
from typing import Any

import pytest

from inspection import worker
from inspection.domain.problems import WorkOverrun
from inspection.jobs.confinement import run_confined
from inspection.reports import issuing, pdf
from tests.builders.people import Person
from tests.builders.records import Filled
from tests.reports import samples
from tests.scene import Scene
from tests.tablet import COOKIE

ROCKET = "\U0001f680"


def _handed_in(scene: Scene, **changed: Any) -> Filled:
    made = scene.filled(**changed)
    scene.tablet.hand_in(made)
    scene.tablet.send_all(made)
    assert worker.work_once(scene.wiring) is True
    assert scene.count("report") == 0
    return made


def _page(scene: Scene, made: Filled, reader: Person, language: str = "zh") -> str:
    browser = scene.app.test_client()
    browser.set_cookie(COOKIE, scene.token_of(reader))
    answer = browser.get(f"/records/{made.uuid}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


def test_the_page_names_the_character_the_place_and_what_to_do(scene: Scene) -> None:
    made = _handed_in(scene, opinion=f"立即整改{ROCKET}")
    page = _page(scene, made, scene.cast.auditor)
    assert "报告还没有出具：有字在现有字体中没有字形" in page
    assert f"“{ROCKET}”（U+1F680），在“现场处理意见”一栏" in page
    assert "记录、照片和签名已完整收存" in page
    assert "加装含有这些字的字体" in page
    assert "已试 1 次" in page
    assert "正在出具" not in page
    english = _page(scene, made, scene.cast.auditor, "en")
    assert f"“{ROCKET}” (U+1F680), under “现场处理意见”" in english


def test_a_mistake_of_ours_is_said_as_one_and_tells_no_secrets(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(worker.WORK, "report.issue", lambda *_: 1 / 0)
    page = _page(scene, _handed_in(scene), scene.cast.office)
    assert "出具时出了内部错误。" in page
    assert "记录已完整收存。" in page
    assert "ZeroDivisionError" not in page


def test_a_drawing_that_overruns_waits_and_the_worker_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time runs out for the first report, memory for the second; the third is issued."""
    for limits in ({"DRAW_SECONDS": 0.2}, {"DRAW_MEMORY_MB": 60}):
        with monkeypatch.context() as narrow:
            for name, limit in limits.items():
                narrow.setattr(issuing, name, limit)
            page = _page(scene, _handed_in(scene), scene.cast.auditor)
        assert "报告还没有出具：处理时间过长，已中止。" in page
    made = scene.filled()
    scene.tablet.hand_in(made)
    scene.tablet.send_all(made)
    assert worker.work_once(scene.wiring) is True
    assert scene.entries("report.issued") == [made.uuid]


def test_a_report_of_ten_thousand_items_overruns_alone() -> None:
    """No record that large comes in; if one did, its drawing would end and the next one begin."""
    made = samples.full_record()
    material = samples.material_of(made)
    group = material.content.groups[0]
    rows = tuple(replace(group.rows[0], code=f"A-{n}") for n in range(10_000))
    huge = replace(material.content, groups=(replace(group, rows=rows),), opinion="长" * 80_000)
    with pytest.raises(WorkOverrun):
        run_confined(pdf.draw, replace(material, content=huge), seconds=4)
    drawn = run_confined(pdf.draw, material, seconds=issuing.DRAW_SECONDS)
    assert drawn.pages > 4
