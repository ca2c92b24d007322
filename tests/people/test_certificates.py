"""People's certificates: what an operator sees, takes back, renews; what everybody may fetch."""

from datetime import timedelta

import pytest
from cryptography import x509

from inspection import database
from inspection.signing import credentials
from inspection.signing.certificates import Holder
from tests.builders.enrolment import username
from tests.scene import Scene


@pytest.fixture
def serials(scene: Scene) -> list[str]:
    """Both inspectors have a certificate."""
    made = []
    with database.writing(scene.engine) as session:
        for person in scene.settled.inspectors:
            holder = Holder(person.uuid, person.name, person.badge, person.unit)
            key = credentials.enrol(
                session, holder, authority=scene.wiring.authority, at=scene.clock()
            )
            made.append(key.serial)
    return made


def _states(scene: Scene) -> dict[str, str]:
    lines = scene.command("certificates", "list").output.splitlines()
    return {line.split()[0]: line.split(" · ")[1].split()[0] for line in lines[:-1]}


def test_each_certificate_is_listed_as_it_stands(scene: Scene, serials: list[str]) -> None:
    said = scene.command("certificates", "list").output
    assert scene.settled.inspectors[0].name in said
    assert "共 2 张" in said
    assert _states(scene) == dict.fromkeys(serials, "valid")
    scene.clock.passes(timedelta(days=3 * 365))
    assert _states(scene) == dict.fromkeys(serials, "expired")


def test_revoking_one_is_written_down_once(scene: Scene, serials: list[str]) -> None:
    for _ in range(2):
        done = scene.command("certificates", "revoke", serials[0], "--reason", "泄露")
        assert done.exit_code == 0
    assert _states(scene) == {serials[0]: "revoked", serials[1]: "valid"}
    assert scene.entries("certificate.revoked") == [scene.settled.inspectors[0].uuid]
    wrong = scene.command("certificates", "revoke", "abc", "--reason", "x")
    assert "没有这张证书" in wrong.output
    assert scene.command("certificates", "revoke", serials[1]).exit_code != 0, "without a reason"


def test_renewing_takes_those_that_end_soon(scene: Scene, serials: list[str]) -> None:
    assert "已换发 0 张" in scene.command("certificates", "renew").output
    scene.clock.passes(timedelta(days=2 * 365 - 20))
    assert "已换发 2 张" in scene.command("certificates", "renew").output
    states = _states(scene)
    assert [states[each] for each in serials] == ["replaced", "replaced"]
    assert sorted(states.values()) == ["replaced", "replaced", "valid", "valid"]
    assert "已换发 0 张" in scene.command("certificates", "renew").output
    assert len(scene.entries("certificate.renewed")) == 2


def test_whoever_left_gets_no_new_certificate(scene: Scene, serials: list[str]) -> None:
    me, colleague = scene.settled.inspectors
    scene.command("people", "dismiss", username(me), "--reason", "调离")
    assert "已换发 1 张" in scene.command("certificates", "renew", "--all").output
    assert scene.entries("certificate.renewed") == [colleague.uuid]
    assert _states(scene)[serials[0]] == "revoked"


def _certified(scene: Scene) -> str:
    """Give the district's first inspector a certificate; returns its serial number."""
    person = scene.settled.inspectors[0]
    holder = Holder(person.uuid, person.name, person.badge, person.unit)
    with database.writing(scene.engine) as session:
        key = credentials.enrol(session, holder, authority=scene.wiring.authority, at=scene.clock())
    return key.serial


def _address_in(certificate: bytes) -> str:
    points = x509.load_der_x509_certificate(certificate).extensions
    point = points.get_extension_for_class(x509.CRLDistributionPoints).value[0]
    return str(point.full_name[0].value)


def test_what_was_revoked_stands_at_the_address_that_the_certificate_names(scene: Scene) -> None:
    serial = _certified(scene)
    stranger = scene.app.test_client(use_cookies=False)
    with database.reading(scene.engine) as session:
        known = credentials.credential(session, scene.settled.inspectors[0].uuid, at=scene.clock())
    address = _address_in(known.certificate)
    base = scene.wiring.settings.public_url
    assert address == f"{base}/ca/issuing.crl"

    def published() -> x509.CertificateRevocationList:
        answer = stranger.get(address.removeprefix(base))
        assert answer.content_type == "application/pkix-crl"
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        return x509.load_der_x509_crl(answer.data)

    issuing = stranger.get("/ca/issuing.cer")
    issuer = x509.load_der_x509_certificate(issuing.data)
    assert published().is_signature_valid(issuer.public_key())
    assert published().get_revoked_certificate_by_serial_number(int(serial, 16)) is None
    scene.command("certificates", "revoke", serial, "--reason", "私钥可能泄露")
    assert published().get_revoked_certificate_by_serial_number(int(serial, 16)) is not None


def test_the_root_can_be_fetched_and_vouches_for_the_rest(scene: Scene) -> None:
    stranger = scene.app.test_client(use_cookies=False)
    root = x509.load_pem_x509_certificate(stranger.get("/ca/root.pem").data)
    issuing = x509.load_der_x509_certificate(stranger.get("/ca/issuing.cer").data)
    issuing.verify_directly_issued_by(root)
    assert _address_in(stranger.get("/ca/issuing.cer").data).endswith("/ca/root.crl")
    listed = x509.load_der_x509_crl(stranger.get("/ca/root.crl").data)
    assert listed.is_signature_valid(root.public_key())


@pytest.mark.parametrize("name", ["own.crl", "own.pem", "seal.pem", "tsa.cer", "root.key"])
def test_nothing_else_is_published(scene: Scene, name: str) -> None:
    assert scene.app.test_client(use_cookies=False).get(f"/ca/{name}").status_code == 404
