"""The sealed file: whose signatures it bears, by what warrant, and what strangers make of it."""

import io
import json
import re
import shutil
import subprocess
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import text

from inspection.database import reading, writing
from inspection.domain.problems import BlobUnknown, WarrantMissing
from inspection.ledger import journal
from inspection.paperwork import sealing
from inspection.signing import seals
from inspection.signing.facts import Outcome
from tests.builders.photos import photo
from tests.paperwork.office import MARK, Office
from tests.signing.test_independent_verifiers import FLAVOURS, verapdf

KINDS = ("onsite_record", "rectify_order", "onsite_measure")


@pytest.mark.parametrize("kind", KINDS)
def test_a_sealed_paper_is_ours_whole_and_signed_by_both(archive: Office, kind: str):
    paper = archive.papers[kind]
    found = archive.verify(archive.file(paper))
    assert found.outcome == Outcome.PASSED, [f.code for f in found.facts if f.outcome != "passed"]
    codes = {fact.code for fact in found.facts}
    assert codes >= {
        "issued_here",
        "bytes_as_issued",
        "seal_signature_valid",
        "person_signature_valid",
        "whole_file_covered",
        "paper_as_confirmed",
        "confirmations_match",
        "paper_entry_matches",
        "checkpoint_matches",
    }
    assert [line.name for line in found.signers if line.role == "inspector"] == ["王安", "李静"]
    assert found.report is not None
    assert found.report.number == paper.number


def test_each_use_of_a_key_is_an_entry_that_names_its_warrant(archive: Office):
    paper = archive.papers["rectify_order"]
    for officer, said in zip((archive.first, archive.second), paper.confirmations, strict=True):
        with reading(archive.scene.engine) as session:
            used = [
                json.loads(each.body)
                for each in journal.about(session, officer.uuid, kind="key.used")
            ]
        (mine,) = [each for each in used if each.get("paper") == paper.uuid]
        assert mine["warrant"] == said.link
        assert mine["person"] == officer.uuid


def test_the_grade_is_printed_beside_the_signature_and_the_number_in_the_head(
    archive: Office, tmp_path
):
    paper = archive.papers["rectify_order"]
    path = tmp_path / "paper.pdf"
    path.write_bytes(archive.file(paper))
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    said = re.sub(r"\s+", "", done.stdout.decode())
    assert f"（{MARK}）责改〔2026〕1号" in said
    assert said.count("签名等级：账号＋密码") == 2
    assert "不能证明输入密码的是否本人" in said
    assert "第1项于2026年12月5日前；第2项于2026年12月20日前" in said
    assert "草稿" not in said
    with pikepdf.open(io.BytesIO(path.read_bytes())) as document:
        names = [str(each.T) for each in document.Root.AcroForm.Fields]
        assert {"signer-1", "signer-2", "seal"} <= set(names)


def test_pdfsig_agrees(archive: Office, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(archive.file(archive.papers["rectify_order"]))
    said = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False)
    assert said.stdout.count("Signature is Valid.") == 3, said.stdout
    assert "archive-timestamp" in said.stdout, "pdfsig does not judge timestamps"
    assert "Total document signed" in said.stdout


@pytest.mark.skipif(
    shutil.which("java") is None,
    reason="veraPDF needs Java: apt-get install -y --no-install-recommends default-jre-headless",
)
def test_verapdf_finds_no_failed_rule(archive: Office, tmp_path):
    for kind, paper in archive.papers.items():
        (tmp_path / f"{kind}.pdf").write_bytes(archive.file(paper))
    failed, said = verapdf(sorted(tmp_path.glob("*.pdf")))
    assert set(failed) == {(f"{kind}.pdf", flavour) for kind in KINDS for flavour in FLAVOURS}
    assert set(failed.values()) == {0}, said


