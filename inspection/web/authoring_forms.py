"""What an author fills in (检查项、表头): fields shaped as the JSON is, each fault at its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from inspection.edge import faults as words_of
from inspection.edge.forms import ProtectedForm
from inspection.web.authoring import LONGEST, Desk, field_id
from inspection.web.checklists import METHODS
from inspection.web.hazards import SECTORS
from inspection.web.premises import VENUES

MARKS = {
    "V": _("已核对原文"),
    "V2": _("二手资料核对"),
    "VT": _("仅核对条目"),
    "R": _("凭记忆，未核对"),
}
EVIDENCE = {
    "photo": _("照片"),
    "document": _("资料"),
    "video": _("视频"),
    "measurement": _("检测数据"),
    "question": _("询问"),
}
WEIGHTS = {1: _("1 资料和细节"), 2: _("2 一般"), 3: _("3 较重"), 5: _("5 可能立即致人伤亡")}
DEADLINES = {0: _("立即"), 3: _("3 天"), 7: _("7 天"), 15: _("15 天"), 30: _("30 天")}
MOST_TAGS = 6
SPARE = 1
"""Empty rows at the end of what comes in rows."""


def choices(words: Mapping[Any, Any], first: str = "") -> list[SelectChoice]:
    """Choices of a field from their words, with an empty one before them when it has a word."""
    empty = [SelectChoice("", first)] if first else []
    return [*empty, *(SelectChoice(str(key), label) for key, label in words.items())]


class LineForm(Form):
    """A short text in both languages."""

    zh = StringField(_("中文"), [Length(max=LONGEST)])
    en = StringField(_("英文（可不填）"), [Length(max=LONGEST)])


class SentenceForm(Form):
    """A sentence in both languages."""

    zh = TextAreaField(_("中文"), [Length(max=LONGEST)])
    en = TextAreaField(_("英文（可不填）"), [Length(max=LONGEST)])


class TagForm(LineForm):
    """One typical finding; its code stays with it."""

    code = HiddenField()


def _row(**fields: Field) -> type[Form]:
    """A row of a list; some of its fields have names that Python keeps for itself."""
    return type("RowForm", (Form,), fields)


def _clause() -> StringField:
    return StringField(_("条款"), [Length(max=LONGEST)])


def _mark() -> SelectField:
    return SelectField(_("核对程度"), choices=choices(MARKS, "–"), validate_choice=False)


# In the order of the page: fields are told apart by when they were made.
CitationForm = _row(
    instrument=SelectField(_("依据的法规标准"), validate_choice=False),
    clause=_clause(),
    **{"from": StringField(_("施行日期")), "to": StringField(_("失效日期（现行的不填）"))},
    mark=_mark(),
    scope=FormField(LineForm),
)
CriterionForm = _row(
    criterion=SelectField(_("判定标准"), validate_choice=False),
    clause=_clause(),
    mark=_mark(),
    scope=FormField(LineForm),
)
InstrumentForm = _row(
    key=StringField(_("代号"), [Length(max=LONGEST)]),
    zh=StringField(_("全称"), [Length(max=LONGEST)]),
    en=StringField(_("英文全称（可不填）"), [Length(max=LONGEST)]),
)


class _AppliesForm(ProtectedForm):
    """Whom a list or an item is for."""

    sectors = SelectMultipleField(_("行业"), choices=choices(SECTORS), validate_choice=False)
    venues = SelectMultipleField(_("场所与风险"), choices=choices(VENUES), validate_choice=False)
    high_risk = BooleanField(_("只用于高危行业"))
    staff_at_least = StringField(_("最少人数（可不填）"), [Length(max=6)])


class ItemForm(_AppliesForm):
    """One item, shaped as its JSON is, so that a fault's pointer names the field."""

    seen = HiddenField()
    section = SelectField(_("所在部分"), validate_choice=False)
    title = FormField(LineForm, _("名称"))
    check = FormField(SentenceForm, _("检查内容"))
    methods = SelectMultipleField(_("检查方式"), choices=choices(METHODS), validate_choice=False)
    findings = FieldList(FormField(TagForm), _("问题表现"), max_entries=MOST_TAGS + 1)
    requirement = FormField(SentenceForm, _("整改要求"))
    citations = FieldList(FormField(CitationForm), _("检查依据"), max_entries=60)
    management_practice = BooleanField(_("管理要求，没有直接的法律条文"))
    major = FieldList(FormField(CriterionForm), _("重大事故隐患判定"), max_entries=60)
    penalties = TextAreaField(_("罚则"), [Length(max=LONGEST)])
    dispatch_rows = StringField(_("调度表的行"), [Length(max=LONGEST)])
    evidence = SelectMultipleField(_("取证方式"), choices=choices(EVIDENCE), validate_choice=False)
    deadline_days = SelectField(_("整改期限"), choices=choices(DEADLINES), validate_choice=False)
    weight = SelectField(_("权重"), choices=choices(WEIGHTS), validate_choice=False)
    telling = BooleanField(_("列入短表"))
    locked = BooleanField(_("锁定：以后复制、增补本表的，不得改动或省去这一项"))


