"""What a report says (报告内容): everything the template shows, composed and worded.

Pure: values in, one frozen value out. No bytes of photos, no fonts, no HTML;
how it looks is `templates/reports/`, how it becomes a PDF is `pdf`. The report
is a Chinese legal document, so its words are Chinese whoever reads it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from inspection.domain.checklist import CheckItem, Checklist
from inspection.domain.record import ROLES, Finding, Person, Photo, Record, Signing
from inspection.domain.reserved import own_fields
from inspection.domain.workdays import day_of
from inspection.ledger.chain import Entry
from inspection.reports import wording
from inspection.reports.grades import GRADES, GradeNote
from inspection.reports.wording import Terms

TITLES = {
    "inspection": "安全生产现场检查记录",
    "self_inspection": "安全生产自查记录",
    "reinspection": "安全生产整改复查记录",
}
LEVELS = {"general": "一般隐患", "larger": "较大隐患", "major": "重大隐患"}
MARKS = {"V": "①", "V2": "②", "VT": "③", "R": "④"}
MOMENTS = {"before": "整改前", "after": "整改后"}


@dataclass(frozen=True)
class InspectedUnit:
    """What the register of units knows beside what the record itself says."""

    address: str = ""
    principal: str = ""
    phone: str = ""
    sector: str = ""


@dataclass(frozen=True)
class LedgerProof:
    """The entry by which the record was accepted, and a signed statement of the ledger's end."""

    entry: Entry
    checkpoint: str
    checkpoint_seq: int
    checkpoint_link: str
    server_jwk: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Issuance:
    """What the act of issuing adds: number, time, issuer, and where the report can be checked."""

    uuid: str
    number: str
    issued_at: datetime
    organisation: str
    verify_url: str
    record_digest: str
    jws_digest: str
    clock: str = "本系统内置的时间戳服务（不是第三方）"
    """Who seals the time of issuing, as the report calls it."""


@dataclass(frozen=True)
class Row:
    """One item of the checklist with its answer (检查情况)."""

    code: str
    title: str
    check: str
    basis: str
    value: str
    sign: str
    answer: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RowGroup:
    """The items of one section."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Basis:
    """One legal ground of a finding, with its verification mark (DOMAIN §0.1).

    `since` is the day from which this wording is in force, "" when that is not known.
    """

    instrument: str
    clause: str
    scope: str
    mark: str
    since: str = ""


@dataclass(frozen=True)
class Picture:
    """One photo as it is shown; `digest` finds the bytes, `original` names what was drawn upon.

    What stands in `caption`, `facts` and `notes` is printed below the picture, never over it.
    """

    digest: str
    number: int
    caption: str
    facts: str
    notes: tuple[str, ...]
    original: str
    description: str


@dataclass(frozen=True)
class Problem:
    """One finding (发现的问题)."""

    number: int
    code: str
    title: str
    level: str
    level_label: str
    tags: tuple[str, ...]
    words: str
    basis: tuple[Basis, ...]
    major: tuple[Basis, ...]
    requirement: str
    deadline: str
    fixed_on_spot: bool
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Outcome:
    """One hazard that was looked at again (复查意见), see `outcomes`."""

    place: int
    number: str
    code: str
    title: str
    level: str
    level_label: str
    summary: str
    requirement: str
    deadline: str
    rounds: int
    value: str
    sign: str
    label: str
    words: str
    new_deadline: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class SignatureBlock:
    """How signing ended for one person, and the box where paper has the signature.

    `field` names the PDF signature field; "" when no certificate signs here (nobody
    signed, or nobody stands for the ink). `person` is "" where the certificate is
    for the ink alone. `hand` is whose hand the ink is of: the deputy's where one
    signed. `rank` says who signs the file first: inspectors, party, witness.
    """

    ref: str
    field: str
    person: str
    role: str
    name: str
    detail: str
    outcome: str
    ending: str
    grade: str
    signed_at: str
    ink: str
    hand: str
    rank: int = 0


@dataclass(frozen=True)
class ReportContent:
    """Everything a report says, ready to be drawn."""

    uuid: str
    record_uuid: str
    kind: str
    terms: Terms
    title: str
    number: str
    organisation: str
    """In the red head; `seal` names whose seal the file carries."""
    seal: str
    issued_at: datetime
    issued_text: str
    verify_url: str
    facts: tuple[tuple[str, str], ...]
    inspectors: tuple[Person, ...]
    notice: str
    checklist: str
    summary: str
    groups: tuple[RowGroup, ...]
    marks_used: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    other_pictures: tuple[Picture, ...]
    opinion: str
    statement: str
    signatures: tuple[SignatureBlock, ...]
    grades: tuple[GradeNote, ...]
    evidence: tuple[tuple[str, str], ...]
    outcomes: tuple[Outcome, ...] = ()
    clock: str = ""
    own: tuple[tuple[str, str], ...] = ()
    """Each field for a signature by an own certificate (domain.reserved), and its holder's name."""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All photos in the order in which they are shown."""
        of_problems = [shown for problem in self.problems for shown in problem.pictures]
        of_outcomes = [shown for outcome in self.outcomes for shown in outcome.pictures]
        return (*of_problems, *of_outcomes, *self.other_pictures)

    @property
    def fields(self) -> tuple[str, ...]:
        """The signature fields that have to be signed, in the order of signing."""
        return tuple(block.field for block in self.signers)

    @property
    def signers(self) -> tuple[SignatureBlock, ...]:
        """The blocks with a signature field, in the order of signing."""
        signing = (block for block in self.signatures if block.field)
        return tuple(sorted(signing, key=lambda block: block.rank))