def test_altered_and_rolled_back_papers_do_not_pass(archive: Office):
    data = archive.file(archive.papers["rectify_order"])
    place = data.index(b"/Rect")
    for altered in (
        data[:place] + b"/rect" + data[place + 5 :],
        data[: data.rindex(b"%%EOF", 0, -10) + 6],
        data + b"\n% more",
    ):
        found = archive.verify(altered)
        assert found.outcome == Outcome.FAILED
        assert found.report is not None, "it still says whose it claims to be"
        assert found.report.number == f"（{MARK}）责改〔2026〕1号"


def test_a_signature_without_its_confirmation_in_the_ledger_has_no_warrant(
    archive: Office, monkeypatch: pytest.MonkeyPatch
):
    data = archive.file(archive.papers["rectify_order"])
    monkeypatch.setattr(journal, "entry", lambda *_: None)
    found = archive.verify(data)
    assert found.has("confirmation_missing")
    assert found.outcome == Outcome.FAILED


def test_the_verify_page_and_the_command_line_know_a_paper(archive: Office, tmp_path):
    paper = archive.papers["rectify_order"]
    stranger = archive.scene.app.test_client()
    page = stranger.get(f"/verify/{paper.uuid}")
    assert page.status_code == 200
    assert paper.number in page.text
    assert archive.made.payload["unit"]["name"] not in page.text
    known = stranger.get(f"/verify/digest?sha256={paper.sha256}")
    assert "这就是本系统出具的那一份" in known.text
    path = tmp_path / "paper.pdf"
    path.write_bytes(archive.file(paper))
    done = archive.scene.command("verify", "-v", str(path))
    assert done.exit_code == 0, done.output
    assert paper.number in done.output
    assert "输入密码的是否本人" in done.output


def test_the_file_is_for_those_who_may_see_the_paper(archive: Office):
    paper = archive.papers["rectify_order"]
    cast = archive.scene.cast
    for person in (cast.head, cast.auditor, archive.first):
        answer = archive.browser(person).get(f"/papers/{paper.uuid}.pdf")
        assert answer.data == archive.file(paper)
    for person in (cast.foreign_officer, cast.foreign_inspectors[0]):
        assert archive.browser(person).get(f"/papers/{paper.uuid}.pdf").status_code == 404
        assert archive.browser(person).get(f"/papers/{paper.uuid}").status_code == 404
    page = archive.browser(cast.auditor).get(f"/records/{archive.made.uuid}").text
    assert paper.number in page


def test_the_key_is_used_only_for_what_the_ledger_says(office: Office):
    uuid = office.issued().uuid
    for column, value in (
        ("content_sha256", "0" * 64),
        ("number", "（花桥安）责改〔2026〕9号"),
        ("confirmations", None),
    ):
        with writing(office.scene.engine) as session:
            (kept,) = session.execute(text(f"SELECT {column} FROM paper")).one()
            changed = value or json.dumps(
                [{**each, "person": "someone"} for each in _confirmations(kept)]
            )
            session.execute(text(f"UPDATE paper SET {column} = :v"), {"v": changed})
        with pytest.raises((WarrantMissing, BlobUnknown)):
            seal(office, uuid)
        with writing(office.scene.engine) as session:
            kept = kept if isinstance(kept, str) else json.dumps(kept)
            session.execute(text(f"UPDATE paper SET {column} = :v"), {"v": kept})
    assert office.scene.entries("key.used") == []


def _confirmations(kept: object) -> list[dict]:
    return json.loads(kept) if isinstance(kept, str) else kept  # type: ignore[return-value]


def seal(office: Office, uuid: str) -> None:
    wiring = office.scene.wiring
    sealing.seal(
        uuid,
        engine=wiring.engine,
        blobs=wiring.blobs,
        authority=wiring.authority,
        server_key=wiring.server_key,
        public_url=wiring.settings.public_url,
        clock=wiring.clock,
    )


