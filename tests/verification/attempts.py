"""What a hostile reader tries on a finished report: on its bytes, its record, its ledger proof.

Each attempt names the row of docs/verification.md that says what catches it. `off_shelf` is the
fact that still speaks against the file on a server whose shelf lost the report, so that there is
no digest to compare with; "" where only the digest tells.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from inspection.ledger.chain import follow
from inspection.reports.issuing import PROOF_NAME, RECORD_NAME
from inspection.signing import seals
from inspection.signing.facts import Examination
from inspection.signing.jose import ServerKey
from tests.builders.devices import Key, base64url, compact
from tests.builders.records import filled
from tests.reports import samples
from tests.reports.scenes import VERIFIED_AT, Scene
from tests.signing import attacks


@dataclass(frozen=True)
class OnBytes:
    """An attempt on the file itself."""

    row: str
    make: Callable[[bytes, Scene], bytes]
    on_shelf: str
    off_shelf: str


def _appended(attack: Callable[[bytes], bytes]) -> Callable[[bytes, Scene], bytes]:
    return lambda data, _scene: attack(data)


def _ends(data: bytes) -> list[int]:
    return [n + 6 for n in range(len(data)) if data.startswith(b"%%EOF", n)]


def _flipped(place: Callable[[bytes], int], bit: int = 1) -> Callable[[bytes, Scene], bytes]:
    def flip(data: bytes, _scene: Scene) -> bytes:
        changed = bytearray(data)
        changed[place(data)] ^= bit
        return bytes(changed)

    return flip


def _padding(data: bytes) -> int:
    return data.index(b">", data.rindex(b"/Contents")) - 10


def _sign_and_stamp_again(data: bytes, scene: Scene) -> bytes:
    """Whoever holds the server's keys signs after the lock and stamps the whole once more."""
    authority = scene.wiring.authority
    signed = attacks.extra_signature(data, authority)
    return seals.retimestamp(signed, authority=authority, revoked=(), at=VERIFIED_AT)


def _stamp_as_an_impostor(data: bytes, _scene: Scene) -> bytes:
    altered = attacks.stamp_over_text(data)
    other = attacks.other_authority()
    return seals.retimestamp(altered, authority=other, revoked=(), at=VERIFIED_AT)


_HANGS_ON, _CHANGED = "bytes_after_end", "changed_after_signature"

ON_BYTES = {
    "bit in a photo": OnBytes(
        "A bit flipped in what is signed",
        _flipped(lambda data: data.index(b"/DCTDecode") + 3000),
        "bytes_altered",
        "signature_broken",
    ),
    "bit in the padding": OnBytes(
        "A bit flipped in the gap of the last timestamp",
        _flipped(_padding),
        "bytes_altered",
        "timestamp_broken",
    ),
    "page replaced": OnBytes(
        "Content replaced, covered, stamped over or moved by an update",
        _appended(attacks.replace_page_content),
        _HANGS_ON,
        _CHANGED,
    ),
    "text covered": OnBytes(
        "Content replaced, covered, stamped over or moved by an update",
        _appended(attacks.cover_text_in_the_content),
        _HANGS_ON,
        _CHANGED,
    ),
    "annotation": OnBytes(
        "Content replaced, covered, stamped over or moved by an update",
        _appended(attacks.stamp_over_text),
        _HANGS_ON,
        _CHANGED,
    ),
    "field moved": OnBytes(
        "Content replaced, covered, stamped over or moved by an update",
        _appended(attacks.move_a_signature),
        _HANGS_ON,
        _CHANGED,
    ),
    "pictures swapped": OnBytes(
        "Signature pictures swapped, a signature field emptied",
        _appended(attacks.swap_signature_pictures),
        _HANGS_ON,
        _CHANGED,
    ),
    "field emptied": OnBytes(
        "Signature pictures swapped, a signature field emptied",
        _appended(attacks.empty_a_signature_field),
        _HANGS_ON,
        "fields_unsigned",
    ),
    "attachment": OnBytes(
        "The attached record or the metadata replaced by an update",
        _appended(attacks.replace_the_attached_record),
        _HANGS_ON,
        _CHANGED,
    ),
    "metadata": OnBytes(
        "The attached record or the metadata replaced by an update",
        _appended(attacks.change_the_title_in_the_metadata),
        _HANGS_ON,
        _CHANGED,
    ),
    "signature after the lock": OnBytes(
        "A further or an impostor's signature after the lock",
        _appended(attacks.sign_once_more),
        _HANGS_ON,
        _CHANGED,
    ),
    "impostor after the lock": OnBytes(
        "A further or an impostor's signature after the lock",
        _appended(attacks.sign_as_an_impostor),
        _HANGS_ON,
        "certificate_not_trusted",
    ),
    "signed and stamped again": OnBytes(
        "A further or an impostor's signature after the lock",
        _sign_and_stamp_again,
        _HANGS_ON,
        _CHANGED,
    ),
    "impostor's timestamp": OnBytes(
        "A further or an impostor's signature after the lock",
        _stamp_as_an_impostor,
        _HANGS_ON,
        _CHANGED,
    ),
    "rolled back to the seal": OnBytes(
        "Rolled back to before the last timestamp",
        lambda data, _scene: data[: _ends(data)[1]],
        "rolled_back",
        "fields_unsigned",
    ),
    "rolled back before the timestamp": OnBytes(
        "Rolled back to before the last timestamp",
        lambda data, _scene: data[: _ends(data)[-2]],
        "rolled_back",
        "whole_file_not_covered",
    ),
    "trailing bytes": OnBytes(
        "Bytes after the end",
        lambda data, _scene: data + b"\n%garbage\n",
        _HANGS_ON,
        "whole_file_not_covered",
    ),
}


