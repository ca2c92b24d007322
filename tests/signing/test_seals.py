"""Sealing: every verifier agrees, nothing is signed without a warrant."""

import dataclasses
import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from inspection.domain.problems import WarrantMissing
from inspection.signing import seals
from inspection.signing.authority import Revocation
from inspection.signing.examination import examine
from inspection.signing.facts import Outcome
from tests.builders.people import inspector
from tests.signing import sealed

LATER = sealed.SEALED_AT + timedelta(days=300)
MUCH_LATER = LATER + timedelta(days=300)


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(sealed.sealed())
    return path


@pytest.mark.hurts(34)
def test_all_signatures_are_valid_and_the_last_covers_the_file():
    found = sealed.examined(sealed.sealed())
    kinds = [(each.field, each.kind) for each in found.signatures]
    assert kinds == [
        ("seal", "seal"),
        ("sig-p1", "person"),
        ("sig-p2", "person"),
        ("archive-timestamp", "timestamp"),
    ]
    assert {each.outcome for each in found.signatures} == {Outcome.PASSED}
    assert found.covered_to_the_end
    assert {each.stamped_at for each in found.signatures} == {sealed.SEALED_AT}


def test_signing_leaves_what_the_file_says_of_itself_as_it_was_drawn():
    drawn, finished = sealed.drawn()[0].pdf, sealed.sealed()
    assert drawn.count(b"<?xpacket begin") == finished.count(b"<?xpacket begin") == 1
    assert b"pyHanko" not in finished


@pytest.mark.hurts(34)
def test_pdfsig_calls_every_signature_valid_and_trusted(report, tmp_path):
    database = tmp_path / "nss"
    database.mkdir()
    root = tmp_path / "root.pem"
    certificate = x509.load_der_x509_certificate(sealed.authority().root_certificate)
    root.write_bytes(certificate.public_bytes(Encoding.PEM))
    where = f"sql:{database}"
    subprocess.run(["certutil", "-N", "-d", where, "--empty-password"], check=True)
    subprocess.run(
        ["certutil", "-A", "-d", where, "-n", "root", "-t", "CT,C,C", "-i", root], check=True
    )
    said = subprocess.run(
        ["pdfsig", "-nssdir", where, report], capture_output=True, text=True, check=False
    ).stdout
    assert said.count("Signature Validation: Signature is Valid.") == 3
    assert said.count("Certificate Validation: Certificate is Trusted.") == 3
    last = said.partition("Signature #4")[2]
    assert "archive-timestamp" in last
    assert "  - Total document signed" in last


@pytest.mark.hurts(34)
def test_mutool_calls_every_signature_valid(report):
    # It takes no root from us (it knows Adobe's only), so that no certificate leads to one it
    # knows; and it takes no document timestamps.
    said = subprocess.run(
        ["mutool", "sign", "-v", report], capture_output=True, text=True, check=False
    ).stdout
    assert said.count("The signature is valid but there have been edits since signing.") == 3
    assert said.count("Certificate error: Unknown error.") == 3
    assert "invalid" not in said.lower()


