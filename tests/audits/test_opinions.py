"""Opinions: who may give one, what is asked of the form, and by what warrant a key is used.

Signing into a real file is test_sealed_cases.py; here reports are rows without a file.
"""

import pytest
from sqlalchemy import select, text, update

from inspection.accounts import signing_in
from inspection.accounts.people import MembershipRow, PersonAccount
from inspection.accounts.policy import Role
from inspection.audits import opinions
from inspection.audits.opinions import OpinionRow
from inspection.database import reading, writing
from inspection.domain.opinion import is_whole
from inspection.domain.problems import ReportMovedOn, WarrantMissing
from inspection.reports import revisions
from inspection.signing import boxes, seals
from tests.audits.rows import shelve
from tests.audits.standing import Standing
from tests.scene import Scene


@pytest.fixture
def desk(scene: Scene) -> Standing:
    """A report whose file is a few bytes."""
    made = scene.filled()
    report = shelve(scene, made)
    digest = scene.wiring.blobs.keep(b"the issued file")
    with writing(scene.engine) as session:
        session.execute(text("UPDATE report SET sha256 = :d, size = 15"), {"d": digest})
    return Standing(scene, made, report)


def test_two_opinions_and_no_third(desk: Standing):
    auditor = desk.scene.cast.auditor
    for conclusion in ("needs_correction", "no_objection"):
        assert desk.say(auditor, conclusion=conclusion).status_code == 303
    assert [(each.number, each.signed) for each in desk.case().opinions] == [(1, False), (2, False)]
    page = desk.browser(auditor).get(f"/audits/{desk.report}").text
    assert "已有两条审核意见" in page
    assert "正在签名" in page
    third = desk.say(auditor)
    assert third.status_code == 409
    assert "opinions_full" in third.text
    assert len(desk.scene.entries("opinion.given")) == 2


def test_what_is_wrong_with_the_form_is_said_and_nothing_is_written(desk: Standing):
    for changed, said in (
        ({"password": "wrong-password"}, "密码不对，意见没有提交"),
        ({"password": ""}, "请填密码"),
        ({"conclusion": ""}, "请选一个结论"),
        ({"conclusion": "objection", "text": "  "}, "请写明要更正什么"),
        ({"text": "长" * 201}, "意见最多 200 字"),
        ({"text": "见附图\U0001f600"}, "印不到报告上，请换一个写法：\U0001f600"),
    ):
        answer = desk.say(desk.scene.cast.auditor, **changed)
        assert answer.status_code == 422, changed
        assert said in answer.text
        assert "wrong-password" not in answer.text
    stale = desk.say(desk.scene.cast.auditor, read_sha256="0" * 64)
    assert stale.status_code == 409
    assert "report_moved_on" in stale.text
    with writing(desk.scene.engine) as session:
        session.execute(text("UPDATE report SET reserved = false"))
    placeless = desk.say(desk.scene.cast.auditor)
    assert placeless.status_code == 409
    assert "opinion_place_missing" in placeless.text
    assert desk.scene.entries("opinion.given") == []


def test_guessing_the_password_ends_like_guessing_at_the_door(
    desk: Standing, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(signing_in, "TRIES", 2)
    for _ in range(2):
        assert desk.say(desk.scene.cast.auditor, password="wrong").status_code == 422
    answer = desk.say(desk.scene.cast.auditor)  # the right one
    assert "试的次数太多" in answer.text
    assert desk.scene.entries("opinion.given") == []


def test_nobody_judges_their_own_record(desk: Standing):
    inspector = desk.scene.settled.inspectors[0]
    district = desk.scene.settled.district.id
    with writing(desk.scene.engine) as session:
        person = select(PersonAccount.id).where(PersonAccount.uuid == inspector.uuid)
        session.add(
            MembershipRow(person_id=session.scalar(person), unit_id=district, role=Role.AUDITOR)
        )
    answer = desk.say(inspector)
    assert answer.status_code == 403
    assert "opinion_on_own_record" in answer.text


def test_the_key_is_used_only_for_what_the_ledger_says(desk: Standing):
    assert desk.say(desk.scene.cast.auditor).status_code == 303
    (given,) = desk.case().opinions
    for change in ({"text": "换过的话"}, {"conclusion": "no_objection"}, {"seq": 1}, {"link": "0"}):
        with writing(desk.scene.engine) as session:
            session.execute(update(OpinionRow).values(**change))
        with pytest.raises(WarrantMissing):
            _sign(desk, given.uuid)
        with writing(desk.scene.engine) as session:
            kept = {name: getattr(given, name) for name in ("text", "conclusion", "seq", "link")}
            session.execute(update(OpinionRow).values(**kept))
    assert desk.scene.entries("key.used") == []
    assert desk.case().revisions == ()


def _sign(desk: Standing, uuid: str) -> None:
    wiring = desk.scene.wiring
    opinions.sign(
        uuid,
        engine=wiring.engine,
        blobs=wiring.blobs,
        authority=wiring.authority,
        clock=wiring.clock,
    )


def test_signing_twice_gives_one_revision(desk: Standing, monkeypatch: pytest.MonkeyPatch):
    """The second worker comes while the first one signs: its claim had expired."""
    assert desk.say(desk.scene.cast.auditor).status_code == 303
    (given,) = desk.case().opinions
    made: list[bytes] = []

    def sealed(current: bytes, **_) -> bytes:
        made.append(current)
        mine = bytes([len(made)])
        if len(made) == 1:
            _sign(desk, given.uuid)
        return current + b" signed" + mine

    monkeypatch.setattr(opinions, "_picture", lambda *_: b"")
    monkeypatch.setattr(boxes, "box_of", lambda *_: (200.0, 60.0))
    monkeypatch.setattr(seals, "add_signature", sealed)
    with pytest.raises(ReportMovedOn):
        _sign(desk, given.uuid)
    _sign(desk, given.uuid)  # the queue tries again: there is nothing left to do
    assert len(made) == 2
    with reading(desk.scene.engine) as session:
        assert len(revisions.of(session, desk.report)) == 1
    assert [each.signed for each in desk.case().opinions] == [True]


def test_who_objects_says_why():
    assert is_whole("no_objection", "")
    assert not is_whole("objection", " ")
    assert not is_whole("maybe", "x")
    assert not is_whole("no_objection", "长" * 201)
