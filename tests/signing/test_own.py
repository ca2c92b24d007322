"""The organisation's own seal and authority: tried at the start, and what was before stays."""

import os
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from inspection.domain.problems import SealUnavailable, SettingsIncomplete
from inspection.settings import OwnSettings
from inspection.signing import own, seals
from inspection.signing.authority import Authority, Revocation
from inspection.signing.examination import examine
from inspection.signing.facts import Outcome
from tests.builders.times import NOON
from tests.signing import outside, sealed
from tests.signing.outside import PASSWORD, Licensed, licensed, written

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "31415926"
AT = sealed.SEALED_AT


def loaded(**told: str) -> own.Own:
    return own.load(OwnSettings(**told), at=NOON)


def why(**told: str) -> dict[str, str]:
    with pytest.raises(SettingsIncomplete) as refused:
        loaded(**told)
    assert all(name in str(refused.value) for name in refused.value.details["names"])
    return dict(refused.value.details["why"])


@pytest.fixture
def p12(tmp_path):
    return written(tmp_path, seal=licensed().p12())["seal"]


def authority_with(directory: Path, found: own.Own) -> Authority:
    return Authority.open(
        directory / "authority",
        sealed.SECRET,
        organisation=sealed.ORGANISATION,
        at=NOON,
        lists_url="https://zhencha.example/ca",
        own=found,
    )


def sealed_by(authority: Authority, *, at=AT) -> bytes:
    """A report with one person's signature."""
    signer = sealed.signers()[0]
    person = sealed.drawn()[1].signers[0]
    signer = replace(signer, key=sealed.key_of(person, authority))
    return seals.seal_report(sealed.drawn()[0].pdf, [signer], authority=authority, at=at)


def examined(data: bytes, authority: Authority):
    trust = authority.trust(at=sealed.VERIFIED_AT)
    return {each.field: each for each in examine(data, trust, sealed.VERIFIED_AT).signatures}


def test_an_own_seal_takes_the_built_in_ones_place(p12, tmp_path):
    found = loaded(seal_p12=p12, seal_password=PASSWORD)
    authority = authority_with(tmp_path, found)
    assert authority.organisation == "云岚区应急管理局"
    by_field = examined(sealed_by(authority), authority)
    assert {each.outcome for each in by_field.values()} == {Outcome.PASSED}
    assert by_field["seal"].kind == "seal"
    assert by_field["seal"].organisation == "云岚区应急管理局"


def test_without_a_list_the_seal_stands_and_it_is_said_that_nobody_could_ask(p12, tmp_path):
    authority = authority_with(tmp_path, loaded(seal_p12=p12, seal_password=PASSWORD))
    by_field = examined(sealed_by(authority), authority)
    assert [name for name, each in by_field.items() if not each.revocation_known] == ["seal"]


@pytest.mark.parametrize("revoked", [False, True])
def test_with_a_list_it_is_asked_and_a_newer_file_is_read_anew(p12, tmp_path, revoked):
    chain = tmp_path / "chain.pem"
    chain.write_bytes(licensed().lists())
    told = {"seal_p12": p12, "seal_password": PASSWORD, "seal_chain": str(chain)}
    chain.write_bytes(licensed().pems("root") + licensed().lists())
    authority = authority_with(tmp_path, loaded(**told))
    data = sealed_by(authority)
    if revoked:
        chain.write_bytes(licensed().lists(licensed().seal.serial_number))
    by_field = examined(data, authority)
    assert by_field["seal"].revocation_known
    assert by_field["seal"].trusted == (Outcome.FAILED if revoked else Outcome.PASSED)


def test_reports_of_before_stay_valid_when_an_own_seal_comes(p12, tmp_path):
    before = authority_with(tmp_path, own.Own())
    data = sealed_by(before)
    after = authority_with(tmp_path, loaded(seal_p12=p12, seal_password=PASSWORD))
    assert {each.outcome for each in examined(data, after).values()} == {Outcome.PASSED}


def _own_authority(
    directory: Path, *, of: Licensed | None = None, **changed: bytes
) -> dict[str, str]:
    of = of or licensed()
    key = of.issuing_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSWORD.encode()),
    )
    files = {"ca_chain": of.pems("issuing", "root"), "ca_key": key, **changed}
    return {**written(directory, **files), "ca_password": PASSWORD}


