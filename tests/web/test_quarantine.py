"""The administrator's desk: refused bytes, and records about unknown units."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from inspection.accounts.policy import Role
from inspection.database import pages
from inspection.domain.problems import JwsMalformed, KeyUnknown, RecordConflict
from inspection.edge import wired, writing
from inspection.submissions import quarantine
from inspection.web.quarantine import MOST_READABLE, readable
from tests.builders import enrolment
from tests.builders.devices import Device, compact
from tests.builders.identifiers import sha256, uuid7
from tests.builders.people import Person, inspector
from tests.builders.records import Filled, filled
from tests.builders.units import unit


@pytest.fixture
def administrator(app: Flask, settled, sign_in) -> FlaskClient:
    """The browser of the district's administrator."""
    person = inspector("何管理")
    with app.app_context(), writing() as session:
        enrolment.enlist(session, person, unit=settled.district.district, role=Role.ADMINISTRATOR)
    return sign_in(person)


@pytest.fixture
def refuse(app: Flask, settled):
    """Put bytes into quarantine as the API does; answers the address of their page."""

    def refused(body: bytes, problem=None, *, uuid: str = "") -> str:
        uuid = uuid or uuid7()
        carrier: Person = settled.district.inspectors[0]
        with app.app_context(), writing() as session:
            quarantine.keep(
                session,
                uuid,
                body,
                problem or JwsMalformed(),
                person_id=enrolment.actor(session, carrier).person_id,
                at=wired().clock(),
            )
        return f"/quarantine/{uuid}/{sha256(body)}"

    return refused


def made_by_a_stranger(settled, **changed: object) -> Filled:
    """A record whose keys were never enrolled."""
    return filled(
        signers=settled.district.inspectors,
        unit=settled.district.enterprise,
        device=Device(),
        **changed,
    )


def test_the_list_says_what_came_from_whom_and_why(administrator, settled, refuse):
    made = made_by_a_stranger(settled)
    address = refuse(made.body(), KeyUnknown(kid="k" * 43), uuid=made.uuid)
    later = refuse(b"{")
    page = administrator.get("/quarantine").text
    assert "密钥未登记" in page
    assert "签名所用的密钥没有在本系统登记。" in page
    assert settled.district.inspectors[0].name in page
    for each in (made.uuid, f'href="{address}"', f'href="{later}"'):
        assert each in page
    assert page.index(later) < page.index(address)


def test_a_refused_body_is_shown_as_it_reads(administrator, settled, refuse):
    made = made_by_a_stranger(settled)
    page = administrator.get(
        refuse(made.body(), KeyUnknown(kid="k" * 43, pointer="/x"), uuid=made.uuid)
    ).text
    assert settled.district.enterprise.name in page
    assert made.digest in page
    assert "k" * 43 in page
    assert "没有收到过" in page
    assert "未经核实" in page


def test_markup_in_a_refused_body_is_text(administrator, settled, refuse):
    made = made_by_a_stranger(settled, opinion="<script>alert(1)</script><b>&amp;")
    page = administrator.get(refuse(made.body(), uuid=made.uuid)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;&amp;amp;" in page


def test_bytes_come_back_identical_and_are_not_interpreted(administrator, refuse):
    body = b"\x00\xff<html>\r\n" + bytes(range(256))
    answer = administrator.get(f"{refuse(body)}/bytes")
    assert answer.data == body
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff", b"[]", b"{}", b'{"payload":"*","signatures":[1]}']
)
def test_what_is_no_jws_can_still_be_looked_at(administrator, refuse, body):
    page = administrator.get(refuse(body))
    assert page.status_code == 200
    assert "不是可读的签名文件" in page.text


def test_a_conflict_is_laid_beside_the_accepted_record(administrator, hand_in, refuse):
    made = hand_in()
    first = administrator.get(refuse(made.body(), RecordConflict(), uuid=made.uuid)).text
    assert "两份内容相同" in first
    made.payload["opinion"] = "另一份意见"
    second = administrator.get(refuse(made.body(), RecordConflict(), uuid=made.uuid)).text
    assert "两份内容不同" in second
    unreadable = administrator.get(refuse(b"{", RecordConflict(), uuid=made.uuid)).text
    assert "无法比较" in unreadable
    assert "已收存" in administrator.get("/quarantine").text


def test_a_record_about_an_unknown_unit_is_on_the_administrators_list(
    administrator, settled, sign_in, hand_in
):
    nowhere = unit("无名<i>作坊")
    made = hand_in(unit=nowhere)
    page = administrator.get("/quarantine").text
    assert "无名&lt;i&gt;作坊" in page
    assert made.uuid in page
    assert made.uuid not in sign_in(settled.office).get("/records").text
    placed = hand_in()
    assert placed.uuid not in administrator.get("/quarantine").text


def test_only_administrators_see_it(settled, sign_in, refuse):
    address = refuse(b"{")
    for person in (settled.office, settled.auditor, settled.district.inspectors[0]):
        browser = sign_in(person)
        for each in ("/quarantine", address, f"{address}/bytes"):
            assert browser.get(each).status_code == 403
        assert "/quarantine" not in browser.get("/verify").text


def test_nobody_signed_in_sees_nothing(client, refuse):
    address = refuse(b"{")
    for each in ("/quarantine", address, f"{address}/bytes"):
        assert client.get(each).status_code == 401


def test_the_administrator_begins_here(administrator):
    assert administrator.get("/").location == "/quarantine"
    page = administrator.get("/quarantine").text
    assert 'href="/quarantine" aria-current="page"' in page
    assert 'href="/hazards"' not in page
    assert "没有隔离的数据" in page


def test_what_was_never_refused_is_not_found(administrator, refuse):
    address = refuse(b"{")
    digest = address.rpartition("/")[2]
    for wrong in (f"/quarantine/{uuid7()}/{digest}", f"{address[:-1]}x", f"{address}%00"):
        assert administrator.get(wrong).status_code == 404
        assert administrator.get(f"{wrong}/bytes").status_code == 404


def test_the_list_has_pages(administrator, refuse, monkeypatch):
    monkeypatch.setattr(pages, "ROWS_A_PAGE", 2)
    addresses = [refuse(f"{{{number}".encode()) for number in range(3)]
    assert addresses[0] not in administrator.get("/quarantine").text
    second = administrator.get("/quarantine?page=2").text
    assert addresses[0] in second
    assert "单位不在名录中" not in second
    assert addresses[0] in administrator.get("/quarantine?page=99999999999999999999").text


def test_reading_keeps_every_character_that_was_signed():
    text, whole = readable('{"a":1,"a":[],"b":{"c":"x: {,}\\"é 恒"}}'.encode())
    assert whole
    assert text == '{\n  "a": 1,\n  "a": [],\n  "b": {\n    "c": "x: {,}\\"é 恒"\n  }\n}'


def test_reading_shows_what_hides_itself():
    assert readable(compact({"a": "x\u202ey\u200b"}))[0] == '{\n  "a": "x\\u202ey\\u200b"\n}'
    assert readable(b"\x00\xff") == ("\\u0000\ufffd", True)


@pytest.mark.parametrize(
    "payload", [b'{"a":"' + b"x" * 500_000, b"{" * 500_000, b"{" + b"}" * 500_000]
)
def test_reading_is_bounded(payload):
    text, whole = readable(payload)
    assert not whole
    assert len(text) <= 2 * MOST_READABLE
