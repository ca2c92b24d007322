"""A finished record with everything a report can show, and the report's material made of it.

Only values and builders; the database comes in with the tests of issuing.
"""

import functools
import io
import json
import math
import random
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from inspection.domain import checklist as checklists_domain
from inspection.domain import record as records_domain
from inspection.ledger import chain
from inspection.reports.content import (
    InspectedUnit,
    Issuance,
    LedgerProof,
    ReportContent,
    compose,
    report_number,
)
from inspection.reports.engine import Attachment
from inspection.reports.pdf import Drawing, Material, draw
from tests.builders import checklists, ink, records, units
from tests.builders.identifiers import sha256
from tests.builders.people import Party, Person, inspector
from tests.builders.records import Filled
from tests.builders.times import NOON, stamp

RARE_NAMES = ("李𫖯", "欧阳𬭎", "王䶮")
REPORT = "0193e000-0000-7000-8000-000000000001"


@functools.lru_cache(maxsize=32)
def scene(number: int, *, width: int = 1600, height: int = 1200) -> bytes:
    """A JPEG of a made-up workshop wall: shades, pipes, a red cylinder. Same number, same bytes."""
    dice = random.Random(number)
    shade = dice.randrange(120, 190)
    image = Image.effect_noise((width, height), 18).point(lambda p: p // 3 + shade - 30)
    image = Image.merge("RGB", (image, image, image.point(lambda p: min(255, p + 12))))
    pen = ImageDraw.Draw(image)
    for _ in range(7):
        left, top = dice.randrange(width), dice.randrange(height)
        grey = dice.randrange(40, 110)
        pen.rectangle((left, 0, left + dice.randrange(20, 60), height), fill=(grey, grey, grey + 9))
        pen.rectangle((0, top, width, top + dice.randrange(10, 30)), fill=(grey + 30,) * 3)
    x, y = dice.randrange(200, width - 400), dice.randrange(300, height - 600)
    pen.rounded_rectangle((x, y, x + 180, y + 480), 60, fill=(176, 32, 28))
    pen.rectangle((x + 60, y - 60, x + 120, y), fill=(30, 30, 32))
    file = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1)).save(file, "JPEG", quality=88)
    return file.getvalue()


def signature(name: str) -> ink.Ink:
    """Ink that looks like handwriting: a few quick, slanting strokes for each character."""
    dice = random.Random(name)
    strokes = []
    for place, _ in enumerate(name):
        left, clock = 60 + place * 170, place * 900
        for stroke in range(dice.randrange(3, 6)):
            x, y = left + dice.randrange(90), 40 + dice.randrange(110)
            angle, bend = dice.uniform(-0.6, 1.9), dice.uniform(-0.12, 0.12)
            points = []
            for step in range(dice.randrange(8, 16)):
                points.append([round(x), round(y), clock + stroke * 140 + step * 11])
                x, y = x + 9 * math.cos(angle), y + 9 * math.sin(angle)
                angle += bend
            strokes.append(points)
    return ink.written(strokes)


def people() -> tuple[Person, Person]:
    """Two inspectors with names that a GB 2312 font cannot print."""
    return (
        inspector(RARE_NAMES[0], badge="370400-0032", unit="枣庄高新区兴仁街道应急管理办公室"),
        inspector(RARE_NAMES[1], badge="鲁D-0057", unit="枣庄高新区兴仁街道应急管理办公室"),
    )


def full_record(**changed: Any) -> Filled:
    """An inspection with three findings, six photos, one fixed on the spot, one major."""
    signers, party = people(), Party(RARE_NAMES[2], "安全总监")
    unit = units.unit("山东㛃源精密制造有限公司")
    made = records.filled(signers=signers, party=party, unit=unit, failed=3)
    _deepen(made)
    made.payload.update(changed)
    _redraw_ink(made)
    return made