def report_number(seq: int, recorded_at: datetime) -> str:
    """The report's number: the year, and the record's place in the ledger. Never given twice."""
    return f"检记〔{day_of(recorded_at).year}〕{seq:06d}号"


def compose(
    record: Record,
    checklist: Checklist,
    unit: InspectedUnit,
    *,
    proof: LedgerProof,
    issuance: Issuance,
    signed_by: frozenset[str],
    certified: frozenset[str],
    attested: frozenset[str] = frozenset(),
) -> ReportContent:
    """Compose the report of one accepted record.

    `signed_by` holds the uuids of the people whose device signature over the
    record verified: nobody else gets that grade. Those among them in
    `certified` also have a PDF certificate, and so a signature field. `attested`
    holds the refs of people whose ink gets a field of its own, without a better grade.
    """
    counter = _Counter()
    day = day_of(record.started_at)
    problems = tuple(
        _problem(number, finding, record, checklist, day, counter)
        for number, finding in enumerate(record.findings, start=1)
    )
    shown = {finding.uuid for finding in record.findings}
    others = [photo for photo in record.photos if photo.finding not in shown]
    groups = tuple(
        RowGroup(
            section.title.zh,
            tuple(_row(item, record, checklist, day) for item in section.items),
        )
        for section in checklist.sections
    )
    signatures = tuple(
        _signature(each, record, signed_by, certified, attested) for each in record.signings
    )
    grades_used = {block.grade for block in signatures if block.outcome in ("signed", "deputy")}
    return ReportContent(
        uuid=issuance.uuid,
        record_uuid=record.uuid,
        kind=record.kind,
        terms=wording.TERMS[record.kind],
        title=TITLES[record.kind],
        number=issuance.number,
        organisation=_head(record, issuance),
        seal=issuance.organisation,
        issued_at=issuance.issued_at,
        issued_text=wording.instant_text(issuance.issued_at),
        verify_url=issuance.verify_url,
        facts=_facts(record, unit),
        inspectors=tuple(person for person in record.people if person.role == "inspector"),
        notice=wording.notice(record),
        checklist=wording.checklist_line(checklist),
        summary=wording.summary(record, checklist),
        groups=groups,
        marks_used=_marks_used(problems),
        problems=problems,
        other_pictures=tuple(picture(photo, record, counter.next(), "") for photo in others),
        opinion=record.opinion.strip() or "未填写。",
        statement=record.statement.strip() or "未填写。",
        signatures=signatures,
        grades=tuple(note for note in GRADES.values() if note.grade in grades_used),
        evidence=_evidence(record, checklist, proof, issuance),
        clock=issuance.clock,
        own=_own(record),
    )


def _own(record: Record) -> tuple[tuple[str, str], ...]:
    names = {person.account: person.name for person in record.people}
    return tuple((field, names[account]) for account, field in own_fields(record).items())


