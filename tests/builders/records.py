"""Finished records as a tablet makes them: complete and without faults until a test says otherwise.

`filled(...)` is the whole hand-over: payload, ink, photos, device, signers.
`payload(...)` is only its payload.
"""

import uuid
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.builders import checklists, ink, photos, units
from tests.builders.checklists import Published
from tests.builders.devices import Device, compact
from tests.builders.identifiers import sha256, uuid7
from tests.builders.people import Party, Person, inspectors
from tests.builders.times import NOON, stamp
from tests.builders.units import Unit


@dataclass
class Filled:
    """What a tablet hands in. Tests may change `payload` before they ask for `body`."""

    payload: dict[str, Any]
    signers: tuple[Person, ...]
    device: Device
    blobs: dict[str, bytes] = field(default_factory=dict)
    at: datetime = NOON

    @property
    def uuid(self) -> str:
        """The record's uuid."""
        return str(self.payload["uuid"])

    @property
    def data(self) -> bytes:
        """The payload's bytes."""
        return compact(self.payload)

    @property
    def digest(self) -> str:
        """The payload's digest, as the receipt names it."""
        return sha256(self.data)

    def body(self) -> bytes:
        """The body of PUT /records/{uuid}; ES256 signs anew, so ask once and keep it."""
        return self.device.sign(self.data, *self.signers, at=self.at)


def payload(**chosen: Any) -> dict[str, Any]:
    """The payload of a finished record; takes what `filled` takes."""
    return filled(**chosen).payload


def filled(
    *,
    checklist: Published | None = None,
    signers: tuple[Person, ...] | None = None,
    party: Party | None = None,
    unit: Unit | None = None,
    device: Device | None = None,
    kind: str = "inspection",
    failed: int = 1,
    fixed_on_spot: bool = False,
    at: datetime = NOON,
    **changed: Any,
) -> Filled:
    """A finished record: the first `failed` items fail with a finding and a photo, the rest pass.

    `changed` replaces whole members of the payload.
    """
    checklist = checklist or checklists.shipped()
    signers = signers or inspectors()
    party = party or Party()
    unit = unit or units.unit()
    made = Filled({}, signers, device or Device(), at=at)
    codes = checklist.codes
    failing = codes[:failed]
    findings = [finding(checklist, code, fixed_on_spot=fixed_on_spot, at=at) for code in failing]
    made.payload = {
        "format": "zhencha.record/1",
        "uuid": uuid7(),
        "kind": kind,
        "checklist": {
            "slug": checklist.document["slug"],
            "revision": checklist.document["revision"],
            "digest": checklist.digest,
        },
        "unit": {"uuid": unit.uuid, "name": unit.name, "credit_code": unit.credit_code},
        "place": {
            "text": "一号车间",
            "latitude": "31.298860",
            "longitude": "121.085300",
            "accuracy_m": 12,
        },
        "people": _people(signers, party),
        "started_at": stamp(at - timedelta(minutes=40)),
        "finished_at": stamp(at),
        "clock": {
            "elapsed_ms": 2_400_000,
            "server_offset_ms": -35,
            "server_seen_at": stamp(at - timedelta(hours=1)),
        },
        "answers": {code: {"value": "fail" if code in failing else "pass"} for code in codes},
        "findings": findings,
        "photos": [shot for found in findings for shot in _photos(made, found, at)],
        "signatures": _signatures(made, signers, party, at),
        "opinion": "责令立即整改。",
        "statement": "情况属实，立即整改。",
        "previous": None,
        "app_version": "0.1.0",
        "device": made.device.uuid,
    }
    made.payload.update(deepcopy(changed))
    return made


def finding(
    checklist: Published,
    code: str,
    *,
    fixed_on_spot: bool = False,
    at: datetime = NOON,
    **changed: Any,
) -> dict[str, Any]:
    """A finding on one item: its first tag, words, a requirement and a deadline a week ahead."""
    value: dict[str, Any] = {
        "uuid": uuid7(),
        "item": code,
        "tags": checklist.tags(code)[:1],
        "words": "三号车间西侧正在焊接，现场没有作业票。",
        "level": "general",
        "requirement": "立即停止动火，补办作业票。",
        "deadline_on": None if fixed_on_spot else (at + timedelta(days=7)).date().isoformat(),
        "fixed_on_spot": fixed_on_spot,
    }
    return {**value, **changed}


