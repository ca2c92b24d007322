"""How a report puts facts into Chinese words (报告用语): times, places, notices, endings.

Pure, one fact in, one piece of text out. What a report is composed of is `content`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from inspection.domain.checklist import CheckItem, Checklist, Citation
from inspection.domain.record import Finding, Person, Photo, Record, Signing
from inspection.domain.workdays import CHINA, day_of

ANSWERS = {
    "pass": ("✓", "合格"),
    "fail": ("×", "不合格"),
    "not_applicable": ("–", "不适用"),
    "not_checked": ("○", "未检查"),
}

SECTORS = {
    "chemicals": "化工和危险化学品",
    "machinery": "机械制造",
    "metallurgy": "冶金有色",
    "construction": "建筑施工",
    "catering": "餐饮",
    "lodging": "住宿",
    "retail": "商贸",
    "transport": "交通运输",
    "food": "食品加工",
    "wood": "木材家具",
    "textiles": "纺织服装",
    "fishery": "渔业",
}


@dataclass(frozen=True)
class Terms:
    """What a kind of record calls its parts: a department inspects others, a unit itself."""

    kind: str
    unit: str
    act: str
    notice: str
    inspector: str
    party: str
    opinion: str
    statement: str

    def role(self, role: str) -> str:
        """Name a person's part in the record."""
        return {"inspector": self.inspector, "party": self.party}.get(role, "见证人")


