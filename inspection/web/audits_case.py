"""One report read beside its record (对照审阅), and giving an opinion on it.

Pages of the PDF come as pictures, because a tablet's browser shows no PDF inside a page
and the content policy lets nothing be embedded (docs/decisions/0005). The verdict comes
from the worker; nothing here examines a file.
"""

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
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as Redirect
from wtforms import HiddenField, PasswordField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from inspection.accounts.policy import Permission
from inspection.audits import cases, opinions, pages, verdicts
from inspection.audits.cases import Case
from inspection.audits.opinions import Draft
from inspection.audits.verdicts import KnownVerdict
from inspection.domain.opinion import CONCLUSIONS, LONGEST_TEXT, MOST, is_whole
from inspection.domain.problems import NotFound
from inspection.edge import current_actor, passwords, reading, requires, wired, writing
from inspection.edge import verdicts as words
from inspection.edge.forms import ProtectedForm
from inspection.signing.facts import Outcome
from inspection.web.audits import CONCLUSION_WORDS

blueprint = Blueprint("audit_case", __name__)

TROUBLE_FIRST = (Outcome.FAILED, Outcome.INDETERMINATE, Outcome.PASSED)


class OpinionForm(ProtectedForm):
    """An opinion, the file it is about, and the password of whoever gives it."""

    conclusion = RadioField(
        _("结论"),
        [InputRequired(_("请选一个结论")), AnyOf(CONCLUSIONS)],
        choices=[SelectChoice(*each) for each in CONCLUSION_WORDS.items()],
    )
    text = TextAreaField(
        _("意见"), [Length(max=LONGEST_TEXT, message=_("意见最多 200 字，版面放不下更多"))]
    )
    read_sha256 = HiddenField()
    password = PasswordField(_("您的登录密码"), [InputRequired(_("请填密码")), Length(max=1000)])


@blueprint.get("/audits/<uuid:report>")
@requires(Permission.AUDIT)
def show(report: object) -> str:
    """Show a report's pages beside its record, its history and what verification says of it."""
    case = _case(report)
    return _page(case, OpinionForm(data={"read_sha256": case.sha256}))


def _case(report: object) -> Case:
    with reading() as session:
        return cases.case(session, current_actor().scope(Permission.AUDIT), str(report))


def _page(case: Case, form: OpinionForm) -> str:
    payload = case.record
    checklist = wired().catalog.find(payload.checklist_slug, payload.checklist_revision)
    return render_template(
        "web/audits/case.html",
        case=case,
        report=case.report,
        record=payload,
        checklist=checklist,
        language=get_locale().language,
        held=wired().blobs.has(case.sha256),
        names={each.account: each.name for each in payload.people}
        | {each.person: each.name for each in case.opinions},
        verdict=_told(case),
        form=form,
        protection=ProtectedForm(),
        most=MOST,
        conclusions=CONCLUSION_WORDS,
    )


def _told(case: Case) -> dict[str, Any] | None:
    """The verdict in words, what speaks against the file first; asked for when there is none yet.

    One that overran is shown, and asked for again.
    """
    with reading() as session:
        known = verdicts.known(session, case.sha256)
    if known is None or known.overran:
        with writing() as session:
            verdicts.ask(session, case.sha256, at=wired().clock())
    return _in_words(known) if known else None


def _in_words(known: KnownVerdict) -> dict[str, Any]:
    found = known.verdict
    facts = sorted(found.facts, key=lambda fact: TROUBLE_FIRST.index(fact.outcome))
    return {
        "outcome": found.outcome,
        "outcome_word": words.outcome_word(found.outcome),
        "headline": words.headline(found),
        "coverage": words.coverage(found),
        "facts": [(fact.outcome, words.sentence(fact)) for fact in facts],
        "signers": [(line.outcome, words.signer(line)) for line in found.signers],
        "not_checked": [words.not_checked(code) for code in found.not_checked],
        "examined_at": known.examined_at,
    }


