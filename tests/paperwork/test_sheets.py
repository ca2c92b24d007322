"""Sheets: frozen as they were seen, signed by whom the law names, sealed, verified, annulled."""

import json
import re
import shutil
import subprocess
from datetime import date

import pytest
from sqlalchemy import text

from inspection.database import writing
from inspection.domain import sheet as domain
from inspection.domain.hazard import Level, Source
from inspection.domain.problems import SheetTooLong
from inspection.hazards.statistics import Figures, Measure, Table, quarter
from inspection.paperwork.sheets import refuse_long
from inspection.reports import sheets
from inspection.reports.sheets import Column, Sheet
from inspection.signing.facts import Outcome
from tests.builders.enrolment import PASSWORD
from tests.builders.people import Person
from tests.paperwork.office import Office, token
from tests.signing.test_independent_verifiers import verapdf

OFFICE_KINDS = ("problem_list", "duty_list", "half_month")


def sign(office: Office, kind: str, by: Person, query: str = "", **changed: str):
    """Open the sheet, enter the password, sign."""
    browser, address = office.browser(by), f"/sheets/new/{kind}{query}"
    page = browser.get(address).text
    seen = re.search(r'name="content_sha256"[^>]*value="([0-9a-f]{64})"', page)
    fields = {"csrf_token": token(page), "password": PASSWORD, **changed}
    return browser.post(address, data={"content_sha256": seen[1] if seen else "", **fields})


def signed(office: Office, kind: str, by: Person, query: str = "") -> str:
    answer = sign(office, kind, by, query)
    assert answer.status_code == 303, answer.text
    return str(answer.location.rpartition("/")[2])


def test_office_lists_and_the_heads_figures_are_sealed_and_verified(at_noon: Office, tmp_path):
    cast = at_noon.scene.cast
    made = {kind: signed(at_noon, kind, cast.office) for kind in OFFICE_KINDS}
    made["quarter"] = signed(at_noon, "quarter", cast.head)
    at_noon.work()
    for kind, uuid in made.items():
        paper = at_noon.paper(uuid)
        assert re.fullmatch(r"表〔2026〕[0-9]{6}号", paper.number)
        data = at_noon.file(paper)
        (tmp_path / f"{kind}.pdf").write_bytes(data)
        found = at_noon.verify(data)
        assert found.outcome == Outcome.PASSED, [f for f in found.facts if f.outcome != "passed"]
        assert found.has("confirmations_match")
        assert found.has("paper_entry_matches")
        stranger = at_noon.scene.app.test_client()
        assert paper.number in stranger.get(f"/verify/{uuid}").text
    assert len({at_noon.paper(each).number for each in made.values()}) == 4
    done = at_noon.scene.command("verify", str(tmp_path))
    assert done.exit_code == 0, done.output
    _words_of_the_list(tmp_path / "problem_list.pdf")
    if shutil.which("java"):
        failed, said = verapdf(sorted(tmp_path.glob("*.pdf")))
        assert set(failed.values()) == {0}, said


def _words_of_the_list(path) -> None:
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    said = re.sub(r"\s+", "", done.stdout.decode())
    for words in ("问题隐患清单", "YH2026-", "第1页共1页", "签名等级：账号＋密码", "云岚区"):
        assert words in said, words


def test_only_the_office_signs_lists_and_only_the_head_signs_figures(office: Office):
    cast = office.scene.cast
    for kind, person in (
        ("problem_list", office.first),
        ("problem_list", cast.head),
        ("problem_list", cast.auditor),
        ("quarter", cast.office),
        ("quarter", cast.officer),
        ("year", cast.auditor),
    ):
        assert office.browser(person).get(f"/sheets/new/{kind}").status_code == 403, kind
        assert sign(office, kind, person).status_code == 403
    assert office.scene.entries("sheet.issued") == []


def test_nobody_signs_what_they_did_not_see(office: Office):
    answer = sign(office, "problem_list", office.scene.cast.office, content_sha256="0" * 64)
    assert answer.status_code == 422
    assert "台账有了变化" in answer.text
    wrong = sign(office, "problem_list", office.scene.cast.office, password="wrong")
    assert wrong.status_code == 422
    assert office.scene.entries("sheet.issued") == []


def test_a_sheet_stays_as_it_was_when_the_register_moves_on(at_noon: Office):
    uuid = signed(at_noon, "problem_list", at_noon.scene.cast.office)
    before = at_noon.paper(uuid).content_sha256
    at_noon.issued()  # an order, which moves deadlines
    content = json.loads(at_noon.scene.wiring.blobs.read(before))
    assert "2026-12-05" not in json.dumps(content, ensure_ascii=False)
    at_noon.work()
    assert at_noon.verify(at_noon.file(at_noon.paper(uuid))).outcome == Outcome.PASSED


def test_conditions_of_the_address_narrow_the_list_and_stand_on_it(office: Office):
    browser = office.browser(office.scene.cast.office)
    page = browser.get("/sheets/new/problem_list?level=major").text
    assert "重大隐患" in page
    assert "共 1 行" in page
    assert "共 2 行" in browser.get("/sheets/new/problem_list").text