def reinspection(
    former: Filled,
    *outcomes: str,
    signers: tuple[Person, ...] | None = None,
    device: Device | None = None,
    at: datetime = NOON,
) -> Filled:
    """A re-inspection of the hazards that `former` raised, one outcome each, with photos."""
    made = filled(
        kind="reinspection",
        signers=signers or former.signers,
        device=device or former.device,
        failed=0,
        at=at,
        unit=_unit_of(former),
        checklist=checklists.shipped(former.payload["checklist"]["slug"]),
    )
    looked_at = [
        outcome(former, place, said, at=at)
        for place, said in enumerate(outcomes or ("passed",) * len(former.payload["findings"]))
    ]
    made.payload["reinspected"] = looked_at
    conclude(made)
    made.payload["photos"] = [shot for each in looked_at for shot in _again(made, each, at)]
    return made


def hazard_of(former: Filled, place: int = 0) -> str:
    """The uuid of the hazard that a finding becomes, told by the record alone."""
    found = former.payload["findings"][place]["uuid"]
    return str(uuid.uuid5(uuid.UUID(former.uuid), found))


def outcome(
    former: Filled, place: int = 0, said: str = "passed", *, at: datetime = NOON
) -> dict[str, Any]:
    """What is said of one hazard on looking again."""
    returned = said == "returned"
    return {
        "hazard": hazard_of(former, place),
        "item": former.payload["findings"][place]["item"],
        "outcome": said,
        "words": "作业票仍然没有审批人签字。" if returned else "",
        "deadline_on": (at + timedelta(days=3)).date().isoformat() if returned else None,
    }


def conclude(made: Filled) -> None:
    """Set the answers that the outcomes amount to."""
    answers: dict[str, dict[str, str]] = {}
    for each in made.payload["reinspected"]:
        failed = (
            each["outcome"] == "returned" or answers.get(each["item"], {}).get("value") == "fail"
        )
        answers[each["item"]] = {"value": "fail" if failed else "pass"}
    made.payload["answers"] = answers


def _unit_of(former: Filled) -> Unit:
    said = former.payload["unit"]
    return Unit(uuid=said["uuid"], name=said["name"], credit_code=said["credit_code"])


def _again(made: Filled, looked_at: dict[str, Any], at: datetime) -> list[dict[str, Any]]:
    shot = photos.photo(f"again {looked_at['hazard']} {made.uuid}")
    made.blobs[shot.digest] = shot.data
    return [_entry(shot, looked_at["hazard"], looked_at["item"], "after", at)]


def refused(witness: str = "p2", *, person: str = "p3", at: datetime = NOON) -> dict[str, Any]:
    """The signature entry of a party who refused to sign (拒签), with a witness."""
    return {
        "person": person,
        "outcome": "refused",
        "reason": "对检查结果有异议，拒绝签字。",
        "witness": witness,
        "signed_at": stamp(at),
    }


def _people(signers: tuple[Person, ...], party: Party) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = [
        {
            "ref": f"p{number}",
            "role": "inspector",
            "name": signer.name,
            "account": signer.uuid,
            "badge": signer.badge,
            "unit": signer.unit,
        }
        for number, signer in enumerate(signers, start=1)
    ]
    ref = f"p{len(signers) + 1}"
    return [
        *people,
        {"ref": ref, "role": "party", "name": party.name, "account": None, "title": party.title},
    ]


def _signatures(
    made: Filled, signers: tuple[Person, ...], party: Party, at: datetime
) -> list[dict[str, Any]]:
    entries = []
    names = [(signer.name, "device_key") for signer in signers] + [(party.name, "drawn")]
    for number, (name, grade) in enumerate(names, start=1):
        drawn = ink.drawn(name)
        made.blobs[drawn.digest] = drawn.data
        entries.append(
            {
                "person": f"p{number}",
                "outcome": "signed",
                "ink": drawn.reference(),
                "grade": grade,
                "signed_at": stamp(at),
            }
        )
    return entries


def _photos(made: Filled, found: dict[str, Any], at: datetime) -> list[dict[str, Any]]:
    moments = ["before", "after"] if found["fixed_on_spot"] else ["before"]
    entries = []
    for moment in moments:
        shot = photos.photo(f"{moment} {found['uuid']}")
        made.blobs[shot.digest] = shot.data
        entries.append(_entry(shot, found["uuid"], found["item"], moment, at))
    return entries


def _entry(
    shot: photos.Photo, finding: str, item: str, moment: str, at: datetime
) -> dict[str, Any]:
    return {
        "sha256": shot.digest,
        "type": "image/jpeg",
        "size": len(shot.data),
        "taken_at": stamp(at - timedelta(minutes=10)),
        "finding": finding,
        "item": item,
        "moment": moment,
        "caption": "",
    }