def _deepen(made: Filled) -> None:
    first, second, third = made.payload["findings"]
    first.update(level="major", words="三号车间西侧正在焊接，现场没有作业票，也没有监护人。")
    second.update(words="灭火器压力不足 3 具（≤0.1 MPa），环境温度 35℃，作业面积约 12 ㎡。")
    third.update(fixed_on_spot=True, deadline_on=None, words="气瓶间距不足 5 m，已当场移开。")
    shots = [
        (first, "before", "焊接点西侧"),
        (first, "before", "现场无监护人"),
        (second, "before", "灭火器压力表"),
        (second, "before", "灭火器放置点"),
        (third, "before", "气瓶间距"),
        (third, "after", "移开后"),
    ]
    made.payload["photos"] = [_photo(made, number, *shot) for number, shot in enumerate(shots)]
    codes = list(made.payload["answers"])
    made.payload["answers"][codes[5]] = {"value": "not_applicable", "reason": "没有受限空间"}
    made.payload["answers"][codes[6]] = {
        "value": "not_checked",
        "reason": "当班没有进行该项作业，已约定下周复查",
    }
    made.payload["answers"][codes[7]]["note"] = "查阅近三个月作业票 9 份"
    made.payload["opinion"] = (
        "1. 立即停止三号车间全部动火作业，补办作业票并落实专人监护后方可恢复。\n"
        "2. 其余问题按期整改，整改情况书面报告。"
    )


def _photo(made: Filled, number: int, found: dict[str, Any], moment: str, caption: str) -> Any:
    data = scene(number)
    made.blobs[sha256(data)] = data
    return {
        "sha256": sha256(data),
        "type": "image/jpeg",
        "size": len(data),
        "taken_at": stamp(made.at - timedelta(minutes=30 - number)),
        "finding": found["uuid"],
        "item": found["item"],
        "moment": moment,
        "caption": caption,
    }


def _redraw_ink(made: Filled) -> None:
    names = {person["ref"]: person["name"] for person in made.payload["people"]}
    for signing in made.payload["signatures"]:
        if "ink" in signing:
            drawn = signature(names[signing["person"]])
            made.blobs[drawn.digest] = drawn.data
            signing["ink"] = drawn.reference()


def entry_for(made: Filled, *, seq: int = 1204, at: datetime = NOON) -> chain.Entry:
    """The ledger entry of acceptance, as intake writes it."""
    body = chain.body_text({"record": made.uuid, "digest": made.digest})
    return chain.follow("ab" * 32, seq, "record.accepted", body, stamp(at + timedelta(minutes=6)))


UNIT = InspectedUnit(
    "山东省枣庄市高新区兴仁街道复元三路 188 号", "周明", "0632-5550123", "machinery"
)


def content_of(
    made: Filled,
    *,
    at: datetime = NOON,
    signed_by: frozenset[str] | None = None,
    unit: InspectedUnit = UNIT,
) -> ReportContent:
    """The report's content, composed as issuing composes it; all signers signed unless told."""
    everyone = frozenset(signer.uuid for signer in made.signers)
    signed_by = everyone if signed_by is None else signed_by
    shipped = checklists.shipped()
    entry = entry_for(made)
    proof = LedgerProof(entry, "eyJ.eyJ.sig", entry.seq, entry.link, (("kty", "EC"),))
    issued = at + timedelta(minutes=10)
    return compose(
        records_domain.from_bytes(made.data),
        checklists_domain.from_json(json.loads(shipped.data), digest=shipped.digest),
        unit,
        proof=proof,
        issuance=Issuance(
            uuid=REPORT,
            number=report_number(entry.seq, issued),
            issued_at=issued,
            organisation="枣庄高新区安全生产委员会办公室",
            verify_url=f"https://zhencha.example/verify/{REPORT}",
            record_digest=made.digest,
            jws_digest=sha256(b"jws"),
        ),
        signed_by=signed_by,
        certified=everyone,
    )


def material_of(made: Filled) -> Material:
    """Everything that drawing needs."""
    photos = {each["sha256"] for each in made.payload["photos"]}
    inks = {each["ink"]["sha256"] for each in made.payload["signatures"] if "ink" in each}
    return Material(
        content=content_of(made),
        attachments=(
            Attachment("record.jws", "各签名人签署的原始记录", b'{"payload":"e30"}'),
            Attachment("ledger-proof.json", "台账凭证", b"{}"),
        ),
        inks={digest: made.blobs[digest] for digest in inks},
        photos={digest: made.blobs[digest] for digest in photos},
    )


@functools.cache
def drawn() -> tuple[Drawing, Filled]:
    """The whole sample report, unsigned."""
    record = full_record()
    return draw(material_of(record)), record
