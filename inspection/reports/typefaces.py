"""The app's own typefaces, built once at set-up from two npm font packages.

Static, renamed subsets carry GB 2312 and all 8105 characters of 通用规范汉字表
(国发〔2013〕23号), among them 㛃 𬭎 䶮 𫖯 of people's names (renamed because the
licence, OFL-1.1, reserves the original names); the full regular files stand
behind them for what is rarer still. They live beside a private `fonts.conf`,
so the same record is drawn with the same glyphs on every machine and no system
font is ever used.

Knows nothing of reports and nothing of WeasyPrint. Run as
`python -m inspection.reports.typefaces NODE_MODULES`.
"""

import hashlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import escape

SANS = "Zhencha Sans"
SERIF = "Zhencha Serif"
SANS_FULL = "Noto Sans SC"
SERIF_FULL = "Noto Serif SC"

_RECIPE = "3"
"""Raise it when the way of building changes, so that set-up builds anew."""

_NOT_PRINTED = ("STAT", "VORG", "gasp", "vhea", "vmtx")
"""Tables for screens and for vertical writing: every report would carry its part of them."""

_STAMP = "built-from"
_STANDARD = Path(__file__).with_name("standard_characters.txt")
"""The 1467 characters of 通用规范汉字表 that GB 2312 lacks; only 125 of GB 2312's are not in it."""
_SYMBOLS = "℃℉℡№Ω℧㎡㎥㎜㎝㎏㎎㏄±×÷≤≥≠≈∞√°′″²³¹µ‰—–…·•‘’“”※→←↑↓⇒□■◇◆○●◎△▲▽▼☆★✓〇々〆"


@dataclass(frozen=True)
class _Source:
    """One file of the npm packages, and the subset face that is made of it."""

    path: str
    family: str
    style: str
    keep_whole: bool

    @property
    def subset_name(self) -> str:
        return f"{self.family.replace(' ', '')}-{self.style}.ttf"


_SANS_PACKAGE = "@expo-google-fonts/noto-sans-sc"
_SERIF_PACKAGE = "@expo-google-fonts/noto-serif-sc"
_SOURCES = (
    _Source(f"{_SANS_PACKAGE}/400Regular/NotoSansSC_400Regular.ttf", SANS, "Regular", True),
    _Source(f"{_SANS_PACKAGE}/700Bold/NotoSansSC_700Bold.ttf", SANS, "Bold", False),
    _Source(f"{_SERIF_PACKAGE}/400Regular/NotoSerifSC_400Regular.ttf", SERIF, "Regular", True),
    _Source(f"{_SERIF_PACKAGE}/700Bold/NotoSerifSC_700Bold.ttf", SERIF, "Bold", False),
)
_LICENCES = (f"{_SANS_PACKAGE}/LICENSE_FONT", f"{_SERIF_PACKAGE}/LICENSE_FONT")


def typefaces_directory() -> Path:
    """Return where set-up puts the typefaces: inside the virtual environment."""
    return Path(sys.prefix) / "share" / "zhencha" / "typefaces"


def fontconfig_file() -> Path:
    """Return the private fonts.conf. FONTCONFIG_FILE must name it before WeasyPrint loads."""
    return typefaces_directory() / "fonts.conf"


def more_typefaces(target: Path | None = None) -> Path:
    """Return where an operator puts faces of their own, for characters that ours lack.

    They are asked last, and set-up leaves them alone.
    """
    target = target or typefaces_directory()
    return target.with_name(f"{target.name}-more")


def build(node_modules: Path, target: Path) -> bool:
    """Build the typefaces into `target` unless they are there already; tell whether it built.

    The new directory takes the old one's place in one rename: a build that is
    interrupted leaves what was there before.
    """
    node_modules, target = node_modules.resolve(), target.resolve()
    stamp = _stamp(node_modules)
    if _is_current(target, stamp):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".typefaces-", dir=target.parent))
    try:
        _fill(fresh, node_modules, target)
        (fresh / _STAMP).write_text(stamp, encoding="utf-8")
        fresh.chmod(0o755)
        _take_place(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _warm_cache(target / "fonts.conf")
    return True


def covered_text() -> str:
    """Return the characters of the subset faces: 通用规范汉字表, GB 2312, Latin, symbols."""
    ranges = chain(range(0x20, 0x7F), range(0xA1, 0x100), range(0x3000, 0x3020))
    wide = chain(range(0x2460, 0x2474), range(0xFF01, 0xFF5F), range(0xFFE0, 0xFFE6))
    characters = {chr(point) for point in chain(ranges, wide)}
    return "".join(sorted(characters | set(_SYMBOLS) | set(_gb2312()) | set(beyond_gb2312())))


def unprintable(text: str) -> list[str]:
    """Return each character that no typeface at hand can print, once, in the order of the text."""
    rare = dict.fromkeys(each for each in text if each not in _often() and each not in "\t\n\r")
    return [each for each in rare if ord(each) not in _drawable()] if rare else []


@cache
def _often() -> frozenset[str]:
    return frozenset(covered_text())


@cache
def _drawable() -> frozenset[int]:
    """What the full files draw, and those that an operator added; asked for rare characters only.

    A character has to be in the sans and in the serif face: a report sets the same words in both.
    """
    from fontTools.ttLib import TTFont

    def points(path: Path) -> frozenset[int]:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap())

    ours = [points(typefaces_directory() / Path(s.path).name) for s in _SOURCES if s.keep_whole]
    more = [points(path) for path in sorted(more_typefaces().glob("*.[ot]t[fc]"))]
    return frozenset.intersection(*ours).union(*more)