def test_two_workers_end_with_one_file_and_an_annulled_paper_is_not_sealed(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    uuid = office.issued().uuid
    real, inner = seals.seal_report, []

    def slow(*args, **keywords):
        if not inner:
            inner.append(None)
            seal(office, uuid)  # the second worker, after the first one's claim expired
        return real(*args, **keywords)

    monkeypatch.setattr(seals, "seal_report", slow)
    seal(office, uuid)
    assert office.scene.entries("paper.sealed") == [uuid]
    seal(office, uuid)
    assert office.scene.entries("paper.sealed") == [uuid]
    other = office.issued("onsite_record").uuid
    assert office.annul(other).status_code == 303
    seal(office, other)
    assert office.paper(other).sha256 == ""
    page = office.scene.app.test_client().get(f"/verify/{other}").text
    assert "已经撤销" in page


def test_delivery_is_recorded_once_with_the_refusal_that_the_law_asks_for(office: Office):
    paper = office.sealed()
    for changed, said in (
        ({"delivered_on": "2026-11-21"}, "日期太早"),
        ({"delivered_on": "2026-11-23"}, "日期不能晚于今天"),
        ({"method": "pigeon"}, "请填写或选择"),
        ({"signed": ""}, "请填写或选择"),
        ({"signed": "refused", "reason": "", "witness": ""}, "请填写或选择"),
    ):
        answer = office.deliver(paper.uuid, **changed)
        assert answer.status_code == 422, changed
        assert said in answer.text
    refused = {
        "method": "left",
        "signed": "refused",
        "reason": "不认可第一项",
        "witness": "赵铁 网格员",
    }
    shot = photo("at the door").data
    mistaken = office.deliver(
        paper.uuid, **{**refused, "witness": ""}, photos=(io.BytesIO(shot), "a.jpg")
    )
    (kept,) = re.findall(r'name="kept" value="([0-9a-f.]+)"', mistaken.text)
    assert office.deliver(paper.uuid, **refused, kept=kept).status_code == 303
    digest = kept.partition(".")[0]
    picture = office.browser(office.scene.cast.head).get(f"/papers/{paper.uuid}/photos/{digest}")
    assert picture.content_type == "image/jpeg"
    foreign = office.browser(office.scene.cast.foreign_officer)
    assert foreign.get(f"/papers/{paper.uuid}/photos/{digest}").status_code == 404
    page = office.browser(office.scene.cast.head).get(f"/papers/{paper.uuid}").text
    for words in (digest, "拒绝签收", "不认可第一项", "赵铁 网格员", "留置送达", "第六十八条"):
        assert words in page
    assert office.deliver(paper.uuid).status_code == 409
    assert office.file(paper) == office.file(office.paper(paper.uuid)), "the file stays as sealed"


def test_an_annulled_paper_says_so_wherever_it_is_verified(at_noon: Office, tmp_path):
    paper = at_noon.sealed()
    assert at_noon.annul(paper.uuid, password="wrong").status_code == 422
    assert at_noon.annul(paper.uuid, reason=" ").status_code == 422
    assert at_noon.annul(paper.uuid, by=at_noon.scene.cast.head).status_code == 403
    at_noon.scene.clock.passes(timedelta(hours=1))
    assert at_noon.annul(paper.uuid).status_code == 303
    stranger = at_noon.scene.app.test_client()
    assert "已经撤销，不再有效" in stranger.get(f"/verify/{paper.uuid}").text
    assert "期限写错" not in stranger.get(f"/verify/{paper.uuid}").text
    assert "已经撤销" in stranger.get(f"/verify/digest?sha256={paper.sha256}").text
    found = at_noon.verify(at_noon.file(paper))
    assert found.has("annulled")
    assert found.has("confirmations_match")
    path = tmp_path / "paper.pdf"
    path.write_bytes(at_noon.file(paper))
    assert "已经撤销，不再有效" in at_noon.scene.command("verify", str(path)).output
    assert at_noon.annul(paper.uuid).status_code == 409
    assert at_noon.deliver(paper.uuid).status_code == 409
