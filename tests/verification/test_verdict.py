"""The verdict: what a document in hand is, in facts with stable codes."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, text

from inspection import database
from inspection.domain.problems import DocumentTooLarge
from inspection.reports.shelf import IssuedReport
from inspection.signing.facts import Outcome
from inspection.signing.jose import ServerKey
from inspection.verification import verdict
from tests.reports import samples, scenes
from tests.signing import sealed


def codes(found, outcome=None):
    return [fact.code for fact in found.facts if outcome in (None, fact.outcome)]


def test_the_issued_report_passes_with_every_fact_told(own_scene, own_issued):
    found = own_scene.verify(own_issued)
    assert found.outcome == Outcome.PASSED
    assert codes(found) == [
        "issued_here",
        "bytes_as_issued",
        "seal_signature_valid",
        "person_signature_valid",
        "person_signature_valid",
        "attested_signature_valid",
        "timestamp_signature_valid",
        "whole_file_covered",
        "record_as_accepted",
        "device_signature_valid",
        "device_signature_valid",
        "ink_attested",
        "warrants_match",
        "photos_match",
        "ledger_entry_matches",
        "checkpoint_matches",
        "proof_leads_to_checkpoint",
    ]
    assert found.covers == "entire_file"
    assert found.not_checked == ("hand_identity", "device_clock", "truth_of_content")
    assert found.report.number.startswith("检记〔2026〕")


def test_each_signer_is_told_with_role_and_both_clocks(scene, issued):
    lines = {line.field: line for line in scene.verify(issued).signers}
    person = lines["sig-p1"]
    assert (person.name, person.role) == (samples.RARE_NAMES[0], "inspector")
    assert person.stamped_at == scenes.ISSUED_AT
    assert person.device_signed_at == scene.record.at
    assert lines["seal"].device_signed_at is None


def test_a_report_from_before_the_server_changed_its_key_still_passes(own_scene, own_issued):
    wiring = own_scene.wiring
    home, secret = wiring.settings.home, wiring.settings.secret
    (home / "server-key.pem").unlink()
    changed = ServerKey.open(home / "server-key.pem", secret, at=scenes.VERIFIED_AT)
    after = replace(own_scene, wiring=replace(wiring, server_key=changed))
    found = after.verify(own_issued)
    assert found.outcome == Outcome.PASSED
    assert "checkpoint_matches" in codes(found)


def test_one_byte_changed_is_told_with_its_place(scene, issued):
    place = issued.index(b"/DCTDecode") + 3000
    data = bytearray(issued)
    data[place] ^= 1
    found = scene.verify(bytes(data))
    assert found.outcome == Outcome.FAILED
    altered = next(fact for fact in found.facts if fact.code == "bytes_altered")
    assert altered.details["first_at"] == place
    assert "issued_here" in codes(found)
    assert "signature_broken" in codes(found)


def test_a_roll_back_is_told_although_the_file_is_valid_by_itself(scene, issued):
    cut = issued[: issued.index(b"%%EOF", issued.index(b"/ByteRange")) + 6]
    found = scene.verify(cut)
    assert found.outcome == Outcome.FAILED
    assert {"rolled_back", "fields_unsigned", "whole_file_not_covered"} <= set(
        codes(found, Outcome.FAILED)
    )


@pytest.mark.parametrize("data", [b"", b"not a PDF at all", b"\x89PNG\r\n\x1a\n" * 9])
def test_what_is_no_pdf_is_said_to_be_none(scene, data):
    found = scene.verify(data)
    assert (found.outcome, codes(found), found.covers) == (
        Outcome.FAILED,
        ["not_a_pdf"],
        "nothing",
    )


def test_a_pdf_from_elsewhere_is_not_ours(scene):
    found = scene.verify(sealed.sealed())
    assert found.outcome == Outcome.FAILED
    assert codes(found)[0] == "not_issued_here"
    assert "certificate_not_trusted" in codes(found, Outcome.INDETERMINATE)
    assert found.report is None


def test_a_torn_report_is_recognised_by_its_number(scene, issued):
    found = scene.verify(issued[:-3000] + bytes(3000))
    assert found.outcome == Outcome.FAILED
    assert "unreadable" in codes(found)
    assert codes(found)[0] == "issued_here"
    assert "bytes_altered" in codes(found)


def test_our_seal_on_a_report_that_the_shelf_does_not_know_is_indeterminate(own_scene, own_issued):
    with database.writing(own_scene.wiring.engine) as session:
        session.execute(delete(IssuedReport))
    found = own_scene.verify(own_issued)
    assert found.outcome == Outcome.INDETERMINATE
    assert codes(found)[0] == "seal_without_report"


def test_a_ledger_that_was_rewritten_does_not_match(own_scene, own_issued):
    with database.writing(own_scene.wiring.engine) as session:
        _without_triggers(session)
        session.execute(
            text("UPDATE ledger_entry SET body = replace(body, 'inspection', 'inspectiom')")
        )
    found = own_scene.verify(own_issued)
    assert found.outcome == Outcome.FAILED
    assert "ledger_entry_differs" in codes(found, Outcome.FAILED)


def _without_triggers(session):
    """Do what an administrator of the database could do."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE ledger_entry DISABLE TRIGGER ALL"))
        return
    names = session.scalars(
        text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='ledger_entry'")
    ).all()
    for name in names:
        session.execute(text(f'DROP TRIGGER "{name}"'))


def test_a_photo_that_was_exchanged_on_the_server_is_told(own_scene, own_issued):
    digest = own_scene.record.payload["photos"][0]["sha256"]
    path = next(own_scene.wiring.settings.home.rglob(digest))
    path.chmod(0o600)
    path.write_bytes(samples.scene(77))
    found = own_scene.verify(own_issued)
    assert found.outcome == Outcome.FAILED
    differ = next(fact for fact in found.facts if fact.code == "photos_differ")
    assert differ.details["digests"] == [digest]


def test_a_document_beyond_all_measure_is_refused(scene, monkeypatch):
    monkeypatch.setattr(verdict, "LARGEST_BYTES", 10)
    with pytest.raises(DocumentTooLarge):
        scene.verify(b"%PDF-1.7 more than ten")


def test_a_document_that_takes_too_long_is_not_called_good(scene, issued, monkeypatch):
    monkeypatch.setattr(verdict, "EXAMINE_SECONDS", 0.001)
    found = scene.verify(issued)
    assert found.outcome == Outcome.INDETERMINATE
    assert codes(found) == ["issued_here", "bytes_as_issued", "examination_overrun"]
    strange = scene.verify(b"%PDF-1.7 somebody else's")
    assert (strange.outcome, codes(strange)) == (Outcome.INDETERMINATE, ["examination_overrun"])
