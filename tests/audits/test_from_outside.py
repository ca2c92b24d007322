"""The auditor's desk from outside: who may come in, what they see, what is refused."""

import csv
import io
import json
import zipfile

import pytest

from inspection.audits import archives, batches
from tests.audits.rows import opine, shelve
from tests.audits.standing import token
from tests.builders.identifiers import sha256, uuid7
from tests.scene import Scene
from tests.tablet import COOKIE

ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def browser(scene: Scene):
    """Browsers of people who are signed in."""

    def opened(person):
        client = scene.app.test_client()
        client.set_cookie(COOKIE, scene.token_of(person))
        return client

    return opened


@pytest.fixture
def report(scene: Scene) -> str:
    return shelve(scene, scene.filled())


def addresses(report: str) -> list[str]:
    return [
        "/audits",
        f"/audits/{report}",
        f"/audits/{report}/verdict",
        f"/audits/{report}/pages/{'0' * 64}/1",
        f"/audits/{report}/files/{'0' * 64}",
        "/audits/samples",
        f"/audits/samples/{report}",
        f"/audits/exports/{report}",
    ]


def forms(report: str) -> list[str]:
    return [
        f"/audits/{report}/opinions",
        f"/audits/{report}/verdict",
        f"/audits/{report}/case.zip",
        "/audits/samples",
        "/audits/exports",
    ]


def test_only_auditors_come_in(scene, browser, report):
    cast = scene.cast
    for person in (cast.settled.inspectors[0], cast.officer, cast.office, cast.administrator):
        client = browser(person)
        for address in addresses(report):
            assert client.get(address).status_code == 403, address
        for address in forms(report):
            assert client.post(address, data={}).status_code == 403, address
    stranger = scene.app.test_client()
    for address in addresses(report):
        answer = stranger.get(address)
        assert answer.status_code == 401 or "/sign-in" in answer.headers["Location"], address
    for address in forms(report):
        assert stranger.post(address, data={}).status_code in (302, 303, 401), address
    assert scene.entries("opinion.given") == []


def test_a_foreign_auditor_learns_nothing(scene, browser, report, foreign_auditor):
    client = browser(foreign_auditor)
    page = client.get("/audits").text
    assert "还没有可以审核的报告" in page
    assert scene.settled.enterprise.name not in page
    gone = [each for each in addresses(report) if report in each]
    assert {client.get(each).status_code for each in gone} == {404}
    said = {"csrf_token": token(page), "report": report, "what": "picked"}
    assert client.post("/audits/exports", data=said).status_code == 422
    assert client.post(f"/audits/{report}/case.zip", data=said).status_code == 404
    opinion = {**said, "conclusion": "no_objection", "password": "x"}
    assert client.post(f"/audits/{report}/opinions", data=opinion).status_code in (404, 422)
    drawn = client.post("/audits/samples", data={**said, "size": "5", "seed": "a"})
    assert drawn.status_code == 422
    for kind in ("opinion.given", "case.exported", "reports.exported", "sample.drawn"):
        assert scene.entries(kind) == [], kind


@pytest.fixture
def foreign_auditor(scene: Scene):
    from sqlalchemy import select

    from inspection.accounts.policy import Role
    from inspection.database import writing
    from inspection.organisations.unit import Unit
    from tests.builders import enrolment
    from tests.builders.people import inspector

    person = inspector("外地人")
    with writing(scene.engine) as session:
        town = session.scalars(select(Unit).where(Unit.name == "石泉镇")).one()
        enrolment.enlist(session, person, unit=town, role=Role.AUDITOR)
    return person


def test_forms_want_our_token_and_our_pages(scene, browser, report):
    client = browser(scene.cast.auditor)
    for address in forms(report):
        data = {"size": "1", "seed": "a", "conclusion": "no_objection", "password": "x"}
        assert client.post(address, data={**data, "csrf_token": "no"}).status_code == 403, address
        assert client.post(address, data=data, headers=ELSEWHERE).status_code == 403, address


def test_the_address_holds_the_view(scene, browser, report):
    opine(scene, report, "objection")
    client = browser(scene.cast.auditor)
    page = client.get("/audits?opinion=objection&kind=inspection&since=2026-01-01").text
    assert f"/audits/{report}" in page
    assert 'name="opinion" value="objection"' in page
    assert 'value="2026-01-01"' in page
    assert "/audits/samples?" in page
    assert "没有符合条件的报告" in client.get("/audits?opinion=no_objection").text
    odd = "/audits?opinion=%27--&sector=x&since=2026-02-31&until=9999-12-31&page=-3&text=%25"
    assert client.get(odd).status_code == 200
    assert client.get("/", headers={}).headers["Location"] == "/audits"


