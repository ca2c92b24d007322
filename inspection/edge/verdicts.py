"""A verdict in the reader's words (核验结论的说法): one sentence for each fact.

Knows nothing of how a fact was found out. Works in a request, and without one
for the command line by `lines`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from inspection.verification.verdict import Fact, SignerLine, Verdict

_CHINA = timezone(timedelta(hours=8))


def headline(verdict: Verdict) -> str:
    """The answer in one sentence."""
    words: dict[str, str] = {
        "passed": _("这份文件由本系统出具，与出具时逐字节相同，签名全部有效。"),
        "failed": _("这份文件没有通过核验，原因见下。"),
        "indeterminate": _("凭手头的材料无法得出结论，原因见下。"),
    }
    return words[verdict.outcome]


def outcome_word(outcome: str) -> str:
    """通过, 未通过 or 无法判定."""
    words: dict[str, str] = {
        "passed": _("通过"),
        "failed": _("未通过"),
        "indeterminate": _("无法判定"),
    }
    return words[outcome]


def sentence(fact: Fact) -> str:
    """One fact in one sentence."""
    return _SENTENCES[fact.code](_worded(fact.details))


def signer(line: SignerLine) -> str:
    """One signature: who, as what, when by which clock, and what it is worth."""
    when = _instant(line.stamped_at) or _("时间不明")
    text: str = _(
        "%(who)s，%(when)s（本系统时间戳），%(outcome)s",
        who=_who(line),
        when=when,
        outcome=outcome_word(line.outcome),
    )
    if line.device_signed_at is None:
        return text
    signed = _instant(line.device_signed_at)
    on_device: str = _("；平板上签署于 %(signed)s（平板时钟）", signed=signed)
    return text + on_device


def not_checked(code: str) -> str:
    """One thing that no verification here can tell."""
    words: dict[str, str] = {
        "hand_identity": _("没有核验：执笔或输入 PIN 的是否本人。"),
        "device_clock": _("没有核验：平板时钟是否准确；只记录它与服务器的差。"),
        "truth_of_content": _("没有核验：记录所写是否属实。"),
    }
    return words[code]


def coverage(verdict: Verdict) -> str:
    """How much of the file the signatures speak for."""
    words: dict[str, str] = {
        "entire_file": _("签名和时间戳覆盖整个文件。"),
        "part": _("签名只覆盖文件的一部分。"),
        "nothing": _("没有签名覆盖这个文件。"),
    }
    return words[verdict.covers]


def lines(verdict: Verdict, language: str) -> list[str]:
    """The whole verdict as lines of text, outside a request."""
    with force_locale("zh" if language == "zh" else "en"):
        return [
            headline(verdict),
            f"SHA-256 {verdict.sha256}",
            coverage(verdict),
            *(f"[{outcome_word(fact.outcome)}] {sentence(fact)}" for fact in verdict.facts),
            *(signer(line) for line in verdict.signers),
            *(not_checked(code) for code in verdict.not_checked),
        ]


def _who(line: SignerLine) -> str:
    """People by role and name; the seal and the timestamp by what they are."""
    role = _role(line.role)
    return role if line.role in ("seal", "timestamp") else f"{role} {line.name}"


def _role(role: str) -> str:
    words: dict[str, str] = {
        "inspector": _("检查人员"),
        "party": _("被检查单位现场负责人"),
        "witness": _("见证人"),
        "seal": _("电子封印"),
        "person": _("签字人"),
        "timestamp": _("时间戳"),
    }
    return words.get(role, role)


def _instant(moment: datetime | None) -> str:
    return moment.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _worded(details: dict[str, Any]) -> dict[str, Any]:
    """Give times in the country's time; leave everything else."""
    worded = dict(details)
    for name in ("issued_at", "stamped_at", "signed_at", "recorded_at", "taken_at"):
        if worded.get(name):
            worded[name] = _instant(datetime.fromisoformat(worded[name]))
    if "role" in worded:
        worded["role"] = _role(worded["role"])
    return worded


_Sentence = Callable[[dict[str, Any]], str]

