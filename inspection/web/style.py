"""The living style page (/style): every token with its contrast, every component, in both themes.

It reads the stylesheet itself, so the page cannot say other than what is. The
contrast floors of LOOK.md stand here as a table and are tested. Components are
the macros of templates/_macros/; none is drawn here.
"""

import re
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Form, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from inspection.accounts.policy import Permission
from inspection.edge import requires
from inspection.settings import ROOT

blueprint = Blueprint("style", __name__)

TOKENS = ROOT / "static" / "css" / "tokens.css"

AAA, CONTROL = 7.0, 3.0

_COLOUR = re.compile(r"--([a-z0-9-]+): (#[0-9A-F]{6});")
_DARK = '[data-theme="dark"]'


@dataclass(frozen=True)
class Pairing:
    """A colour that stands on another one, what for, and the contrast it must keep."""

    front: str
    back: str
    use: str
    floor: float


PAIRINGS = (
    Pairing("ink", "paper", _("正文，卡片上"), AAA),
    Pairing("ink", "ground", _("正文，页面上"), AAA),
    Pairing("ink-2", "paper", _("次要文字"), AAA),
    Pairing("ink-2", "ground", _("次要文字，页面上"), AAA),
    Pairing("brand", "paper", _("主要操作、链接、焦点"), AAA),
    Pairing("brand", "ground", _("链接，页面上"), AAA),
    Pairing("on-brand", "brand", _("主要按钮上的字"), AAA),
    Pairing("ink", "brand-tint", _("提示条、选中行里的字"), AAA),
    Pairing("pass", "paper", _("合格"), AAA),
    Pairing("pass", "pass-tint", _("合格键按下"), AAA),
    Pairing("fail", "paper", _("不合格、错误、逾期"), AAA),
    Pairing("fail", "fail-tint", _("不合格键按下"), AAA),
    Pairing("plain", "plain-tint", _("不适用、未检查"), AAA),
    Pairing("on-fail", "major", _("重大"), AAA),
    Pairing("larger", "larger-tint", _("较大"), AAA),
    Pairing("general", "paper", _("一般"), AAA),
    Pairing("low", "paper", _("低"), AAA),
    Pairing("edge", "paper", _("控件的边"), CONTROL),
    Pairing("edge", "ground", _("控件的边，页面上"), CONTROL),
)


@dataclass(frozen=True)
class Swatch:
    """One pairing as it comes out in one theme."""

    pairing: Pairing
    front: str
    back: str
    contrast: float


def tokens(css: str) -> dict[str, dict[str, str]]:
    """Return the colours of both themes from the text of tokens.css."""
    light, rest = css.split("@media (prefers-color-scheme: dark)", 1)
    dark = rest[rest.index(_DARK) :]
    return {"light": dict(_COLOUR.findall(light)), "dark": dict(_COLOUR.findall(dark))}


def contrast(front: str, back: str) -> float:
    """Return the contrast of two #RRGGBB colours as WCAG 2 defines it."""
    higher, lower = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (higher + 0.05) / (lower + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def swatches(colours: dict[str, str]) -> tuple[Swatch, ...]:
    """Return every pairing of the table in one theme's colours."""
    return tuple(
        Swatch(
            pairing,
            colours[pairing.front],
            colours[pairing.back],
            contrast(colours[pairing.front], colours[pairing.back]),
        )
        for pairing in PAIRINGS
    )


class SampleForm(Form):
    """Fields to look at; nothing is done with them."""

    unit = StringField(_("单位名称"), [InputRequired(_("写上单位名称，才能找到这家单位"))])
    sector = SelectField(
        _("行业"), choices=[SelectChoice("", _("全部行业")), SelectChoice("metal", _("金属制品"))]
    )
    words = TextAreaField(_("情况说明"))
    overdue = BooleanField(_("只看逾期"))


@blueprint.get("/style")
@requires(Permission.PUBLIC)
def show() -> str:
    """Show every token and every component."""
    colours = tokens(TOKENS.read_text(encoding="utf-8"))
    return render_template(
        "web/style/show.html",
        themes={name: swatches(each) for name, each in colours.items()},
        forms={name: SampleForm(prefix=name) for name in colours},
        faulty={name: _faulty(name) for name in colours},
    )


def _faulty(prefix: str) -> SampleForm:
    form = SampleForm(prefix=f"faulty-{prefix}", data={"unit": "", "sector": ""})
    form.validate()
    return form