def test_an_own_authority_certifies_people_and_publishes_what_it_took_back(tmp_path):
    authority = authority_with(tmp_path, loaded(**_own_authority(tmp_path)))
    person = sealed.drawn()[1].signers[0]
    certificate = x509.load_der_x509_certificate(sealed.key_of(person, authority).certificate)
    certificate.verify_directly_issued_by(licensed().issuing)
    point = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point[0].full_name[0].value == "https://zhencha.example/ca/own.crl"
    gone = Revocation(certificate.serial_number, NOON)
    published = authority.revocation_list("own", [gone], at=AT)
    assert x509.load_der_x509_crl(published).get_revoked_certificate_by_serial_number(gone.serial)
    data = sealed_by(authority)
    by_field = examined(data, authority)
    assert {each.outcome for each in by_field.values()} == {Outcome.PASSED}
    # The root's owner gave no list of its own; about the rest everybody could ask.
    assert not by_field["sig-p1"].revocation_known
    assert by_field["seal"].revocation_known


def test_what_a_provider_signed_stays_provable_after_the_settings_name_another(tmp_path):
    """An own seal, an own authority and an outside clock, all changed; then all taken away."""
    p12 = written(tmp_path, seal=licensed().p12())["seal"]
    told = {"seal_p12": p12, "seal_password": PASSWORD, **_own_authority(tmp_path)}
    clock = lambda request: outside.granted(request, AT).dump()  # noqa: E731
    with outside.time_server(clock) as server:
        before = authority_with(tmp_path, replace(loaded(**told), time=server))
        data = sealed_by(before)
    as_it_was = examined(data, before)
    assert {each.outcome for each in as_it_was.values()} == {Outcome.PASSED}
    another = tmp_path / "another"
    another.mkdir()
    next_told = {
        "seal_p12": written(another, seal=outside.another().p12())["seal"],
        "seal_password": PASSWORD,
        **_own_authority(another, of=outside.another()),
    }
    for told_later in (next_told, {}):
        after = authority_with(tmp_path, loaded(**told_later))
        found = examined(data, after)
        assert found == as_it_was, told_later
        serial = int(found["sig-p1"].serial, 16)
        gone = after.trust(revoked=[Revocation(serial, NOON)], at=sealed.VERIFIED_AT)
        taken = {e.field: e for e in examine(data, gone, sealed.VERIFIED_AT).signatures}
        assert taken["sig-p1"].trusted == Outcome.FAILED, "its issuer gives no list any more"
        fresh = examined(sealed_by(after), after)
        assert {each.outcome for each in fresh.values()} == {Outcome.PASSED}
    person = sealed.key_of(sealed.drawn()[1].signers[0], before).certificate
    assert after.chain_of(person) == before.chain_of(person)
    assert len(after.trust_today(at=AT).roots) == 1, "new reports carry nothing of old providers"


def test_a_seal_that_its_provider_revoked_stays_revoked_when_the_provider_changes(tmp_path):
    chain = tmp_path / "chain.pem"
    chain.write_bytes(licensed().pems("root") + licensed().lists())
    told = {
        "seal_p12": written(tmp_path, seal=licensed().p12())["seal"],
        "seal_password": PASSWORD,
        "seal_chain": str(chain),
    }
    before = authority_with(tmp_path, loaded(**told))
    data = sealed_by(before)
    chain.write_bytes(licensed().lists(licensed().seal.serial_number))
    before.renew(at=AT)  # as the worker does
    assert examined(data, authority_with(tmp_path, own.Own()))["seal"].trusted == Outcome.FAILED


def test_a_revoked_certificate_fails_though_the_root_above_gives_no_list(tmp_path):
    authority = authority_with(tmp_path, loaded(**_own_authority(tmp_path)))
    data = sealed_by(authority)
    serial = int(examined(data, authority)["sig-p1"].serial, 16)
    trust = authority.trust(revoked=[Revocation(serial, NOON)], at=sealed.VERIFIED_AT)
    found = {each.field: each for each in examine(data, trust, sealed.VERIFIED_AT).signatures}
    assert found["sig-p1"].trusted == Outcome.FAILED
    assert found["seal"].trusted == Outcome.PASSED


def test_each_wrong_seal_is_refused_with_a_sentence(tmp_path):
    files = written(
        tmp_path,
        good=licensed().p12(),
        short=licensed().p12(licensed().issuing),
        junk=b"junk",
    )
    assert "密码" in why(seal_p12=files["good"], seal_password="x")["INSPECTION_SEAL_P12"]
    assert "密码" in why(seal_p12=files["junk"], seal_password="x")["INSPECTION_SEAL_P12"]
    missing = str(tmp_path / "nowhere")
    assert missing in why(seal_p12=missing)["INSPECTION_SEAL_P12"]
    lacking = why(seal_p12=files["short"], seal_password=PASSWORD)
    assert "国家许可电子认证服务机构" in lacking["INSPECTION_SEAL_P12"]
    late = NOON + timedelta(days=11 * 365)
    with pytest.raises(SettingsIncomplete, match="有效期"):
        own.load(OwnSettings(seal_p12=files["good"], seal_password=PASSWORD), at=late)


