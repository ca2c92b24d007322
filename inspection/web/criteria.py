"""The criteria library (标准库): provisions by word, sector, kind, instrument and day.

Laws are public, so these pages are: an enterprise reads on its phone what it will be asked, a
tablet whose session has expired still explains a citation. No list made by an office is named.
"""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from wtforms import DateField, Form, SearchField

from inspection.accounts.policy import Permission
from inspection.catalog.instruments import Mention, Wanted
from inspection.domain.instrument import Instrument, Kind, Provision
from inspection.domain.problems import NotFound
from inspection.edge import requires, wired
from inspection.organisations.unit import Sector
from inspection.web.grounds import criterion_link
from inspection.web.hazards import SECTORS
from inspection.web.moments import today

blueprint = Blueprint("criteria", __name__)

ROWS_A_PAGE = 50
KINDS = {
    Kind.CRITERION: _("重大隐患判定情形"),
    Kind.DUTY: _("要求"),
    Kind.PENALTY: _("罚则"),
}
INSTRUMENT_KINDS = {
    "law": _("法律"),
    "regulation": _("法规"),
    "rule": _("规章和规范性文件"),
    "standard": _("标准"),
    "criteria": _("重大隐患判定标准"),
}
blueprint.add_app_template_global(criterion_link, "criterion_link")


class SearchForm(Form):
    """What narrows the library; it comes with the address."""

    text = SearchField(_("词语、条款或文件名"))
    on = DateField(_("在这一天有效"))


@blueprint.get("/criteria")
@requires(Permission.PUBLIC)
def index() -> str:
    """Search the provisions that are in force on a day, today unless another is asked for."""
    form, wanted = SearchForm(request.args), _wanted()
    form.on.data = wanted.on
    library = wired().library
    found = library.search(wanted)
    pages = max(1, -(-len(found.rows) // ROWS_A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "web/criteria/list.html",
        form=form,
        wanted=wanted,
        today=today(),
        rows=found.rows[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE],
        total=len(found.rows),
        page=page,
        pages=pages,
        kinds=[(kind, words, found.by_kind.get(kind, 0)) for kind, words in KINDS.items()],
        kind_words=KINDS,
        sectors=SECTORS,
        instruments=[
            (each, found.by_instrument[each.key])
            for each in library.instruments()
            if found.by_instrument.get(each.key)
        ],
        link=_link(),
        page_link=lambda number: _link()(page=str(number)),
        language=get_locale().language,
    )


def _wanted() -> Wanted:
    """What the address asks for; what it does not understand it leaves aside."""
    asked = request.args
    return Wanted(
        on=_day(asked.get("on", "")) or today(),
        text=asked.get("text", "").strip(),
        sector=asked["sector"] if asked.get("sector") in set(Sector) else "",
        kind=asked["kind"] if asked.get("kind") in set(Kind) else "",
        instrument=asked.get("instrument", ""),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _link() -> Callable[..., str]:
    """Return a function that gives this search's address with some conditions changed."""
    kept = {name: value for name, value in request.args.items() if value and name != "page"}

    def link(**changes: str) -> str:
        wanted = {name: value for name, value in {**kept, **changes}.items() if value}
        return url_for("criteria.index", **wanted)  # type: ignore[arg-type]

    return link


@blueprint.get("/criteria/<key>")
@requires(Permission.PUBLIC)
def instrument(key: str) -> str:
    """Show one instrument: from when until when, what took its place, and its provisions."""
    found = _known(key)
    return render_template(
        "web/criteria/instrument.html",
        **_about(found),
        groups=[
            (words, [each for each in found.provisions if each.kind is kind])
            for kind, words in KINDS.items()
        ],
        whole=wired().library.mentions(key, ""),
    )


@blueprint.get("/criteria/<key>/<clause>")
@requires(Permission.PUBLIC)
def provision(key: str, clause: str) -> str:
    """Show one clause: its gist, what it was called elsewhere, and the items that ask it."""
    found, library = _known(key), wired().library
    if not library.knows(key, clause):
        raise NotFound(provision=f"{key} {clause}")
    return render_template(
        "web/criteria/provision.html",
        **_about(found),
        clause=clause,
        provisions=[(each, _aliases(each)) for each in found.at(clause)],
        kind_words=KINDS,
        penalties=_penalties(found, clause),
        mentions=library.mentions(key, clause),
    )


def _known(key: str) -> Instrument:
    found = wired().library.find(key)
    if found is None:
        raise NotFound(instrument=key)
    return found


def _about(found: Instrument) -> dict[str, object]:
    """What both pages say of the instrument."""
    return {
        "instrument": found,
        "kind": INSTRUMENT_KINDS[found.kind],
        "successor": wired().library.successor(found.key),
        "ended": found.span.ended(today()),
        "begun": found.span.from_on is None or found.span.from_on <= today(),
        "sectors": [SECTORS[Sector(each)] for each in found.sectors if each in set(Sector)],
        "language": get_locale().language,
    }


def _aliases(found: Provision) -> list[tuple[str, str, str]]:
    """What a provision was called elsewhere: title, clause, link."""
    language, library = get_locale().language, wired().library
    named = [(each, library.find(each.instrument)) for each in found.aliases]
    return [
        (
            other.title.in_(language) if other else each.instrument,
            each.clause,
            criterion_link(each.instrument, each.clause),
        )
        for each, other in named
    ]


def _penalties(found: Instrument, clause: str) -> list[tuple[str, str, str, str]]:
    """What may follow for the items that ask this clause: title and clause, gist, mark, link."""
    language, library = get_locale().language, wired().library
    asked: list[Mention] = [
        each for each in library.mentions(found.key, clause) if each.kind is not Kind.PENALTY
    ]
    named = {penalty: None for each in asked for penalty in each.item.penalties}
    told = [sanction for penalty in named if (sanction := library.sanction(penalty))]
    return list(
        dict.fromkeys(
            (
                f"{each.instrument.title.in_(language)} {each.provision.clause}",
                each.provision.gist.in_(language),
                each.provision.mark,
                criterion_link(each.instrument.key, each.provision.clause),
            )
            for each in told
        )
    )
