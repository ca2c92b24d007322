"""The page of the escalation ladder: in force, preview, a version of one's own, errors by field."""

import re

import pytest
from flask import Flask

from inspection.domain.ladder import DEFAULT, Code, Recipient
from inspection.hazards import awaiting
from inspection.hazards.register import ESCALATED
from tests.notices.desk import Desk
from tests.scene import Scene, database, scene  # noqa: F401


def filled(**changes: object) -> dict[str, object]:
    """The form as the given ladder fills it in."""
    fields: dict[str, object] = {"version": "0", "do": "save"}
    for rung in DEFAULT:
        fields |= {
            f"{rung.code}_on": "y",
            f"{rung.code}_days": str(rung.days),
            f"{rung.code}_working": "working" if rung.working else "",
            f"{rung.code}_major_days": "" if rung.major_days is None else str(rung.major_days),
            f"{rung.code}_to": list(rung.to),
            f"{rung.code}_zh": rung.zh,
            f"{rung.code}_en": rung.en,
        }
    fields |= changes
    return {name: value for name, value in fields.items() if value is not None}


@pytest.fixture
def office(scene: Scene) -> Desk:  # noqa: F811
    """The safety-committee office of the district."""
    return Desk(scene, scene.cast.office)


def test_the_given_ladder_is_shown_with_an_example(office: Desk) -> None:
    page = office.read("/ladders")
    assert "现在用系统给定的" in page
    assert "示例机械有限公司" in page
    assert "已逾期 3 天" in page
    assert "{late}" in page  # in the form


def test_a_preview_saves_nothing_and_a_saved_version_is_in_force_and_in_the_ledger(
    scene: Scene,  # noqa: F811
    office: Desk,
) -> None:
    changed = filled(supervise_days="5", supervise_zh="{unit}：{number} 逾期 {late} 天，请督办")
    seen = office.send("/ladders", "/ladders", **{**changed, "do": "preview"})
    assert seen.status_code == 200
    assert "这是预览" in seen.text
    assert "逾期 5 天，请督办" in seen.text
    assert scene.entries("ladder.saved") == []
    assert office.send("/ladders", "/ladders", **changed).status_code == 303
    assert scene.entries("ladder.saved") == [scene.settled.district.uuid]
    page = office.read("/ladders")
    assert "现在用本单位第 1 版" in page
    assert f"{scene.cast.office.name} · " in page
    again = filled(version="1", remind_on=None)
    assert office.send("/ladders", "/ladders", **again).status_code == 303
    old = office.read("/ladders?version=1")
    assert "您在看第 1 版" in old
    assert "逾期 5 天，请督办" in old
    assert office.get("/ladders?version=9").status_code == 404


def test_an_office_goes_back_to_what_it_inherits_and_may_have_its_own_again(
    scene: Scene,  # noqa: F811
    office: Desk,
) -> None:
    assert "改回沿用上级的" not in office.read("/ladders")
    office.send("/ladders", "/ladders", **filled(supervise_days="5"))
    page = office.read("/ladders")
    assert "改回沿用上级的" in page
    assert office.send("/ladders/inherited", "/ladders", version="0").status_code == 409
    assert office.send("/ladders/inherited", "/ladders", version="1").status_code == 303
    page = office.read("/ladders")
    assert "现在用系统给定的" in page
    assert "第 2 版：沿用上级" in page
    assert "已逾期 3 天" in page, "the given ladder again"
    assert scene.entries("ladder.saved") == [scene.settled.district.uuid] * 2
    again = filled(version="2", supervise_days="5")
    assert office.send("/ladders", "/ladders", **again).status_code == 303
    assert "现在用本单位第 3 版" in office.read("/ladders")


def test_whoever_saves_from_an_old_page_is_told(office: Desk) -> None:
    assert office.send("/ladders", "/ladders", **filled()).status_code == 303
    late = office.send("/ladders", "/ladders", **filled(urge_days="1"))
    assert late.status_code == 409
    assert "别人保存了督促阶梯的新版本" in late.text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"urge_days": "明天"}, "urge_days", "请填整数"),
        ({"urge_days": ""}, "urge_days", "请填写这一项"),
        ({"urge_days": "-1"}, "urge_days", "只有“提醒”可以在期限之前"),
        ({"supervise_days": "9"}, "propose_listing_days", "不能早于前一级"),
        ({"urge_to": None}, "urge_to", "请选至少一类收件人"),
        ({"urge_zh": "{password}"}, "urge_zh", "大括号里只能用"),
        ({"urge_zh": ""}, "urge_zh", "请填写这一项"),
        ({f"{code}_on": None for code in Code}, "", "至少要用一级"),
    ],
)
def test_what_does_not_do_is_said_at_its_field(
    scene: Scene,  # noqa: F811
    office: Desk,
    changes: dict[str, object],
    field: str,
    words: str,
) -> None:
    answer = office.send("/ladders", "/ladders", **filled(**changes))
    assert answer.status_code == 422
    summary = answer.text[answer.text.index('class="error-summary"') :]
    assert words in summary[: summary.index("</div>")]
    if field:
        assert re.search(rf'id="{field}[-"]', answer.text)
        assert f'href="#{field}"' in summary
    assert scene.entries("ladder.saved") == []


def test_what_an_office_wrote_is_escaped(office: Desk) -> None:
    office.send("/ladders", "/ladders", **filled(urge_zh="<script>alert(1)</script>"))
    assert "<script>alert" not in office.read("/ladders")


def test_only_offices_keep_ladders_and_only_by_a_form_of_ours(
    scene: Scene,  # noqa: F811
    office: Desk,
) -> None:
    cast = scene.cast
    for person in (cast.officer, cast.head, cast.auditor, scene.settled.inspectors[0]):
        assert Desk(scene, person).get("/ladders").status_code == 403
    refused = office.send("/ladders", "/ladders", **filled(csrf_token="x"))
    assert refused.status_code == 403
    assert scene.entries("ladder.saved") == []


def test_every_rung_recipient_and_notice_has_its_word(app: Flask) -> None:
    words = {
        "rung_word": list(Code),
        "recipient_word": list(Recipient),
        "told_word": [*awaiting.CALLS, *(f"{ESCALATED}.{code}" for code in Code)],
    }
    with app.test_request_context():
        module = app.jinja_env.get_template("web/hazards/escalation.html").module
        for macro, codes in words.items():
            for code in codes:
                assert re.search("[\u4e00-\u9fff]", str(getattr(module, macro)(str(code)))), code
