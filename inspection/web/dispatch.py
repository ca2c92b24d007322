"""The monthly dispatch table (调度表): its months, a table and what lies behind it, sending it.

What a value counts is `domain/dispatch_rows.py`; entering, sending and uniting are `dispatch/`.
"""

from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from inspection.accounts.policy import Permission
from inspection.database import reading_one_view
from inspection.dispatch import entries, evidence, rollup, tables
from inspection.dispatch import form as official
from inspection.dispatch.tables import LONGEST_NOTE, MonthTable
from inspection.domain import dispatch as domain
from inspection.domain.checklist import Text
from inspection.domain.dispatch import Line, State, Terms
from inspection.domain.dispatch_rows import BY_CODE, GROUPS, SECONDS, VALUES
from inspection.domain.dispatch_rules import Asked, Value
from inspection.domain.office_problems import (
    DispatchEntryOdd,
    DispatchLocked,
    DispatchMonthOpen,
    DispatchNobodyToRemind,
    DispatchNoteMissing,
    DispatchTermsOdd,
)
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, reading, requires, wired, writing
from inspection.edge.forms import ProtectedForm
from inspection.edge.problems import sentence
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import UnitKind
from inspection.reports import sheets, workbooks
from inspection.web.lists import sent_workbook
from inspection.web.moments import today
from inspection.web.papers import is_really_them
from inspection.web.sheets import digest_of, is_printable, is_seen

blueprint = Blueprint("dispatch", __name__)

Answer = str | Response | Redirect

ENTRIES_SHOWN = 20
_FAULTS = {
    "missing": _("请填写或选择"),
    "not_a_day": _("日期不对，写成 2026-11-22 这样"),
    "day_to_come": _("日期不能晚于今天"),
    "too_long": _("太长了，写不下"),
    "not_a_count": _("请填整数，从 1 到 100000"),
    "not_an_amount": _("请填大于零的万元数，例如 0.35，最多六位小数"),
    "second_larger": _("其中的数不能大于总数"),
    "unit_unknown": _("您的范围内没有这家企业；请写全名或统一社会信用代码"),
    "unit_twice": _("有同名企业，请写统一社会信用代码"),
    "start_unfit": _("起算日期不能晚于今天"),
    "day_unfit": _("请填 1 到 28，外限不能早于锁定日"),
}


class TermsForm(ProtectedForm):
    """From when an office counts, and on which days of the month."""

    start_on = DateField(_("起算日期（专项行动开始）"), [InputRequired(_("请填写起算日期"))])
    lock_day = IntegerField(_("锁定日：每月统计到几号"), [InputRequired(_("请填写几号"))])
    due_day = IntegerField(_("外限：最迟几号报出"), [InputRequired(_("请填写几号"))])


class EntryForm(ProtectedForm):
    """One value by hand; which fields a row asks for is `domain.dispatch.Asked`."""

    row = HiddenField()
    happened_on = StringField(_("发生日期"))
    about = StringField(_("企业（全名或统一社会信用代码）"))
    quantity = StringField(_("数量"))
    second = StringField(_("其中"))
    running = RadioField(
        _("是否播放"),
        choices=[SelectChoice("1", _("是")), SelectChoice("0", _("否"))],
        validate_choice=False,
    )
    words = TextAreaField(_("说明（做了什么、依据）"))


class WithdrawForm(ProtectedForm):
    """Why an entry was wrong."""

    words = StringField(_("撤回原因"))


class SendForm(ProtectedForm):
    """The sender's password for the table that stood on the page, and why it differs."""

    content_sha256 = HiddenField()
    note = TextAreaField(_("更正或减少的原因"), [Optional(), Length(max=LONGEST_NOTE)])
    password = PasswordField(_("您的登录密码"), [InputRequired(_("请填密码")), Length(max=1000)])


class RemindForm(ProtectedForm):
    """Which office is pressed."""

    office = HiddenField()


