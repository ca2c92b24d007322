"""The papers of an inspection: what each says, what it looks like, and when there is none."""

import io
import re
import subprocess
from dataclasses import replace

import pikepdf
import pytest

from inspection.domain import record as records_domain
from inspection.domain.problems import PaperUnfit
from inspection.reports import papers, pdf
from tests.builders.times import NOON
from tests.reports import samples
from tests.reports.test_looks import pages_of

OFFICERS = ("李𫖯", "370400-0032", "欧阳𬭎", "鲁D-0057")


def composed(kind, made=None, **more):
    made = made or samples.full_record()
    record = records_domain.from_bytes(made.data)
    return papers.compose(record, samples.content_of(made), kind, at=NOON, **more)


def text_of(data, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(data)
    said = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", said.stdout.decode())


FIELDS = {
    "onsite_record": {
        "被检查单位山东㛃源精密制造有限公司",
        "地址山东省枣庄市高新区兴仁街道复元三路188号",
        "法定代表人（负责人）周明",
        "职务—",
        "联系电话0632-5550123",
        "检查场所一号车间",
        "2026年11月22日11:20至2026年11月22日12:00",
        "证件号码为370400-0032、鲁D-0057，这是我们的证件（出示证件）",
        "检查情况：",
        "1.危险作业管理制度：没有危险作业制度。三号车间西侧正在焊接",
        "被检查单位意见：情况属实",
    },
    "rectify_order": {
        "山东㛃源精密制造有限公司：",
        "经2026年11月22日检查，你单位存在下列问题",
        "第1、2项于2026年11月29日前",
        "《中华人民共和国安全生产法》（2021修正）第二十一条第二项",
        "立即停止动火，补办作业票。",
        "自收到之日起六十日内依法向枣庄市人民政府申请行政复议",
        "在六个月内依法向薛城区人民法院提起行政诉讼",
        "（印章）",
    },
    "onsite_measure": {
        "下列重大事故隐患",
        "□责令从危险区域内撤出作业人员",
        "第六十五条第一款第三项",
        "不超过6个月",
        "经审查同意，方可恢复生产经营和使用",
        "检查人员的现场处理意见：1.立即停止三号车间全部动火作业",
    },
}


@pytest.mark.parametrize("kind", FIELDS)
def test_a_paper_has_the_fields_that_its_model_has(kind, tmp_path):
    """DOMAIN §4.7."""
    remedies = papers.Remedies("枣庄市人民政府", "薛城区")
    paper = composed(kind, number="（枣高）应急〔2026〕12号", remedies=remedies)
    text = text_of(pdf.draw_paper(paper), tmp_path)
    for words in FIELDS[kind] | set(OFFICERS) | {papers.TITLES[kind], "（枣高）应急〔2026〕12号"}:
        assert words in text, words
    assert "被检查单位现场负责人王䶮" in text
    assert re.search(r"第1页共\d页", text)
    assert "草稿" not in text


def test_what_was_mended_on_the_spot_is_not_ordered_again():
    assert [line.number for line in composed("rectify_order").lines] == ["1", "2"]
    assert [line.number for line in composed("onsite_measure").lines] == ["1"]


def test_a_paper_with_a_number_has_a_locked_field_for_each_who_signs():
    data = pdf.draw_paper(composed("rectify_order", number="（枣高）应急〔2026〕12号"))
    with pikepdf.open(io.BytesIO(data)) as document, document.open_metadata() as metadata:
        fields = list(document.Root.AcroForm.Fields)
        assert [str(each.T) for each in fields] == ["sig-p1", "sig-p2", "sig-p3"]
        assert all("/Lock" in each and "/StructParent" in each for each in fields)
        assert metadata.pdfa_status == "3A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


def test_a_draft_says_so_on_every_page_and_cannot_be_signed(tmp_path):
    data = pdf.draw_paper(composed("rectify_order"))
    with pikepdf.open(io.BytesIO(data)) as document:
        pages = len(document.pages)
        assert "/AcroForm" not in document.Root
        assert "草稿，未签名" in str(document.docinfo["/Title"])
    text = text_of(data, tmp_path)
    assert text.count("草稿，未签名") >= 2 * pages
    assert "不得送达" in text
    assert "文号：签发时编定" in text
    assert "向＿＿＿＿＿＿申请行政复议" in text


@pytest.mark.parametrize("signers", [2, 3])
def test_the_seal_has_its_place_on_the_page_of_the_last_signature(signers, tmp_path):
    paper = composed("onsite_record")
    last = replace(paper.signatories[0], role="见证人", name="赵见证")
    signatories = (*paper.signatories, last)[-signers:]
    for filler in range(0, 24, 3):
        lines = replace(paper, signatories=signatories, closing=("检查情况：",) * filler)
        pages = pages_of(pdf.draw_paper(lines), tmp_path)
        (sealed,) = [page for page in pages if "（印章）" in page]
        assert "赵见证" in sealed
        assert "一式两份" in sealed


def test_the_same_paper_gives_the_same_bytes():
    made = samples.full_record()
    paper = composed("onsite_measure", made)
    assert pdf.draw_paper(paper) == pdf.draw_paper(composed("onsite_measure", made))


def test_each_record_gives_ground_for_its_own_papers_only():
    made = samples.full_record()
    record = records_domain.from_bytes(made.data)
    assert papers.fitting(record) == ("onsite_record", "rectify_order", "onsite_measure")
    with pytest.raises(PaperUnfit) as raised:
        composed("review_opinion", made)
    assert raised.value.details["fitting"] == list(papers.fitting(record))
    made.payload["findings"] = made.payload["findings"][2:]
    assert papers.fitting(records_domain.from_bytes(made.data)) == ("onsite_record",)
    alone = samples.full_record(kind="self_inspection")
    assert papers.fitting(records_domain.from_bytes(alone.data)) == ()