@blueprint.get("/audits/<uuid:report>/pages/<digest>/<int:number>")
@requires(Permission.AUDIT)
def picture(report: object, digest: str, number: int) -> Response:
    """Send one page of one of the report's files as a picture."""
    pdf = _file_of(_case(report), digest)
    response = Response(pages.picture(pdf, number), content_type="image/webp")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@blueprint.get("/audits/<uuid:report>/files/<digest>")
@requires(Permission.AUDIT)
def file(report: object, digest: str) -> Response:
    """Send one of the report's files, byte for byte."""
    case = _case(report)
    response = Response(_file_of(case, digest), content_type="application/pdf")
    number = next(number for number, sha256 in case.files if sha256 == digest)
    name = f"{case.report.number}-r{number}.pdf" if number else f"{case.report.number}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _file_of(case: Case, digest: str) -> bytes:
    if digest not in {sha256 for _, sha256 in case.files} or not wired().blobs.has(digest):
        raise NotFound(file=digest)
    return wired().blobs.read(digest)


@blueprint.get("/audits/<uuid:report>/verdict")
@requires(Permission.AUDIT)
def verdict_state(report: object) -> dict[str, bool]:
    """Say whether the verdict on the newest file is there by now: a page asks while it waits."""
    case = _case(report)
    with reading() as session:
        return {"known": verdicts.known(session, case.sha256) is not None}


@blueprint.post("/audits/<uuid:report>/verdict")
@requires(Permission.AUDIT)
def examine_again(report: object) -> Redirect:
    """Have the newest file examined once more."""
    ProtectedForm(request.form).validate()  # raises FormExpired
    case = _case(report)
    with writing() as session:
        verdicts.ask(session, case.sha256, again=True, at=wired().clock())
    flash(gettext("已交给后台重新核验，过一会儿刷新本页。"), "wait")
    return redirect(_address(case) + "#verdict", 303)


@blueprint.post("/audits/<uuid:report>/opinions")
@requires(Permission.OPINION_GIVE)
def give(report: object) -> Response | Redirect:
    """Write an opinion down and have it signed, once the password has been entered again."""
    form, case = OpinionForm(request.form), _case(report)
    if not _is_whole(form) or not _is_printable(form) or not _is_really_them(form):
        return make_response(_page(case, form), 422)
    draft = _draft(form)
    with writing() as session:
        opinions.give(session, current_actor(), case.report, draft, at=wired().clock())
    flash(gettext("审核意见已记入台账，正在签名并写入报告文件。"), "done")
    return redirect(_address(case) + "#opinions", 303)


def _address(case: Case) -> str:
    return url_for("audit_case.show", report=case.report.uuid)


def _is_whole(form: OpinionForm) -> bool:
    if not form.validate():  # raises FormExpired
        return False
    if is_whole(str(form.conclusion.data), form.text.data or ""):
        return True
    form.text.errors = [gettext("请写明要更正什么，或为什么有异议")]
    return False


def _draft(form: OpinionForm) -> Draft:
    text = (form.text.data or "").strip()
    return Draft(str(form.conclusion.data), text, str(form.read_sha256.data))


def _is_printable(form: OpinionForm) -> bool:
    missing = opinions.unprintable(current_actor(), _draft(form), at=wired().clock())
    if missing:
        form.text.errors = [
            gettext(
                "字体里没有这些字，印不到报告上，请换一个写法：%(characters)s",
                characters=" ".join(missing),
            )
        ]
    return not missing


def _is_really_them(form: OpinionForm) -> bool:
    trouble = passwords.refused(str(form.password.data))
    if trouble == passwords.WRONG:
        form.password.errors = [gettext("密码不对，意见没有提交。")]
    elif trouble:
        form.password.errors = [gettext("试的次数太多，意见没有提交。请过十分钟再试。")]
    return not trouble
