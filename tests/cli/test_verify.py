"""`flask verify`: files and folders in, one line each, and an exit status for scripts."""

import json

import pytest
from flask import Flask

from inspection.cli.document import add_commands
from inspection.edge.language import babel
from inspection.edge.request import EXTENSION
from inspection.reports.issuing import PROOF_NAME
from inspection.settings import ROOT
from inspection.signing.examination import examine
from tests.reports.scenes import VERIFIED_AT
from tests.signing import attacks, sealed
from tests.verification.conftest import issued, scene

__all__ = ["issued", "scene"]


@pytest.fixture
def verify(scene):
    """Run the command on the standing server; returns exit status and output."""
    app = Flask("test")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "inspection" / "translations")
    babel.init_app(app)
    app.extensions[EXTENSION] = scene.wiring
    add_commands(app)

    def run(*words):
        with app.app_context():
            done = app.test_cli_runner().invoke(args=["verify", *map(str, words)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


@pytest.fixture
def folder(tmp_path, issued):
    """What an auditor was handed: a good report, deep inside, beside other things."""
    deep = tmp_path / "2026" / "十一月"
    deep.mkdir(parents=True)
    (deep / "报告.PDF").write_bytes(issued)
    (tmp_path / "notes.txt").write_text("not asked for")
    return tmp_path


def test_a_good_report_is_status_0_and_details_come_when_asked_for(verify, folder):
    status, said = verify("-v", "--language", "en", folder)
    assert status == 0
    first, *details = said.splitlines()
    assert first.startswith("[Passed] ")
    assert "检记〔2026〕" in first
    assert any("identical byte for byte to the one issued" in line for line in details)
    assert any("built-in time-stamping service, not a third party" in line for line in details)
    assert any("edits since signing" in line for line in details)
    assert details[-1] == "    Not verified: whether what the record says is true."


def test_a_folder_is_searched_to_the_bottom_and_one_bad_file_makes_status_1(verify, folder, issued):
    (folder / "2026" / "十一月" / "报告.PDF").write_bytes(issued[:-4000])
    (folder / "strange.pdf").write_bytes(b"hello")
    status, said = verify(folder, folder / "missing.pdf")
    assert status == 1
    torn, strange, missing, summary = said.splitlines()
    assert torn.startswith("[未通过] ")
    assert "检记〔2026〕" in torn
    assert "这不是 PDF 文件" in strange
    assert missing.startswith("[读不了] ")
    assert summary == "共 3 份 · 通过 0 · 未通过 2 · 无法判定 0 · 读不了 1"


def test_what_cannot_be_read_is_status_2_and_never_passed(verify, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert verify(tmp_path / "missing.pdf")[0] == 2
    status, said = verify(empty)
    assert (status, "文件夹里没有 PDF 文件" in said) == (2, True)


@pytest.mark.parametrize(
    "changed",
    [{"recorded_at": "yesterday"}, {"seq": 10**30}, {"kind": "record.accepted\ud800"}],
    ids=["no time", "no number of a row", "no text"],
)
def test_a_file_made_to_trip_us_fails_and_the_others_are_told(verify, folder, issued, changed):
    proof = json.loads(pdf_attachment(issued, PROOF_NAME))
    proof["entry"] |= changed
    tripped = attacks.replace_an_attachment(issued, PROOF_NAME, json.dumps(proof).encode())
    (folder / "0.pdf").write_bytes(tripped)
    status, said = verify("-v", folder)
    assert status == 1
    assert "[未通过] " in said
    assert said.splitlines()[-1] == "共 2 份 · 通过 1 · 未通过 1 · 无法判定 0 · 读不了 0"


def test_a_name_in_a_strangers_certificate_writes_no_line_of_its_own(verify, tmp_path, issued):
    called = "李某\n[通过] 好.pdf\x1b[2J\u202e"
    signed = attacks.extra_signature(issued, attacks.other_authority(), called)
    (tmp_path / "a\n[通过] b.pdf").write_bytes(signed)
    _, said = verify("-v", tmp_path)
    assert "李某 [通过] 好.pdf[U+001B][2J[U+202E]" in said
    assert not any(line.startswith("[通过]") for line in said.splitlines())
    assert "\x1b" not in said


def pdf_attachment(data, wanted):
    """What the report carries under this name."""
    return examine(data, sealed.trust(), VERIFIED_AT).attachment(wanted)


def test_machines_get_one_document_with_codes(verify, folder):
    (folder / "strange.pdf").write_bytes(b"hello")
    status, said = verify("--json", folder)
    told = json.loads(said)
    assert status == 1
    assert told["format"] == "zhencha.verification/1"
    assert told["summary"] == {"passed": 1, "failed": 1, "indeterminate": 0, "unreadable": 0}
    good, strange = told["files"]
    assert good["outcome"] == "passed"
    assert {fact["code"] for fact in good["facts"]} > {"bytes_as_issued", "warrants_match"}
    kinds = [line["kind"] for line in good["signers"]]
    assert kinds == ["seal", "person", "person", "attested", "timestamp"]
    assert [fact["code"] for fact in strange["facts"]] == ["not_a_pdf"]