def test_a_chain_that_the_file_lacks_may_come_in_another(tmp_path):
    files = written(
        tmp_path, short=licensed().p12(licensed().issuing), more=licensed().pems("root")
    )
    found = loaded(seal_p12=files["short"], seal_password=PASSWORD, seal_chain=files["more"])
    assert found.seal is not None
    assert len(found.seal.chain) == 2


def test_each_wrong_authority_is_refused_with_a_sentence(tmp_path):
    good = _own_authority(tmp_path)
    assert "密码" in why(**{**good, "ca_password": "x"})["INSPECTION_CA_KEY"]
    other = licensed().root_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    swapped = written(tmp_path, other=other)["other"]
    told = {**good, "ca_key": swapped, "ca_password": ""}
    assert "一对" in why(**told)["INSPECTION_CA_KEY"]
    rootless = written(tmp_path, rootless=licensed().pems("issuing"))["rootless"]
    assert "证书链缺少" in why(**{**good, "ca_chain": rootless})["INSPECTION_CA_CHAIN"]
    leaf = written(tmp_path, leaf=licensed().pems("seal", "issuing", "root"))["leaf"]
    assert "一对" in why(**{**good, "ca_chain": leaf})["INSPECTION_CA_KEY"]


def test_a_time_server_without_a_root_is_refused_and_all_is_named_at_once(tmp_path):
    files = written(tmp_path, roots=licensed().pems("issuing"), junk=b"junk")
    told = {"tsa_url": "https://tsa.example", "tsa_roots": files["roots"]}
    assert "根证书" in why(**told)["INSPECTION_TSA_ROOTS"]
    several = why(**{**told, "tsa_roots": files["junk"]}, seal_p12=files["junk"])
    assert sorted(several) == ["INSPECTION_SEAL_P12", "INSPECTION_TSA_ROOTS"]


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A software token with the licensed seal in it."""
    if not shutil.which("softhsm2-util") or not Path(MODULE).exists():
        pytest.skip("softhsm2 is not installed: deploy/prepare.py test installs it")
    directory = tmp_path_factory.mktemp("token")
    (directory / "tokens").mkdir()
    settings = directory / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {directory}/tokens\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    key = directory / "key.pem"
    key.write_bytes(
        licensed().seal_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    for words in (
        ["--init-token", "--free", "--label", "封印", "--so-pin", PIN, "--pin", PIN],
        ["--import", key, "--token", "封印", "--label", "seal", "--id", "01", "--pin", PIN],
    ):
        subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
    chain = directory / "chain.pem"
    chain.write_bytes(licensed().pems("seal", "issuing", "root"))
    yield {
        "seal_pkcs11": MODULE,
        "seal_token": "封印",
        "seal_label": "seal",
        "seal_pin": PIN,
        "seal_chain": str(chain),
    }
    del os.environ["SOFTHSM2_CONF"]


def test_a_seal_in_a_token_signs_and_its_key_is_never_seen(token, tmp_path):
    found = loaded(**token)
    assert found.seal is not None
    assert found.seal.key == b""
    assert PIN not in repr(found)
    authority = authority_with(tmp_path, found)
    by_field = examined(sealed_by(authority), authority)
    assert {each.outcome for each in by_field.values()} == {Outcome.PASSED}
    assert by_field["seal"].organisation == "云岚区应急管理局"


def test_each_wrong_word_about_a_token_is_refused_with_a_sentence(token, tmp_path):
    assert "PIN" in why(**{**token, "seal_pin": "99999999"})["INSPECTION_SEAL_PIN"]
    assert "令牌" in why(**{**token, "seal_token": "没有"})["INSPECTION_SEAL_TOKEN"]
    assert "私钥" in why(**{**token, "seal_label": "没有"})["INSPECTION_SEAL_LABEL"]
    nowhere = str(tmp_path / "nowhere.so")
    assert "模块" in why(**{**token, "seal_pkcs11": nowhere})["INSPECTION_SEAL_PKCS11"]
    other = written(tmp_path, other=licensed().pems("issuing", "root"))["other"]
    assert "成对" in why(**{**token, "seal_chain": other})["INSPECTION_SEAL_LABEL"]


def test_a_token_that_fails_later_stops_the_report_with_its_name(token, tmp_path, monkeypatch):
    authority = authority_with(tmp_path, loaded(**token))
    seal = authority.seal
    assert seal.token is not None
    pulled = replace(seal, token=replace(seal.token, pin="99999999"))
    monkeypatch.setattr(Authority, "seal", pulled)
    with pytest.raises(SealUnavailable) as told:
        sealed_by(authority)
    assert told.value.details["token"] == "封印"
