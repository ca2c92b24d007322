"""Bodies that are no record of ours: refused by a stable code, kept in quarantine byte for byte."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from inspection import database
from inspection.accounts import devices
from inspection.domain import record as domain
from tests.builders import checklists, enrolment, records
from tests.builders.devices import Device, base64url, compact
from tests.builders.identifiers import uuid7
from tests.builders.records import Filled
from tests.scene import Scene

Change = Callable[[Scene, Filled], bytes]


def _with_header(**changed: Any) -> Change:
    def change(scene: Scene, made: Filled) -> bytes:
        return made.device.sign(made.data, *made.signers, header=changed)

    return change


def _with_payload(**changed: Any) -> Change:
    def change(scene: Scene, made: Filled) -> bytes:
        made.payload.update(changed)
        return made.body()

    return change


def _over(data: bytes) -> Change:
    """Sign other bytes than the record's."""
    return lambda scene, made: made.device.sign(data, *made.signers)


def _truncated(scene: Scene, made: Filled) -> bytes:
    return made.body()[:-200]


def _changed_after_signing(scene: Scene, made: Filled) -> bytes:
    body = json.loads(made.body())
    made.payload["opinion"] = "一切正常。"
    return compact({**body, "payload": base64url(made.data)})


def _one_of_two_signatures_changed(scene: Scene, made: Filled) -> bytes:
    body = json.loads(made.body())
    signature = bytearray(base64.urlsafe_b64decode(body["signatures"][1]["signature"] + "=="))
    signature[-1] ^= 1
    body["signatures"][1]["signature"] = base64url(bytes(signature))
    return compact(body)


def _by_a_strange_device(scene: Scene, made: Filled) -> bytes:
    return Device().sign(made.data, *made.signers)


def _claiming_to_be_a_colleague(scene: Scene, made: Filled) -> bytes:
    return made.device.sign(made.data, made.signers[0], header={"person": made.signers[1].uuid})


def _under_somebody_elses_key_name(scene: Scene, made: Filled) -> bytes:
    other = made.device.key_of(made.signers[1])
    return made.device.sign(made.data, made.signers[0], header={"kid": other.kid})


def _unsigned(scene: Scene, made: Filled) -> bytes:
    return compact({"payload": base64url(made.data), "signatures": []})


def _signed_eleven_times(scene: Scene, made: Filled) -> bytes:
    body = json.loads(made.body())
    return compact({**body, "signatures": body["signatures"][:1] * 11})


def _without(part: str) -> Change:
    def change(scene: Scene, made: Filled) -> bytes:
        body = json.loads(made.body())
        del body["signatures"][0][part]
        return compact(body)

    return change


def _signature_of_length(length: int) -> Change:
    def change(scene: Scene, made: Filled) -> bytes:
        body = json.loads(made.body())
        body["signatures"][0]["signature"] = base64url(bytes(length))
        return compact(body)

    return change


def _payload_text(text: str) -> Change:
    def change(scene: Scene, made: Filled) -> bytes:
        return compact({**json.loads(made.body()), "payload": text})

    return change


def _signed_text(text: str) -> Change:
    """A valid signature over a payload part that is not base64url."""

    def change(scene: Scene, made: Filled) -> bytes:
        body = json.loads(made.body())
        for signer, entry in zip(made.signers, body["signatures"], strict=True):
            message = f"{entry['protected']}.{text}".encode()
            entry["signature"] = made.device.key_of(signer).signature(message)
        return compact({**body, "payload": text})

    return change


def _in_utf16(scene: Scene, made: Filled) -> bytes:
    return made.device.sign(made.data.decode().encode("utf-16"), *made.signers)


def _raw_surrogates(scene: Scene, made: Filled) -> bytes:
    data = made.data.replace("责令立即整改。".encode(), b"\xed\xa0\x80")
    assert data != made.data
    return made.device.sign(data, *made.signers)


def _answers_of(code: str) -> Change:
    def change(scene: Scene, made: Filled) -> bytes:
        made.payload["answers"] = {code: {"value": 1}}
        return made.device.sign(json.dumps(made.payload).encode(), *made.signers)

    return change


def _with_escaped(text: str) -> Change:
    """The text as JSON escapes: JSON.stringify writes lone surrogates and NUL that way."""

    def change(scene: Scene, made: Filled) -> bytes:
        made.payload["place"]["text"] = text
        return made.device.sign(json.dumps(made.payload).encode(), *made.signers)

    return change


DEEP = b"[" * 100_000

