"""How an invitation code (邀请码) is written, read back and carried in a QR code.

Sixteen letters, none of which is taken for another or makes a word; 20^16 of them are more than
anybody guesses in the quarter of an hour that one lasts. Whose it is, is decided elsewhere.
"""

import re
import unicodedata

ALPHABET = "BCDFGHJKMNPQRSTVWXYZ"
LETTERS = 16
GROUP = 4
PATH = "/tablet/enrol"

_BETWEEN = re.compile(r"[\s\-‐-―·.]+")


def read(text: str, letters: int = LETTERS) -> str:
    """Return the code of so many letters that somebody typed, in its one form; "" for none."""
    typed = _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()
    return typed if len(typed) == letters and set(typed) <= set(ALPHABET) else ""


def written(code: str) -> tuple[str, ...]:
    """Return the code in groups, as it is printed and typed."""
    return tuple(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def address(origin: str, code: str) -> str:
    """Return what the QR code says: behind the # no server, proxy or log ever sees it."""
    return f"{origin}{PATH}#invitation={code}"