@blueprint.get("/dispatch")
@requires(Permission.DISPATCH_READ)
def index() -> str:
    """List the months of an office, and where each stands."""
    with reading() as session:
        office = _office(session)
        agreed = tables.terms(session, office.uuid, today=today())
    form = TermsForm(start_on=agreed.start_on, lock_day=agreed.lock_day, due_day=agreed.due_day)
    return _months_page(office, form)


@blueprint.post("/dispatch/terms")
@requires(Permission.DISPATCH_KEEP)
def settle() -> Answer:
    """Set from when one's office counts, and the days of the month."""
    form, actor = TermsForm(request.form), current_actor()
    if form.validate():
        new = Terms(form.start_on.data, form.lock_day.data, form.due_day.data)
        try:
            with writing() as session:
                tables.settle(session, actor, new, today=today(), at=wired().clock())
        except DispatchTermsOdd as problem:
            _complain(form, problem.details["fields"])
        else:
            flash(gettext("已保存。已报送的表不变。"), "done")
            return redirect(url_for("dispatch.index"), 303)
    with reading() as session:
        office = _office(session)
    return make_response(_months_page(office, form), 422)


def _months_page(office: UnitFacts, form: TermsForm) -> str:
    with reading() as session:
        agreed = tables.terms(session, office.uuid, today=today())
        return render_template(
            "web/dispatch/list.html",
            office=office,
            own=_is_own(office),
            terms=agreed,
            months=tables.months(session, office.uuid, today=today()),
            sent=tables.sent(session, office.uuid),
            leads=_leads(office),
            form=form,
        )


@blueprint.get("/dispatch/<month>")
@requires(Permission.DISPATCH_READ)
def show(month: str) -> str:
    """Show the table of a month: as it was sent, or as it counts now."""
    with reading() as session:
        made = _table(session, _office(session), month)
    return render_template(
        "web/dispatch/show.html",
        made=made,
        groups=_groups(made),
        own=_is_own(made.office),
        leads=_leads(made.office),
        may_correct=bool(made.versions) and today() <= made.terms.due_on(made.month),
        asked=_asked(made),
    )


@blueprint.get("/dispatch/<month>/values/<code>")
@requires(Permission.DISPATCH_READ)
def behind(month: str, code: str) -> str:
    """Show what a value counts, with the signed reports."""
    value = BY_CODE.get(code)
    if value is None:
        raise NotFound(value=code)
    with reading() as session:
        made = _table(session, _office(session), month)
        found = evidence.behind(
            session,
            current_actor().scope(Permission.DISPATCH_READ),
            value,
            made.cells.get(code, {}),
            made.period,
            catalog=wired().catalog,
            page=request.args.get("page", 1, type=int),
        )
    return render_template(
        "web/dispatch/behind.html",
        made=made,
        value=value,
        evidence=found,
        by_office=current_actor().may(Permission.TIPOFF_HANDLE),
        asked=_asked(made),
        page_link=lambda page: url_for(
            "dispatch.behind", month=month, code=code, page=page, unit=made.office.uuid
        ),
    )


@blueprint.get("/dispatch/<month>.xlsx")
@requires(Permission.DISPATCH_READ)
def workbook(month: str) -> Response:
    """Send the table as a workbook, in the layout of the form."""
    with reading() as session:
        made = _table(session, _office(session), month)
    about = "　".join(f"{name}：{words}" for name, words in official.facts(made))
    name = f"调度表-{made.office.name}-{made.month:%Y-%m}.xlsx"
    return sent_workbook(workbooks.DISPATCH_TABLE, official.lines(made), about, name)


@blueprint.get("/dispatch/<month>/send")
@requires(Permission.DISPATCH_KEEP)
def send_form(month: str) -> Answer:
    """Show the table as it would be sent now, with the form that sends it."""
    made = _own_table(month)
    return _send_page(made, SendForm(data={"content_sha256": digest_of(official.sheet(made))}))


