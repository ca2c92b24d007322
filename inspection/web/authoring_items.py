"""One item of a draft (检查项), and what stands above the items (表头): plain forms.

What is wrong does not keep a draft from being saved; it is told beside its field. When somebody
else changed the same part meanwhile, both texts are shown and nothing is lost.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from wtforms import FormField
from wtforms.fields.choices import SelectChoice

from inspection.accounts.policy import Permission
from inspection.authoring import documents, drafts
from inspection.authoring.documents import Document
from inspection.domain.checklist import ORDINARY_WEIGHT
from inspection.domain.problems import DraftMovedOn
from inspection.edge import current_actor, requires, wired, writing
from inspection.edge import faults as words_of
from inspection.edge.language import language
from inspection.web.authoring import Answer, Desk, desk, refuse_moved
from inspection.web.authoring_forms import (
    MOST_TAGS,
    SPARE,
    HeadForm,
    ItemForm,
    choices,
    readable,
    tell,
    wrong,
)

blueprint = Blueprint("authoring_items", __name__)

# --- an item ----------------------------------------------------------------


@blueprint.get("/authoring/drafts/<uuid:draft>/items/<code>")
@requires(Permission.CHECKLIST_AUTHOR)
def show(draft: object, code: str) -> str:
    """Show one item with its faults beside its fields; of one just added nobody complains."""
    found = desk(draft)
    form = _item_form(found, data=_item_data(found, code))
    if "new" not in request.args:
        tell(form, found, found.place_of(code))
    return _item_page(found, code, form)


@blueprint.post("/authoring/drafts/<uuid:draft>/items/<code>")
@requires(Permission.CHECKLIST_AUTHOR)
def save(draft: object, code: str) -> Answer:
    """Keep what was written, right or wrong; or show one more row to write in."""
    found = desk(draft)
    form = _item_form(found, formdata=request.form)
    if not form.validate():
        return _item_page(found, code, form), 422
    if request.form.get("act") in ("findings", "citations", "major"):
        form[request.form["act"]].append_entry()
        _name_instruments(form, found)
        return _item_page(found, code, form)
    known = documents.item(dict(found.document), code)
    said = _item(form, code, known or {})
    edit = partial(
        _save_item,
        code=code,
        said=said,
        section=str(form.section.data),
        seen=str(form.seen.data),
        fixed=found.fixed,
        instruments=_instruments(found),
    )
    try:
        with writing() as session:
            drafts.change(session, current_actor(), str(draft), edit, at=wired().clock())
    except DraftMovedOn as problem:
        refuse_moved(problem)
        return _both(desk(draft), code, form, said)
    flash(gettext("已保存 %(code)s。", code=code), "done")
    return redirect(f"/authoring/drafts/{draft}/items/{code}", 303)


def _save_item(
    document: Document, *, instruments: Mapping[str, Any], said: Document, **how: Any
) -> None:
    """Keep the item, and the titles of the instruments that it names for the first time."""
    documents.save_item(document, said=said, **how)
    used = {each["instrument"] for each in said["citations"]}
    used |= {each["criterion"] for each in said["major"]}
    used |= {each.partition(" ")[0] for each in said["penalties"]}
    for key in sorted(used - set(document["instruments"])):
        if key in instruments:
            document["instruments"][key] = dict(instruments[key])


def _both(found: Desk, code: str, form: Any, said: Document) -> Answer:
    """Somebody else wrote meanwhile: their text beside one's own, which is still in the fields."""
    theirs = documents.item(dict(found.document), code)
    form.seen.data = documents.digest(theirs) if theirs else ""
    names = [name for name in said if theirs and said[name] != theirs.get(name)]
    return _item_page(found, code, form, theirs=theirs, differing=names), 409