def test_a_sample_is_shown_with_its_seed_and_can_be_drawn_again(scene, browser):
    reports = [shelve(scene, scene.filled()) for _ in range(6)]
    client = browser(scene.cast.auditor)
    asked = client.get("/audits/samples?kind=inspection").text
    fields = {"csrf_token": token(asked), "size": "3", "seed": "S-2026", "kind": "inspection"}
    wrong = client.post("/audits/samples", data={**fields, "size": "0", "seed": "a b"})
    assert wrong.status_code == 422
    assert "请填 1 到 200 的整数" in wrong.text
    assert "种子只用字母、数字" in wrong.text
    shown = [client.post("/audits/samples", data=fields) for _ in range(2)]
    pages = [client.get(each.headers["Location"]).text for each in shown]
    drawn = [{each for each in reports if f"/audits/{each}" in page} for page in pages]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 3
    assert "S-2026" in pages[0]
    address = shown[0].headers["Location"]
    population = client.get(f"{address}/population.csv")
    assert sha256(population.data) in pages[0]
    assert [line.split(",")[0] for line in population.text.split()] == sorted(reports)
    (first, _) = scene.rows("SELECT body FROM ledger_entry WHERE kind = 'sample.drawn'")
    body = json.loads(first[0])
    assert body["population_sha256"] == sha256(population.data)
    assert body["filter"] == {"kind": "inspection"}
    assert {each for stratum in body["strata"] for each in stratum["drawn"]} == drawn[0]
    assert "种子 S-2026" in client.get("/audits/samples").text


def test_a_sample_belongs_to_whoever_drew_it(scene, browser, report, foreign_auditor):
    client = browser(scene.cast.auditor)
    fields = {"csrf_token": token(client.get("/audits/samples").text), "size": "1", "seed": "a"}
    address = client.post("/audits/samples", data=fields).headers["Location"]
    other = browser(foreign_auditor)
    assert other.get(address).status_code == 404
    assert other.get(f"{address}/population.csv").status_code == 404


def test_a_batch_names_every_file_before_it_is_sent(scene, browser):
    wiring = scene.wiring
    reports = [shelve(scene, scene.filled()) for _ in range(3)]
    for (digest,) in scene.rows("SELECT sha256 FROM report"):
        number = next(n for n in range(1, 10_000) if sha256(str(n).encode()) == digest)
        wiring.blobs.keep(str(number).encode())
    client = browser(scene.cast.auditor)
    fields = {"csrf_token": token(client.get("/audits").text)}
    picked = {**fields, "what": "picked", "report": [reports[0], reports[2], "nonsense"]}
    address = client.post("/audits/exports", data=picked).headers["Location"]
    page = client.get(address).text
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{address}.zip").data))
    assert archive.testzip() is None
    manifest = archive.read("manifest.json")
    assert sha256(manifest) in page
    said = json.loads(manifest)["reports"]
    assert {each["uuid"] for each in said} == {reports[0], reports[2]}
    for each in said:
        assert sha256(archive.read(each["file"])) == each["sha256"]
    (entry,) = scene.rows("SELECT body FROM ledger_entry WHERE kind = 'reports.exported'")
    assert json.loads(entry[0])["manifest_sha256"] == sha256(manifest)
    table = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
    assert [row["sha256"] for row in table] == [each["sha256"] for each in said]
    everything = client.post(
        "/audits/exports", data={**fields, "what": "all", "kind": "inspection"}
    )
    assert len(json.loads(_manifest(client, everything))["reports"]) == 3


def test_a_download_with_nothing_ticked_comes_back_to_the_list_and_says_so(scene, browser):
    shelve(scene, scene.filled())
    client = browser(scene.cast.auditor)
    fields = {"csrf_token": token(client.get("/audits").text), "kind": "inspection"}
    sent = client.post("/audits/exports", data={**fields, "what": "picked"}, follow_redirects=True)
    assert (sent.request.path, dict(sent.request.args)) == ("/audits", {"kind": "inspection"})
    assert "还没有勾选报告" in sent.text
    assert scene.entries("reports.exported") == []
    elsewhere = {**fields, "what": "picked", "report": uuid7()}
    assert client.post("/audits/exports", data=elsewhere).status_code == 422


def _manifest(client, answer) -> bytes:
    data = client.get(answer.headers["Location"] + ".zip").data
    return zipfile.ZipFile(io.BytesIO(data)).read("manifest.json")


def test_an_archive_has_bounds(scene, browser, monkeypatch):
    for _ in range(3):
        shelve(scene, scene.filled())
    client = browser(scene.cast.auditor)
    fields = {"csrf_token": token(client.get("/audits").text), "what": "all"}
    monkeypatch.setattr(batches, "MOST_FILES", 2)
    answer = client.post("/audits/exports", data=fields)
    assert answer.status_code == 413
    assert "500 份" in answer.text
    monkeypatch.setattr(batches, "MOST_FILES", 10)
    monkeypatch.setattr(batches, "MOST_BYTES", 2000)
    assert client.post("/audits/exports", data=fields).status_code == 413
    assert scene.entries("reports.exported") == []


@pytest.mark.parametrize("value", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", "－1"])
def test_no_cell_runs_in_a_spreadsheet(value):
    row = dict.fromkeys(batches.COLUMNS, "x") | {"unit": value}
    (line,) = list(
        csv.DictReader(io.StringIO(batches.table([row]).decode("utf-8-sig"), newline=""))
    )
    assert line["unit"] == f"'{value}"


def test_names_fit_windows():
    assert archives.safe_name("检记〔2026〕000007号") == "检记〔2026〕000007号"
    assert archives.safe_name('a<b>:"/\\|?*\x00') == "a_b_________"
    assert archives.safe_name("NUL.pdf") == "_NUL.pdf"
    assert archives.safe_name("end. ") == "end"
    assert archives.safe_name("..") == "_"
    assert len(archives.safe_name("长" * 300)) == 100