@blueprint.post("/dispatch/<month>/send")
@requires(Permission.DISPATCH_KEEP)
def send(month: str) -> Answer:
    """Freeze the table, sign it and send it; or correct one that was sent."""
    made, form, actor = _own_table(month), SendForm(request.form), current_actor()
    plain, note = official.sheet(made), (form.note.data or "").strip()
    noted = official.with_note(plain, note)
    fit = form.validate() and _is_fit(made, form, note) and is_seen(form, plain)
    if not fit or not is_printable(form, noted) or not is_really_them(form):
        return make_response(_send_page(made, form), 422)
    blobs = wired().blobs
    content, things = blobs.keep(sheets.frozen(noted)), blobs.keep(tables.things_text(made))
    with writing() as session:
        tables.send(
            session,
            actor,
            made,
            content_sha256=content,
            things_sha256=things,
            note=note,
            today=today(),
            at=wired().clock(),
        )
    flash(gettext("已报送并编号，正在签名、盖章。"), "done")
    return redirect(url_for("dispatch.show", month=month), 303)


def _is_fit(made: MonthTable, form: SendForm, note: str) -> bool:
    """Whether the table may be sent; else the form says why not."""
    try:
        tables.refuse_unfit(made, note, today=today())
    except DispatchNoteMissing as problem:
        form.note.errors = [sentence(problem.code)]
        return False
    except (DispatchMonthOpen, DispatchLocked) as problem:
        form.form_errors.append(sentence(problem.code))
        return False
    return True


def _send_page(made: MonthTable, form: SendForm) -> str:
    return render_template(
        "web/dispatch/send.html",
        made=made,
        groups=_groups(made),
        fallen=[BY_CODE[code] for code in made.fallen],
        broken=[BY_CODE[code] for code in domain.broken(made.values)],
        open_until=made.terms.cut_off(made.month) if made.state is State.OPEN else None,
        locked=bool(made.versions) and today() > made.terms.due_on(made.month),
        form=form,
        asked={},
    )


@blueprint.get("/dispatch/entries/new")
@requires(Permission.DISPATCH_KEEP)
def entry_form() -> str:
    """Ask for a value of a row, and show what was entered for it lately."""
    row = entries.row_of(request.args.get("row", ""))
    return _entry_page(row, EntryForm(row=row.code, happened_on=today().isoformat()))


@blueprint.post("/dispatch/entries/new")
@requires(Permission.DISPATCH_KEEP)
def note() -> Answer:
    """Enter a value by hand."""
    form = EntryForm(request.form)
    form.validate()  # raises FormExpired
    row = entries.row_of(form.row.data or "")
    said = {field.name: field.data or "" for field in form if field.name != "csrf_token"}
    if row.is_yes_no:
        said["quantity"] = said["running"]
    try:
        new = entries.read(row.code, said, today=today())
        with writing() as session:
            entries.note(session, current_actor(), new, at=wired().clock())
    except DispatchEntryOdd as problem:
        faults = dict(problem.details["fields"])
        if row.is_yes_no and "quantity" in faults:
            faults["running"] = faults.pop("quantity")
        _complain(form, faults)
        return make_response(_entry_page(row, form), 422)
    flash(gettext("已记入台账，从本月的表起计入。"), "done")
    return redirect(url_for("dispatch.entry_form", row=row.code), 303)


@blueprint.post("/dispatch/entries/<uuid:entry>/withdrawal")
@requires(Permission.DISPATCH_KEEP)
def withdraw(entry: object) -> Redirect:
    """Take an entry back, with a reason."""
    form, actor = WithdrawForm(request.form), current_actor()
    form.validate()  # raises FormExpired
    with writing() as session:
        entries.withdraw(session, actor, str(entry), form.words.data or "", at=wired().clock())
        scope = actor.scope(Permission.DISPATCH_KEEP)
        (card,) = entries.cards(session, scope, [str(entry)])
    flash(gettext("已撤回；已报送的表不变，下一张表会写明差别。"), "done")
    return redirect(url_for("dispatch.entry_form", row=card.row), 303)


