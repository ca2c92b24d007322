"""The log of exports: who carried which list away, for administrators."""

from inspection import worker
from tests.notices.desk import Desk
from tests.scene import Scene, database, scene  # noqa: F401


def test_who_carries_a_list_away_is_told_to_administrators(scene: Scene) -> None:  # noqa: F811
    assert scene.tablet.hand_in(scene.filled(failed=2)).status == 201
    office, administrator = Desk(scene, scene.cast.office), Desk(scene, scene.cast.administrator)
    assert "还没有人导出过" in administrator.read("/exports")
    assert office.get("/lists/problems.xlsx").status_code == 404, "a link takes nothing away"
    taken = office.send("/lists/problems.xlsx?level=general&text=作业票", "/lists/problems")
    assert taken.status_code == 200
    assert office.send("/lists/duties/exports", "/lists/duties").status_code == 303
    while worker.work_once(scene.wiring):
        pass
    later, first = administrator.read("/exports").split("<tbody>")[1].split("</tr>")[:2]
    for told in (scene.cast.office.name, "问题隐患清单", "等级 一般；文字 作业票", ">2</td>"):
        assert told in first, told
    assert "隐患整治责任清单" in later
    assert "全部" in later
    assert office.get("/exports").status_code == 403
    assert scene.command("ledger", "check").exit_code == 0
