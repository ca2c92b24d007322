"""A sealed report in memory, made once per session, and an authority that made it."""

import functools
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from inspection.reports import pdf
from inspection.signing import seals
from inspection.signing.authority import Authority, PersonKey, Trust
from inspection.signing.certificates import Holder
from inspection.signing.examination import examine
from inspection.signing.facts import Examination
from inspection.signing.jose import DeviceSignature
from tests.builders.people import Person
from tests.builders.times import NOON
from tests.reports import samples

SECRET = b"a secret of thirty-two bytes here"
SEALED_AT = NOON + timedelta(minutes=10)
VERIFIED_AT = NOON + timedelta(days=3)
ORGANISATION = "枣庄高新区安全生产委员会办公室"


@functools.cache
def authority() -> Authority:
    """The authority of this session, in a directory of its own."""
    directory = Path(tempfile.mkdtemp(prefix="zhencha-authority-")) / "authority"
    return Authority.open(directory, SECRET, organisation=ORGANISATION, at=NOON)


def key_of(person: Person, made_by: Authority | None = None) -> PersonKey:
    """A person's freshly made certificate and locked key."""
    holder = Holder(person.uuid, person.name, person.badge, person.unit)
    made = (made_by or authority()).certify(holder, at=NOON)
    return PersonKey(
        person.uuid, person.name, f"{made.serial:x}", made.certificate, made.locked_key
    )


def warrant(person: Person) -> DeviceSignature:
    """The person's verified device signature."""
    return DeviceSignature("kid-of-" + person.name, person.uuid, "inspector", NOON)


@functools.cache
def drawn() -> tuple[pdf.Drawing, samples.Filled]:
    """A short sample report, unsigned: examining takes as long as the list that was signed."""
    record = samples.full_record()
    material = samples.material_of(record)
    content = replace(
        material.content, groups=material.content.groups[:1], problems=material.content.problems[:1]
    )
    return pdf.draw(replace(material, content=content)), record


def signers() -> list[seals.Signer]:
    """Both inspectors with their keys and warrants."""
    drawing, record = drawn()
    return [
        seals.Signer(f"sig-p{n}", drawing.appearances[f"sig-p{n}"], key_of(each), warrant(each))
        for n, each in enumerate(record.signers, start=1)
    ]


@functools.cache
def sealed() -> bytes:
    """The finished report."""
    return seals.seal_report(drawn()[0].pdf, signers(), authority=authority(), at=SEALED_AT)


def trust() -> Trust:
    """What a verifier is given three days later."""
    return authority().trust(at=VERIFIED_AT)


def examined(data: bytes) -> Examination:
    """Examine as verification does, in this process."""
    return examine(data, trust(), VERIFIED_AT)