def test_figures_are_of_the_heads_own_enterprise_and_a_foreign_one_sees_nothing(office: Office):
    uuid = signed(office, "year", office.scene.cast.head, "?on=2026-11-22")
    sheet = sheets.thawed(office.scene.wiring.blobs.read(office.paper(uuid).content_sha256))
    assert dict(sheet.facts)["应报日期"] == "2027年1月31日 前"
    assert dict(sheet.facts)["填报单位"] == office.made.payload["unit"]["name"]
    assert office.browser(office.first).get(f"/sheets/{uuid}").status_code == 200
    foreign = office.browser(office.scene.cast.foreign_officer)
    assert foreign.get(f"/sheets/{uuid}").status_code == 404
    assert foreign.get(f"/sheets/{uuid}.pdf").status_code == 404
    assert office.browser(office.first).get(f"/papers/{uuid}").status_code == 404


def test_nothing_is_late_in_a_running_period_before_its_day(office: Office):
    cast = office.scene.cast
    for kind, person in (("quarter", cast.head), ("year", cast.head), ("half_month", cast.office)):
        uuid = signed(office, kind, person, "?on=2026-11-22")
        sheet = sheets.thawed(office.scene.wiring.blobs.read(office.paper(uuid).content_sha256))
        assert _figure(sheet, "期末未销号") == "2", kind
        assert _figure(sheet, "其中逾期") == "0", f"{kind}: both are due on 29 November"


def _figure(sheet: Sheet, name: str) -> str:
    """The total without its movement; measures stand down the side or across the head."""
    down = {row[0]: row[1] for row in sheet.rows}
    across = dict(zip((column.name for column in sheet.columns), sheet.rows[0], strict=True))
    return {**down, **across}[name].partition("（")[0]


def test_an_annulled_sheet_says_so(office: Office):
    head = office.scene.cast.head
    uuid = signed(office, "quarter", head)
    page, fields = f"/sheets/{uuid}", {"reason": "数字有误", "password": PASSWORD}
    assert office.post(office.first, page, f"{page}/annulment", **fields).status_code in (403, 404)
    assert office.post(head, page, f"{page}/annulment", **fields).status_code == 303
    office.work()
    assert office.paper(uuid).sha256 == "", "an annulled sheet is not sealed"
    assert "已经撤销" in office.scene.app.test_client().get(f"/verify/{uuid}").text


def test_a_rebuild_gives_the_same_sheets(office: Office):
    uuid = signed(office, "duty_list", office.scene.cast.office)
    before = office.paper(uuid)
    assert office.scene.command("ledger", "rebuild").exit_code == 0
    assert office.paper(uuid) == before


def test_what_one_pdf_does_not_hold_is_refused_with_a_sentence(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(domain, "MOST_ROWS", 1)
    answer = office.browser(office.scene.cast.office).get("/sheets/new/problem_list")
    assert answer.status_code == 422
    assert "分几份出具" in answer.text


def test_rows_and_words_both_have_a_limit():
    column = (Column("问题", 1),)
    fits = Sheet("problem_list", "t", "o", "A3", (), column, (("x",),) * domain.MOST_ROWS, ())
    refuse_long(fits)
    for rows in ((("x",),) * (domain.MOST_ROWS + 1), (("长" * 301,),) * 1000):
        with pytest.raises(SheetTooLong):
            refuse_long(Sheet("problem_list", "t", "o", "A3", (), column, rows, ()))


def test_a_character_without_glyph_is_named_before_anybody_signs(office: Office):
    with writing(office.scene.engine) as session:
        session.execute(text("UPDATE hazard SET summary = '见图\U0001f600' WHERE level = 'major'"))
    answer = sign(office, "problem_list", office.scene.cast.office)
    assert answer.status_code == 422
    assert "U+1F600" in answer.text
    assert office.scene.entries("sheet.issued") == []


def test_the_page_and_the_signed_sheet_of_the_same_figures_use_the_same_words(office: Office):
    head = office.scene.cast.head
    uuid = signed(office, "quarter", head)
    sheet = sheets.thawed(office.scene.wiring.blobs.read(office.paper(uuid).content_sha256))
    page = office.browser(head).get("/statistics?span=quarter").text
    for name, *_ in sheet.rows:
        if not name.endswith("重大隐患"):  # on the page these are the column of their level
            assert f">{name}<" in page, name
    half_month = office.browser(office.scene.cast.office).get("/statistics/half-month").text
    assert all(f">{name}<" in half_month for name in sheets.MEASURES.values())


def test_figures_read_as_they_are_counted():
    def figures(n: int) -> Figures:
        return Figures(dict.fromkeys(Measure, n), 123_456_700)

    table = Table(
        quarter(date(2026, 11, 1)),
        date(2027, 1, 15),
        figures(3),
        _levels(figures),
        _sources(figures),
    )
    sheet = sheets.statistics(table, "quarter", organisation="恒砺机械", facts=())
    rows = {row[0]: row[1:] for row in sheet.rows}
    assert rows["本期发现"][0] == "3"
    assert rows["销号率"][0] == "50.0%"
    assert rows["本期销号隐患的整改资金（万元）"][0] == "123.4567"
    assert dict(sheet.facts)["应报日期"] == "2027年1月15日 前"
    assert sheets.thawed(sheets.frozen(sheet)) == sheet


def _levels(figures):
    return {level: figures(1) for level in Level}


def _sources(figures):
    return {source: figures(1) for source in Source}
