"""The built-in authority: made once, whole, locked; certificates that name and do not tell."""

import subprocess
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from inspection.signing.authority import Authority, Revocation
from inspection.signing.certificates import Holder
from inspection.signing.vault import Vault, VaultLocked
from tests.builders.times import NOON

SECRET = b"a secret of thirty-two bytes here"


def opened(directory, secret=SECRET, organisation="云岚区应急管理局"):
    return Authority.open(directory, secret, organisation=organisation, at=NOON)


def person(**changed):
    facts = {
        "person": "0193e000-0000-7000-8000-000000000007",
        "name": "李𫖯",
        "badge": "370400-0032",
        "unit": "花桥镇",
    }
    return Holder(**{**facts, **changed})


def test_opening_again_gives_the_same_authority(tmp_path):
    first = opened(tmp_path / "authority")
    again = opened(tmp_path / "authority", organisation="改了名字")
    assert again.root_certificate == first.root_certificate
    assert again.seal == first.seal
    assert again.organisation == "云岚区应急管理局"


def _root(directory: Path) -> bytes:
    return opened(directory).root_certificate


def test_processes_that_open_it_at_once_agree(tmp_path):
    with ProcessPoolExecutor(6) as pool:
        roots = set(pool.map(_root, [tmp_path / "authority"] * 6))
    assert len(roots) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["authority"]