def _item_page(
    found: Desk,
    code: str,
    form: Any,
    *,
    theirs: Document | None = None,
    differing: list[str] | None = None,
) -> str:
    order = documents.codes(found.document)
    at = order.index(code) if code in order else 0
    return render_template(
        "web/authoring/item.html",
        draft=found.draft,
        code=code,
        form=form,
        wrong=list(wrong(form)),
        fixed=code in found.fixed or not found.writable,
        inherited=bool(found.origin) and code in documents.codes(found.origin or {}),
        before=order[at - 1] if at else "",
        after=order[at + 1] if at + 1 < len(order) else "",
        theirs=theirs,
        differing=differing,
        field_name=words_of.field_name,
        readable=readable,
    )


def _item_form(found: Desk, **given: Any) -> Any:
    form = ItemForm(**given)
    form.section.choices = [
        SelectChoice(each["code"], each["title"]["zh"] or each["code"])
        for each in found.document["sections"]
    ]
    _name_instruments(form, found)
    return form


def _name_instruments(form: Any, found: Desk) -> None:
    """Offer the instruments of the draft and of all shipped lists."""
    spoken = language()
    known = {
        key: f"{key} {text.get(spoken) or text['zh']}"
        for key, text in sorted(_instruments(found).items())
    }
    for rows, name in ((form.citations, "instrument"), (form.major, "criterion")):
        for row in rows:
            chosen = row[name].data or ""
            extra = {chosen: chosen} if chosen and chosen not in known else {}
            row[name].choices = choices({**known, **extra}, "–")


def _instruments(found: Desk) -> dict[str, Mapping[str, str]]:
    shipped = {
        key: vars(text)
        for each in wired().catalog.current()
        for key, text in each.instruments.items()
    }
    return {**shipped, **found.document["instruments"]}


def _item_data(found: Desk, code: str) -> Document:
    """An item as its form holds it."""
    found.place_of(code)  # raises NotFound
    document = dict(found.document)
    item = {**documents.fresh_item(code), **(documents.item(document, code) or {})}
    section = documents.section_of(document, code) or {}
    spare: list[Document] = [{} for _each in range(SPARE)]
    return {
        **item,
        **_applies_data(item.get("applies", {})),
        "seen": documents.digest(documents.item(document, code)),
        "section": section.get("code", ""),
        "findings": [*item["findings"], *spare][:MOST_TAGS] if item["findings"] else spare * 2,
        "citations": [*item["citations"], *spare],
        "major": [*item["major"], *spare],
        "penalties": "\n".join(item["penalties"]),
        "dispatch_rows": " ".join(item["dispatch_rows"]),
        "deadline_days": str(item["deadline_days"]),
        "weight": str(item.get("weight", ORDINARY_WEIGHT)),
    }


def _applies_data(applies: Mapping[str, Any]) -> Document:
    return {**applies, "staff_at_least": str(applies.get("staff_at_least", ""))}


def _item(form: Any, code: str, known: Mapping[str, Any]) -> Document:
    """What the form says, as the item's JSON; what it does not ask for stays as it was."""
    weight = _whole(form.weight.data, ORDINARY_WEIGHT)
    return {
        "code": code,
        "title": _text(form.title),
        "check": _text(form.check),
        "methods": list(form.methods.data or ()),
        "findings": list(_tags(form.findings, known)),
        "requirement": _text(form.requirement),
        "citations": [
            {
                "instrument": row["instrument"].data,
                "clause": _line(row["clause"].data),
                "from": _line(row["from"].data) or None,
                "to": _line(row["to"].data) or None,
                "scope": _text(row["scope"]),
                "mark": row["mark"].data or None,
            }
            for row in form.citations
            if _said(row)
        ],
        "management_practice": form.management_practice.data,
        "major": [
            {
                "criterion": row["criterion"].data,
                "clause": _line(row["clause"].data),
                "scope": _text(row["scope"]),
                "mark": row["mark"].data or None,
            }
            for row in form.major
            if _said(row)
        ],
        "penalties": [
            _line(each) for each in (form.penalties.data or "").splitlines() if each.strip()
        ],
        "dispatch_rows": (form.dispatch_rows.data or "")
        .replace("、", " ")
        .replace("，", " ")
        .split(),
        "evidence": list(form.evidence.data or ()),
        **({"weight": weight} if weight != ORDINARY_WEIGHT else {}),
        **({"telling": True} if form.telling.data else {}),
        **({"locked": True} if form.locked.data else {}),
        **_applies(form),
        "deadline_days": _whole(form.deadline_days.data, None),
    }