def beyond_gb2312() -> str:
    """Return the characters of 通用规范汉字表 that GB 2312 does not have."""
    return _STANDARD.read_text(encoding="utf-8").replace("\n", "")


def _gb2312() -> Iterator[str]:
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            yield from bytes((row, cell)).decode("gb2312", errors="ignore")


def _stamp(node_modules: Path) -> str:
    digest = hashlib.sha256(_RECIPE.encode() + covered_text().encode())
    for source in _SOURCES:
        digest.update((node_modules / source.path).read_bytes())
    return digest.hexdigest()


def _is_current(target: Path, stamp: str) -> bool:
    try:
        return (target / _STAMP).read_text(encoding="utf-8") == stamp
    except FileNotFoundError:
        return False


def _fill(fresh: Path, node_modules: Path, target: Path) -> None:
    """Make every file of the new directory, the subsets side by side on all cores."""
    text = covered_text()
    with ProcessPoolExecutor(
        max_workers=min(len(_SOURCES), os.cpu_count() or 1),
        mp_context=multiprocessing.get_context("spawn"),
    ) as pool:
        made = [
            pool.submit(_make_subset, node_modules / source.path, fresh, source, text)
            for source in _SOURCES
        ]
        for source in _SOURCES:
            if source.keep_whole:
                shutil.copyfile(node_modules / source.path, fresh / Path(source.path).name)
        for each in made:
            each.result()
    for licence in _LICENCES:
        name = f"LICENCE-{Path(licence).parent.name}.txt"
        shutil.copyfile(node_modules / licence, fresh / name)
    (fresh / "fonts.conf").write_text(_fonts_conf(target), encoding="utf-8")


def _make_subset(path: Path, directory: Path, source: _Source, text: str) -> None:
    """Cut one face down to `text`, without hints, under our own family name."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=["*"], hinting=False, notdef_outline=True)
    options.drop_tables += _NOT_PRINTED
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(font)
        _rename(font["name"], source)
        font.save(directory / source.subset_name)


def _rename(names: object, source: _Source) -> None:
    plain = source.family.replace(" ", "")
    new = {
        1: source.family,
        2: source.style,
        3: f"{plain}-{source.style} {_RECIPE}",
        4: f"{source.family} {source.style}",
        6: f"{plain}-{source.style}",
    }
    names.names = [n for n in names.names if n.langID == 0x409 and n.platformID == 3]  # type: ignore[attr-defined]
    for name_id, value in new.items():
        names.setName(value, name_id, 3, 1, 0x409)  # type: ignore[attr-defined]


def _fonts_conf(target: Path) -> str:
    here, more = escape(str(target)), escape(str(more_typefaces(target)))
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig>\n  <dir>{here}</dir>\n  <dir>{more}</dir>\n"
        f"  <cachedir>{here}/cache</cachedir>\n</fontconfig>\n"
    )


def _take_place(fresh: Path, target: Path) -> None:
    """Put `fresh` where `target` is; what was there goes away afterwards."""
    old = Path(tempfile.mkdtemp(prefix=".typefaces-old-", dir=target.parent))
    try:
        if target.exists():
            target.rename(old / "typefaces")
        fresh.rename(target)
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _warm_cache(fonts_conf: Path) -> None:
    """Let fontconfig write its cache now, as the app's user may not be allowed to later."""
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts_conf)}
    start = "import ctypes; ctypes.CDLL('libfontconfig.so.1').FcInit()"
    command = [sys.executable, "-c", start]
    warmed = subprocess.run(command, env=environment, capture_output=True, check=False)
    if warmed.returncode:
        print("fontconfig is not installed yet; WeasyPrint will need it", file=sys.stderr)


def main(arguments: list[str]) -> int:
    """Build into the virtual environment from the node_modules named on the command line."""
    if len(arguments) != 1:
        print("usage: python -m inspection.reports.typefaces NODE_MODULES", file=sys.stderr)
        return 2
    built = build(Path(arguments[0]), typefaces_directory())
    print(f"typefaces {'built' if built else 'are up to date'}: {typefaces_directory()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