class _Counter:
    """Numbers the photos through the whole report."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last += 1
        return self._last


def _facts(record: Record, unit: InspectedUnit) -> tuple[tuple[str, str], ...]:
    parties = "；".join(wording.party_text(each) for each in record.people if each.role == "party")
    witnesses = "；".join(each.name for each in record.people if each.role == "witness")
    begun, ended = (wording.minute_text(each) for each in (record.started_at, record.finished_at))
    terms = wording.TERMS[record.kind]
    pairs = (
        (terms.unit, record.unit_name),
        ("统一社会信用代码", record.unit_credit_code),
        ("单位地址", unit.address),
        ("行业领域", wording.SECTORS.get(unit.sector, "")),
        ("主要负责人", "　".join(part for part in (unit.principal, unit.phone) if part)),
        ("现场负责人", parties),
        ("见证人", witnesses),
        ("检查类型", terms.kind),
        (f"{terms.act}场所", wording.place_text(record)),
        (f"{terms.act}时间", f"{begun} 至 {ended}"),
    )
    return tuple(pair for pair in pairs if pair[1] or pair[0] == "统一社会信用代码")


def _row(item: CheckItem, record: Record, checklist: Checklist, day: date) -> Row:
    answer = record.answers.get(item.code)
    value = answer.value if answer else "not_checked"
    sign, label = wording.ANSWERS.get(value, ("?", value))
    notes = [text for text in (answer.reason, answer.note) if text] if answer else []
    found = [n for n, each in enumerate(record.findings, start=1) if each.item == item.code]
    notes = [f"见问题 {'、'.join(map(str, found))}", *notes] if found else notes
    return Row(
        code=item.code,
        title=item.title.zh,
        check=item.check.zh,
        basis="；".join(
            wording.short_citation(checklist, each) for each in wording.in_force(item, day)
        ),
        value=value,
        sign=sign,
        answer=label,
        notes=tuple(notes),
    )


def _problem(
    number: int,
    finding: Finding,
    record: Record,
    checklist: Checklist,
    day: date,
    counter: _Counter,
) -> Problem:
    item = checklist.item(finding.item)
    photos = record.photos_of(finding.uuid)
    return Problem(
        number=number,
        code=finding.item,
        title=item.title.zh if item else "",
        level=finding.level,
        level_label=LEVELS.get(finding.level, finding.level),
        tags=wording.tag_texts(finding, item),
        words=finding.words.strip(),
        basis=_basis(item, checklist, day) if item else (),
        major=_major(item, checklist) if item and finding.level == "major" else (),
        requirement=finding.requirement.strip(),
        deadline=wording.deadline_text(finding),
        fixed_on_spot=finding.fixed_on_spot,
        pictures=tuple(
            picture(photo, record, counter.next(), f"问题 {number}·{MOMENTS[photo.moment]}")
            for photo in photos
        ),
    )


def _basis(item: CheckItem, checklist: Checklist, day: date) -> tuple[Basis, ...]:
    return tuple(
        Basis(
            checklist.instruments[each.instrument].zh,
            each.clause,
            each.scope.zh,
            MARKS.get(each.mark, MARKS["R"]),
            since=each.from_on.isoformat() if each.from_on else "",
        )
        for each in wording.in_force(item, day)
    )


def _head(record: Record, issuance: Issuance) -> str:
    """Name whose document it is (发文机关): a unit that inspects itself writes in its own name."""
    return record.unit_name if record.kind == "self_inspection" else issuance.organisation


def _major(item: CheckItem, checklist: Checklist) -> tuple[Basis, ...]:
    return tuple(
        Basis(
            checklist.instruments[each.criterion].zh
            if each.criterion in checklist.instruments
            else each.criterion,
            each.clause,
            each.scope.zh,
            MARKS.get(each.mark, MARKS["R"]),
        )
        for each in item.major
    )


def _marks_used(problems: Iterable[Problem]) -> tuple[tuple[str, str], ...]:
    meanings = {
        "①": "条文原文已核对",
        "②": "据转引材料核对",
        "③": "只核对了条号和主题",
        "④": "尚待核对",
    }
    used = {each.mark for problem in problems for each in (*problem.basis, *problem.major)}
    return tuple((mark, meaning) for mark, meaning in meanings.items() if mark in used)


def picture(photo: Photo, record: Record, number: int, of: str) -> Picture:
    """Return a photo of `record` as the report shows it; `of` says what it belongs to."""
    parts = [part for part in (of, photo.caption.strip()) if part]
    caption = "　".join(parts) or "现场照片"
    return Picture(
        digest=photo.sha256,
        number=number,
        caption=caption,
        facts=wording.photo_facts(photo, record),
        notes=wording.photo_notes(photo),
        original=photo.original.sha256 if photo.original else "",
        description=f"照片 {number}：{caption}",
    )


def _signature(
    signing: Signing,
    record: Record,
    signed_by: frozenset[str],
    certified: frozenset[str],
    attested: frozenset[str],
) -> SignatureBlock:
    person = record.person(signing.person)
    assert person is not None, "a record without this person is held, not issued"
    with_device = person.account in signed_by and signing.outcome == "signed"
    signs_here = with_device and person.account in certified
    detail = person.badge and f"证件号 {person.badge}"
    return SignatureBlock(
        ref=person.ref,
        field=f"sig-{person.ref}" if signs_here or person.ref in attested else "",
        person=(person.account or "") if signs_here else "",
        role=wording.TERMS[record.kind].role(person.role),
        name=person.name,
        detail=detail or person.title or person.unit,
        outcome=signing.outcome,
        ending=wording.ending_text(signing, record),
        grade=GRADES["device_key" if with_device else "drawn"].grade,
        signed_at=wording.instant_text(signing.signed_at),
        ink=signing.ink.sha256 if signing.ink else "",
        hand=signing.deputy_name or person.name,
        rank=ROLES.index(person.role),
    )


def _evidence(
    record: Record, checklist: Checklist, proof: LedgerProof, issuance: Issuance
) -> tuple[tuple[str, str], ...]:
    accepted = wording.instant_text(proof.entry.at)
    return (
        ("记录内容 SHA-256", issuance.record_digest),
        ("签署文件 record.jws SHA-256", issuance.jws_digest),
        ("检查表 SHA-256", checklist.digest),
        ("台账条目", f"第 {proof.entry.seq} 条，链值 {proof.entry.link}"),
        ("台账检查点", f"第 {proof.checkpoint_seq} 条止，链值 {proof.checkpoint_link}"),
        ("收到时间（服务器）", accepted),
        ("出具时间", wording.instant_text(issuance.issued_at)),
        ("平板时钟", wording.clock_text(record)),
        ("记录编号", record.uuid),
    )
