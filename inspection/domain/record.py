"""The record (检查记录): what one inspection says, read from the bytes that were signed.

`from_bytes` accepts every payload that is a record at all; whether its content
is in order is another question, answered by `answers.py`. That split is what
lets a record with faults be held instead of turned away. The bytes themselves
are never made again from these values.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime
from functools import partial
from typing import Any

FORMAT = "zhencha.record/1"

KINDS = ("inspection", "self_inspection", "reinspection")
ROLES = ("inspector", "party", "witness")
OUTCOMES = ("signed", "refused", "absent", "deputy")
GRADES = ("drawn", "device_key")
MOMENTS = ("before", "after")
_PICTURES = ("image/jpeg", "image/png")

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_UNWRITABLE = re.compile("[\\0\ud800-\udfff]")
_LARGEST_REVISION = 2**31 - 1
_MOST_FINDINGS = 500
_MOST_PHOTOS = 500
_MOST_REINSPECTED = 500
_MOST_ANSWERS = 1000
_MOST_TAGS = 100
_LONGEST_CODE = 20
_LONGEST_TAG = 100


@dataclass(frozen=True)
class Person:
    """Somebody named in the record; `account` is a person's uuid, or None without an account."""

    ref: str
    role: str
    name: str
    account: str | None
    badge: str
    unit: str
    title: str


@dataclass(frozen=True)
class Answer:
    """What was answered to one item."""

    value: str
    reason: str
    note: str


@dataclass(frozen=True)
class Finding:
    """A problem found (问题): becomes a hazard when the record is accepted."""

    uuid: str
    item: str
    tags: tuple[str, ...]
    words: str
    level: str
    requirement: str
    deadline_on: date | None
    fixed_on_spot: bool


@dataclass(frozen=True)
class Reinspected:
    """What was found of one hazard on looking again (复查意见); outcomes are in `answers.py`."""

    hazard: str
    item: str
    outcome: str
    words: str
    deadline_on: date | None


@dataclass(frozen=True)
class PhotoFile:
    """The untouched picture beneath an annotated one (原图), by digest; travels on its own too."""

    sha256: str
    type: str
    size: int


@dataclass(frozen=True)
class Photo:
    """A photo by digest; its bytes travel on their own.

    `original` is there when somebody drew on a copy; `file_at` when the picture was a file of
    another time; coordinates when the device knew where it was, as the strings that it wrote.
    """

    sha256: str
    type: str
    size: int
    taken_at: datetime
    finding: str | None
    item: str
    moment: str
    caption: str
    original: PhotoFile | None = None
    file_at: datetime | None = None
    latitude: str | None = None
    longitude: str | None = None
    accuracy_m: int | None = None

    @property
    def files(self) -> tuple[PhotoFile, ...]:
        """The picture as it is shown, and the original when that is another one."""
        shown = PhotoFile(self.sha256, self.type, self.size)
        return (shown, self.original) if self.original else (shown,)


@dataclass(frozen=True)
class InkFile:
    """A stroke file by digest."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Signing:
    """How signing ended for one person (签名结果); refusal and absence are proper endings."""

    person: str
    outcome: str
    signed_at: datetime
    grade: str
    ink: InkFile | None
    reason: str
    witness: str | None
    deputy_name: str


@dataclass(frozen=True)
class Clock:
    """What the device knew of time: elapsed on its own clock, and how far the server's was off."""

    elapsed_ms: int
    server_offset_ms: int | None
    server_seen_at: datetime | None


@dataclass(frozen=True)
class Place:
    """Where the inspection took place; coordinates stay the strings that the device wrote."""

    text: str
    latitude: str | None
    longitude: str | None
    accuracy_m: int | None


@dataclass(frozen=True)
class Record:
    """One finished inspection, as its signers saw it."""

    uuid: str
    kind: str
    checklist_slug: str
    checklist_revision: int
    checklist_digest: str
    unit_uuid: str
    unit_name: str
    unit_credit_code: str
    place: Place
    people: tuple[Person, ...]
    started_at: datetime
    finished_at: datetime
    clock: Clock
    answers: Mapping[str, Answer]
    findings: tuple[Finding, ...]
    reinspected: tuple[Reinspected, ...]
    photos: tuple[Photo, ...]
    signings: tuple[Signing, ...]
    opinion: str
    statement: str
    previous: str | None
    app_version: str
    device: str

    def person(self, ref: str | None) -> Person | None:
        """Return the person called `ref` in this record, or None."""
        return next((person for person in self.people if person.ref == ref), None)

    def photos_of(self, finding_uuid: str, moment: str | None = None) -> tuple[Photo, ...]:
        """Return the photos of one finding, or of one hazard looked at again, in order."""
        return tuple(
            photo
            for photo in self.photos
            if photo.finding == finding_uuid and moment in (None, photo.moment)
        )

    @property
    def blob_digests(self) -> tuple[str, ...]:
        """Digests of every file the record refers to, each once: ink, photos, their originals."""
        inks = [signing.ink.sha256 for signing in self.signings if signing.ink]
        shown = [photo.sha256 for photo in self.photos]
        originals = [photo.original.sha256 for photo in self.photos if photo.original]
        return tuple(dict.fromkeys(inks + shown + originals))