_INSPECTION = Terms(
    kind="部门现场检查",
    unit="被检查单位",
    act="检查",
    notice="检查告知",
    inspector="检查人员",
    party="被检查单位现场负责人",
    opinion="现场处理意见",
    statement="被检查单位意见",
)
_SELF_INSPECTION = Terms(
    kind="生产经营单位自查",
    unit="自查单位",
    act="自查",
    notice="自查说明",
    inspector="自查人员",
    party="本单位现场负责人",
    opinion="处理意见",
    statement="现场负责人意见",
)
TERMS = {
    "inspection": _INSPECTION,
    "self_inspection": _SELF_INSPECTION,
    "reinspection": replace(
        _INSPECTION, kind="整改复查", act="复查", notice="复查告知", opinion="复查处理意见"
    ),
}

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Write characters that show nothing, or that turn what follows around, by their number.

    A report shows what was signed: a name may not read backwards (U+202E), nothing may hide.
    """
    return _HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def ten_thousands(cents: int) -> str:
    """Write 分 in 万元, without losing one of them."""
    whole, rest = divmod(cents, 1_000_000)
    return f"{whole:,}.{rest:06d}".rstrip("0").rstrip(".")


def instant_text(moment: datetime) -> str:
    """Write an instant to the second."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def minute_stamp(moment: datetime) -> str:
    """Write an instant to the minute, in figures."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def minute_text(moment: datetime) -> str:
    """Write an instant to the minute, as forms do."""
    local = moment.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def day_text(day: date) -> str:
    """Write a day."""
    return f"{day.year}年{day.month}月{day.day}日"


def party_text(person: Person) -> str:
    """Name a person of the inspected unit, with their title."""
    return f"{person.name}（{person.title}）" if person.title else person.name


def place_text(record: Record) -> str:
    """Name the place, with coordinates when the device knew them."""
    place = record.place
    spot = _spot_text(place.latitude, place.longitude, place.accuracy_m)
    return f"{place.text}（{spot}）" if place.text and spot else place.text or spot


def _spot_text(latitude: str | None, longitude: str | None, accuracy_m: int | None) -> str:
    if latitude is None or longitude is None:
        return ""
    accuracy = f"，误差约 {accuracy_m} 米" if accuracy_m is not None else ""
    return f"北纬 {latitude}，东经 {longitude}{accuracy}"


def photo_facts(photo: Photo, record: Record) -> str:
    """Say when and where a photo was taken and by whose inspection; a file was only chosen then."""
    taken = minute_stamp(photo.taken_at)
    when = f"选入 {taken}" if photo.file_at else taken
    inspectors = (person.name for person in record.people if person.role == "inspector")
    parts = (when, record.place.text, next(inspectors, ""))
    return "　".join(part for part in parts if part)


def photo_notes(photo: Photo) -> tuple[str, ...]:
    """Say what else the device knew of a photo: where it was, and of when its file is."""
    spot = _spot_text(photo.latitude, photo.longitude, photo.accuracy_m)
    file = f"文件时间 {minute_stamp(photo.file_at)}" if photo.file_at else ""
    return tuple(note for note in (spot, file) if note)


def notice(record: Record) -> str:
    """Say what people were told when the inspection began (检查告知)."""
    if record.kind == "self_inspection":
        return "本次为生产经营单位自行组织的安全检查，依照本单位隐患排查治理制度进行。"
    return (
        "检查人员向被检查单位说明来意并出示证件（《中华人民共和国安全生产法》第六十七条），"
        "证件号码见上表。被检查单位对检查结果有陈述、申辩的权利；认为检查人员与本单位有直接利害"
        "关系的，可以申请其回避。"
    )


def checklist_line(checklist: Checklist) -> str:
    """Name a checklist with its revision."""
    return (
        f"《{checklist.title.zh}检查表》第 {checklist.revision} 版"
        f"（{checklist.effective_on.isoformat()} 起用）"
    )


def summary(record: Record, checklist: Checklist) -> str:
    """Count the answers in one sentence."""
    values = [answer.value for answer in record.answers.values()]
    counted = "，".join(
        f"{label} {values.count(value)} 项" for value, (_, label) in ANSWERS.items()
    )
    day = day_text(day_of(record.started_at))
    act = TERMS[record.kind].act
    return (
        f"按{checklist_line(checklist)}{act} {len(checklist.items)} 项：{counted}；"
        f"记录问题 {len(record.findings)} 条。所列依据是{day}有效的条文。"
    )


def short_name(checklist: Checklist, instrument: str) -> str:
    """Name an instrument as the trade does: 《安全生产法》; a standard by its number."""
    number, opened, rest = checklist.instruments[instrument].zh.partition("《")
    if number.strip():
        return f"{number.strip()} "
    return f"{opened}{rest.partition('》')[0].replace('中华人民共和国', '')}》"


def short_citation(checklist: Checklist, citation: Citation) -> str:
    """Cite as the trade does: 《安全生产法》第四十三条; the clause is missing for a whole text."""
    return f"{short_name(checklist, citation.instrument)}{citation.clause}".strip()


def in_force(item: CheckItem, day: date) -> tuple[Citation, ...]:
    """Return the citations that were in force on this day."""
    return tuple(citation for citation in item.citations if citation.in_force_on(day))


def tag_texts(finding: Finding, item: CheckItem | None) -> tuple[str, ...]:
    """Return the words of the tags that were tapped."""
    known = [item.tag(code) if item else None for code in finding.tags]
    return tuple(tag.text.zh for tag in known if tag)


def deadline_text(finding: Finding) -> str:
    """Say until when it must be mended."""
    if finding.fixed_on_spot:
        return "当场已改"
    return f"{day_text(finding.deadline_on)} 前" if finding.deadline_on else "未填写"


def ending_text(signing: Signing, record: Record) -> str:
    """Word the other endings of signing, with the statutory ground (安全生产法 第六十八条)."""
    witness = record.person(signing.witness)
    seen = f"见证人：{witness.name}。" if witness else ""
    reason = signing.reason.strip().rstrip("。")
    if signing.outcome == "refused":
        return f"拒绝签字。理由：{reason}。{seen}{_refusal_ground(record)}"
    if signing.outcome == "absent":
        return f"未到场，没有签字。原因：{reason}。{seen}{_on_record(record)}"
    if signing.outcome == "deputy":
        return f"由 {signing.deputy_name} 代签。原因：{reason}。{seen}"
    return ""


def _on_record(record: Record) -> str:
    return f"{TERMS[record.kind].inspector}将情况记录在案。"


def _refusal_ground(record: Record) -> str:
    if record.kind == "self_inspection":
        return _on_record(record)
    return (
        "检查人员依《中华人民共和国安全生产法》第六十八条将情况记录在案，"
        "并应向负有安全生产监督管理职责的部门报告。"
    )


def clock_text(record: Record) -> str:
    """Say what the device knew of time."""
    clock = record.clock
    minutes = round(clock.elapsed_ms / 60_000)
    if clock.server_offset_ms is None:
        return f"检查历时 {minutes} 分钟；检查时未与服务器对时"
    # The offset is the server's clock less the device's.
    behind = "慢" if clock.server_offset_ms > 0 else "快"
    offset = f"{behind} {abs(clock.server_offset_ms) / 1000:.3f} 秒"
    seen = f"（{instant_text(clock.server_seen_at)} 对时）" if clock.server_seen_at else ""
    return f"检查历时 {minutes} 分钟；比服务器{offset}{seen}"


@dataclass(frozen=True)
class CardWords:
    """What stands on every hint card, in one language."""

    lang: str
    kind: str
    intended: str
    number: str
    to_do: str
    wrong: str
    sanctions: str
    sanction_for: str
    see_text: str
    whom: str
    contact: str
    source: str
    marks: Mapping[str, str]
    """How a gist was checked, where it was not against the text itself (DOMAIN §0.1)."""


CARD_WORDS = {
    "zh": CardWords(
        lang="zh-CN",
        kind="安全提示卡",
        intended="给企业主要负责人和安全管理人员。对照每一条自查，做不到的马上改；贴在看得见的地方。",
        number="序",
        to_do="要做到",
        wrong="常见的问题",
        sanctions="做不到，可能的处罚",
        sanction_for="对应第 {} 条",
        see_text="罚则见条文",
        whom="不明白的，问本单位的主管部门、所在镇街的应急管理办公室，或者{}。",
        contact="联系人＿＿＿＿＿＿＿＿　电话＿＿＿＿＿＿＿＿＿＿",
        source="依据检查表第 {} 版（{} 起用）编写，只列最要紧的几条；"
        "要求以法律法规和标准的原文为准。",
        marks={"V2": "二手资料核对", "VT": "仅核对条目", "R": "凭记忆，未核对"},
    ),
    "en": CardWords(
        lang="en",
        kind="Safety hint card",
        intended="For principals and safety officers. Check yourselves against each line and put "
        "right at once what is missing. Hang it where people see it.",
        number="No.",
        to_do="What to do",
        wrong="What often goes wrong",
        sanctions="If not: penalties that may follow",
        sanction_for="lines {}",
        see_text="see the text of the article",
        whom="Questions: ask the department that supervises you, the emergency management office "
        "of your town, or {}.",
        contact="Contact ____________________  Phone ____________________",
        source="From revision {} of the checklist (in use since {}); only the most important "
        "lines. The text of the laws and standards decides.",
        marks={
            "V2": "checked against a secondary source",
            "VT": "only the article number checked",
            "R": "from memory, not checked",
        },
    ),
}