class HeadForm(_AppliesForm):
    """What stands above the items."""

    seen = HiddenField()
    title = FormField(LineForm, _("名称"))
    summary = FormField(SentenceForm, _("说明"))
    effective_on = StringField(_("生效日期"), [Length(max=20)])
    instruments = FieldList(FormField(InstrumentForm), _("法规标准"), max_entries=300)


# --- faults at their fields -------------------------------------------------


def tell(form: Any, found: Desk, place: str) -> None:
    """Put each fault of this page at its field."""
    fields = dict(_fields(form))
    own = (
        found.of(place)
        if place
        else [each for each in found.faults if not each.pointer.startswith("/sections")]
    )
    for fault in own:
        named = field_id(fault.pointer[len(place) :])
        if named.startswith("instruments-"):
            named = _instrument_field(form, named)
        field = fields.get(named) or fields.get(named.split("-")[0])
        words = words_of.sentence(fault)
        if field is None or isinstance(field, FormField):
            form.form_errors.append(words)
        elif isinstance(field, FieldList):
            field.errors = [words]
        else:
            field.errors = [gettext("；").join((*field.errors, words))]


def _instrument_field(form: Any, named: str) -> str:
    """In the document instruments go by their keys, in the form by rows."""
    _rows, key, *last = named.split("-")
    keys = [row["key"].data for row in form.instruments]
    return (
        f"instruments-{keys.index(key)}-{last[0] if last else 'key'}"
        if key in keys
        else "instruments"
    )


def _fields(form: Any) -> Iterator[tuple[str, Any]]:
    """Every field of a form by its id, those in rows and pairs too."""
    for field in form:
        yield field.id, field
        if isinstance(field, FormField):
            yield from _fields(field.form)
        elif isinstance(field, FieldList):
            for row in field:
                yield from _fields(row.form)


def wrong(form: Any) -> Iterator[tuple[str, str, str]]:
    """Id, name and sentence of each fault, in the order of the page."""
    for name, field in _fields(form):
        if isinstance(field, FormField):
            continue
        errors = (
            field.errors
            if not isinstance(field, FieldList)
            else [each for each in field.errors if isinstance(each, str)]
        )
        for words in errors:
            yield name, _place_name(name), str(words)
    for words in form.form_errors:
        yield "citations", "", str(words)


def _place_name(name: str) -> str:
    """What a field is called in the summary: what it belongs to, and in which row it stands."""
    first, *rest = name.split("-")
    row = next((f" {int(part) + 1}" for part in rest if part.isdigit()), "")
    return words_of.field_name(f"/{first}") + row


def readable(value: Any) -> str:
    """A part of a document as a line that people can read beside another."""
    if isinstance(value, Mapping):
        if "zh" in value:
            return " / ".join(dict.fromkeys(filter(None, (value["zh"], value.get("en")))))
        return "；".join(f"{key} {readable(each)}".strip() for key, each in value.items() if each)
    if isinstance(value, list):
        return "；".join(readable(each) for each in value)
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    return "" if value is None else str(value)