class Malformed(ValueError):
    """The bytes are not a record; `pointer` is the JSON pointer (RFC 6901) of the first trouble."""

    def __init__(self, pointer: str) -> None:
        super().__init__(pointer)
        self.pointer = pointer


class Excessive(Malformed):
    """One part holds more than any record may: `most` characters or members."""

    def __init__(self, pointer: str, most: int) -> None:
        super().__init__(pointer)
        self.most = most


def from_bytes(payload: bytes) -> Record:
    """Read a record from the signed bytes. Raises Malformed or Excessive with a JSON pointer."""
    try:
        # Decoded here, because json.loads would also take UTF-16 and raw surrogates.
        text = payload.decode("utf-8")
        data = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("") from error
    if "\\u" in text:
        _refuse_unwritable(data, "")
    read = _Reader(data, "")
    if read.text("format", most=40) != FORMAT:
        raise Malformed("/format")
    checklist, unit = read.object("checklist"), read.object("unit")
    return Record(
        uuid=read.match("uuid", _UUID),
        kind=read.one_of("kind", KINDS),
        checklist_slug=checklist.text("slug", most=60),
        checklist_revision=checklist.integer("revision", most=_LARGEST_REVISION),
        checklist_digest=checklist.match("digest", _DIGEST),
        unit_uuid=unit.match("uuid", _UUID),
        unit_name=unit.text("name", most=200),
        unit_credit_code=unit.text("credit_code", most=18, least=0),
        place=_place(read.object("place")),
        people=tuple(_person(each) for each in read.objects("people", most=20)),
        started_at=read.instant("started_at"),
        finished_at=read.instant("finished_at"),
        clock=_clock(read.object("clock")),
        answers=_answers(read.object("answers")),
        findings=tuple(_finding(each) for each in read.objects("findings", most=_MOST_FINDINGS)),
        reinspected=_reinspected(read),
        photos=tuple(_photo(each) for each in read.objects("photos", most=_MOST_PHOTOS)),
        signings=tuple(_signing(each) for each in read.objects("signatures", most=20)),
        opinion=read.text("opinion", most=2000, least=0),
        statement=read.text("statement", most=2000, least=0),
        previous=read.optional("previous", lambda: read.match("previous", _UUID)),
        app_version=read.text("app_version", most=40),
        device=read.match("device", _UUID),
    )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _refuse_unwritable(value: Any, pointer: str) -> None:
    """Refuse texts that JSON can spell but UTF-8 or a database cannot hold: surrogates and NUL."""
    if isinstance(value, str):
        if _UNWRITABLE.search(value):
            raise Malformed(pointer)
    elif isinstance(value, dict):
        for key, each in value.items():
            _refuse_unwritable(key, pointer)
            _refuse_unwritable(each, f"{pointer}/{_escaped(key)}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            _refuse_unwritable(each, f"{pointer}/{index}")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


class _Reader:
    """Reads typed values from one JSON object and knows where it stands in the document."""

    def __init__(self, data: Any, pointer: str) -> None:
        if not isinstance(data, dict):
            raise Malformed(pointer)
        self.data, self.pointer = data, pointer

    def at(self, key: str) -> str:
        return f"{self.pointer}/{_escaped(key)}"

    def text(self, key: str, *, most: int, least: int = 1) -> str:
        value = self.data.get(key, "" if least == 0 else None)
        if not isinstance(value, str) or len(value) < least:
            raise Malformed(self.at(key))
        if len(value) > most:
            raise Excessive(self.at(key), most)
        return value

    def match(self, key: str, pattern: re.Pattern[str]) -> str:
        value = self.data.get(key)
        if not isinstance(value, str) or not pattern.match(value):
            raise Malformed(self.at(key))
        return value

    def one_of(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.data.get(key)
        if value not in choices:
            raise Malformed(self.at(key))
        return str(value)

    def integer(self, key: str, *, most: int = 2**53 - 1) -> int:
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > most:
            raise Malformed(self.at(key))
        return value

    def flag(self, key: str) -> bool:
        value = self.data.get(key)
        if not isinstance(value, bool):
            raise Malformed(self.at(key))
        return value

    def instant(self, key: str) -> datetime:
        value = self.data.get(key)
        try:
            moment = datetime.fromisoformat(value or "")
        except (TypeError, ValueError) as error:
            raise Malformed(self.at(key)) from error
        # The calendar's first and last year cannot be written in every other time zone.
        if moment.tzinfo is None or not MINYEAR < moment.year < MAXYEAR:
            raise Malformed(self.at(key))
        return moment

    def day(self, key: str) -> date:
        try:
            return date.fromisoformat(self.data.get(key) or "")
        except (TypeError, ValueError) as error:
            raise Malformed(self.at(key)) from error

    def optional(self, key: str, read: Callable[[], Any]) -> Any:
        return None if self.data.get(key) is None else read()

    def object(self, key: str) -> "_Reader":
        return _Reader(self.data.get(key), self.at(key))

    def objects(self, key: str, *, most: int) -> list["_Reader"]:
        values = self.data.get(key)
        if not isinstance(values, list):
            raise Malformed(self.at(key))
        if len(values) > most:
            raise Excessive(self.at(key), most)
        return [_Reader(value, f"{self.at(key)}/{index}") for index, value in enumerate(values)]


def _place(read: _Reader) -> Place:
    return Place(
        text=read.text("text", most=200, least=0),
        latitude=read.optional("latitude", lambda: read.text("latitude", most=20)),
        longitude=read.optional("longitude", lambda: read.text("longitude", most=20)),
        accuracy_m=read.optional("accuracy_m", lambda: read.integer("accuracy_m")),
    )


def _clock(read: _Reader) -> Clock:
    return Clock(
        elapsed_ms=read.integer("elapsed_ms"),
        server_offset_ms=read.optional(
            "server_offset_ms", lambda: read.integer("server_offset_ms")
        ),
        server_seen_at=read.optional("server_seen_at", lambda: read.instant("server_seen_at")),
    )


def _person(read: _Reader) -> Person:
    return Person(
        ref=read.text("ref", most=10),
        role=read.one_of("role", ROLES),
        name=read.text("name", most=60),
        account=read.optional("account", lambda: read.match("account", _UUID)),
        badge=read.text("badge", most=40, least=0),
        unit=read.text("unit", most=200, least=0),
        title=read.text("title", most=60, least=0),
    )


def _answers(read: _Reader) -> dict[str, Answer]:
    # Whether the value is one that exists is for `answers.py`: an odd answer holds a record.
    if len(read.data) > _MOST_ANSWERS:
        raise Excessive(read.pointer, _MOST_ANSWERS)
    if any(len(code) > _LONGEST_CODE for code in read.data):
        raise Excessive(read.pointer, _LONGEST_CODE)
    return {code: _answer(read.object(code)) for code in read.data}


def _answer(read: _Reader) -> Answer:
    return Answer(
        value=read.text("value", most=40),
        reason=read.text("reason", most=200, least=0),
        note=read.text("note", most=1000, least=0),
    )


def _finding(read: _Reader) -> Finding:
    tags = read.data.get("tags")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise Malformed(read.at("tags"))
    if len(tags) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG for tag in tags):
        raise Excessive(read.at("tags"), _MOST_TAGS)
    return Finding(
        uuid=read.match("uuid", _UUID),
        item=read.text("item", most=20),
        tags=tuple(tags),
        words=read.text("words", most=1000, least=0),
        level=read.text("level", most=20),
        requirement=read.text("requirement", most=1000, least=0),
        deadline_on=read.optional("deadline_on", lambda: read.day("deadline_on")),
        fixed_on_spot=read.flag("fixed_on_spot"),
    )


def _reinspected(read: _Reader) -> tuple[Reinspected, ...]:
    # A member that came later: records made before it are records for ever.
    listed = read.optional(
        "reinspected", lambda: read.objects("reinspected", most=_MOST_REINSPECTED)
    )
    return tuple(
        Reinspected(
            hazard=each.match("hazard", _UUID),
            item=each.text("item", most=20),
            outcome=each.text("outcome", most=20),
            words=each.text("words", most=1000, least=0),
            deadline_on=each.optional("deadline_on", partial(each.day, "deadline_on")),
        )
        for each in listed or ()
    )


def _photo(read: _Reader) -> Photo:
    return Photo(
        sha256=read.match("sha256", _DIGEST),
        type=read.one_of("type", _PICTURES),
        size=read.integer("size"),
        taken_at=read.instant("taken_at"),
        finding=read.optional("finding", lambda: read.match("finding", _UUID)),
        item=read.text("item", most=20, least=0),
        moment=read.one_of("moment", MOMENTS),
        caption=read.text("caption", most=200, least=0),
        original=read.optional("original", lambda: _photo_file(read.object("original"))),
        file_at=read.optional("file_at", lambda: read.instant("file_at")),
        latitude=read.optional("latitude", lambda: read.text("latitude", most=20)),
        longitude=read.optional("longitude", lambda: read.text("longitude", most=20)),
        accuracy_m=read.optional("accuracy_m", lambda: read.integer("accuracy_m")),
    )


def _photo_file(read: _Reader) -> PhotoFile:
    return PhotoFile(
        sha256=read.match("sha256", _DIGEST),
        type=read.one_of("type", _PICTURES),
        size=read.integer("size"),
    )


def _signing(read: _Reader) -> Signing:
    ink = read.optional("ink", lambda: read.object("ink"))
    return Signing(
        person=read.text("person", most=10),
        outcome=read.one_of("outcome", OUTCOMES),
        signed_at=read.instant("signed_at"),
        grade=read.optional("grade", lambda: read.one_of("grade", GRADES)) or "drawn",
        ink=InkFile(ink.match("sha256", _DIGEST), ink.integer("size")) if ink else None,
        reason=read.text("reason", most=200, least=0),
        witness=read.optional("witness", lambda: read.text("witness", most=10)),
        deputy_name=read.text("deputy_name", most=60, least=0),
    )
