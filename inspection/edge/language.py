"""Which language the reader gets: the cookie's, else the browser's, else Chinese."""

from flask import request
from flask_babel import Babel

LANGUAGES = ("zh", "en")
COOKIE = "zhencha_language"

babel = Babel()


def language() -> str:
    """`zh` or `en`. A page may fix its language by `<lang>` in its path."""
    fixed = (request.view_args or {}).get("lang")
    if fixed in LANGUAGES:
        return str(fixed)
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or "zh"
