"""A verdict in the reader's words (核验结论的说法): one sentence for each fact.

Knows nothing of how a fact was found out. Works in a request, and without one
for the command line by `lines`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import force_locale, format_decimal
from flask_babel import gettext as _

from inspection.domain.workdays import CHINA
from inspection.reports import wording
from inspection.verification.facts import TOPICS, Fact, SignerLine, Verdict, outcome_of


def headline(verdict: Verdict) -> str:
    """The answer in one sentence."""
    if verdict.outcome == "failed":
        return _failed(verdict)
    if verdict.outcome == "indeterminate":
        return str(_("凭手头的材料无法得出结论，原因见下。"))
    if verdict.has("annulled"):
        return str(_("这份文件由本系统出具，没有被改动，但已经撤销，不再有效。"))
    if verdict.has("superseded"):
        return str(_("这份文件由本系统出具，没有被改动；后来又有增补，最新一版请向出具单位索取。"))
    return str(_("这份文件由本系统出具，与出具时逐字节相同，签名全部有效。"))


def _failed(verdict: Verdict) -> str:
    if verdict.has("not_a_pdf"):
        return str(_("没有通过核验：这不是 PDF 文件。"))
    if verdict.has("not_issued_here"):
        return str(_("没有通过核验：本系统没有出具过这份文件。"))
    if verdict.has("bytes_as_issued"):
        return str(_("没有通过核验：文件是原件，但服务器上留存的材料与它不符。"))
    return str(_("没有通过核验：这份文件与本系统出具的原件不一致，不能当作原件。"))


def by_digest(verdict: Verdict | None) -> str:
    """The answer to somebody who sent a digest and kept the file."""
    if verdict is None:
        return str(_("本系统没有登记过这个摘要。文件可能被改动过，也可能不是本系统出具的。"))
    if verdict.has("annulled"):
        return str(_("这是本系统出具的文件，逐字节相同，但已经撤销，不再有效。"))
    if verdict.has("superseded"):
        return str(_("这是本系统出具的文件，逐字节相同；后来又有增补，最新一版请向出具单位索取。"))
    return str(_("这就是本系统出具的那一份，逐字节相同。"))


def outcome_word(outcome: str) -> str:
    """通过, 未通过 or 无法判定."""
    words: dict[str, str] = {
        "passed": _("通过"),
        "failed": _("未通过"),
        "indeterminate": _("无法判定"),
    }
    return words[outcome]


def topics(verdict: Verdict) -> list[tuple[str, str, str, tuple[Fact, ...]]]:
    """What was checked, by topic: its name, its outcome, what is said of it, and its facts."""
    words: dict[str, str] = {
        "document": _("文件是不是原件"),
        "signatures": _("签名和时间戳"),
        "record": _("内附的检查记录"),
        "paper": _("内容和签发人的确认"),
        "ledger": _("台账中的位置"),
        "photos": _("照片和笔迹"),
    }
    found = ((topic, verdict.about(topic)) for topic in TOPICS)
    return [
        (words[topic], outcome_of(facts), outcome_word(outcome_of(facts)), facts)
        for topic, facts in found
        if facts
    ]


def sentence(fact: Fact) -> str:
    """One fact in one sentence."""
    return _SENTENCES[fact.code](_worded(fact.details))


def signer(line: SignerLine) -> str:
    """One signature: who, as what, when by which clock, over what, and what it is worth."""
    when = _instant(line.stamped_at)
    if not when:
        clock: str = _("时间不明")
    elif line.built_in_clock:
        clock = _("%(when)s（本系统内置时间戳服务，不是第三方）", when=when)
    else:
        clock = _("%(when)s（第三方时间戳服务）", when=when)
    who, outcome = _who(line), outcome_word(line.outcome)
    text: str = _("%(who)s，%(clock)s，%(outcome)s", who=who, clock=clock, outcome=outcome)
    if line.device_signed_at is None:
        return text
    signed = _instant(line.device_signed_at)
    on_device: str = _("；平板上签署于 %(signed)s（平板时钟）", signed=signed)
    return text + on_device


def scope(line: SignerLine) -> str:
    """How much of the file one signature covers."""
    if line.covers_all:
        return str(_("第 %(revision)s 版，覆盖整个文件", revision=line.revision))
    size = format_decimal(line.covers_bytes)
    return str(_("第 %(revision)s 版，覆盖文件前 %(size)s 字节", revision=line.revision, size=size))


def not_checked(code: str) -> str:
    """One thing that no verification here can tell."""
    words: dict[str, str] = {
        "password_identity": _("没有核验：输入密码的是否本人；签名密钥由服务器保管。"),
        "hand_identity": _("没有核验：执笔或输入 PIN 的是否本人。"),
        "device_clock": _("没有核验：平板时钟是否准确；只记录它与服务器的差。"),
        "truth_of_content": _("没有核验：记录所写是否属实。"),
        "own_issuer": _("没有核验：签名人的本人证书由谁颁发、颁发者是否可信。"),
        "revocation": _("没有核验：外部机构颁发的证书是否已被吊销；该机构没有给出吊销列表。"),
    }
    return words[code]


def note(code: str) -> str:
    """One harmless thing that other software says about a good report."""
    words: dict[str, str] = {
        "edits_since_signing": _(
            "阅读软件可能说较早的签名“签名后有改动”“未覆盖整个文件”：后来的人在它后面签名，"
            "本来就会这样；有没有不允许的改动，上面已经逐个查过。"
        ),
        "validity_unknown": _(
            "阅读软件可能说“有效性未知”“证书不受信任”：出具单位的根证书不在软件自带的名单里。"
            "向出具单位要来根证书并设为信任即可；这与文件有没有被改动无关。"
        ),
        "not_ltv_enabled": _(
            "阅读软件可能说“未启用 LTV”，或把时间戳标成“未验证”：长期验证材料在文件里，"
            "信任根证书之后再看。"
        ),
        "built_in_clock": _(
            "时间戳由出具单位自己的时间戳服务签发，证明出具单位认定的时间，不是第三方的证明。"
        ),
    }
    return words[code]


def coverage(verdict: Verdict) -> str:
    """How much of the file the signatures speak for."""
    words: dict[str, str] = {
        "entire_file": _("签名和时间戳覆盖整个文件。"),
        "part": _("签名只覆盖文件的一部分，或最后的时间戳已经失效。"),
        "nothing": _("没有签名覆盖这个文件。"),
    }
    return words[verdict.covers]


def lines(verdict: Verdict, language: str) -> list[str]:
    """The whole verdict as lines of text, outside a request."""
    with force_locale("zh" if language == "zh" else "en"):
        return [
            headline(verdict),
            f"SHA-256 {verdict.sha256}",
            *(f"[{outcome_word(fact.outcome)}] {sentence(fact)}" for fact in verdict.facts),
            *([coverage(verdict)] if verdict.signers else []),
            *(f"{signer(line)} [{scope(line)}]" for line in verdict.signers),
            *(note(code) for code in verdict.notes),
            *(not_checked(code) for code in verdict.not_checked),
        ]


def in_one_line(text: str) -> str:
    """A stranger's text as part of a line: it neither ends the line nor steers a terminal."""
    return " ".join(wording.visible(text).split())


