"""The stylesheet's tokens: both dark forms alike, every contrast above its floor."""

import re

import pytest

from inspection.web.style import PAIRINGS, TOKENS, contrast, swatches, tokens

CSS = TOKENS.read_text(encoding="utf-8")


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pairing_keeps_its_contrast(theme):
    too_faint = [
        (row.pairing.front, row.pairing.back, round(row.contrast, 2))
        for row in swatches(tokens(CSS)[theme])
        if row.contrast < row.pairing.floor
    ]
    assert not too_faint


def test_both_themes_name_the_same_colours():
    themes = tokens(CSS)
    assert set(themes["light"]) == set(themes["dark"])
    assert {p.front for p in PAIRINGS} | {p.back for p in PAIRINGS} <= set(themes["light"])


def test_dark_by_wish_is_dark_by_choice():
    by_wish = CSS.split("@media (prefers-color-scheme: dark)")[1].split('[data-theme="dark"]')[0]
    by_choice = CSS.split('[data-theme="dark"]')[1]
    colours = re.compile(r"--[a-z0-9-]+: #[0-9A-F]{6};")
    assert colours.findall(by_wish) == colours.findall(by_choice)


@pytest.mark.parametrize("name", ["base.css", "components.css", "desk.css"])
def test_colours_live_in_tokens_alone(name):
    css = (TOKENS.parent / name).read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,) ])|rgba?\(", css)
