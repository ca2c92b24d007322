"""Lists made here (自编检查表): which there are, how one begins, and the draft as a whole.

Single items are `authoring_items`; review, publication and retirement `authoring_review`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from inspection.accounts import people
from inspection.accounts.policy import Permission, roles_with
from inspection.authoring import documents, drafts, lists, publishing
from inspection.authoring.documents import Document
from inspection.authoring.drafts import Draft, State
from inspection.domain import checklist, proofreading
from inspection.domain.checklist import Checklist
from inspection.domain.problems import ChecklistUnknown, DraftMovedOn, DraftOpen, NotFound
from inspection.domain.proofreading import Fault
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge import faults as words_of
from inspection.edge.forms import ProtectedForm
from inspection.organisations import directory
from inspection.web.moments import today

blueprint = Blueprint("authoring", __name__)

Answer = str | tuple[str, int] | Response
LONGEST = 2000
"""No field of a list may be nearly as long; proofreading says how long each may be."""
STATES = {
    State.DRAFTING: _("起草中"),
    State.IN_REVIEW: _("待发布"),
    State.PUBLISHED: _("已发布"),
    State.DISCARDED: _("已作废"),
}


# --- which lists there are --------------------------------------------------


@blueprint.get("/authoring")
@requires(Permission.CHECKLIST_AUTHOR)
def index() -> str:
    """List shipped lists, own ones, drafts and what was retired."""
    actor = current_actor()
    with reading() as session:
        own = lists.newest(session, actor)
        opened = drafts.listed(session, actor)
        names = people.names(session, (each.changed_by for each in opened))
    return render_template(
        "web/authoring/index.html",
        shipped=wired().catalog.current(),
        own=[each for each in own if each.retired_at is None],
        retired=[each for each in own if each.retired_at is not None],
        outdated={each.slug for each in own if newer_origin(each.origin)},
        drafts=opened,
        names=names,
        states=STATES,
        today=today(),
        form=BeginForm(),
    )


@blueprint.get("/authoring/lists/<slug>")
@requires(Permission.CHECKLIST_AUTHOR)
def show(slug: str) -> str:
    """Show one list: its revisions, and what may be made of it."""
    return list_page(slug, RetireForm())


class RetireForm(ProtectedForm):
    """Why a list is taken out of use, and the password of whoever does it."""

    reason = TextAreaField(_("停用原因"), [InputRequired(_("请写明原因")), Length(max=500)])
    password = PasswordField(_("您的登录密码"), [Length(max=1000)])


def list_page(slug: str, form: RetireForm) -> str:
    """The page of one list, shipped or made here. Raises NotFound."""
    actor = current_actor()
    shipped = next((each for each in wired().catalog.current() if each.slug == slug), None)
    with reading() as session:
        found = [] if shipped else lists.revisions(session, actor, slug)
        names = people.names(
            session, (who for each in found for who in (each.drafted_by, each.published_by))
        )
    number = shipped.revision if shipped else found[0].number
    newest = found[0] if found else None
    return render_template(
        "web/authoring/list.html",
        checklist=wired().catalog.revision(slug, number),
        revisions=found,
        newest=newest,
        names=names,
        newer=newer_origin(newest.origin) if newest else None,
        today=today(),
        in_force=next((each for each in found if each.effective_on <= today()), None),
        mine=newest is not None and newest.own,
        may_retire=newest is not None
        and newest.own
        and newest.retired_at is None
        and actor.may(Permission.CHECKLIST_PUBLISH),
        form=form,
        begin=BeginForm(),
    )


def newer_origin(origin: Mapping[str, Any] | None) -> Checklist | None:
    """The revision that a list's origin has got since it was copied or extended, or None."""
    if not origin:
        return None
    current = {each.slug: each for each in wired().catalog.current()}
    with reading() as session:
        number = publishing.last_revision(session, origin["slug"])
    newest = current.get(origin["slug"]) or wired().catalog.find(origin["slug"], number)
    return newest if newest and newest.revision > origin["revision"] else None


# --- how one begins ---------------------------------------------------------


class BeginForm(ProtectedForm):
    """From what a draft is begun; the title is asked for only where there is none yet."""

    how = HiddenField()
    slug = HiddenField()
    revision = HiddenField()
    title = StringField(_("检查表名称"), [Length(max=LONGEST)])


@blueprint.post("/authoring/drafts")
@requires(Permission.CHECKLIST_AUTHOR)
def begin() -> Answer:
    """Begin a draft: from nothing, as a copy, as an extension, or as a next revision."""
    form = BeginForm(request.form)
    if not form.validate():
        raise NotFound()
    try:
        with writing() as session:
            uuid = _begun(session, form)
    except DraftOpen as problem:
        flash(gettext("这份检查表的下一版已经有人在起草，就在这里。"), "wait")
        return _to(problem.details["draft"])
    return _to(uuid)


