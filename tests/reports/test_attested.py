"""Ink of somebody without an account: signed for this once, bound to its record, never upgraded."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from sqlalchemy import text

from inspection.accounts import devices
from inspection.database import reading, writing
from inspection.domain.problems import SignatureInvalid, WarrantMissing
from inspection.ledger import journal
from inspection.signing import certificates, seals
from inspection.signing.certificates import Attestation
from inspection.signing.examination import examine
from inspection.signing.facts import Outcome
from tests.reports import samples, scenes
from tests.signing import sealed
from tests.signing.outside import digest


@pytest.fixture
def scene(engine, home):
    return scenes.scene(engine, home)


def _entries(scene, kind):
    with reading(scene.wiring.engine) as session:
        return [each for each in journal.read(session) if each.kind == kind]


def _party(record):
    return next(each for each in record.payload["people"] if each["role"] == "party")


def _ending(record, outcome):
    """The same record, in which the party ended otherwise."""
    ref = _party(record)["ref"]
    for signing in record.payload["signatures"]:
        if signing["person"] == ref:
            signing.update(outcome=outcome, reason="不同意", witness="p1")
            signing.pop("ink", None)
    return record


def test_the_partys_ink_is_signed_with_a_one_day_certificate_that_says_what_it_is(scene):
    issued = scene.issue()
    data = scene.wiring.blobs.read(issued.sha256)
    trust = scene.wiring.authority.trust(at=scenes.VERIFIED_AT)
    found = {each.field: each for each in examine(data, trust, scenes.VERIFIED_AT).signatures}
    ink = found["sig-p3"]
    assert (ink.kind, ink.name, ink.person) == ("attested", samples.RARE_NAMES[2], "")
    assert ink.outcome == Outcome.PASSED, "valid though its certificate ran out two days ago"
    assert ink.record_digest == scene.record.digest
    assert "身份未经核实" in ink.reason
    (entry,) = _entries(scene, "ink.attested")
    body = json.loads(entry.body)
    assert (body["certificate"], body["ink"], body["report"]) == (
        ink.serial,
        ink.ink_digest,
        issued.uuid,
    )
    device = scene.record.device
    assert set(body["warrants"]) == {device.key_of(each).kid for each in scene.record.signers}
    verdict = scene.verify(data)
    assert verdict.outcome == Outcome.PASSED
    assert verdict.has("ink_attested")
    line = next(each for each in verdict.signers if each.field == "sig-p3")
    assert (line.role, line.name) == ("party", samples.RARE_NAMES[2])


def test_the_certificate_names_the_ink_and_the_keys_and_not_a_verified_person():
    evidence = Attestation("王䶮", digest("record"), digest("ink"), ("kid-1", "kid-2"))
    made = sealed.authority().attest(evidence, at=sealed.SEALED_AT)
    certificate = x509.load_der_x509_certificate(made.certificate)
    assert certificate.not_valid_after_utc - sealed.SEALED_AT == timedelta(days=1)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [
        f"urn:zhencha:record:sha256:{digest('record')}",
        f"urn:zhencha:ink:sha256:{digest('ink')}",
        "urn:ietf:params:oauth:jwk-thumbprint:sha-256:kid-1",
        "urn:ietf:params:oauth:jwk-thumbprint:sha-256:kid-2",
    ]
    policy = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value[0]
    notice = policy.policy_qualifiers[0].explicit_text
    assert "identity not verified" in notice
    assert len(notice) <= 200
    assert certificates.NOT_VERIFIED in [each.value for each in certificate.subject]
    again = sealed.authority().attest(evidence, at=sealed.SEALED_AT)
    assert again.key != made.key
    assert "PRIVATE" not in repr(made)
    assert made.key.hex() not in repr(made)


@pytest.mark.parametrize("outcome", ["refused", "absent"])
def test_who_refused_or_was_absent_has_no_field(engine, home, outcome):
    scene = scenes.scene(engine, home, _ending(samples.full_record(), outcome))
    data = scene.wiring.blobs.read(scene.issue().sha256)
    trust = scene.wiring.authority.trust(at=scenes.VERIFIED_AT)
    fields = [each.field for each in examine(data, trust, scenes.VERIFIED_AT).signatures]
    assert fields == ["seal", "sig-p1", "sig-p2", "archive-timestamp"]
    assert _entries(scene, "ink.attested") == []


def test_ink_without_any_device_signature_behind_it_is_not_signed():
    evidence = Attestation("王䶮", digest("record"), digest("ink"), ())
    one = sealed.signers()[0]
    ink = seals.Attested(
        one.field, one.appearance, sealed.authority().attest(evidence, at=sealed.SEALED_AT), ()
    )
    with pytest.raises(WarrantMissing):
        seals.seal_report(
            sealed.drawn()[0].pdf, [ink], authority=sealed.authority(), at=sealed.SEALED_AT
        )


@pytest.mark.parametrize("of", ["record_digest", "ink_digest"])
def test_ink_of_another_record_or_other_ink_supports_nothing(scene, monkeypatch, of):
    """The server itself could be made to certify something else: the verdict compares."""
    attest = type(scene.wiring.authority).attest

    def forged(self, evidence, *, at):
        return attest(self, replace(evidence, **{of: digest("another")}), at=at)

    monkeypatch.setattr(type(scene.wiring.authority), "attest", forged)
    verdict = scene.verify(scene.wiring.blobs.read(scene.issue().sha256))
    assert verdict.has("ink_unfit")
    assert verdict.outcome == Outcome.FAILED


def test_a_key_revoked_after_the_record_arrived_still_warrants_its_report(scene):
    person = scene.record.signers[0]
    kid = scene.record.device.key_of(person).kid
    with writing(scene.wiring.engine) as session:
        devices.revoke(session, kid, reason="平板丢失", at=scenes.ISSUED_AT)
    verdict = scene.verify(scene.wiring.blobs.read(scene.issue().sha256))
    assert verdict.outcome == Outcome.PASSED
    assert {each.field for each in verdict.signers} >= {"sig-p1", "sig-p2", "sig-p3"}


def test_a_record_altered_in_the_database_after_acceptance_uses_nobodys_key(scene):
    """Sealing verifies the device signatures once more, and so before any key is used."""
    with scene.wiring.engine.begin() as connection:
        ((stored,),) = connection.execute(text("SELECT jws FROM record")).all()
        altered = json.loads(bytes(stored))
        payload = altered["payload"]
        altered["payload"] = ("B" if payload[40] == "A" else "A").join((payload[:40], payload[41:]))
        connection.execute(
            text("UPDATE record SET jws = :jws"), {"jws": json.dumps(altered).encode()}
        )
    with pytest.raises(SignatureInvalid):
        scene.issue()
    assert _entries(scene, "key.used") == []
    assert _entries(scene, "ink.attested") == []
