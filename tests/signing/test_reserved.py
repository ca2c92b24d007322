"""Reserved fields: signed later without harm to what was signed before; nothing else is."""

import functools
import io

import pytest
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigner

from inspection.domain.reserved import OPINIONS, is_own, is_reserved, own_fields
from inspection.signing import seals
from inspection.signing.facts import Outcome
from tests.builders.people import inspector
from tests.signing import sealed
from tests.signing.attacks import ATTACKS, name
from tests.signing.test_examination import good

LATER = sealed.SEALED_AT.replace(year=2027)


@functools.cache
def with_opinion() -> bytes:
    """The sealed report with an auditor's opinion in the first box."""
    auditor = sealed.key_of(inspector("孙正平"))
    return seals.add_signature(
        sealed.sealed(),
        field=OPINIONS[0],
        identity=sealed.authority().unlock(auditor),
        appearance=sealed.drawn()[0].appearances["sig-p1"],
        reason="审核意见",
        authority=sealed.authority(),
        at=LATER,
    )


def outcomes(found):
    return {each.field: each.outcome.value for each in found.signatures}


def test_every_earlier_signature_stays_valid_when_an_opinion_is_signed():
    found = sealed.examined(with_opinion())
    assert outcomes(found) == {
        "seal": "passed",
        "sig-p1": "passed",
        "sig-p2": "passed",
        "archive-timestamp": "passed",
        "opinion-1": "passed",
        "archive-timestamp-2": "passed",
    }
    assert found.covered_to_the_end
    assert found.unsigned_fields == ()
    assert with_opinion().startswith(sealed.sealed())


def test_the_second_box_can_be_signed_after_the_first():
    again = seals.add_signature(
        with_opinion(),
        field=OPINIONS[1],
        identity=sealed.authority().unlock(sealed.key_of(inspector("周敏"))),
        appearance=sealed.drawn()[0].appearances["sig-p1"],
        reason="审核意见",
        authority=sealed.authority(),
        at=LATER,
    )
    found = sealed.examined(again)
    assert set(outcomes(found).values()) == {"passed"}
    assert len(found.signatures) == 8


@pytest.mark.parametrize("attack", ATTACKS[:9], ids=lambda attack: attack.__name__)
def test_an_opinion_opens_no_door_to_any_other_change(attack):
    found = sealed.examined(attack(with_opinion()))
    assert not found.covered_to_the_end
    assert Outcome.FAILED in {each.unchanged for each in found.signatures}


def foreign(data: bytes, field: str, *, new: bool) -> bytes:
    """Sign with a trusted certificate in a field: one that is there, or a new invisible one."""
    from asn1crypto import keys, x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    identity = sealed.authority().unlock(sealed.key_of(inspector("李𫖯")))
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if new:
        fields.append_signature_field(writer, fields.SigFieldSpec(field))
    metadata = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    signer = signers.SimpleSigner(
        x509.Certificate.load(identity.certificate),
        keys.PrivateKeyInfo.load(identity.key),
        SimpleCertificateStore(),
    )
    output = io.BytesIO()
    PdfSigner(metadata, signer).sign_pdf(writer, output=output, existing_fields_only=not new)
    return output.getvalue()


@pytest.mark.parametrize("field", ["extra", "opinion-3", "own-7", "own-0"])
def test_a_field_that_the_seal_did_not_find_is_nobodys_to_sign(field):
    """Invisible on purpose: PDF readers call that harmless, even under a seal."""
    found = sealed.examined(
        seals.retimestamp(
            foreign(sealed.sealed(), field, new=True), authority=sealed.authority(), at=LATER
        )
    )
    by_field = {each.field: each for each in found.signatures}
    for earlier in ("seal", "sig-p1", "sig-p2", "archive-timestamp", field):
        assert by_field[earlier].unchanged == Outcome.FAILED
    assert by_field["archive-timestamp-2"].unchanged == Outcome.PASSED


def test_an_empty_field_that_somebody_adds_is_not_a_reserved_one():
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(sealed.sealed()))
    fields.append_signature_field(writer, fields.SigFieldSpec("own-3"))
    output = io.BytesIO()
    writer.write(output)
    assert sealed.examined(output.getvalue()).unsigned_fields == ("own-3",)


def test_taking_a_reserved_field_away_is_noticed():
    from pyhanko.pdf_utils.generic import ArrayObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(sealed.sealed()))
    form = writer.root["/AcroForm"]
    form[name("/Fields")] = ArrayObject(list(form["/Fields"])[:-1])
    writer.update_container(form)
    output = io.BytesIO()
    writer.write(output)
    assert not good(sealed.examined(output.getvalue()))


def test_only_the_reserved_names_are_reserved():
    names = ["opinion-1", "opinion-2", "own-1", "own-12", "opinion-3", "own-0", "sig-p1", "own-1x"]
    assert [each for each in names if is_reserved(each)] == names[:4]
    assert [each for each in names if is_own(each)] == names[2:4]


def test_each_signer_with_an_account_has_a_field_of_their_own():
    from inspection.domain import record as records_domain

    made = sealed.drawn()[1]
    record = records_domain.from_bytes(made.data)
    assert own_fields(record) == {
        made.signers[0].uuid: "own-1",
        made.signers[1].uuid: "own-2",
    }