def test_a_stop_while_it_is_made_leaves_nothing(tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            opened(tmp_path / "authority")
    assert list(tmp_path.iterdir()) == []
    assert opened(tmp_path / "authority").seal


def test_another_secret_does_not_open_it(tmp_path):
    opened(tmp_path / "authority")
    with pytest.raises(VaultLocked):
        opened(tmp_path / "authority", b"quite another secret of this length")


def test_no_key_lies_open_on_the_disk(tmp_path):
    opened(tmp_path / "authority")
    for path in (tmp_path / "authority").iterdir():
        assert path.stat().st_mode & 0o077 == 0
        if path.suffix == ".key":
            assert b"PRIVATE" not in path.read_bytes()


def test_a_key_opens_only_under_its_own_name():
    vault = Vault(SECRET)
    locked = vault.lock("seal", b"key")
    assert vault.unlock("seal", locked) == b"key"
    for wrong in (
        lambda: vault.unlock("tsa", locked),
        lambda: vault.unlock("seal", b"plain"),
        lambda: vault.unlock("seal", locked[:-1] + bytes([locked[-1] ^ 1])),
    ):
        with pytest.raises(VaultLocked):
            wrong()


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        Vault(b"short")


def test_a_certificate_names_the_person_and_their_badge(tmp_path):
    made = opened(tmp_path / "authority").certify(person(), at=NOON)
    certificate = x509.load_der_x509_certificate(made.certificate)
    subject = {each.oid: each.value for each in certificate.subject}
    assert subject[NameOID.COMMON_NAME] == "李𫖯"
    assert subject[NameOID.SERIAL_NUMBER] == "370400-0032"
    alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert alternative.value.get_values_for_type(x509.UniformResourceIdentifier) == [
        "urn:uuid:0193e000-0000-7000-8000-000000000007"
    ]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.EMAIL_PROTECTION in usage


@pytest.mark.parametrize(
    ("badge", "name"), [("鲁D-0057", "王䶮"), ("", "欧阳𬭎"), ("7*7", "阿卜杜拉·买买提·" * 6)]
)
def test_any_badge_and_any_name_fits(tmp_path, badge, name):
    made = opened(tmp_path / "authority").certify(person(badge=badge, name=name), at=NOON)
    subject = x509.load_der_x509_certificate(made.certificate).subject
    values = [each.value for each in subject]
    assert name in values
    assert not badge or badge in values


def test_certificates_of_people_end_with_the_authority_at_the_latest(tmp_path):
    authority = opened(tmp_path / "authority")
    late = NOON + timedelta(days=20 * 365 - 10)
    made = authority.certify(person(), at=late)
    assert made.expires_at <= late + timedelta(days=10)


def test_openssl_accepts_the_chain_and_the_revocation(tmp_path):
    authority = opened(tmp_path / "authority")
    made = authority.certify(person(), at=NOON)

    def verdict(*revoked):
        trust = authority.trust(revoked=revoked, at=NOON + timedelta(hours=2))
        chain = [*trust.roots, *trust.intermediates]
        pems = [_pem(x509.load_der_x509_certificate(each)) for each in chain]
        lists = [_pem(x509.load_der_x509_crl(each)) for each in trust.revocation_lists]
        (tmp_path / "root.pem").write_bytes(pems[0])
        (tmp_path / "chain.pem").write_bytes(pems[1])
        (tmp_path / "lists.pem").write_bytes(b"".join(lists))
        leaf = tmp_path / "leaf.pem"
        leaf.write_bytes(_pem(x509.load_der_x509_certificate(made.certificate)))
        moment = str(int((NOON + timedelta(hours=3)).timestamp()))
        return subprocess.run(
            [
                "openssl",
                "verify",
                "-x509_strict",
                "-attime",
                moment,
                "-crl_check_all",
                "-CAfile",
                tmp_path / "root.pem",
                "-untrusted",
                tmp_path / "chain.pem",
                "-CRLfile",
                tmp_path / "lists.pem",
                leaf,
            ],
            capture_output=True,
            text=True,
            check=False,
        )

    assert verdict().returncode == 0, verdict().stderr
    revoked = verdict(Revocation(made.serial, NOON + timedelta(hours=1)))
    assert "certificate revoked" in revoked.stderr


def _ends(identity) -> datetime:
    return x509.load_der_x509_certificate(identity.certificate).not_valid_after_utc


def test_seal_and_clock_are_renewed_in_their_last_year_and_keep_their_name(tmp_path):
    authority, reader = (opened(tmp_path / "authority") for _ in range(2))
    seal, clock, trusted = reader.seal, reader.tsa, reader.trust(at=NOON)
    authority.renew(at=NOON + timedelta(days=8 * 365))
    assert (reader.seal, reader.tsa) == (seal, clock)
    in_time = _ends(seal) - timedelta(days=200)
    authority.renew(at=in_time)
    authority.renew(at=in_time)
    assert len(reader.built_in("seal")) == len(reader.built_in("tsa")) == 2
    assert _ends(reader.seal) > _ends(seal) + timedelta(days=8 * 365)
    assert reader.tsa_key.public_key() == public_key(reader.tsa)
    assert reader.organisation == "云岚区应急管理局"
    assert set(reader.trust(at=in_time).built_in_clocks) > set(trusted.built_in_clocks)


def public_key(identity):
    return x509.load_der_x509_certificate(identity.certificate).public_key()


def test_processes_that_renew_at_once_agree(tmp_path):
    ending = _ends(opened(tmp_path / "authority").seal)
    with ProcessPoolExecutor(6) as pool:
        made = set(pool.map(_renewed, [(tmp_path / "authority", ending)] * 6))
    assert len(made) == 1
    names = {each.name for each in (tmp_path / "authority").iterdir() if each.is_dir()}
    assert names == {"seal-2", "tsa-2"}


def _renewed(told: tuple[Path, datetime]) -> bytes:
    authority = opened(told[0])
    authority.renew(at=told[1] - timedelta(days=1))
    return authority.seal.certificate + authority.tsa.certificate


def test_nothing_is_renewed_beyond_the_authority_that_signs_it(tmp_path):
    authority = opened(tmp_path / "authority")
    for year in range(30):
        authority.renew(at=NOON + timedelta(days=365 * year))
    ends = _ends(authority.seal)
    assert ends == x509.load_der_x509_certificate(authority.issuing_certificate).not_valid_after_utc
    assert len(authority.built_in("seal")) <= 3


def _pem(thing) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return thing.public_bytes(Encoding.PEM)
