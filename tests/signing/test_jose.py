"""Signatures over records: RFC 7515 in its strictest reading, judged by keys made elsewhere.

What a whole request looks like is tested in tests/api/test_refused_records.py.
"""

import json
from pathlib import Path

import pytest
from joserfc import jws as other
from joserfc.jwk import ECKey

from inspection.domain.problems import KeyUnknown, SignatureInvalid
from inspection.signing import jose
from inspection.signing.jose import EnrolledKey, ServerKey
from tests.builders.devices import Device
from tests.builders.people import inspector, inspectors
from tests.builders.times import NOON
from tests.tablet import verified


def _keys(device: Device, *persons: object) -> dict[str, EnrolledKey]:
    found = {}
    for person in persons:
        key = device.key_of(person)  # type: ignore[arg-type]
        found[key.kid] = EnrolledKey(key.kid, person.uuid, key.jwk)  # type: ignore[attr-defined]
    return found


def test_every_signature_is_verified_and_told_in_order() -> None:
    one, two = inspectors()
    device = Device()
    found = jose.verify_record(device.sign(b"bytes", one, two), _keys(device, one, two).get)
    assert found.payload == b"bytes"
    assert [each.person for each in found.signatures] == [one.uuid, two.uuid]
    assert [each.role for each in found.signatures] == ["inspector", "inspector"]


def test_a_signature_made_by_another_library_verifies() -> None:
    person = inspector()
    key = ECKey.generate_key("P-256")
    kid = key.thumbprint()
    header = {
        "alg": "ES256",
        "kid": kid,
        "typ": "zhencha.record+jws",
        "person": person.uuid,
        "role": "inspector",
        "signed_at": "2026-11-22T12:00:00.000+08:00",
    }
    lenient = other.JWSRegistry(strict_check_header=False)
    made = other.serialize_json([{"protected": header}], b"bytes", key, registry=lenient)
    known = EnrolledKey(kid, person.uuid, key.as_dict(private=False))
    found = jose.verify_record(json.dumps(made).encode(), {kid: known}.get)
    assert found.payload == b"bytes"


def test_our_thumbprints_are_those_of_rfc_7638() -> None:
    """The EC key of RFC 7517 appendix A.1, thumbprint by `openssl dgst` over its members."""
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    }
    assert jose.thumbprint(jwk) == "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"


def test_an_unknown_key_is_named() -> None:
    person, device = inspector(), Device()
    with pytest.raises(KeyUnknown) as told:
        jose.verify_record(device.sign(b"bytes", person), lambda _kid: None)
    assert told.value.details == {"kid": device.key_of(person).kid}


@pytest.mark.parametrize("place", range(0, 64, 9))
def test_no_bit_of_a_signature_can_change(place: int) -> None:
    person, device = inspector(), Device()
    key = device.key_of(person)
    body = json.loads(device.sign(b"bytes", person))
    raw = bytearray(jose._decoded(body["signatures"][0]["signature"]))
    raw[place] ^= 0x40
    body["signatures"][0]["signature"] = jose._encoded(bytes(raw))
    with pytest.raises(SignatureInvalid) as told:
        jose.verify_record(json.dumps(body).encode(), _keys(device, person).get)
    assert told.value.details == {"kid": key.kid}


def test_the_servers_statements_verify_elsewhere(tmp_path: Path) -> None:
    key = ServerKey.open(tmp_path / "key.pem", b"s" * 32, at=NOON)
    token = key.sign({"words": "真查", "n": 1})
    assert verified(token, key.public_jwk) == {"words": "真查", "n": 1}
    read = other.deserialize_compact(token, ECKey.import_key(key.public_jwk))
    assert json.loads(read.payload) == {"words": "真查", "n": 1}


def test_the_servers_key_is_made_once_and_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first, again = (ServerKey.open(path, b"s" * 32, at=NOON) for _ in range(2))
    assert first.kid == again.kid
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    with pytest.raises(ValueError, match=r"."):
        ServerKey.open(path, b"another secret, 32 bytes long ..", at=NOON)