def _entry_page(row: Value, form: EntryForm) -> str:
    scope = current_actor().scope(Permission.DISPATCH_KEEP)
    with reading() as session:
        latest = entries.newest(session, scope, row.code, limit=ENTRIES_SHOWN)
    return render_template(
        "web/dispatch/entry.html",
        row=row,
        second=SECONDS.get(row.code),
        kinds=Asked,
        rows=[value for value in VALUES if value.asked],
        entries=latest,
        form=form,
        month=f"{today():%Y-%m}",
    )


@blueprint.get("/dispatch/<month>/below")
@requires(Permission.DISPATCH_READ)
def below(month: str) -> str:
    """Show who below an office has sent, and their tables as one beside the office's own."""
    with reading() as session:
        made = _table(session, _office(session), month)
        offices = rollup.below(session, made.office, made.month, today=today())
    union = domain.values(rollup.united(offices, blobs=wired().blobs))
    return render_template(
        "web/dispatch/below.html",
        made=made,
        groups=_groups(made),
        offices=offices,
        union=union,
        own=_is_own(made.office),
        asked=_asked(made),
    )


@blueprint.post("/dispatch/<month>/reminders")
@requires(Permission.DISPATCH_KEEP)
def remind(month: str) -> Redirect:
    """Press an office below for its table."""
    form, actor = RemindForm(request.form), current_actor()
    form.validate()  # raises FormExpired
    try:
        with writing() as session:
            people = rollup.remind(
                session,
                actor,
                form.office.data or "",
                _month(month),
                today=today(),
                at=wired().clock(),
            )
    except (DispatchMonthOpen, DispatchNobodyToRemind) as problem:
        flash(sentence(problem.code), "fail")
    else:
        flash(gettext("已向 %(people)s 人发出催报。", people=people), "done")
    return redirect(url_for("dispatch.below", month=month), 303)


def _office(session: Session) -> UnitFacts:
    """The office that the address names, or the reader's own. Raises NotFound."""
    actor = current_actor()
    wanted = request.args.get("unit", "").strip() or actor.unit_uuid
    office = directory.unit(session, wanted, actor.scope(Permission.DISPATCH_READ))
    if office.kind == UnitKind.ENTERPRISE:
        raise NotFound(office=wanted)
    return office


def _month(text: str) -> date:
    """The month that an address names. Raises NotFound."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound(month=text) from None
    if len(text) != len("2026-11") or not 2000 <= month.year < 2200:
        raise NotFound(month=text)
    return month


def _table(session: Session, office: UnitFacts, month: str, *, fresh: bool = False) -> MonthTable:
    return tables.table(
        session,
        office,
        _month(month),
        catalog=wired().catalog,
        blobs=wired().blobs,
        today=today(),
        fresh=fresh,
    )


def _own_table(month: str) -> MonthTable:
    actor = current_actor()
    # One view, so that the ledger is as long as what was counted.
    with reading_one_view(wired().engine) as session:
        scope = actor.scope(Permission.DISPATCH_KEEP)
        office = directory.unit(session, actor.unit_uuid, scope)
        return _table(session, office, month, fresh=True)


def _is_own(office: UnitFacts) -> bool:
    actor = current_actor()
    return actor.may(Permission.DISPATCH_KEEP) and office.uuid == actor.unit_uuid


def _leads(office: UnitFacts) -> bool:
    """Whether there may be offices below that owe it a table."""
    return office.kind == UnitKind.DISTRICT


def _asked(made: MonthTable) -> dict[str, str]:
    """What an address needs so that it stays with the office that is shown."""
    return {} if made.office.uuid == current_actor().unit_uuid else {"unit": made.office.uuid}


def _groups(made: MonthTable) -> list[tuple[Text, list[Line]]]:
    """The headings of the form, each with its lines."""
    lines = official.lines(made)
    return [
        (heading, [line for line in lines if line.value.code[0] == group])
        for group, heading in GROUPS.items()
    ]


def _complain(form: Any, faults: dict[str, str]) -> None:
    for field, code in faults.items():
        form[field].errors = [_FAULTS[code]]
