"""The public page for tip-offs (举报): anybody, without a name; nothing here learns who asks.

No view may ask for an address, a cookie, a user agent or a session, nor set a cookie: a test reads
database, logs and blobs afterwards. Works without JavaScript.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from flask import Blueprint, current_app, g, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import CombinedMultiDict, FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    MultipleFileField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from inspection.accounts.policy import Permission
from inspection.domain import invitation
from inspection.domain.office_problems import TipoffsCrowded, TipoffSecretWrong
from inspection.domain.problems import (
    PhotoUnfit,
    StorageFull,
    TooManyExaminations,
    WorkBusy,
    WorkOverrun,
)
from inspection.domain.tipoff import Channel
from inspection.edge import reading, requires, wired, writing
from inspection.edge.pace import Pace
from inspection.hazards import photos
from inspection.organisations import directory
from inspection.organisations.directory import UnitFacts
from inspection.organisations.unit import UnitKind
from inspection.tipoffs import filing
from inspection.tipoffs.filing import Said
from inspection.web.step_photos import trouble_words, unfit_words

blueprint = Blueprint("tip_line", __name__)

Answer = str | tuple[str, int]

MOST_PHOTOS = 5
LARGEST_BYTES = 40 * 1024 * 1024
"""One sending with all its photos; a phone's are 3 to 8 MB each."""
SOONEST, LATEST = timedelta(seconds=5), timedelta(hours=24)
"""Nobody has read and filled in the form sooner; afterwards the page is drawn again."""
TRIES, TRIES_WITHIN = 20, timedelta(minutes=10)
_PACE = "zhencha.tip_line.pace"


def _cleaned(text: str | None) -> str:
    return (text or "").replace("\0", "").strip()


class TipForm(Form):
    """What somebody reports. `token` is ours and random; it belongs to no session."""

    token = HiddenField()
    what = TextAreaField(
        _("看到了什么"),
        [DataRequired(_("请写明看到了什么")), Length(max=4000, message=_("最多 4000 字"))],
        filters=[_cleaned],
    )
    place = StringField(
        _("在哪里"),
        [DataRequired(_("请写明在哪里")), Length(max=300, message=_("最多 300 字"))],
        filters=[_cleaned],
    )
    seen = StringField(
        _("什么时候"), [Length(max=200, message=_("最多 200 字"))], filters=[_cleaned]
    )
    unit = StringField(
        _("是哪家单位（知道就写）"),
        [Length(max=200, message=_("最多 200 字"))],
        filters=[_cleaned],
    )
    channel = RadioField(
        _("交给谁"),
        choices=[
            SelectChoice(Channel.HEAD, _("只交给本单位主要负责人")),
            SelectChoice(Channel.BOTH, _("本单位主要负责人和政府办公室都收到")),
            SelectChoice(Channel.OFFICE, _("只交给政府办公室，不让本单位知道")),
        ],
        default=Channel.OFFICE,
        validate_choice=False,
    )
    photos = MultipleFileField(_("照片（最多 5 张）"))
    own_staff = BooleanField(_("我是这家单位的员工（查实后奖励上浮 20%，不勾也可以）"))


class StatusForm(Form):
    """What the sender noted down, and what they want to add."""

    code = StringField(_("查询码"), filters=[_cleaned])
    passphrase = StringField(_("口令"), filters=[_cleaned])
    words = TextAreaField(
        _("补充说明"), [Length(max=2000, message=_("最多 2000 字"))], filters=[_cleaned]
    )


@blueprint.before_request
def ask_nobody() -> None:
    """Whoever is signed in by accident stays unknown: their session is not looked at."""
    g.actor = None


@blueprint.get("/report")
@requires(Permission.PUBLIC)
def ask() -> str:
    """Show the form for a tip-off to the office above all others."""
    return _page(_through(None), TipForm(token=_token(wired().clock())))


@blueprint.get("/report/<uuid:unit>")
@requires(Permission.PUBLIC)
def ask_through(unit: object) -> str:
    """Show the form behind the QR code of an office or an enterprise."""
    return _page(_through(str(unit)), TipForm(token=_token(wired().clock())))


@blueprint.post("/report")
@requires(Permission.PUBLIC)
def file() -> Answer:
    """Take in a tip-off to the office above all others."""
    return _taken(_through(None))


@blueprint.post("/report/<uuid:unit>")
@requires(Permission.PUBLIC)
def file_through(unit: object) -> Answer:
    """Take in a tip-off by the QR code of an office or an enterprise."""
    return _taken(_through(str(unit)))


