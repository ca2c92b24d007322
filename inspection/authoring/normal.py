"""Evens out what people write differently and mean alike: full-width characters, numbering."""

import re
import unicodedata

_FULL_WIDTH = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_FIGURES = "一二三四五六七八九十百"
_NUMBERING = re.compile(
    rf"""\s*(?:
        [①-⑳⑴-⒇⒈-⒛㈠-㈩]\s*[、.．]?              # ① ⑴ ⒈ ㈠
      | [(（]\s*(?:\d{{1,3}}|[{_FIGURES}]{{1,4}})\s*[)）]  # （一） (1)
      | 第(?:\d{{1,3}}|[{_FIGURES}]{{1,4}})(?:项|部分|章|节)(?=[\s:：、])[:：、]?
      | (?:\d{{1,3}}|[{_FIGURES}]{{1,4}})\s*[、)）]        # 1、 一、 1)
      | \d{{1,3}}(?:\.\d{{1,3}}){{1,3}}[.、．]?\s+          # 1.1
      | \d{{1,3}}[.．](?!\d)                               # 1. but not 1.5 米
    )\s*""",
    re.VERBOSE,
)


def halved(words: str) -> str:
    """Codes, numbers and days in the narrow form that programs read (NFKC), trimmed."""
    return unicodedata.normalize("NFKC", words).strip()


def narrowed(words: str) -> str:
    """Prose with full-width figures and letters made narrow; its punctuation stays Chinese."""
    return _FULL_WIDTH.sub(lambda found: unicodedata.normalize("NFKC", found[0]), words)


def unnumbered(words: str) -> str:
    """Prose without the number that it begins with."""
    found = _NUMBERING.match(words)
    return words[found.end() :] if found and found.end() < len(words) else words


def numbered(words: str) -> bool:
    """Whether it begins with a number, as headings and parts of a list do."""
    return _NUMBERING.match(words) is not None


def one_line(words: str) -> str:
    """Prose on one line: Chinese breaks lines without a space, other scripts with one."""
    lines = [" ".join(line.split()) for line in words.split("\n") if line.strip()]
    joined = ""
    for line in lines:
        narrow = joined and joined[-1].isascii() and line[0].isascii()
        joined += f" {line}" if narrow else line
    return joined
