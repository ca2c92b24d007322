"""An own certificate's signature: exactly our file plus one signature, or a reason why not."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from inspection.domain.problems import (
    OwnCertificateExpired,
    OwnFieldWrong,
    OwnFileAltered,
    OwnFileUnsigned,
    OwnSignatureBroken,
    OwnSignatureLocks,
    OwnSignatureMany,
)
from inspection.signing.additions import examine_addition
from inspection.signing.facts import Outcome
from tests.signing import sealed, strangers
from tests.signing.attacks import (
    move_a_signature,
    replace_the_attached_record,
    stamp_over_text,
)

ROOTS = (strangers.root().der,)


def examined(data, *, field="own-1", roots=ROOTS, at=sealed.VERIFIED_AT):
    return examine_addition(data, len(sealed.sealed()), field, roots, at)


@pytest.fixture(scope="module")
def good():
    return strangers.signed(sealed.sealed(), "own-1")


@pytest.mark.parametrize("tool", [strangers.signed, strangers.signed_by_openssl])
def test_one_signature_in_the_own_field_is_accepted_whatever_made_it(tool):
    found = examined(tool(sealed.sealed(), "own-1"))
    assert (found.name, found.issuer, found.trusted) == ("李某", "外面的机构", Outcome.PASSED)


def test_an_issuer_that_nobody_named_is_not_known_to_be_good_or_bad(good):
    assert examined(good, roots=()).trusted == Outcome.INDETERMINATE
    ours = (sealed.authority().root_certificate,)
    assert examined(good, roots=ours).trusted == Outcome.INDETERMINATE


def test_a_second_signature_is_one_too_many(good):
    with pytest.raises(OwnSignatureMany):
        examined(strangers.signed(good, "own-2", strangers.holder("王某")))


def test_a_second_save_is_one_too_many(good):
    with pytest.raises(OwnSignatureMany):
        examined(stamp_over_text(good))


def test_an_update_without_a_signature_is_none():
    with pytest.raises(OwnFileUnsigned):
        examined(stamp_over_text(sealed.sealed()))


@pytest.mark.parametrize("box", [None, (100, 100, 250, 150)], ids=["invisible", "visible"])
def test_a_new_field_is_not_the_reserved_one(box):
    with pytest.raises(OwnFieldWrong) as raised:
        examined(strangers.signed(sealed.sealed(), "Signature1", new=True, box=box))
    assert raised.value.details == {"field": "own-1", "found": "Signature1"}


@pytest.mark.parametrize("field", ["own-2", "opinion-1"])
def test_nobody_signs_in_anothers_field(field):
    with pytest.raises(OwnFieldWrong):
        examined(strangers.signed(sealed.sealed(), field))


def _with_the_signature(change):
    """Make the change and the signature in one update, as one tool might save both."""

    def changed(data):
        kept = []

        class Both(IncrementalPdfFileWriter):
            def __init__(self, stream):
                super().__init__(stream)
                kept.append(self)

        import tests.signing.attacks as attacks

        before, attacks.IncrementalPdfFileWriter = attacks.IncrementalPdfFileWriter, Both
        try:
            change(data)
        finally:
            attacks.IncrementalPdfFileWriter = before
        from pyhanko.sign import signers
        from pyhanko.sign.signers.pdf_signer import PdfSigner

        metadata = signers.PdfSignatureMetadata(field_name="own-1", md_algorithm="sha256")
        output = io.BytesIO()
        PdfSigner(metadata, strangers.holder().signer).sign_pdf(
            kept[0], output=output, existing_fields_only=True
        )
        return output.getvalue()

    return changed


@pytest.mark.parametrize(
    "change",
    [stamp_over_text, replace_the_attached_record, move_a_signature],
    ids=lambda change: change.__name__,
)
def test_a_change_saved_together_with_the_signature_is_found(change):
    altered = _with_the_signature(change)(sealed.sealed())
    with pytest.raises(OwnFileAltered):
        examined(altered)


def test_a_field_added_beside_the_signature_is_found():
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    def add(data):
        import tests.signing.attacks as attacks

        append_signature_field(attacks._writer(data), SigFieldSpec("own-9"))

    with pytest.raises(OwnFileAltered):
        examined(_with_the_signature(add)(sealed.sealed()))


def test_a_signature_that_does_not_fit_is_broken(good):
    torn = bytearray(good)
    place = torn.rindex(b"/ByteRange")
    torn[place + 200 : place + 202] = b"AB" if torn[place + 200 : place + 202] != b"AB" else b"CD"
    with pytest.raises((OwnSignatureBroken, OwnFileAltered)):
        examined(bytes(torn))


def test_bytes_after_the_signature_are_not_covered(good):
    with pytest.raises((OwnSignatureBroken, OwnFileAltered)):
        examined(good + b"\n% more\n")


def test_a_gap_spelled_in_two_ways_is_broken_at_the_door_and_not_in_the_report_for_ever(good):
    """No signature covers its own gap, and the verifier takes one spelling only."""
    place = good.index(b"3082", good.rindex(b"/Contents"))
    letter = next(n for n in range(place, place + 400) if good[n : n + 1].isalpha())
    spelled = good[:letter] + good[letter : letter + 1].swapcase() + good[letter + 1 :]
    assert spelled != good
    with pytest.raises(OwnSignatureBroken):
        examined(spelled)


@pytest.mark.parametrize(
    "locks",
    [
        {"field_lock": FieldMDPSpec(FieldMDPAction.ALL)},
        {"field_lock": FieldMDPSpec(FieldMDPAction.INCLUDE, ["opinion-1"])},
        {
            "field_lock": FieldMDPSpec(FieldMDPAction.INCLUDE, ["own-1"]),
            "docmdp_perms": MDPPerm.NO_CHANGES,
        },
    ],
    ids=["every field", "the auditor's field", "the document"],
)
def test_a_signature_that_locks_out_those_who_come_later_is_refused(monkeypatch, locks):
    """An auditor's opinion would break it, and with it the report."""
    real = SigMDPSetup.apply
    monkeypatch.setattr(
        SigMDPSetup, "apply", lambda setup, *told: real(replace(setup, **locks), *told)
    )
    locking = strangers.signed(sealed.sealed(), "own-1")
    with pytest.raises(OwnSignatureLocks):
        examined(locking)


def test_a_certificate_out_of_its_time_is_refused():
    late = strangers.holder("过期", until=sealed.NOON - timedelta(days=1))
    with pytest.raises(OwnCertificateExpired):
        examined(strangers.signed(sealed.sealed(), "own-1", late))
    with pytest.raises(OwnCertificateExpired):
        examined(strangers.signed(sealed.sealed(), "own-1"), at=sealed.NOON - timedelta(days=2000))


@pytest.mark.parametrize("extra", [b"junk", b"\n%PDF-1.7\n%%EOF\n", bytes(5000)])
def test_what_cannot_be_read_raises_nothing_but_a_refusal(extra):
    with pytest.raises((OwnFileAltered, OwnFileUnsigned, OwnSignatureMany)):
        examined(sealed.sealed() + extra)