def _begun(session: Session, form: BeginForm) -> str:
    actor, at = current_actor(), wired().clock()
    title, on = str(form.title.data or "").strip(), today()
    if form.how.data == "scratch":
        make = partial(documents.blank, title=title, on=on)
        return drafts.begin(session, actor, office(session), make, at=at)
    source = visible(session, str(form.slug.data), _number(form.revision.data))
    if form.how.data in ("copy", "extend"):
        extends = form.how.data == "extend"
        suffix = "（增补）" if extends else "（自编）"  # part of the Chinese title
        make = partial(
            documents.taken, source, title=source["title"]["zh"] + suffix, extends=extends, on=on
        )
        return drafts.begin(session, actor, office(session), make, base=source, at=at)
    newest = lists.revisions(session, actor, source["slug"])[0]
    source = document_of(newest.slug, newest.number)
    made = documents.following(source, on=on)
    newer = newer_origin(newest.origin)
    if form.how.data == "update" and newer and newest.origin and newest.origin.get("extends"):
        former = document_of(newest.origin["slug"], newest.origin["revision"])
        made = documents.updated(made, former, checklist.to_json(newer))
    return drafts.begin_next(session, actor, newest.unit_uuid, made, base=source, at=at)


def office(session: Session) -> str:
    """The unit that makes the list: where the author holds the first role that makes any."""
    making = roles_with(Permission.CHECKLIST_AUTHOR)
    unit_id = next(each.unit_id for each in current_actor().memberships if each.role in making)
    return directory.by_id(session, unit_id).uuid


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


def document_of(slug: str, revision: int) -> Document:
    """A published revision as its file has it. Raises ChecklistUnknown or RevisionUnpublished."""
    return checklist.to_json(wired().catalog.revision(slug, revision))


def visible(session: Session, slug: str, revision: int) -> Document:
    """A published revision that the actor may read. Raises NotFound."""
    if all(each.slug != slug for each in wired().catalog.current()):
        lists.revisions(session, current_actor(), slug)  # raises NotFound
    try:
        return document_of(slug, revision)
    except ChecklistUnknown as problem:
        raise NotFound(list=slug) from problem


# --- a draft ----------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """A draft with what its pages need to know of it."""

    draft: Draft
    origin: Document | None
    faults: tuple[Fault, ...]

    @property
    def document(self) -> Mapping[str, Any]:
        """What is drafted."""
        return self.draft.document

    @property
    def fixed(self) -> frozenset[str]:
        """Codes of items that have to stay as they are."""
        return documents.fixed(dict(self.document), self.origin)

    @property
    def writable(self) -> bool:
        """Whether it is still being written."""
        return self.draft.state is State.DRAFTING

    def of(self, pointer: str) -> list[Fault]:
        """The faults at a place or below it."""
        return [each for each in self.faults if f"{each.pointer}/".startswith(f"{pointer}/")]

    def place_of(self, code: str) -> str:
        """The pointer of an item. Raises NotFound."""
        for number, section in enumerate(self.document["sections"]):
            for index, item in enumerate(section["items"]):
                if item["code"] == code:
                    return f"/sections/{number}/items/{index}"
        raise NotFound(item=code)


def desk(draft: object) -> Desk:
    """Read a draft, its origin and its faults. Raises NotFound."""
    with reading() as session:
        found = drafts.draft(session, current_actor(), str(draft))
    origin = origin_of(found.document)
    told = proofreading.faults(found.document, schema=wired().checklist_schema, origin=origin)
    return Desk(found, origin, tuple(told))


def origin_of(document: Mapping[str, Any]) -> Document | None:
    """The revision that a document was taken from, or None."""
    named = document.get("origin")
    return document_of(named["slug"], named["revision"]) if named else None


@dataclass(frozen=True)
class Told:
    """A fault in words, and where a reader can mend it."""

    href: str
    place: str
    words: str


def told(found: Desk) -> list[Told]:
    """All faults of a draft in words, each with the address of its field."""
    titles = {found.place_of(item["code"]): item for item in documents.items(dict(found.document))}
    return [_told(found, fault, titles) for fault in found.faults]


def _told(found: Desk, fault: Fault, items: Mapping[str, Document]) -> Told:
    base, field = f"/authoring/drafts/{found.draft.uuid}", words_of.field_name(fault.pointer)
    place = "/".join(fault.pointer.split("/")[:5])
    if place in items:
        item = items[place]
        name = f"{item['code']} {item['title']['zh']}".strip()
        where = f"{base}/items/{item['code']}#{field_id(fault.pointer[len(place) :])}"
        said = gettext("：").join(filter(None, (name, field)))
        return Told(where, said, words_of.sentence(fault))
    if fault.pointer.startswith("/sections"):
        return Told(f"{base}#sections", gettext("检查项"), words_of.sentence(fault))
    return Told(f"{base}/head#{field_id(fault.pointer)}", field, words_of.sentence(fault))


def field_id(pointer: str) -> str:
    """The id of the field that a pointer, below its page's own, is about."""
    parts = [part for part in pointer.split("/") if part and part != "applies"]
    if not parts:
        return "citations"
    rows = parts[0] in ("findings", "citations", "major", "instruments")
    texts = parts[0] in ("title", "check", "requirement", "summary")
    return "-".join(parts if rows or texts else parts[:1])