REFUSED: dict[str, tuple[Change, str]] = {
    "truncated": (_truncated, "jws_malformed"),
    "empty": (lambda scene, made: b"", "jws_malformed"),
    "not JSON": (lambda scene, made: b"PK\x03\x04\xff", "jws_malformed"),
    "JSON, but a list": (lambda scene, made: b"[1]", "jws_malformed"),
    "JSON nested a hundred thousand deep": (lambda scene, made: DEEP, "jws_malformed"),
    "a compact JWS": (lambda scene, made: b'"aaa.bbb.ccc"', "jws_malformed"),
    "no signature": (_unsigned, "jws_malformed"),
    "eleven signatures": (_signed_eleven_times, "jws_malformed"),
    "without protected header": (_without("protected"), "jws_malformed"),
    "without signature value": (_without("signature"), "jws_malformed"),
    "short signature": (_signature_of_length(63), "jws_malformed"),
    "signature of zeros": (_signature_of_length(64), "signature_invalid"),
    "payload replaced": (_payload_text("not base64!"), "signature_invalid"),
    "payload that is no base64": (_signed_text("not base64!"), "jws_malformed"),
    "payload outside ASCII": (_payload_text("检查记录"), "jws_malformed"),
    "alg none": (_with_header(alg="none"), "jws_malformed"),
    "alg HS256": (_with_header(alg="HS256"), "jws_malformed"),
    "alg missing": (_with_header(alg=None), "jws_malformed"),
    "crit header": (_with_header(crit=["exp"]), "jws_malformed"),
    "another typ": (_with_header(typ="JWT"), "jws_malformed"),
    "time without zone": (_with_header(signed_at="2026-11-22T12:00:00"), "jws_malformed"),
    "kid that is a number": (_with_header(kid=1), "jws_malformed"),
    "kid with a NUL": (_with_header(kid="a\0b"), "jws_malformed"),
    "kid never enrolled": (_by_a_strange_device, "key_unknown"),
    "changed after signing": (_changed_after_signing, "signature_invalid"),
    "one bad signature of two": (_one_of_two_signatures_changed, "signature_invalid"),
    "claims to be a colleague": (_claiming_to_be_a_colleague, "signature_invalid"),
    "under a colleague's kid": (_under_somebody_elses_key_name, "signature_invalid"),
    "another uuid inside": (_with_payload(uuid=uuid7()), "record_uuid_mismatch"),
    "payload not JSON": (_over(b"hello"), "payload_malformed"),
    "payload nested deep": (_over(DEEP), "payload_malformed"),
    "payload a list": (_over(b"[]"), "payload_malformed"),
    "payload with NaN": (_over(b'{"format":NaN}'), "payload_malformed"),
    "payload in UTF-16": (_in_utf16, "payload_malformed"),
    "payload with raw surrogates": (_raw_surrogates, "payload_malformed"),
    "payload of another format": (_with_payload(format="zhencha.record/9"), "payload_malformed"),
    "unknown kind": (_with_payload(kind="raid"), "payload_malformed"),
    "people missing": (_with_payload(people=None), "payload_malformed"),
    "finished without a zone": (
        _with_payload(finished_at="2026-11-22T12:00:00"),
        "payload_malformed",
    ),
    "finished before the calendar": (
        _with_payload(finished_at="0001-01-01T00:00:00+08:00"),
        "payload_malformed",
    ),
    "finished after the calendar": (
        _with_payload(finished_at="9999-12-31T23:59:59-08:00"),
        "payload_malformed",
    ),
    "revision beyond any number": (
        _with_payload(checklist={"slug": "hot-work", "revision": 2**40, "digest": "0" * 64}),
        "payload_malformed",
    ),
    "lone surrogate in a text": (_with_escaped("a\ud800b"), "payload_malformed"),
    "ten thousand answers": (
        _with_payload(answers={f"A-{n}": {"value": "pass"} for n in range(10_000)}),
        "record_excessive",
    ),
    "ten thousand findings": (_with_payload(findings=[{}] * 10_000), "record_excessive"),
    "a paragraph of 240 KB": (_with_payload(opinion="长" * 80_000), "record_excessive"),
    "a code of 240 KB": (
        _with_payload(answers={"A" * 240_000: {"value": "pass"}}),
        "record_excessive",
    ),
    "NUL in a text": (_with_escaped("a\0b"), "payload_malformed"),
    "lone surrogate in a key": (_answers_of("\udfff"), "payload_malformed"),
}


