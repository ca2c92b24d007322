"""`flask reports retimestamp`: each file once a year or before its clock's certificate ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from inspection.database import reading, writing
from inspection.domain.problems import Problem
from inspection.organisations import directory
from inspection.organisations.unit import Unit, UnitKind
from inspection.reports import revisions
from inspection.reports.shelf import IssuedReport
from inspection.signing import seals
from inspection.signing.authority import Authority
from inspection.signing.facts import Outcome
from inspection.signing.own import Own
from tests.builders.identifiers import sha256, uuid7
from tests.paperwork.conftest import at_noon  # noqa: F401
from tests.paperwork.office import Office
from tests.paperwork.test_sheets import signed
from tests.scene import _assembled, _template_sqlite  # noqa: F401
from tests.signing import outside, sealed

ISSUED_AT = datetime(2026, 11, 22, 5, tzinfo=UTC)
NUMBERS = [f"检记〔2026〕00000{n}号" for n in (1, 2, 3)]


class TimestampRefused(Problem):
    code = "timestamp_refused"


class Shelf:
    """Three reports of one day, and a clock; what is stamped here is no real PDF."""

    def __init__(self, app: Flask, **files: bytes) -> None:
        self.app, self.now = app, ISSUED_AT
        self.wiring = replace(app.extensions["zhencha"], clock=lambda: self.now)
        app.extensions["zhencha"] = self.wiring
        self.uuids = {}
        with writing(self.wiring.engine) as session:
            town = Unit(uuid=uuid7(), kind=UnitKind.TOWN, name="兴仁街道")
            unit = directory.found(session, town, parent=None)
            for seq, number in enumerate(NUMBERS, start=1):
                data = files.get(number) or self.issued(number)
                self.wiring.blobs.keep(data)
                self.uuids[number] = uuid7()
                row = IssuedReport(
                    uuid=self.uuids[number], record_uuid=uuid7(), record_digest="d",
                    number=number, unit_id=unit.id, title="检查记录", checklist_title="动火",
                    organisation="云岚区", issued_at=ISSUED_AT, sha256=sha256(data),
                    size=len(data), pages=3, seq=seq,
                )  # fmt: skip
                session.add(row)

    def issued(self, number: str) -> bytes:
        return f"%PDF-1.7 {number}".encode()

    def command(self, *words: str):
        with self.app.app_context():
            return self.app.test_cli_runner().invoke(args=["reports", "retimestamp", *words])

    def stamped(self) -> list[int]:
        """How many timestamps each report has got."""
        with reading(self.wiring.engine) as session:
            return [len(revisions.of(session, self.uuids[number])) for number in NUMBERS]


@pytest.fixture
def shelf(app: Flask, monkeypatch) -> Shelf:
    return stamping(Shelf(app), monkeypatch)


def stamping(shelf: Shelf, monkeypatch) -> Shelf:
    """What puts a timestamp over a file is a word at its end."""

    def retimestamp(current, *, authority, revoked, at):
        if NUMBERS[1].encode() in current and shelf.refused:
            raise TimestampRefused()
        return current + b" stamped"

    shelf.refused = False
    monkeypatch.setattr(seals, "retimestamp", retimestamp)
    return shelf


def test_a_report_gets_a_fresh_timestamp_once_a_year(shelf):
    for days, stamped in ((364, 0), (365, 1), (366, 1), (729, 1), (730, 2), (731, 2)):
        shelf.now = ISSUED_AT + timedelta(days=days)
        assert shelf.command().exit_code == 0
        assert shelf.stamped() == [stamped] * 3, days


def test_one_that_fails_is_named_and_the_others_go_on(shelf):
    shelf.now, shelf.refused = ISSUED_AT + timedelta(days=400), True
    done = shelf.command()
    assert done.exit_code == 1
    assert f"{NUMBERS[1]} (timestamp_refused)" in done.output
    assert "2 stamped, 1 failed" in done.output
    assert shelf.stamped() == [1, 0, 1]
    shelf.refused = False
    assert "1 stamped, 0 failed" in shelf.command().output
    assert shelf.stamped() == [1, 1, 1]


def test_a_file_that_is_lost_keeps_nobody_else_from_theirs(shelf):
    digest = sha256(shelf.issued(NUMBERS[0]))
    shelf.wiring.blobs._path(digest).unlink()
    done = shelf.command("--older-than", "0")
    assert done.exit_code == 1
    assert f"{NUMBERS[0]} (blob_unknown)" in done.output
    assert shelf.stamped() == [0, 1, 1]


def test_one_report_can_be_asked_for_by_its_number(shelf):
    assert "0 stamped" in shelf.command("--report", NUMBERS[2]).output
    assert shelf.command("--report", NUMBERS[2], "--older-than", "0").exit_code == 0
    assert shelf.stamped() == [0, 0, 1]
    unknown = shelf.command("--report", "检记〔2026〕999999号")
    assert unknown.exit_code == 2
    assert "no report bears this number" in unknown.output


def test_a_file_is_stamped_again_before_the_certificate_of_its_clock_ends(
    app: Flask, tmp_path, monkeypatch
):
    """The outside clock's certificate lasts ninety days; a dying one is not stamped at each run."""
    ending = ISSUED_AT + timedelta(days=90)
    made_at = ending - timedelta(days=10 * 365)
    maker = Authority.open(tmp_path / "maker", sealed.SECRET, organisation="授时中心", at=made_at)
    with outside.time_server(lambda r: outside.granted(r, ISSUED_AT, maker).dump()) as found:
        own = Own(time=replace(found, roots=(maker.root_certificate,)))
        authority = Authority.open(
            tmp_path / "authority", sealed.SECRET, organisation="云岚区", at=ISSUED_AT, own=own
        )
        report = seals.seal_report(sealed.drawn()[0].pdf, (), authority=authority, at=ISSUED_AT)
    shelf = stamping(Shelf(app, **{NUMBERS[0]: report}), monkeypatch)
    for days, stamped in ((59, 0), (60, 1), (61, 1), (74, 1), (75, 2), (76, 2)):
        shelf.now = ISSUED_AT + timedelta(days=days)
        assert shelf.command().exit_code == 0
        assert shelf.stamped() == [stamped, 0, 0], days


