"""The app's own typefaces: what they cover, what they are called, and building them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from inspection.reports import typefaces

ROOT = Path(__file__).parents[2]
RARE = "㛃𬭎䶮𫖯𬀩鿍龚"


@pytest.fixture(scope="module")
def directory():
    """Where set-up built them; without set-up there is one clear sentence."""
    where = typefaces.typefaces_directory()
    assert typefaces.fontconfig_file().exists(), "run: make setup"
    return where


def cmap(path):
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())


NOT_STANDARD = (
    "丌丨丬丶丿乇亠亻佧冂冖冫凵刂勹匚卩厶咭哜囗囝坶垅堀夂嬲宀屮巛庀廴廾弪彐彡後忄憝扌拚挢捱揎揞揲搿摺擗攴攵"
    "朊楱榀榘欷氵氽沲泶渖灬熳犭猓猸甙疋疒痖矽砦砩硷磺礤礻窆箝簦糸纟缋缍缏肀肜膣膪臁舡舨艹茇菸虍蚵螓蟓蠛衤謦"
    "讠诶谘跫軎辶醣钅钶钸镙镟阝阢飚饣馀髟鲶鳆鳋麴齄"
)
"""What GB 2312 has and 通用规范汉字表 has not: radicals, variants, old forms."""


def standard_characters():
    """All of 通用规范汉字表 (2013), from both halves."""
    gb2312 = {each for each in typefaces._gb2312() if "一" <= each <= "龥"}
    return (gb2312 - set(NOT_STANDARD)) | set(typefaces.beyond_gb2312())


@pytest.mark.parametrize("family", ["ZhenchaSans", "ZhenchaSerif"])
@pytest.mark.parametrize("style", ["Regular", "Bold"])
def test_all_8105_standard_characters_are_in_the_subset(directory, family, style):
    standard = standard_characters()
    assert len(standard) == 8105
    missing = {ord(each) for each in standard} - cmap(directory / f"{family}-{style}.ttf")
    assert not missing, "".join(map(chr, sorted(missing)))


@pytest.mark.parametrize("family", ["ZhenchaSans", "ZhenchaSerif"])
@pytest.mark.parametrize("style", ["Regular", "Bold"])
def test_the_subset_covers_what_it_promises(directory, family, style):
    covered = cmap(directory / f"{family}-{style}.ttf")
    assert {ord(each) for each in typefaces.covered_text()} <= covered
    assert {ord(each) for each in "安全生产αβ①℃㎡≤（）　ā×✓"} <= covered


def test_rare_characters_of_names_are_in_the_full_files(directory):
    for name in ("NotoSansSC_400Regular.ttf", "NotoSerifSC_400Regular.ttf"):
        assert {ord(each) for each in RARE} <= cmap(directory / name)


def test_the_subset_does_not_bear_the_reserved_name(directory):
    for path in directory.glob("Zhencha*.ttf"):
        with TTFont(path, lazy=True) as font:
            named = [each for each in font["name"].names if each.nameID in (1, 3, 4, 6)]
            names = " ".join(str(each) for each in named)
        assert "Zhencha" in names
        assert "Noto" not in names
        assert "Source" not in names


def test_the_licences_lie_beside_the_files(directory):
    assert len(list(directory.glob("LICENCE-*.txt"))) == 2


def test_fontconfig_sees_these_typefaces_and_no_others(directory):
    program = (
        "import ctypes, os; from inspection.reports.engine import engine; e = engine();"
        "import weasyprint; print(os.environ['FONTCONFIG_FILE'])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert Path(said.strip()) == directory / "fonts.conf"
    text = (directory / "fonts.conf").read_text()
    assert text.count("<dir>") == 2
    assert f"<dir>{directory.resolve()}</dir>" in text
    assert f"<dir>{directory.resolve()}-more</dir>" in text, "for faces of the operator's own"


@pytest.fixture(scope="module")
def packages(directory, tmp_path_factory):
    """A small stand-in for node_modules: the real files cut down, in the packages' layout."""
    modules = tmp_path_factory.mktemp("node_modules")
    for source in typefaces._SOURCES:
        path = modules / source.path
        path.parent.mkdir(parents=True)
        made = directory / source.subset_name
        subprocess.run(
            [
                sys.executable,
                "-m",
                "fontTools.subset",
                made,
                "--text=安全 abc",
                "--name-IDs=*",
                f"--output-file={path}",
            ],
            check=True,
        )
    for licence in typefaces._LICENCES:
        (modules / licence).write_text("OFL")
    return modules


def test_building_again_does_nothing_until_a_source_changes(packages, tmp_path):
    target = tmp_path / "typefaces"
    assert typefaces.build(packages, target) is True
    assert typefaces.build(packages, target) is False
    first = (target / "ZhenchaSans-Bold.ttf").read_bytes()
    source = packages / typefaces._SOURCES[1].path
    shutil.copyfile(packages / typefaces._SOURCES[3].path, source)
    assert typefaces.build(packages, target) is True
    assert (target / "ZhenchaSans-Bold.ttf").read_bytes() != first
    assert [each.name for each in tmp_path.iterdir()] == ["typefaces"]


def test_a_build_that_fails_leaves_what_was_there(packages, tmp_path):
    target = tmp_path / "typefaces"
    typefaces.build(packages, target)
    before = sorted(each.name for each in target.iterdir())
    licence = packages / typefaces._LICENCES[1]
    (packages / typefaces._SOURCES[0].path).open("ab").write(b"\0")
    licence.unlink()
    with pytest.raises(FileNotFoundError):
        typefaces.build(packages, target)
    assert sorted(each.name for each in target.iterdir()) == before
    assert [each.name for each in tmp_path.iterdir()] == ["typefaces"]


def test_tablets_know_which_characters_every_report_can_print(directory):
    """The tablet warns of the rest; both are held to the same ranges."""
    full = [cmap(directory / f"Noto{face}SC_400Regular.ttf") for face in ("Sans", "Serif")]
    vectors = json.loads((ROOT / "tests" / "vectors" / "glyphs.json").read_text())
    assert {
        point for first, last in vectors for point in range(first, last + 1)
    } == set.intersection(*full)
