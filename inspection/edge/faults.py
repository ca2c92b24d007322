"""Faults of a checklist (校核) in words: where it stands and what to do, for any reader."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from inspection.domain.proofreading import Code, Fault


def sentence(fault: Fault) -> str:
    """What is wrong and what helps, without the place."""
    said = {name: str(value) for name, value in fault.values.items()}
    last = fault.pointer.rsplit("/", 1)[-1]
    if fault.code is Code.MALFORMED:
        return _malformed(fault, last, said.get("value", ""))
    words: Mapping[Code, Callable[[], str]] = {
        Code.MISSING: lambda: _("请填写"),
        Code.TOO_LONG: lambda: _("太长了：最多 %(bound)s 个字，现在有 %(count)s 个", **said),
        Code.TOO_FEW: lambda: _("太少了：至少要 %(bound)s 个", **said),
        Code.TOO_MANY: lambda: _("太多了：最多 %(bound)s 个，现在有 %(count)s 个", **said),
        Code.REPEATED: lambda: _("有重复的，请去掉一个"),
        Code.NOT_CHINESE: lambda: _("请写中文，写成一行"),
        Code.NOT_ENGLISH: lambda: _("这里只写英文，写成一行；不写时显示中文"),
        Code.NO_DATE: lambda: _("日期不对，写成 2026-11-22 这样"),
        Code.UNKNOWN_CHOICE: lambda: _("没有“%(value)s”这个选项", **said),
        Code.UNKNOWN_FIELD: lambda: _("没有“%(field)s”这一栏", **said),
        Code.CODE_REPEATED: lambda: _("编号 %(value)s 用了两次", **said),
        Code.CODE_FOREIGN: lambda: _("编号 %(value)s 不属于本表，应以 %(letters)s- 开头", **said),
        Code.SECTION_REPEATED: lambda: _("两个部分的代号都是 %(value)s", **said),
        Code.TAG_REPEATED: lambda: _("两个问题表现的代号都是 %(value)s", **said),
        Code.TAG_TOO_LONG: lambda: _("问题表现最多 %(bound)s 个字，现在有 %(count)s 个", **said),
        Code.GROUND_MISSING: lambda: _("请写明检查依据；没有直接的法律条文时，选“管理要求”"),
        Code.MARK_MISSING: lambda: _("请选这条依据核对到什么程度"),
        Code.CITATION_BACKWARDS: lambda: _("失效日期 %(to)s 早于生效日期 %(from)s", **said),
        Code.CITATION_NOT_IN_FORCE: lambda: _("检查表生效那天（%(on)s）它不在施行期内", **said),
        Code.INSTRUMENT_UNKNOWN: lambda: _("依据 %(key)s 不在本表的法规标准里", **said),
        Code.ITEMS_TOO_MANY: lambda: _("一份检查表最多 %(bound)s 项，现在有 %(count)s 项", **said),
        Code.LOCKED_CHANGED: lambda: _("%(code)s“%(title)s”是锁定项，要与原表一致", **said),
        Code.LOCKED_MISSING: lambda: _("少了锁定项 %(code)s“%(title)s”，不能省去", **said),
        Code.INHERITED_CHANGED: lambda: _("%(code)s“%(title)s”是原表的，增补时不能改", **said),
        Code.INHERITED_MISSING: lambda: _("少了原表的 %(code)s“%(title)s”，增补时不能删", **said),
    }
    return words[fault.code]()


def _malformed(fault: Fault, last: str, value: str) -> str:
    parts = fault.pointer.split("/")
    if last == "clause":
        return _("条款写法不对：法规写“第二十一条第二项”，标准写“5.6.1”，整部引用就空着")
    if "penalties" in parts:
        return _("罚则写法不对：“%(value)s”。写依据代号、空格、条号，如 AQF 97(7)", value=value)
    if "dispatch_rows" in parts:
        return _("调度表的行写法不对：“%(value)s”。写成 2.6 这样", value=value)
    if last == "code":
        return _("代号写法不对：“%(value)s”", value=value)
    if "instruments" in parts:
        return _("依据代号写法不对：“%(value)s”。用 2 到 8 个大写字母或数字", value=value)
    return _("写法不对：“%(value)s”", value=value)


def field_name(pointer: str) -> str:
    """What the field at the end of a pointer is called on pages and in workbooks; "" for none."""
    names = {
        "title": _("名称"),
        "check": _("检查内容"),
        "methods": _("检查方式"),
        "findings": _("问题表现"),
        "requirement": _("整改要求"),
        "citations": _("检查依据"),
        "major": _("重大事故隐患判定"),
        "penalties": _("罚则"),
        "dispatch_rows": _("调度表的行"),
        "evidence": _("取证方式"),
        "deadline_days": _("整改期限"),
        "weight": _("权重"),
        "applies": _("适用对象"),
        "sectors": _("适用对象"),
        "venues": _("适用对象"),
        "staff_at_least": _("适用对象"),
        "summary": _("说明"),
        "effective_on": _("生效日期"),
        "instruments": _("法规标准"),
        "code": _("编号"),
        "items": _("检查项"),
    }
    parts = [part for part in pointer.split("/") if part and not part.isdigit()]
    known = [part for part in parts if part in names and part not in ("items",)]
    return names[known[0]] if known else ""
