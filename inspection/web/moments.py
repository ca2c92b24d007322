"""How instants read on a page: 今天 14:32, otherwise 2026-11-22 14:32, with the exact time behind.

To the second, with the day, where a reader holds paper beside the page, or prints the page.

China keeps one time everywhere and all year, so pages do too. Days left and
late are words of the templates; nothing here decides anything.
"""

from datetime import date, datetime

from flask_babel import gettext
from markupsafe import Markup

from inspection.domain.workdays import CHINA, day_of
from inspection.edge import wired


def today() -> date:
    """The day it is for the reader."""
    return day_of(wired().clock())


def instant(at: datetime | None) -> Markup:
    """Return a time element for an aware instant; an empty string for None."""
    if at is None:
        return Markup("")
    local = at.astimezone(CHINA)
    if local.date() == today():
        words = gettext("今天 %(time)s", time=f"{local:%H:%M}")
    else:
        words = f"{local:%Y-%m-%d %H:%M}"
    return _element(at, words)


def exact(at: datetime) -> Markup:
    """Return a time element that says day and second, as reports print them."""
    return _element(at, f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}")


def _element(at: datetime, words: str) -> Markup:
    return Markup('<time class="nowrap" datetime="{}">{}</time>').format(at.isoformat(), words)
