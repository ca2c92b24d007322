"""The vectors that the tablet's modules are held to say the same to Python."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from inspection.domain import answers, applicability, ink, invitation, record
from inspection.domain import checklist as domain_checklist
from inspection.domain.applicability import Profile
from inspection.domain.problems import JwsMalformed, KeyUnknown, SignatureInvalid
from inspection.signing import jose
from tests.builders import checklists

VECTORS = Path(__file__).parents[1] / "vectors"


def vectors(name: str) -> list[Any]:
    """The cases of one file, each with an id."""
    cases = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case.get("name", str(at))) for at, case in enumerate(cases)]


@pytest.mark.parametrize("case", vectors("thumbprint"))
def test_thumbprint(case: dict[str, Any]) -> None:
    """A key has the same name on both sides."""
    assert jose.thumbprint(case["jwk"]) == case["thumbprint"]


@pytest.mark.parametrize("case", vectors("ink"))
def test_ink(case: dict[str, Any]) -> None:
    """The file that a tablet writes is read, and is blank to both or to none."""
    data = case["file"].encode()
    assert hashlib.sha256(data).hexdigest() == case["sha256"]
    assert ink.is_blank(ink.from_bytes(data)) is case["blank"]


@pytest.mark.parametrize("case", vectors("record"))
def test_record_payload(case: dict[str, Any]) -> None:
    """The payload that a tablet builds is a record, and says what the draft said."""
    data = case["payload"].encode()
    assert hashlib.sha256(data).hexdigest() == case["sha256"]
    read, draft = record.from_bytes(data), case["draft"]
    assert read.uuid == draft["uuid"]
    assert list(read.answers) == draft["items"]
    failed = {item for item, given in draft["answers"].items() if given["value"] == "fail"}
    assert {finding.item for finding in read.findings} == failed
    assert [signing.person for signing in read.signings] == [
        signature["person"] for signature in draft["signing"]["signatures"]
    ]
    assert len(read.blob_digests) == len(set(read.blob_digests))
    kept = {photo["sha256"]: photo for photo in draft["photos"]}
    for photo in read.photos:
        drawn_on = kept[photo.sha256].get("original")
        assert (photo.original.sha256 if photo.original else None) == (
            drawn_on["sha256"] if drawn_on else None
        )
        assert {file.sha256 for file in photo.files} <= set(read.blob_digests)
        assert photo.latitude == kept[photo.sha256].get("latitude")
    assert not {"marks", "small"} & {key for photo in json.loads(data)["photos"] for key in photo}


@pytest.mark.parametrize("case", [case for case in vectors("invitation") if case.values[0]["code"]])
def test_invitation(case: dict[str, Any]) -> None:
    """What the office's screen shows is what a tablet of the same server accepts."""
    assert invitation.address(case["origin"], case["code"]) == case["scanned"]
    assert invitation.read("-".join(invitation.written(case["code"])).lower()) == case["code"]


@pytest.mark.parametrize("case", vectors("reinspection"))
def test_reinspection(case: dict[str, Any]) -> None:
    """What a tablet lets pass the server does not hold, and what one asks for the other does."""
    shipped = checklists.shipped()
    checklist = domain_checklist.from_json(shipped.document, digest=shipped.digest)
    read = record.from_bytes(case["payload"].encode())
    hazard_at = [each.hazard for each in read.reinspected]
    found = [
        {"code": fault.code, "hazard": hazard_at[int(part[2])] if len(part) > 2 else ""}
        for fault in answers.faults(read, checklist)
        if (part := fault.pointer.split("/"))[1] != "people"
    ]
    assert found == case["owed"]
    assert read.findings == ()
    assert {answer.value for answer in read.answers.values()} <= {"pass", "fail"}


_PROOF = json.loads((VECTORS / "proof.json").read_text(encoding="utf-8"))
_ENROLLED = [json.loads(each["entry"]["body"]) for each in _PROOF["proof"]["device_keys"]]
_KEYS = {key["kid"]: jose.EnrolledKey(key["kid"], key["person"], key["jwk"]) for key in _ENROLLED}
_REFUSED = {"broken": (JwsMalformed, SignatureInvalid), "key_missing": (KeyUnknown,)}


@pytest.mark.parametrize("case", _PROOF["records"], ids=lambda case: case["name"])
def test_device_signatures(case: dict[str, Any]) -> None:
    """A signature that the offline page refuses is refused here, and refuses the whole record."""
    data, expected = json.dumps(case["jws"]).encode(), case["signatures"]
    worst = next((each for each in expected or ["broken"] if each != "valid"), "valid")
    if worst == "valid":
        assert len(jose.verify_record(data, _KEYS.get).signatures) == len(expected)
    else:
        with pytest.raises(_REFUSED[worst]):
            jose.verify_record(data, _KEYS.get)


@pytest.mark.parametrize("case", vectors("applies"))
def test_whom_a_list_is_for(case: dict[str, Any]) -> None:
    """Server and tablet offer the same lists."""
    unit = dict(case["unit"])
    known = Profile(**{**unit, "venues": frozenset(unit["venues"])})
    assert applicability.from_json(case["applies"]).fits(known) is case["fits"]
