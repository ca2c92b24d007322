"""What the printed page owes its reader: every field of paper, nothing parted, nothing lost."""

import re
import subprocess

import pytest

from inspection.reports import pdf
from tests.builders import records
from tests.builders.times import NOON, stamp
from tests.reports import samples


def pages_of(data, tmp_path):
    """The words of each page, without the spaces that layout puts between them."""
    path = tmp_path / "report.pdf"
    path.write_bytes(data)
    said = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    return [re.sub(r"\s+", "", page) for page in said.stdout.decode().split("\f") if page.strip()]


def refused_with_witness():
    """The head of the unit would not sign; somebody of the neighbourhood saw it."""
    made = samples.full_record()
    witness = {"ref": "p4", "role": "witness", "name": "赵见证", "account": None}
    made.payload["people"].append(witness)
    first = made.payload["signatures"][0]
    seen = {"person": "p4", "outcome": "signed", "ink": first["ink"], "grade": "drawn"}
    made.payload["signatures"][2] = records.refused("p4")
    made.payload["signatures"].append({**seen, "signed_at": stamp(NOON)})
    return made


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    made = refused_with_witness()
    drawn = pdf.draw(samples.material_of(made))
    return made, pages_of(drawn.pdf, tmp_path_factory.mktemp("refused"))


def test_every_field_of_a_signed_inspection_is_printed(refused):
    """The list is DOMAIN §5.3; campaign, and style of the visit, no record has yet."""
    made, pages = refused
    text = "".join(pages)
    first, major = made.payload["findings"][1], made.payload["findings"][0]
    for what, words in {
        "organisation": "枣庄高新区安全生产委员会办公室",
        "title": "安全生产现场检查记录",
        "document number": "检记〔2026〕001204号",
        "enterprise": "山东㛃源精密制造有限公司",
        "credit code": made.payload["unit"]["credit_code"],
        "address": "山东省枣庄市高新区兴仁街道复元三路188号",
        "sector": "行业领域机械制造",
        "type": "检查类型部门现场检查",
        "place": "一号车间（北纬31.298860",
        "start and end": "2026年11月22日11:20至2026年11月22日12:00",
        "first inspector": "李𫖯证件号：370400-0032枣庄高新区兴仁街道应急管理办公室",
        "second inspector": "欧阳𬭎证件号：鲁D-0057",
        "documents shown": "出示证件（《中华人民共和国安全生产法》第六十七条）",
        "checklist and version": "《动火等危险作业检查表》第1版（2026-11-22起用）",
        "law as of the day": "所列依据是2026年11月22日有效的条文",
        "law version date": "第二十一条第二项2021-09-01起施行",
        "answers": "合格27项，不合格3项，不适用1项，未检查1项",
        "last item": "A-32",
        "typical finding": "查出无票作业",
        "words of the finding": re.sub(r"\s", "", first["words"]),
        "level": "重大隐患",
        "criterion": "重大隐患判定AQ3067-2026",
        "requirement": major["requirement"],
        "deadline": "2026年11月29日前",
        "photo": "照片1问题1·整改前焊接点西侧2026-11-2211:30一号车间李𫖯",
        "photo digest": made.payload["photos"][5]["sha256"],
        "opinion": "立即停止三号车间全部动火作业",
        "statement": "五、被检查单位意见情况属实，立即整改。",
        "slogan": "谁检查、谁签名、谁负责",
        "refusal": "拒绝签字。理由：对检查结果有异议，拒绝签字。见证人：赵见证。",
        "refusal's ground": "依《中华人民共和国安全生产法》第六十八条将情况记录在案",
        "time of refusal": "记录时间2026-11-2212:00:00",
        "witness": "见证人赵见证",
        "trust grade": "签名等级：手写笔迹",
        "content digest": made.digest,
        "issued": "出具时间2026-11-2212:10:00",
        "where to verify": f"https://zhencha.example/verify/{samples.REPORT}",
        "page x of y": f"第1页共{len(pages)}页",
    }.items():
        assert words in text, what


def test_the_number_and_the_page_stand_on_every_page(refused):
    _, pages = refused
    for place, page in enumerate(pages, start=1):
        assert "检记〔2026〕001204号" in page
        assert f"第{place}页共{len(pages)}页" in page


def test_the_head_of_a_table_stands_again_on_every_page_it_reaches(refused):
    _, pages = refused
    with_items = [page for page in pages if re.search(r"A-\d\d", page) and "✓" in page]
    assert len(with_items) >= 3
    for page in with_items:
        assert "编号检查内容结果说明" in page


@pytest.mark.parametrize("photos", [1, 2, 5])
def test_a_problem_is_never_parted_from_its_first_photos(photos, tmp_path):
    made = samples.full_record()
    shots = made.payload["photos"]
    made.payload["photos"] = [
        {**shots[place % 6], "finding": found["uuid"], "caption": f"{found['item']} {place}"}
        for found in made.payload["findings"]
        for place in range(photos)
    ]
    pages = pages_of(pdf.draw(samples.material_of(made)).pdf, tmp_path)
    for number, found in enumerate(made.payload["findings"], start=1):
        where = [page for page in pages if re.search(rf"问题{number}\D+（{found['item']}）", page)]
        assert len(where) == 1
        for place in range(min(photos, 2)):
            assert f"{found['item']}{place}2026" in where[0]