_SENTENCES: dict[str, _Sentence] = {
    "issued_here": lambda d: _(
        "本系统于 %(issued_at)s 出具了 %(title)s %(number)s（%(organisation)s）。", **d
    ),
    "not_issued_here": lambda d: _("本系统没有出具过这份文件。"),
    "seal_without_report": lambda d: _(
        "封印是本系统的，但报告登记中没有这份文件；请联系出具单位。"
    ),
    "bytes_as_issued": lambda d: _("文件与出具时逐字节相同（%(size)s 字节）。", **d),
    "rolled_back": lambda d: _(
        "文件被退回到较早的版本：结尾缺 %(missing)s 字节，后来的签名被去掉了。", **d
    ),
    "bytes_after_end": lambda d: _("文件末尾多了 %(extra)s 字节，不是出具时的内容。", **d),
    "bytes_altered": lambda d: _("文件与出具时不同，从第 %(first_at)s 字节起有改动。", **d),
    "issued_bytes_lost": lambda d: _("摘要与登记的不同，而出具时的文件已找不到，无法比较。"),
    "not_a_pdf": lambda d: _("这不是 PDF 文件。"),
    "unreadable": lambda d: _("文件已损坏，无法读取其中的签名。"),
    "unsigned": lambda d: _("文件里没有任何签名。"),
    "examination_overrun": lambda d: _("核验超出了时间或内存限制，没有完成。"),
    "seal_signature_valid": lambda d: _(
        "电子封印有效，盖于 %(stamped_at)s；此后只增加了允许的签名。", **d
    ),
    "person_signature_valid": lambda d: _(
        "%(name)s 的签名有效，签于 %(stamped_at)s；此后只增加了允许的签名。", **d
    ),
    "timestamp_signature_valid": lambda d: _("时间戳有效，时间为 %(stamped_at)s。", **d),
    "signature_broken": lambda d: _("签名（%(name)s）与文件内容不符：签名之后内容被改过。", **d),
    "certificate_not_trusted": lambda d: _(
        "签名（%(name)s）的证书不能追溯到本系统的根证书，或签名时已被吊销。", **d
    ),
    "time_not_trusted": lambda d: _("签名（%(name)s）没有可信的时间戳。", **d),
    "changed_after_signature": lambda d: _("签名（%(name)s）之后，文件被加上了不允许的改动。", **d),
    "fields_unsigned": lambda d: _("有应签而未签的签名处。"),
    "whole_file_covered": lambda d: _("最后的时间戳覆盖整个文件。"),
    "whole_file_not_covered": lambda d: _("最后的签名没有覆盖整个文件。"),
    "record_as_accepted": lambda d: _("文件内附的检查记录与服务器收到的完全相同。"),
    "record_differs": lambda d: _("文件内附的检查记录与服务器收到的不同。"),
    "record_missing": lambda d: _("文件内没有可读的检查记录。"),
    "device_signature_valid": lambda d: _(
        "%(role)s %(name)s 的设备签名有效，签于 %(signed_at)s（平板时钟）。", **d
    ),
    "device_signature_broken": lambda d: _("检查记录上有一个设备签名无效。"),
    "ledger_entry_matches": lambda d: _(
        "检查记录是台账第 %(seq)s 条，链值重算相符，收到于 %(recorded_at)s（服务器时钟）。", **d
    ),
    "ledger_entry_differs": lambda d: _("检查记录与台账第 %(seq)s 条不符。", **d),
    "ledger_proof_missing": lambda d: _("文件内没有可读的台账凭证。"),
    "checkpoint_matches": lambda d: _(
        "台账检查点（第 %(seq)s 条止，%(taken_at)s）由服务器签名，与台账相符。", **d
    ),
    "checkpoint_differs": lambda d: _("台账检查点与现在的台账不符。"),
    "checkpoint_broken": lambda d: _("台账检查点的签名无效。"),
    "photos_match": lambda d: _("照片和笔迹共 %(files)s 个文件，摘要全部相符。", **d),
    "photos_differ": lambda d: _("有照片或笔迹文件缺失或与摘要不符。"),
}
"""Every fact code has its sentence; tests/verification reads this table."""

FACT_CODES = frozenset(_SENTENCES)