def test_qpdf_finds_nothing_wrong(report):
    checked = subprocess.run(
        ["qpdf", "--check", report], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_person_without_a_warrant_signs_nothing():
    people = sealed.signers()
    people[1] = dataclasses.replace(people[1], warrant=None)
    with pytest.raises(WarrantMissing) as raised:
        seals.seal_report(
            sealed.drawn()[0].pdf, people, authority=sealed.authority(), at=sealed.SEALED_AT
        )
    assert raised.value.details["field"] == "sig-p2"


def test_somebody_elses_warrant_is_none():
    people = sealed.signers()
    people[0] = dataclasses.replace(people[0], warrant=people[1].warrant)
    with pytest.raises(WarrantMissing):
        seals.seal_report(
            sealed.drawn()[0].pdf, people, authority=sealed.authority(), at=sealed.SEALED_AT
        )


def test_a_certificate_revoked_later_keeps_what_it_signed():
    signer = sealed.signers()[0]
    serial = int(signer.key.serial, 16)
    made = seals.seal_report(
        sealed.drawn()[0].pdf,
        [signer, sealed.signers()[1]],
        authority=sealed.authority(),
        at=sealed.SEALED_AT,
    )

    def outcome(revoked_at):
        trust = sealed.authority().trust(
            revoked=[Revocation(serial, revoked_at)], at=sealed.VERIFIED_AT
        )
        return examine(made, trust, sealed.VERIFIED_AT).signatures[1].trusted

    assert outcome(sealed.SEALED_AT + timedelta(hours=1)) == Outcome.PASSED
    assert outcome(sealed.SEALED_AT - timedelta(hours=1)) == Outcome.FAILED


def test_signatures_outlive_the_certificates_of_people():
    later = sealed.SEALED_AT + timedelta(days=5 * 365)
    found = examine(sealed.sealed(), sealed.authority().trust(at=later), later)
    assert {each.outcome for each in found.signatures} == {Outcome.PASSED}


def test_another_authority_makes_no_trusted_report(tmp_path):
    from inspection.signing.authority import Authority

    other = Authority.open(
        tmp_path / "authority", sealed.SECRET, organisation="冒名", at=sealed.NOON
    )
    person = inspector("李𫖯")
    signer = seals.Signer(
        "sig-p1",
        sealed.drawn()[0].appearances["sig-p1"],
        sealed.key_of(person, other),
        sealed.warrant(person),
    )
    forged = seals.seal_report(
        sealed.drawn()[0].pdf, [signer], authority=other, at=sealed.SEALED_AT
    )
    found = sealed.examined(forged)
    assert {each.trusted for each in found.signatures} == {Outcome.INDETERMINATE}


def _half_signed():
    return seals.seal_report(
        sealed.drawn()[0].pdf,
        sealed.signers()[:1],
        authority=sealed.authority(),
        at=sealed.SEALED_AT,
    )


def _added(current, field):
    second = sealed.signers()[1]
    return seals.add_signature(
        current,
        field=field,
        identity=sealed.authority().unlock(second.key),
        appearance=second.appearance,
        reason="审核意见",
        authority=sealed.authority(),
        at=LATER,
    )


def test_a_signature_added_later_leaves_what_was_there_and_is_covered_by_a_new_timestamp():
    first = _half_signed()
    made = _added(first, "sig-p2")
    assert made.startswith(first)
    found = examine(made, sealed.authority().trust(at=MUCH_LATER), MUCH_LATER)
    assert [(each.field, each.outcome, each.stamped_at) for each in found.signatures] == [
        ("seal", Outcome.PASSED, sealed.SEALED_AT),
        ("sig-p1", Outcome.PASSED, sealed.SEALED_AT),
        ("archive-timestamp", Outcome.PASSED, sealed.SEALED_AT),
        ("sig-p2", Outcome.PASSED, LATER),
        ("archive-timestamp-2", Outcome.PASSED, LATER),
    ]
    assert found.covered_to_the_end


@pytest.mark.parametrize("field", ["sig-p1", "opinion-9"])
def test_only_an_empty_field_that_is_there_can_be_signed(field):
    with pytest.raises(ValueError, match=field):
        _added(sealed.sealed(), field)


def test_a_fresh_timestamp_each_year_covers_the_whole_file():
    first = sealed.sealed()
    again = seals.retimestamp(first, authority=sealed.authority(), at=LATER)
    third = seals.retimestamp(again, authority=sealed.authority(), at=MUCH_LATER)
    assert again.startswith(first)
    assert third.startswith(again)
    found = examine(third, sealed.authority().trust(at=MUCH_LATER), MUCH_LATER)
    assert [each.field for each in found.signatures][-3:] == [
        "archive-timestamp",
        "archive-timestamp-2",
        "archive-timestamp-3",
    ]
    assert {each.outcome for each in found.signatures} == {Outcome.PASSED}
    assert found.covered_to_the_end