@pytest.mark.parametrize("lines", [0, 6, 24, 30])
def test_signatures_and_evidence_are_never_parted_from_their_headings(lines, tmp_path):
    """The words above push them down the page: to its end, over it, and beyond."""
    made = refused_with_witness()
    made.payload["opinion"] = "\n".join(f"{n}. 整改要求" for n in range(lines)) or "无"
    pages = pages_of(pdf.draw(samples.material_of(made)).pdf, tmp_path)
    (signing,) = [page for page in pages if "六、签名" in page]
    for words in ("李𫖯", "欧阳𬭎", "拒绝签字", "赵见证", "审核意见（二）"):
        assert words in signing
    (evidence,) = [page for page in pages if "七、证据说明" in page]
    for words in ("签名时间取自平板时钟", "记录内容SHA-256", "核验地址"):
        assert words in evidence


def test_the_longest_words_that_a_record_may_hold_are_printed_to_the_last(tmp_path):
    made = samples.full_record(opinion="意见" * 999 + "完一", statement="陈述" * 999 + "完二")
    code = made.payload["findings"][0]["item"]
    made.payload["answers"][code]["note"] = "说" * 998 + "完三"
    made.payload["answers"][code]["reason"] = "因" * 198 + "完四"
    made.payload["findings"][0].update(words="词" * 998 + "完五", requirement="求" * 998 + "完六")
    made.payload["photos"][0]["caption"] = "图" * 198 + "完七"
    made.payload["unit"]["name"] = "名" * 198 + "完八"
    made.payload["people"][0]["name"] = "姓" * 58 + "完九"
    made.payload["place"]["text"] = "W" * 200
    drawn = pdf.draw(samples.material_of(made))
    text = "".join(pages_of(drawn.pdf, tmp_path))
    command = ["pdftotext", "-bbox", tmp_path / "report.pdf", "-"]
    boxes = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    right_edges = [float(each) for each in re.findall(r'<word .*?xMax="([\d.]+)"', boxes)]
    assert max(right_edges) < 595 - 50, "a word runs over the margin (20 mm)"
    for end in "一二三四五六七八九":
        assert f"完{end}" in text, end
    for each, count in {"意": 999, "陈": 999, "说": 998, "词": 998, "求": 998, "因": 198}.items():
        assert text.count(each) >= count, each


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("inspection", ["被检查单位", "检查告知", "检查人员", "现场处理意见"]),
        ("self_inspection", ["自查单位", "自查说明", "自查人员", "现场负责人意见"]),
    ],
)
def test_each_kind_of_record_speaks_of_itself(kind, words):
    content = samples.content_of(samples.full_record(kind=kind))
    said = (*content.facts[0], content.terms.notice, content.terms.opinion)
    said += (content.terms.statement, *(block.role for block in content.signatures))
    for each in words:
        assert each in said
    if kind == "self_inspection":
        assert not any("被检查" in each for each in said)


def test_a_deputy_signs_with_the_deputys_name():
    made = samples.full_record()
    signing = made.payload["signatures"][2]
    signing.update(outcome="deputy", reason="负责人出差，电话授权", deputy_name="㛃副总")
    block = samples.content_of(made).signatures[2]
    assert block.hand == "㛃副总"
    assert block.ending == "由 㛃副总 代签。原因：负责人出差，电话授权。"


def test_nothing_is_said_by_colour_alone():
    """In grey the same words and signs stand there, dark enough on white (4.5:1) to be read."""
    data = samples.drawn()[0].pdf
    command = ["pdftoppm", "-r", "40", "-gray", "-f", "1", "-l", "1", "-"]
    image = subprocess.run(command, input=data, capture_output=True, check=True).stdout
    width, height = map(int, image.split(b"\n", 3)[1].split())
    pixels = image.split(b"\n", 3)[3]
    head = [pixels[row * width : (row + 1) * width] for row in range(height // 12, height // 6)]
    assert min(min(row) for row in head) < 118, "the red head is darker than #767676 in grey"
    css = (pdf.TEMPLATES / "reports" / "report.css").read_text()
    colours = set(re.findall(r"(?<!-)color: (#[0-9a-f]{3,6})", css)) - {"#fff"}
    assert all(_contrast(each) >= 4.5 for each in colours), colours


def _contrast(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (light + 0.05)


def test_a_photo_of_the_tablet_is_read_at_half_its_size():
    from inspection.hazards.photos import _draft_size

    assert _draft_size(1600, 1200, 800) == (800, 600)
    assert _draft_size(1200, 1600, 800) == (600, 800)
    assert _draft_size(30000, 3, 800) == (800, 1)