@blueprint.get("/authoring/drafts/<uuid:draft>")
@requires(Permission.CHECKLIST_AUTHOR)
def draft(draft: object) -> str:
    """Show a draft: its faults, its sections and items, and what may be done with it."""
    return draft_page(desk(draft))


class ReviewForm(ProtectedForm):
    """What a second person says of a draft they read in this version."""

    version = HiddenField()
    remarks = TextAreaField(_("退回意见"), [Length(max=500)])
    password = PasswordField(_("您的登录密码"), [Length(max=1000)])


def draft_page(found: Desk, form: ReviewForm | None = None) -> str:
    """The page of a draft."""
    actor, draft = current_actor(), found.draft
    with reading() as session:
        names = people.names(session, (draft.drafted_by, draft.changed_by))
    return render_template(
        "web/authoring/draft.html",
        draft=draft,
        document=draft.document,
        fixed=found.fixed,
        inherited=set(documents.codes(found.origin)) if found.origin else set(),
        told=told(found),
        newer=newer_origin(draft.document.get("origin")) if found.writable else None,
        wrong={code for code in documents.codes(draft.document) if found.of(found.place_of(code))},
        writable=found.writable,
        states=STATES,
        names=names,
        seen=documents.digest,
        moved=request.args.get("moved", ""),
        way=request.args.get("way", ""),
        is_author=actor.uuid in draft.authors,
        may_publish=draft.state is State.IN_REVIEW
        and actor.may(Permission.CHECKLIST_PUBLISH)
        and actor.uuid not in draft.authors,
        form=form or ReviewForm(data={"version": draft.version}),
    )


class ArrangeForm(ProtectedForm):
    """One change of the order: `act` names it, `of` the item or section."""

    act = HiddenField()
    of = HiddenField()
    seen = HiddenField()
    zh = StringField(_("部分名称"), [Length(max=LONGEST)])
    en = StringField(_("英文名称"), [Length(max=LONGEST)])


@blueprint.post("/authoring/drafts/<uuid:draft>/order")
@requires(Permission.CHECKLIST_AUTHOR)
def arrange(draft: object) -> Answer:
    """Move, add or remove an item or a section, or name a section."""
    form = ArrangeForm(request.form)
    form.validate()  # raises FormExpired
    found = desk(draft)
    act, of, seen = (str(each.data or "") for each in (form.act, form.of, form.seen))
    texts = [" ".join((each.data or "").split()) for each in (form.zh, form.en)]
    title = dict(zip(("zh", "en"), texts, strict=True))
    edits: dict[str, Callable[[Document], object]] = {
        "up": partial(documents.move_item, code=of, step=-1, fixed=found.fixed),
        "down": partial(documents.move_item, code=of, step=1, fixed=found.fixed),
        "remove": partial(documents.remove_item, code=of, fixed=found.fixed),
        "add": partial(documents.add_item, section=of, used=_used(found)),
        "section_up": partial(documents.move_section, code=of, step=-1),
        "section_down": partial(documents.move_section, code=of, step=1),
        "section_remove": partial(documents.remove_section, code=of),
        "section_add": partial(documents.add_section, title=title["zh"]),
        "section_name": partial(documents.save_section, code=of, title=title, seen=seen),
    }
    if act not in edits:
        raise NotFound(act=act)
    with writing() as session:
        changed = drafts.change(
            session, current_actor(), str(draft), edits[act], at=wired().clock()
        )
    if act == "add":
        new = set(documents.codes(changed.document)) - set(documents.codes(found.document))
        return redirect(f"/authoring/drafts/{draft}/items/{new.pop()}?new=1", 303)
    back = "#sections"
    if "up" in act or "down" in act:  # the same key has the focus again, unless a # takes it
        back = f"?{urlencode({'moved': of, 'way': act})}"
    return redirect(f"/authoring/drafts/{draft}{back}", 303)


def _used(found: Desk) -> list[str]:
    """All codes that earlier revisions of the list had."""
    slug = found.draft.slug
    with reading() as session:
        last = publishing.last_revision(session, slug)
    return [
        code for number in range(1, last + 1) for code in documents.codes(document_of(slug, number))
    ]


@blueprint.post("/authoring/drafts/<uuid:draft>/end")
@requires(Permission.CHECKLIST_AUTHOR)
def discard(draft: object) -> Answer:
    """Give a draft up."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    with writing() as session:
        drafts.discard(session, current_actor(), str(draft), at=wired().clock())
    flash(gettext("草稿已作废。已发布的版本不受影响。"), "done")
    return redirect("/authoring", 303)


def _to(draft: str) -> Response:
    return redirect(url_for("authoring.draft", draft=draft), 303)


def refuse_moved(problem: DraftMovedOn) -> None:
    """Go on only when another hand changed this very part; anything else is told on its own."""
    if "state" in problem.details:
        raise problem
