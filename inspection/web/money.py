"""How money reads on a page: in 万元 with its unit, as reports write it; in yuan in English."""

from flask_babel import format_decimal, get_locale, gettext

from inspection.reports.wording import ten_thousands


def amount(cents: int) -> str:
    """Write an amount of 分 with its unit; only Chinese counts in ten thousands."""
    if get_locale().language == "zh":
        return f"{ten_thousands(cents)} 万元"
    return gettext("%(amount)s 元", amount=format_decimal(cents / 100, format="#,##0.##"))