def _tags(rows: Any, known: Mapping[str, Any]) -> Iterator[Document]:
    """Each tag with the code that it had, or one that no tag of the item has or had."""
    given = [each["code"] for each in known.get("findings", ())]
    numbers = [int(each[4:]) for each in given if each.startswith("tag_") and each[4:].isdigit()]
    number = max(numbers, default=0)
    for row in rows:
        if not row.zh.data and not row.en.data:
            continue
        code = row.code.data if row.code.data in given else ""
        if not code:
            number += 1
            code = f"tag_{number}"
        yield {"code": code, **_text(row)}


def _applies(form: Any) -> Document:
    said = {
        "sectors": list(form.sectors.data or ()),
        "venues": list(form.venues.data or ()),
        "high_risk": bool(form.high_risk.data),
        "staff_at_least": _whole(form.staff_at_least.data, form.staff_at_least.data or ""),
    }
    said = {name: value for name, value in said.items() if value}
    return {"applies": said} if said else {}


def _said(row: Any) -> bool:
    """Whether anything was written in a row."""
    return any(_said(field) if isinstance(field, FormField) else field.data for field in row)


def _text(field: Any) -> dict[str, str]:
    form = getattr(field, "form", field)
    return {"zh": _line(form.zh.data), "en": _line(form.en.data)}


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _whole(text: str | None, otherwise: Any) -> Any:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise


# --- what stands above the items --------------------------------------------


@blueprint.get("/authoring/drafts/<uuid:draft>/head")
@requires(Permission.CHECKLIST_AUTHOR)
def head(draft: object) -> str:
    """Show title, summary, day, instruments and whom the list is for."""
    found = desk(draft)
    form = HeadForm(data=_head_data(found))
    tell(form, found, "")
    return _head_page(found, form)


@blueprint.post("/authoring/drafts/<uuid:draft>/head")
@requires(Permission.CHECKLIST_AUTHOR)
def save_head(draft: object) -> Answer:
    """Keep it."""
    found, form = desk(draft), HeadForm(request.form)
    if not form.validate():
        return _head_page(found, form), 422
    if request.form.get("act") == "instruments":
        form.instruments.append_entry()
        return _head_page(found, form)
    said = {
        "title": _text(form.title),
        "summary": _text(form.summary),
        "effective_on": _line(form.effective_on.data),
        "instruments": {
            _line(row["key"].data): {"zh": _line(row["zh"].data), "en": _line(row["en"].data)}
            for row in form.instruments
            if _said(row)
        },
        **_applies(form),
    }
    edit = partial(documents.save_head, head=said, seen=str(form.seen.data))
    try:
        with writing() as session:
            drafts.change(session, current_actor(), str(draft), edit, at=wired().clock())
    except DraftMovedOn as problem:
        refuse_moved(problem)
        found = desk(draft)
        theirs = documents.head_of(dict(found.document))
        form.seen.data = documents.digest(theirs)
        names = [name for name in said if said[name] != theirs.get(name)]
        return _head_page(found, form, theirs=theirs, differing=names), 409
    flash(gettext("已保存表头。"), "done")
    return redirect(f"/authoring/drafts/{draft}/head", 303)


def _head_data(found: Desk) -> Document:
    document = dict(found.document)
    return {
        **document,
        **_applies_data(document.get("applies", {})),
        "seen": documents.digest(documents.head_of(document)),
        "instruments": [
            *({"key": key, **text} for key, text in document["instruments"].items()),
            {},
        ],
    }


def _head_page(
    found: Desk,
    form: Any,
    *,
    theirs: Document | None = None,
    differing: list[str] | None = None,
) -> str:
    return render_template(
        "web/authoring/head.html",
        draft=found.draft,
        form=form,
        wrong=list(wrong(form)),
        fixed=not found.writable,
        theirs=theirs,
        differing=differing,
        field_name=words_of.field_name,
        readable=readable,
    )
