"""What was wrong with the content of a record that is held (留置), in the reader's language."""

from flask_babel import gettext as _


def fault_sentence(code: str) -> str:
    """What is wrong with the content of a held record."""
    return {
        "unit_unknown": _("被检查单位不在名录中。"),
        "unit_out_of_scope": _("签名的检查人员不管辖这家单位。"),
        "checklist_unknown": _("没有这张检查表。"),
        "revision_unpublished": _("检查表的这个版本没有发布过。"),
        "checklist_digest_mismatch": _("检查表内容与发布的版本不一致。"),
        "answer_missing": _("有检查项没有回答。"),
        "answer_unfit": _("回答不在可选范围内，或检查项不在表中。"),
        "reason_missing": _("没有写明原因。"),
        "finding_missing": _("判为不合格，但没有写问题。"),
        "finding_unfit": _("问题填写不完整或与检查项不符。"),
        "photo_missing": _("问题没有照片；当场已改的还需要整改后照片。"),
        "deadline_missing": _("没有整改期限。"),
        "signature_missing": _("缺少签名。"),
        "signature_unnamed": _("有签名不属于记录中写明的人员。"),
        "inspectors_missing": _("检查人员少于两人。"),
        "reinspection_missing": _("复查记录里没有写复查了哪条隐患。"),
        "reinspection_unfit": _("复查结果填写不完整，或与这张检查表不符。"),
        "words_missing": _("未整改的隐患没有写明现状。"),
        "deadline_past": _("新的整改期限早于复查当天。"),
        "hazard_unknown": _("台账里没有这条隐患。"),
        "hazard_elsewhere": _("这条隐患属于别的单位，或来自别的检查表。"),
        "hazard_closed": _("这条隐患已经了结：有人先复查销号、移送，或认定重复、不属隐患。"),
        "ink_missing": _("没有手写签名。"),
        "ink_blank": _("手写签名是空白的。"),
        "time_disorder": _("结束时间早于开始时间。"),
    }[code]


FAULT_CODES = (
    "unit_unknown",
    "unit_out_of_scope",
    "checklist_unknown",
    "revision_unpublished",
    "checklist_digest_mismatch",
    "answer_missing",
    "answer_unfit",
    "reason_missing",
    "finding_missing",
    "finding_unfit",
    "photo_missing",
    "deadline_missing",
    "signature_missing",
    "signature_unnamed",
    "reinspection_missing",
    "reinspection_unfit",
    "words_missing",
    "deadline_past",
    "hazard_unknown",
    "hazard_elsewhere",
    "hazard_closed",
    "inspectors_missing",
    "ink_missing",
    "ink_blank",
    "time_disorder",
)