def test_a_refused_body_is_kept_and_the_ledger_unchanged(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    before = scene.entries()
    for name, (change, code) in REFUSED.items():
        with subtests.test(name):
            made = scene.filled()
            uuid = made.uuid
            body = change(scene, made)
            answer = scene.tablet.put(uuid, body)
            assert (answer.status, answer.code) == (422, code)
            assert "隔离保存" in answer.json["detail"]
            assert scene.rows(
                "SELECT code, body FROM quarantine WHERE uuid = :uuid", uuid=uuid
            ) == [(code, body)]
    assert scene.entries() == before
    assert scene.count("record") == 0


def test_the_same_refused_body_is_kept_once(scene: Scene) -> None:
    made = scene.filled()
    body = _by_a_strange_device(scene, made)
    for _ in range(3):
        assert scene.tablet.put(made.uuid, body).code == "key_unknown"
    assert scene.quarantined() == [("key_unknown", body)]


def test_no_shipped_checklist_meets_the_limits() -> None:
    for path in (checklists.SHIPPED / "common").glob("*.json"):
        listed = checklists.Published(path.read_bytes())
        made = records.filled(checklist=listed, failed=len(listed.codes))
        for found in made.payload["findings"]:
            found["tags"] = listed.tags(found["item"])
        assert domain.from_bytes(made.data).findings


def test_what_is_too_much_is_named_with_how_much_may_be(scene: Scene) -> None:
    made = scene.filled(statement="述" * 2001)
    answer = scene.tablet.hand_in(made)
    assert answer.code == "record_excessive"
    assert answer.json["details"] == {"pointer": "/statement", "most": 2000}
    assert "超出了长度或数量的上限" in answer.json["title"] + answer.json["detail"]
    assert scene.tablet.hand_in(scene.filled(statement="述" * 2000)).status == 201


def test_malformed_content_is_named_by_a_pointer(scene: Scene) -> None:
    made = scene.filled()
    made.payload["findings"][0]["deadline_on"] = "tomorrow"
    answer = scene.tablet.hand_in(made)
    assert answer.json["details"] == {"pointer": "/findings/0/deadline_on"}


def _revoke(scene: Scene, made: Filled) -> None:
    kid = made.device.key_of(made.signers[1]).kid
    with database.writing(scene.engine) as session:
        devices.revoke(session, kid, reason="lost", at=scene.clock())


def test_a_revoked_key_signs_nothing_any_more(scene: Scene) -> None:
    made = scene.filled()
    body = made.body()
    _revoke(scene, made)
    answer = scene.tablet.put(made.uuid, body)
    assert (answer.status, answer.code) == (422, "key_revoked")
    assert scene.quarantined() == [("key_revoked", body)]
    assert scene.count("record") == 0


def test_what_was_accepted_before_revocation_stays_acknowledged(scene: Scene) -> None:
    made = scene.filled()
    body = made.body()
    first = scene.tablet.put(made.uuid, body)
    _revoke(scene, made)
    again = scene.tablet.put(made.uuid, body)
    assert (again.status, again.json) == (200, first.json)
    assert scene.quarantined() == []


def test_other_bytes_under_the_same_uuid_are_a_conflict_and_both_are_kept(scene: Scene) -> None:
    made = scene.filled()
    body = made.body()
    first = scene.tablet.put(made.uuid, body)
    entries = scene.entries()
    made.payload["opinion"] = "另一份。"
    other = made.body()
    answer = scene.tablet.put(made.uuid, other)
    assert (answer.status, answer.code) == (409, "record_conflict")
    assert scene.quarantined() == [("record_conflict", other)]
    assert scene.tablet.put(made.uuid, body).json == first.json
    assert scene.entries() == entries


def test_a_record_of_exactly_one_megabyte_is_read_and_one_byte_more_is_not(scene: Scene) -> None:
    uuid = uuid7()
    most = 1024 * 1024
    assert scene.tablet.put(uuid, b" " * most).code == "jws_malformed"
    answer = scene.tablet.put(uuid, b" " * (most + 1))
    assert (answer.status, answer.code) == (413, "record_too_large")
    assert int(answer.headers["retry-after"]) > 0
    assert [len(body) for _, body in scene.quarantined()] == [most]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_another_content_type_is_refused(scene: Scene, kind: str) -> None:
    made = scene.filled()
    answer = scene.tablet.put(made.uuid, made.body(), **{"Content-Type": kind})
    assert (answer.status, answer.code) == (415, "content_type_wrong")
    assert answer.json["details"] == {"expected": "application/jose+json"}
    assert scene.count("record") == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_hands_in_nothing(scene: Scene, headers: dict[str, str]) -> None:
    made = scene.filled()
    answer = scene.tablet.put(made.uuid, made.body(), **headers)
    assert (answer.status, answer.code) == (403, "origin_foreign")
    assert scene.count("record") == 0
    assert scene.tablet.put(made.uuid, made.body(), Origin="http://localhost").status == 201


def test_nobody_hands_in_a_record_without_signing_in(scene: Scene) -> None:
    made = scene.filled()
    answer = scene.tablet_of(None).hand_in(made)
    assert (answer.status, answer.code) == (401, "not_signed_in")
    assert scene.count("record") + scene.count("quarantine") == 0


@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_who_only_reads_hands_in_nothing(scene: Scene, who: str) -> None:
    answer = scene.tablet_of(getattr(scene.cast, who)).hand_in(scene.filled())
    assert (answer.status, answer.code) == (403, "not_allowed")
    assert scene.count("record") == 0


def test_a_person_struck_off_has_no_session_any_more(scene: Scene) -> None:
    account = enrolment.username(scene.settled.inspectors[0])
    with scene.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"UPDATE person SET active = false WHERE username = '{account}'")
    assert scene.tablet.hand_in(scene.filled()).code == "not_signed_in"
