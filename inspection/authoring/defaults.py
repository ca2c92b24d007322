"""What a list begins with where its source says nothing: codes, letters, the usual evidence.

Only what its author sees and can change; what somebody has to know, as a legal ground, stays empty.
"""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

from inspection.authoring.documents import fresh_item

LETTERS = "ZB"
"""Of lists whose items have no codes yet: 自编."""
LONGEST_TITLE = 14

CODE = re.compile(r"[A-Z]{1,4}-\d{2,4}")
_NEVER_SILENT = ("methods", "evidence", "deadline_days", "penalties", "dispatch_rows")


def supply(item: dict[str, Any]) -> bool:
    """Put the usual where an item says nothing; say whether its author ought to look at it."""
    usual = fresh_item("")
    silent = {name: usual[name] for name in _NEVER_SILENT if item.get(name) in (None, [], "")}
    item |= silent
    return any(value != [] for value in silent.values())


def short(sentence: str) -> str:
    """The beginning of a sentence, short enough for the title of an item."""
    return re.split("[，。；：、,;:（(]", sentence)[0][:LONGEST_TITLE]


def code_items(items: Sequence[dict[str, Any]], letters: str = "") -> tuple[str, list[int]]:
    """Give codes to items that have none; return the list's letters and which items they were."""
    known = [item["code"] for item in items if item["code"]]
    prefixes = {code.partition("-")[0] for code in known}
    letters = letters or (prefixes.pop() if len(prefixes) == 1 else LETTERS)
    numbers = (int(code.partition("-")[2]) for code in known if CODE.fullmatch(code))
    following = count(max(numbers, default=0) + 1)
    bare = [index for index, item in enumerate(items) if not item["code"]]
    for index in bare:
        items[index]["code"] = f"{letters}-{next(following):02}"
    return letters, bare


def number(parts: Sequence[dict[str, Any]], letter: str) -> None:
    """Give codes to sections or tags that have none."""
    taken = {part["code"] for part in parts}
    free = (code for n in count(1) if (code := f"{letter}{n}") not in taken)
    for part in parts:
        part["code"] = part["code"] or next(free)