def _taken(through: UnitFacts) -> Answer:
    at = wired().clock()
    request.max_content_length = LARGEST_BYTES
    try:
        form = TipForm(CombinedMultiDict([request.files, request.form]))
    except RequestEntityTooLarge:
        empty = TipForm(token=_token(at))
        empty.form_errors.append(
            gettext(
                "一次最多交 40 MB，这次超过了，没有收下。请返回上一页，少选几张照片；视频不收。"
            )
        )
        return _page(through, empty), 413
    form.validate()
    _refuse_odd_token(form, at)
    if form.errors:
        return _page(through, form), 422
    channel = Channel(form.channel.data) if form.channel.data in set(Channel) else Channel.OFFICE
    used = hashlib.sha256(form.token.data.encode()).hexdigest()
    try:
        with reading() as session:
            to = filing.destination(session, through, channel)
            filing.refuse_repeated(session, used)
            filing.refuse_crowd(session, to, at=at)
        kept = _kept(form)
        if form.errors:
            return _page(through, form), 422
        secret = filing.new_secret()
        about = through if through.kind == UnitKind.ENTERPRISE else None
        said = Said(
            what=form.what.data or "",
            place=form.place.data or "",
            seen=form.seen.data or "",
            unit=form.unit.data or "",
            own_staff=form.own_staff.data,
            photos=kept,
        )
        with writing() as session:
            filing.file(session, said, secret, to, about=about, form=used, at=at)
    except TipoffsCrowded:
        form.form_errors.append(
            gettext("这会儿举报太集中，没有收下。请过几分钟再交；情况紧急请打 12350。")
        )
        return _page(through, form), 429
    return render_template(
        "web/tip_line/filed.html",
        code=invitation.written(secret.code),
        passphrase=invitation.written(secret.passphrase),
    )


def _through(unit: str | None) -> UnitFacts:
    """The unit whose code was scanned. Raises NotFound."""
    with reading() as session:
        return directory.unit(session, unit) if unit else directory.root(session)


def _page(through: UnitFacts, form: TipForm) -> str:
    return render_template(
        "web/tip_line/form.html",
        form=form,
        through=through,
        own=through.kind == UnitKind.ENTERPRISE,
        most=MOST_PHOTOS,
    )


def _token(at: datetime) -> str:
    """When the form was drawn, something random, and our seal: it says nothing of anybody."""
    drawn = f"{int(at.timestamp())}.{secrets.token_hex(16)}"
    return f"{drawn}.{_seal(drawn)}"


def _seal(drawn: str) -> str:
    message = f"tip-off:{drawn}".encode()
    return hmac.new(wired().settings.secret, message, hashlib.sha256).hexdigest()


def _refuse_odd_token(form: TipForm, at: datetime) -> None:
    """Ask to send again where the form was drawn elsewhere, too long ago, or a moment ago."""
    drawn, _dot, seal = (form.token.data or "").rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(drawn).encode()):
        age = LATEST
    else:
        age = at - datetime.fromtimestamp(int(drawn.partition(".")[0]), at.tzinfo)
    if age < SOONEST:
        form.form_errors.append(gettext("提交得太快了。内容都还在，请再点一次“提交举报”。"))
    elif age >= LATEST:
        form.token.data = _token(at)
        form.form_errors.append(
            gettext("页面打开得太久了。文字都还在，请重新选照片，再点“提交举报”。")
        )


def _kept(form: TipForm) -> tuple[str, ...]:
    """Keep the photos, made smaller and without what the camera wrote into them."""
    chosen = [file for file in request.files.getlist("photos") if file.filename]
    faults = [gettext("最多 %(num)s 张照片", num=MOST_PHOTOS)] if len(chosen) > MOST_PHOTOS else []
    digests: list[str] = []
    for file in chosen if not faults else ():
        try:
            digests.append(_keep(file))
        except PhotoUnfit as problem:
            faults.append(_unfit(file, problem))
        except (StorageFull, WorkBusy, WorkOverrun) as problem:
            faults.append(trouble_words(problem))
            break
    form.photos.errors = faults
    return tuple(dict.fromkeys(digests))


def _keep(file: FileStorage) -> str:
    return photos.keep(file.stream.read(photos.LARGEST_BYTES + 1), blobs=wired().blobs)


def _unfit(file: FileStorage, problem: PhotoUnfit) -> str:
    if file.mimetype.startswith("video/"):
        name = (file.filename or "")[-60:]
        return gettext("“%(name)s”是视频，这里不收。请截几张图再交。", name=name)
    return unfit_words(file, problem)


@blueprint.get("/report/status")
@requires(Permission.PUBLIC)
def ask_status() -> str:
    """Ask for query code and passphrase; both travel in a form, never in an address."""
    return render_template("web/tip_line/ask_status.html", form=StatusForm())


@blueprint.post("/report/status")
@requires(Permission.PUBLIC)
def status() -> Answer:
    """Show the sender how their tip-off stands, and take in what they add."""
    form, at = StatusForm(request.form), wired().clock()
    try:
        _pace().note(form.code.data or "", at=at)
        with reading() as session:
            known = filing.known(session, form.code.data or "", form.passphrase.data or "")
    except TooManyExaminations:
        form.form_errors.append(gettext("这个查询码试的次数太多，请过十分钟再试。"))
        return render_template("web/tip_line/ask_status.html", form=form), 429
    except TipoffSecretWrong:
        form.form_errors.append(gettext("查询码或口令不对，请对照记下的字母再输一次。"))
        return render_template("web/tip_line/ask_status.html", form=form), 403
    if form.words.data and form.validate():
        with writing() as session:
            filing.answer(session, known, form.words.data, at=at)
        form.words.data = ""
    with reading() as session:
        progress = filing.progress(session, known)
    return render_template("web/tip_line/status.html", form=form, progress=progress)


def _pace() -> Pace:
    """How often a code is tried, in this process's memory; whoever tries is not looked at."""
    pace: Pace = current_app.extensions.setdefault(_PACE, Pace(TRIES, TRIES_WITHIN))
    return pace