@dataclass(frozen=True)
class OnRecord:
    """An attempt on what the file carries, as if the PDF around it were sealed again."""

    make: Callable[[Scene, Examination], Examination]
    code: str


def _with(found: Examination, name: str, data: bytes) -> Examination:
    others = tuple(each for each in found.attachments if each[0] != name)
    return replace(found, attachments=(*others, (name, data)))


def _decoded(part: str) -> Any:
    import base64

    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _jws(change: Callable[[dict[str, Any], Scene], None]) -> Callable[..., Examination]:
    def made(scene: Scene, found: Examination) -> Examination:
        jws = json.loads(found.attachment(RECORD_NAME) or b"")
        change(jws, scene)
        return _with(found, RECORD_NAME, compact(jws))

    return made


def _payload(change: Callable[[dict[str, Any]], None]) -> Callable[..., Examination]:
    def changed(jws: dict[str, Any], _scene: Scene) -> None:
        payload = _decoded(jws["payload"])
        change(payload)
        jws["payload"] = base64url(compact(payload))

    return _jws(changed)


def _header(**changed: Any) -> Callable[..., Examination]:
    def change(jws: dict[str, Any], _scene: Scene) -> None:
        first = jws["signatures"][0]
        first["protected"] = base64url(compact({**_decoded(first["protected"]), **changed}))

    return _jws(change)


def _other_person(jws: dict[str, Any], scene: Scene) -> None:
    """The second signer's name is put over the first one's signature."""
    first = jws["signatures"][0]
    header = {**_decoded(first["protected"]), "person": scene.record.signers[1].uuid}
    first["protected"] = base64url(compact(header))


def _bit_in_signature(jws: dict[str, Any], _scene: Scene) -> None:
    first = jws["signatures"][0]
    letter = first["signature"][5]
    first["signature"] = first["signature"].replace(letter, "B" if letter != "B" else "C", 1)


def _hmac_with_the_public_key(jws: dict[str, Any], scene: Scene) -> None:
    """RFC 8725 §2.1: what everybody knows of an ES256 key is taken for the secret of an HMAC."""
    import hashlib
    import hmac

    key = scene.record.device.key_of(scene.record.signers[0])
    first = jws["signatures"][0]
    header = {**_decoded(first["protected"]), "alg": "HS256"}
    first["protected"] = base64url(compact(header))
    message = f"{first['protected']}.{jws['payload']}".encode()
    secret = compact(key.jwk)
    first["signature"] = base64url(hmac.new(secret, message, hashlib.sha256).digest())


def _unsigned(jws: dict[str, Any], _scene: Scene) -> None:
    first = jws["signatures"][0]
    first["protected"] = base64url(compact({**_decoded(first["protected"]), "alg": "none"}))
    first["signature"] = ""


def _own_key(jws: dict[str, Any], scene: Scene) -> None:
    """Somebody signs with a key of their own in the inspector's name."""
    key, person = Key(), scene.record.signers[0]
    first = jws["signatures"][0]
    header = {**_decoded(first["protected"]), "kid": key.kid, "person": person.uuid}
    first["protected"] = base64url(compact(header))
    first["signature"] = key.signature(f"{first['protected']}.{jws['payload']}".encode())


def _one_signature_left_out(jws: dict[str, Any], _scene: Scene) -> None:
    jws["signatures"].pop()


def _reattributed(payload: dict[str, Any]) -> None:
    one, two = (person for person in payload["people"] if person.get("account"))
    one["account"], two["account"] = two["account"], one["account"]