def _who(line: SignerLine) -> str:
    """People by role and name; the seal and the timestamp by what they are."""
    role = _role(line.role)
    return role if line.role in ("seal", "timestamp") else f"{role} {in_one_line(line.name)}"


def _role(role: str) -> str:
    words: dict[str, str] = {
        "inspector": _("检查人员"),
        "party": _("被检查单位现场负责人"),
        "principal": _("主要负责人"),
        "issuer": _("签发人"),
        "witness": _("见证人"),
        "seal": _("电子封印"),
        "person": _("签名人"),
        "attested": _("手写笔迹"),
        "timestamp": _("时间戳"),
    }
    return words.get(role, role)


def _instant(moment: datetime | None) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


_TIMES = (
    "issued_at",
    "stamped_at",
    "signed_at",
    "recorded_at",
    "taken_at",
    "revised_at",
    "annulled_at",
)
_COUNTS = ("size", "missing", "extra", "first_at", "covers_bytes")


def _worded(details: dict[str, Any]) -> dict[str, Any]:
    """Give times in the country's time, numbers of bytes with separators, and texts in one line."""
    worded = {
        name: in_one_line(value) if isinstance(value, str) else value
        for name, value in details.items()
    }
    for name in _TIMES:
        if worded.get(name):
            worded[name] = _instant(datetime.fromisoformat(worded[name]))
    for name in _COUNTS:
        if name in worded:
            worded[name] = format_decimal(worded[name])
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
    "superseded": lambda d: _(
        "此后又有 %(later)s 次增补，最近一次于 %(revised_at)s；这一份仍是当时的原件，"
        "请向出具单位索取最新一版。",
        **d,
    ),
    "annulled": lambda d: _("这份文件已于 %(annulled_at)s 撤销，不再有效。", **d),
    "rolled_back": lambda d: _(
        "文件被退回到较早的状态：结尾缺 %(missing)s 字节，后来的签名或时间戳被去掉了。", **d
    ),
    "bytes_after_end": lambda d: _("文件末尾多了 %(extra)s 字节，不是出具时的内容。", **d),
    "bytes_altered": lambda d: _("文件与出具时不同，从第 %(first_at)s 字节起有改动。", **d),
    "issued_bytes_lost": lambda d: _("摘要与登记的不同，而出具时的文件已找不到，无法比较。"),
    "not_a_pdf": lambda d: _("这不是 PDF 文件。"),
    "unreadable": lambda d: _("文件已损坏，无法读取其中的签名。"),
    "unsigned": lambda d: _("文件里没有任何签名。"),
    "examination_overrun": lambda d: _("核验超出了时间或内存限制，签名没有查完。"),
    "seal_signature_valid": lambda d: _(
        "电子封印有效，盖于 %(stamped_at)s；此后只增加了允许的签名。", **d
    ),
    "person_signature_valid": lambda d: _(
        "%(name)s 的签名有效，签于 %(stamped_at)s；此后只增加了允许的签名。", **d
    ),
    "attested_signature_valid": lambda d: _(
        "%(name)s 手写笔迹处的签名有效，签于 %(stamped_at)s；"
        "证书只为这一次签发，执笔人的身份没有核实。",
        **d,
    ),
    "timestamp_signature_valid": lambda d: _("时间戳有效，时间为 %(stamped_at)s。", **d),
    "own_signature_intact": lambda d: _(
        "%(name)s 用本人证书加签，签名与文件内容相符；颁发证书的机构没有核验。", **d
    ),
    "signature_broken": lambda d: _("签名（%(name)s）与文件内容不符：签名之后内容被改过。", **d),
    "timestamp_broken": lambda d: _(
        "时间戳（%(name)s）与文件内容不符：盖时间戳之后文件被改过，不能再证明文件当时的样子。", **d
    ),
    "certificate_not_trusted": lambda d: _(
        "签名（%(name)s）的证书不能追溯到本系统的根证书，或签名时不在有效期内，"
        "签名的人是谁无法确认。",
        **d,
    ),
    "certificate_revoked": lambda d: _("签名（%(name)s）的证书在签名时已被吊销。", **d),
    "time_not_trusted": lambda d: _("签名（%(name)s）没有可信的时间戳。", **d),
    "changed_after_signature": lambda d: _("签名（%(name)s）之后，文件被加上了不允许的改动。", **d),
    "fields_unsigned": lambda d: _("有应签而未签的签名处。"),
    "whole_file_covered": lambda d: _("最后的时间戳覆盖整个文件。"),
    "whole_file_not_covered": lambda d: _(
        "最后一个签名没有覆盖到文件末尾，或者它不是时间戳：后面的内容没有人担保。"
    ),
    "cover_broken": lambda d: _("覆盖整个文件的时间戳已失效，没有签名能担保全文。"),
    "record_as_accepted": lambda d: _("文件内附的检查记录与服务器收到的完全相同。"),
    "record_differs": lambda d: _("文件内附的检查记录与服务器收到的不同。"),
    "record_missing": lambda d: _("文件内没有可读的检查记录。"),
    "record_unknown": lambda d: _("服务器上找不到文件内附的这条检查记录，无法比较。"),
    "device_signature_valid": lambda d: _(
        "%(role)s %(name)s 的设备签名有效，签于 %(signed_at)s（平板时钟）。", **d
    ),
    "device_signature_broken": lambda d: _("检查记录上有一个设备签名无效。"),
    "device_key_unknown": lambda d: _("检查记录上有一个设备签名，所用密钥没有在本系统登记。"),
    "warrants_match": lambda d: _(
        "PDF 上 %(signatures)s 个人的签名都有本人的设备签名作依据。", **d
    ),
    "warrant_missing": lambda d: _(
        "PDF 上有 %(name)s 的签名，但检查记录上没有本人的设备签名：这个签名没有依据。", **d
    ),
    "ink_attested": lambda d: _("%(name)s 的手写笔迹由检查人员的设备签名见证，与记录相符。", **d),
    "ink_unfit": lambda d: _(
        "PDF 上有 %(name)s 手写笔迹处的签名，但检查记录里没有与它相符的笔迹：这个签名没有依据。",
        **d,
    ),
    "paper_as_confirmed": lambda d: _("文件内附的内容与签发人确认的完全相同。"),
    "paper_differs": lambda d: _("文件内附的内容与签发人确认的不同。"),
    "paper_missing": lambda d: _("文件内没有可读的内容。"),
    "confirmations_match": lambda d: _(
        "PDF 上 %(signatures)s 个人的签名都有本人以密码作出的确认作依据，确认已先记入台账。", **d
    ),
    "confirmation_missing": lambda d: _(
        "PDF 上有 %(name)s 的签名，但台账里没有本人对这些内容的确认：这个签名没有依据。", **d
    ),
    "paper_entry_matches": lambda d: _(
        "签发是台账第 %(seq)s 条，链值重算相符，记于 %(recorded_at)s（服务器时钟）。", **d
    ),
    "paper_entry_differs": lambda d: _("签发与台账第 %(seq)s 条不符。", **d),
    "ledger_entry_matches": lambda d: _(
        "检查记录是台账第 %(seq)s 条，链值重算相符，收到于 %(recorded_at)s（服务器时钟）。", **d
    ),
    "ledger_entry_differs": lambda d: _("检查记录与台账第 %(seq)s 条不符。", **d),
    "ledger_proof_missing": lambda d: _("文件内没有可读的台账凭证。"),
    "proof_leads_to_checkpoint": lambda d: _(
        "从台账第 %(from_seq)s 条到检查点第 %(seq)s 条，链值逐条重算相符。", **d
    ),
    "proof_broken": lambda d: _("台账凭证里的链值连不到检查点。"),
    "checkpoint_matches": lambda d: _(
        "台账检查点（第 %(seq)s 条止，%(taken_at)s）由服务器签名，与台账相符。", **d
    ),
    "checkpoint_differs": lambda d: _("台账检查点与现在的台账不符。"),
    "checkpoint_broken": lambda d: _("台账检查点的签名无效。"),
    "photos_match": lambda d: _("照片和笔迹共 %(files)s 个文件，摘要全部相符。", **d),
    "photos_differ": lambda d: _("有照片或笔迹文件缺失或与摘要不符。"),
}
"""Every fact code has its sentence; tests/verification compares with `facts.CODES`."""

FACT_CODES = frozenset(_SENTENCES)
