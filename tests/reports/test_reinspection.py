"""The report of a re-inspection (整改复查意见): what was demanded, what was found, with photos."""

import subprocess
from datetime import timedelta

from inspection import database
from inspection.reports import issuing
from inspection.submissions import intake
from tests.builders.identifiers import sha256
from tests.builders.records import Filled, reinspection
from tests.builders.times import NOON
from tests.reports import samples, scenes


def _hand_in(scene: scenes.Scene, made: Filled) -> None:
    wiring = scene.wiring
    for data in made.blobs.values():
        wiring.blobs.keep(data)
    with database.reading(wiring.engine) as session:
        examined = intake.examine(
            session, made.uuid, made.body(), catalog=wiring.catalog, blobs=wiring.blobs
        )
    with database.writing(wiring.engine) as session:
        accepted = intake.accept(
            session,
            examined,
            submitted_by=1,
            blobs=wiring.blobs,
            key=wiring.server_key,
            at=made.at,
        )
    assert not accepted.held, examined.faults


def _text(data: bytes, tmp_path) -> str:
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    said = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return " ".join(said.stdout.decode().split())


def _with_pictures(made: Filled, first: int) -> Filled:
    for number, entry in enumerate(made.payload["photos"], start=first):
        data = samples.scene(number)
        made.blobs.pop(entry["sha256"])
        made.blobs[sha256(data)] = data
        entry.update(sha256=sha256(data), size=len(data))
    return made


def test_it_says_of_each_hazard_what_was_demanded_and_what_was_found(engine, home, tmp_path):
    scene = scenes.scene(engine, home)
    former = scene.record
    first = _with_pictures(reinspection(former, "returned", at=NOON + timedelta(days=5)), 20)
    _hand_in(scene, first)
    second = reinspection(former, "passed", "returned", at=NOON + timedelta(days=8))
    second.payload["reinspected"][1].update(
        words="压力表已换，仍缺一具。", deadline_on="2026-12-07"
    )
    _hand_in(scene, _with_pictures(second, 30))
    shelved = issuing.issue(second.uuid, **scenes.collaborators(scene.wiring))
    text = _text(scene.wiring.blobs.read(shelved.sha256), tmp_path)
    assert "安全生产整改复查记录" in text
    assert "复查依据 检记〔2026〕" in text
    assert "共复查隐患 2 条；已整改 1 条，予以销号；未整改 1 条" in text
    for number in ("YH2026-", "（第 2 次复查）"):
        assert number in text
    assert "期限 2026年11月30日" in text, "the deadline that the first re-inspection gave"
    assert "责令于 2026年12月7日 前改完" in text
    assert "压力表已换，仍缺一具。" in text
    shots = [entry["sha256"] for entry in former.payload["photos"][:4]]
    shots += [entry["sha256"] for entry in first.payload["photos"] + second.payload["photos"]]
    for digest in shots:
        assert f"SHA-256 {digest[:32]}" in text
    for label in ("整改前", "上次复查", "本次复查"):
        assert label in text
    assert "逐项" not in text


def test_photos_that_have_not_arrived_leave_a_note_and_stop_nothing(engine, home, tmp_path):
    scene = scenes.scene(engine, home)
    again = _with_pictures(reinspection(scene.record, "passed", at=NOON + timedelta(days=5)), 40)
    _hand_in(scene, again)
    digest = scene.record.payload["photos"][0]["sha256"]
    (path,) = (home / "blobs").rglob(f"*{digest}*")
    path.unlink()
    shelved = issuing.issue(again.uuid, **scenes.collaborators(scene.wiring))
    text = _text(scene.wiring.blobs.read(shelved.sha256), tmp_path)
    assert "此照片文件无法显示" in text
    assert digest[:32] in text