def _another_photo(payload: dict[str, Any]) -> None:
    payload["photos"][0]["sha256"] = samples.sha256(samples.scene(77))


def _replayed(scene: Scene, found: Examination) -> Examination:
    """A genuine record of other day, by the same people on the same tablet."""
    other = filled(signers=scene.record.signers, device=scene.record.device)
    return _with(found, RECORD_NAME, other.body())


ON_RECORD = {
    "payload changed": OnRecord(
        _payload(lambda payload: payload["findings"].pop()), "device_signature_broken"
    ),
    "record re-attributed": OnRecord(_payload(_reattributed), "device_signature_broken"),
    "signature re-attributed": OnRecord(_jws(_other_person), "device_signature_broken"),
    "role changed": OnRecord(_header(role="party"), "device_signature_broken"),
    "time changed": OnRecord(
        _header(signed_at="2026-11-20T12:00:00.000+08:00"), "device_signature_broken"
    ),
    "signature changed": OnRecord(_jws(_bit_in_signature), "device_signature_broken"),
    "alg none": OnRecord(_jws(_unsigned), "device_signature_broken"),
    "alg HS256 with the public key": OnRecord(
        _jws(_hmac_with_the_public_key), "device_signature_broken"
    ),
    "unknown critical header": OnRecord(_header(crit=["exp"]), "device_signature_broken"),
    "a key of one's own": OnRecord(_jws(_own_key), "device_key_unknown"),
    "one signer left out": OnRecord(_jws(_one_signature_left_out), "warrant_missing"),
    "photo exchanged": OnRecord(_payload(_another_photo), "device_signature_broken"),
    "another record replayed": OnRecord(_replayed, "ledger_entry_differs"),
    "no record": OnRecord(lambda _scene, found: replace(found, attachments=()), "record_missing"),
}


def _proof(change: Callable[[dict[str, Any], Scene], None]) -> Callable[..., Examination]:
    def made(scene: Scene, found: Examination) -> Examination:
        proof = json.loads(found.attachment(PROOF_NAME) or b"")
        change(proof, scene)
        return _with(found, PROOF_NAME, compact(proof))

    return made


def _entry_moved(proof: dict[str, Any], _scene: Scene) -> None:
    """An entry that follows from what it says itself, in a place where it never stood."""
    old = proof["entry"]
    moved = follow(old["prev_link"], old["seq"] + 1, old["kind"], old["body"], old["recorded_at"])
    proof["entry"] = vars(moved)


def _entry_backdated(proof: dict[str, Any], _scene: Scene) -> None:
    proof["entry"]["recorded_at"] = "2026-11-01T04:06:00.000Z"


def _path_changed(proof: dict[str, Any], _scene: Scene) -> None:
    proof["path"] = ["0" * 64, *proof["path"][1:]] if proof["path"] else ["0" * 64]


def _claims_changed(proof: dict[str, Any], _scene: Scene) -> None:
    head, claims, signature = proof["checkpoint"].split(".")
    claims = base64url(compact({**_decoded(claims), "taken_at": "2026-11-01T00:00:00.000Z"}))
    proof["checkpoint"] = f"{head}.{claims}.{signature}"


def _checkpoint_forged(proof: dict[str, Any], _scene: Scene) -> None:
    """Somebody else's key signs it, and its public half is put beside it."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        other = ServerKey.open(Path(folder) / "key.pem", b"s" * 32, at=VERIFIED_AT)
    proof["checkpoint"] = other.sign(_decoded(proof["checkpoint"].split(".")[1]))
    proof["server_keys"] = [other.public_jwk]


def _checkpoint_unsigned(proof: dict[str, Any], _scene: Scene) -> None:
    head, claims, _signature = proof["checkpoint"].split(".")
    head = base64url(compact({**_decoded(head), "alg": "none"}))
    proof["checkpoint"] = f"{head}.{claims}."


ON_PROOF = {
    "entry moved": OnRecord(_proof(_entry_moved), "ledger_entry_differs"),
    "entry backdated": OnRecord(_proof(_entry_backdated), "ledger_entry_differs"),
    "path changed": OnRecord(_proof(_path_changed), "proof_broken"),
    "checkpoint's claims changed": OnRecord(_proof(_claims_changed), "checkpoint_broken"),
    "checkpoint forged": OnRecord(_proof(_checkpoint_forged), "checkpoint_broken"),
    "checkpoint unsigned": OnRecord(_proof(_checkpoint_unsigned), "checkpoint_broken"),
    "no proof": OnRecord(
        lambda _scene, found: _with(found, PROOF_NAME, b"[]"), "ledger_proof_missing"
    ),
}
