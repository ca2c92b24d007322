"""How instants read on a page: 今天 14:32, otherwise 2026-11-22 14:32, always with the exact time behind.

Days left and late are words of the templates; nothing here decides anything.
"""

from datetime import date, datetime

from flask_babel import format_datetime, gettext, to_user_timezone
from markupsafe import Markup

from inspection.edge import wired


def today() -> date:
    """The day it is for the reader."""
    return to_user_timezone(wired().clock()).date()


def instant(at: datetime | None) -> Markup:
    """Return a time element for an aware instant; an empty string for None."""
    if at is None:
        return Markup("")
    if to_user_timezone(at).date() == today():
        words = gettext("今天 %(time)s", time=format_datetime(at, "HH:mm"))
    else:
        words = format_datetime(at, "yyyy-MM-dd HH:mm")
    return Markup('<time class="nowrap" datetime="{}">{}</time>').format(at.isoformat(), words)
