"""A tablet for the demonstration: keys, ink, pictures and signed records, as a real one makes them.

What it hands in goes through the same door as everybody's and is verified there like everybody's.
Its keys are made when it is switched on and forgotten with it. Nothing here is used in production.
"""

import base64
import hashlib
import io
import json
import math
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image, ImageDraw

from inspection.accounts.devices import Enrolment
from inspection.accounts.people import Actor
from inspection.domain.workdays import CHINA
from inspection.signing import jose

_PAD = (600, 220)
_PICTURE = (1280, 960)


def stamp(moment: datetime) -> str:
    """A moment as a tablet writes it: China time, milliseconds."""
    return moment.astimezone(CHINA).isoformat(timespec="milliseconds")


@dataclass
class DemonstrationTablet:
    """One tablet; whoever signs first gets a key on it. `chance` decides ink and pictures."""

    label: str
    chance: random.Random
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)

    def offer(self, actor: Actor, *, at: datetime) -> Enrolment:
        """What the tablet offers the server when somebody is enrolled on it."""
        self.keys[actor.uuid] = ec.generate_private_key(ec.SECP256R1())
        claims = {
            "person": actor.uuid,
            "device": self.uuid,
            "kid": self._kid(actor.uuid),
            "at": stamp(at),
        }
        proof = self._signed(actor.uuid, {"typ": "zhencha.enrolment+jws"}, _encoded(_json(claims)))
        return Enrolment(
            jwk=self._jwk(actor.uuid),
            device=self.uuid,
            device_label=self.label,
            proof=f"{proof['protected']}.{_encoded(_json(claims))}.{proof['signature']}",
        )

    def sign(self, payload: Mapping[str, Any], signers: Sequence[str], *, at: datetime) -> bytes:
        """The signed record: one signature over the payload for each person (RFC 7515 7.2.1)."""
        body = _encoded(_json(payload))
        said = {"typ": "zhencha.record+jws", "role": "inspector", "signed_at": stamp(at)}
        signatures = [self._signed(each, {**said, "person": each}, body) for each in signers]
        return _json({"payload": body, "signatures": signatures})

    def ink(self, name: str) -> bytes:
        """A name as somebody in a hurry draws it: some strokes for each of its letters."""
        strokes, clock, wide = [], 0, (_PAD[0] - 60) // max(len(name), 3)
        for place, _letter in enumerate(name):
            for _stroke in range(self.chance.randint(3, 5)):
                strokes.append(self._stroke(30 + place * wide, wide, clock))
                clock = strokes[-1][-1][2] + self.chance.randint(40, 120)
        return _json(
            {
                "format": "zhencha.ink/1",
                "width": _PAD[0],
                "height": _PAD[1],
                "strokes": strokes,
            }
        )

    def picture(self, *, mended: bool) -> bytes:
        """A drawn corner of a workshop (JPEG): two cylinders, upright when `mended`."""
        image = Image.new("RGB", _PICTURE, "#c9c3b4")
        pen, chance = ImageDraw.Draw(image), self.chance
        pen.rectangle((0, 620, *_PICTURE), fill="#77736b")
        for left in range(0, _PICTURE[0], 160):
            pen.polygon(
                [(left, 640), (left + 80, 640), (left + 40, 664), (left - 40, 664)], "#d9a514"
            )
        pen.rectangle(
            (60, 90, 60 + chance.randint(200, 320), 300), fill="#9fb4c2", outline="#59646b", width=8
        )
        for colour in ("#2f6db3", "#e8e4da"):
            left = chance.randint(420, 1000)
            if mended:
                pen.rounded_rectangle((left, 330, left + 90, 760), 40, colour, "#3b3b3b", 5)
                pen.rectangle((left - 20, 500, left + 110, 520), fill="#4a4a4a")
            else:
                low = chance.randint(720, 820)
                pen.rounded_rectangle(
                    (left - 200, low, left + 230, low + 90), 40, colour, "#3b3b3b", 5
                )
        pen.rounded_rectangle((1120, 560, 1180, 720), 20, "#b3261e", "#3b3b3b", 4)
        file = io.BytesIO()
        image.save(file, "JPEG", quality=80)
        return file.getvalue()

    def _stroke(self, left: int, wide: int, clock: int) -> list[list[int]]:
        chance = self.chance
        x, y = left + chance.randint(0, wide // 2), chance.randint(50, 150)
        run, drop = chance.randint(-wide // 3, wide // 2), chance.randint(-30, 60)
        bend = chance.uniform(-18, 18)
        return [
            [
                round(x + run * step / 11),
                round(y + drop * step / 11 + bend * math.sin(step / 11 * math.pi)),
                clock + step * 14,
            ]
            for step in range(12)
        ]

    def _jwk(self, person: str) -> dict[str, str]:
        point = self.keys[person].public_key().public_numbers()
        x, y = (_encoded(number.to_bytes(32, "big")) for number in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def _kid(self, person: str) -> str:
        return jose.thumbprint(self._jwk(person))

    def _signed(self, person: str, said: Mapping[str, str], body: str) -> dict[str, str]:
        protected = _encoded(_json({"alg": "ES256", "kid": self._kid(person), **said}))
        der = self.keys[person].sign(f"{protected}.{body}".encode(), ec.ECDSA(SHA256()))
        r, s = decode_dss_signature(der)
        return {
            "protected": protected,
            "signature": _encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big")),
        }


def file_of(data: bytes) -> dict[str, Any]:
    """How a record names a file: by digest and size."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
