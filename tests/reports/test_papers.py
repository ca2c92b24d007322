"""The papers of an inspection: what each says, what it looks like, and when there is none."""

import io
import re
import subprocess
from datetime import date

import pikepdf
import pytest

from inspection.domain import record as records_domain
from inspection.domain.paper import TITLES, Decision, Followed
from inspection.domain.problems import PaperUnfit
from inspection.reports import papers, pdf
from inspection.reports.faces import ConfirmedFace
from inspection.reports.papers import Officer, Paper
from tests.builders.times import NOON
from tests.reports import samples

OFFICERS = ("李𫖯", "370400-0032", "欧阳𬭎", "鲁D-0057")


NUMBER = "（枣高）应急〔2026〕12号"
DECIDED = Decision(
    items={1: date(2026, 11, 29), 2: date(2026, 11, 29)},
    receiver="王䶮",
    measures=("责令从危险区域内撤出作业人员",),
    object="三号车间",
    from_on=date(2026, 11, 22),
    until_on=date(2027, 5, 22),
    government="枣庄市人民政府",
    court="薛城区人民法院",
)


def composed(kind, made=None, decision=None):
    made = made or samples.full_record()
    record = records_domain.from_bytes(made.data)
    return papers.compose(record, samples.content_of(made), kind, decision)


def issued(kind, made=None):
    """A paper as the job draws it."""
    words = composed(kind, made, DECIDED)
    officers = tuple(
        Officer(name, badge, f"signer-{place}", face(name, badge))
        for place, (name, badge) in enumerate(zip(OFFICERS[::2], OFFICERS[1::2], strict=True), 1)
    )
    return Paper(words, NUMBER, draft=False, officers=officers, made_at=NOON)


def face(name, badge):
    return ConfirmedFace("检查人员", name, "兴仁街道应急管理办公室", badge, NOON, 1207)


def drafted(kind):
    made = samples.full_record()
    record = records_domain.from_bytes(made.data)
    return papers.draft(record, composed(kind, made), at=NOON)


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
        "■责令从危险区域内撤出作业人员",
        "措施适用于：三号车间",
        "自2026年11月22日至2027年5月22日",
        "第六十五条第一款第三项",
        "不超过6个月",
        "经审查同意，方可恢复生产经营和使用",
        "检查人员的现场处理意见：1.立即停止三号车间全部动火作业",
    },
}


@pytest.mark.parametrize("kind", FIELDS)
def test_a_paper_has_the_fields_that_its_model_has(kind, tmp_path):
    """DOMAIN §4.7."""
    text = text_of(pdf.draw_paper(issued(kind)).pdf, tmp_path)
    for words in FIELDS[kind] | set(OFFICERS) | {TITLES[kind], NUMBER}:
        assert words in text, words
    assert "王䶮" in text
    assert re.search(r"第1页共\d页", text)
    assert "草稿" not in text


def test_what_was_mended_on_the_spot_is_not_ordered_again():
    assert [line.number for line in composed("rectify_order").lines] == ["1", "2"]
    assert [line.number for line in composed("onsite_measure").lines] == ["1"]


def test_a_paper_with_a_number_has_a_locked_field_for_each_officer():
    data = pdf.draw_paper(issued("rectify_order")).pdf
    with pikepdf.open(io.BytesIO(data)) as document, document.open_metadata() as metadata:
        fields = list(document.Root.AcroForm.Fields)
        assert [str(each.T) for each in fields] == ["signer-1", "signer-2"]
        assert all("/Lock" in each and "/StructParent" in each for each in fields)
        assert metadata.pdfa_status == "3A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


def test_a_draft_says_so_on_every_page_and_cannot_be_signed(tmp_path):
    data = pdf.draw_paper(drafted("rectify_order")).pdf
    with pikepdf.open(io.BytesIO(data)) as document:
        pages = len(document.pages)
        assert "/AcroForm" not in document.Root
        assert "草稿，未签名" in str(document.docinfo["/Title"])
    text = text_of(data, tmp_path)
    assert text.count("草稿，未签名") >= 2 * pages
    assert "不得送达" in text
    assert "文号：签发时编定" in text
    assert "向＿＿＿＿＿＿申请行政复议" in text


def test_the_same_paper_gives_the_same_bytes():
    first, second = (pdf.draw_paper(issued("onsite_measure")) for _ in range(2))
    assert first == second


def test_what_was_frozen_is_drawn_as_it_was_composed():
    for kind in FIELDS:
        words = composed(kind, decision=DECIDED)
        assert papers.thawed(papers.frozen(words)) == words


def test_a_review_names_the_paper_it_follows_or_says_that_there_was_none():
    followed = Followed("u", "责令限期整改指令书", NUMBER, date(2026, 11, 22))
    assert f"《责令限期整改指令书》{NUMBER}（2026年11月22日）" in papers._followed(
        Decision(items={}, followed=(followed,))
    )
    assert "此前没有出具执法文书" in papers._followed(Decision(items={}))


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