def test_papers_and_sheets_are_stamped_again_and_every_file_of_theirs_is_known(
    at_noon: Office,  # noqa: F811
):
    paper = at_noon.sealed("rectify_order")
    sheet = at_noon.paper(signed(at_noon, "problem_list", at_noon.scene.cast.office))
    at_noon.work()
    papers = [at_noon.paper(each.uuid) for each in (paper, sheet)]
    assert "0 stamped" in at_noon.scene.command("reports", "retimestamp").output
    at_noon.scene.clock.passes(timedelta(days=366))
    done = at_noon.scene.command("reports", "retimestamp")
    assert "2 stamped, 0 failed" in done.output, done.output
    assert "0 stamped" in at_noon.scene.command("reports", "retimestamp").output
    assert at_noon.scene.entries("paper.stamped") == [paper.uuid]
    assert at_noon.scene.entries("sheet.stamped") == [sheet.uuid]
    reader, stranger = at_noon.browser(at_noon.scene.cast.office), at_noon.scene.app.test_client()
    for before, address in zip(papers, ("papers", "sheets"), strict=True):
        data = reader.get(f"/{address}/{before.uuid}.pdf").data
        assert len(data) > before.size
        assert sha256(data[: before.size]) == before.sha256
        found = at_noon.verify(data)
        assert found.outcome == Outcome.PASSED, [f for f in found.facts if f.outcome != "passed"]
        assert not found.has("superseded")
        assert at_noon.verify(data[: before.size]).has("superseded")
        assert sha256(data) in stranger.get(f"/verify/{before.uuid}").text.replace(" ", "")
    assert at_noon.scene.command("ledger", "rebuild").exit_code == 0
    assert len(at_noon.paper(paper.uuid).stamps) == 1
