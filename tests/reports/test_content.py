"""What a report says, worded: nothing is left out, nothing is claimed that is not so."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inspection.reports.content import report_number
from tests.builders import records
from tests.builders.times import stamp
from tests.reports import samples


@pytest.fixture(scope="module")
def content():
    return samples.content_of(samples.full_record())


def test_every_item_has_its_answer_and_what_was_said_of_it(content):
    rows = [row for group in content.groups for row in group.rows]
    assert len(rows) == 32
    assert {row.answer for row in rows} == {"合格", "不合格", "不适用", "未检查"}
    unchecked = next(row for row in rows if row.value == "not_checked")
    assert unchecked.notes == ("当班没有进行该项作业，已约定下周复查",)
    assert rows[7].notes == ("查阅近三个月作业票 9 份",)
    assert rows[0].notes == ("见问题 1",)


def test_a_problem_has_level_words_grounds_requirement_and_deadline(content):
    first, _, third = content.problems
    assert first.level_label == "重大隐患"
    assert first.words.startswith("三号车间西侧")
    assert first.basis
    assert {each.mark for each in first.basis} <= {"①", "②", "③", "④"}
    assert first.major
    assert first.deadline == "2026年11月29日 前"
    assert third.deadline == "当场已改"
    assert [picture.caption.split("　")[0] for picture in third.pictures] == [
        "问题 3·整改前",
        "问题 3·整改后",
    ]


def test_only_a_major_problem_quotes_the_criterion(content):
    assert content.problems[1].major == ()


def test_photos_are_numbered_through_the_whole_report(content):
    assert [picture.number for picture in content.pictures] == [1, 2, 3, 4, 5, 6]


def test_a_photo_says_below_it_when_where_and_by_whom_and_names_its_original():
    made = samples.full_record()
    first, second, *_ = made.payload["photos"]
    first |= {
        "original": {"sha256": "1" * 64, "type": "image/jpeg", "size": 10},
        "latitude": "31.298860",
        "longitude": "121.085300",
        "accuracy_m": 12,
    }
    second["file_at"] = "2026-11-20T08:30:00+08:00"
    marked, chosen, plain, *_ = samples.content_of(made).pictures
    assert marked.caption == "问题 1·整改前　焊接点西侧"
    assert marked.facts.endswith("　一号车间　李𫖯")
    assert marked.notes == ("北纬 31.298860，东经 121.085300，误差约 12 米",)
    assert marked.original == "1" * 64
    assert chosen.facts.startswith("选入 2026-")
    assert chosen.notes == ("文件时间 2026-11-20 08:30",)
    assert (plain.notes, plain.original) == ((), "")


def test_people_with_a_certificate_have_a_field_and_the_party_has_not(content):
    assert content.fields == ("sig-p1", "sig-p2")
    party = content.signatures[2]
    assert (party.field, party.grade) == ("", "手写笔迹")
    assert [note.grade for note in content.grades] == ["账号＋PIN＋设备密钥", "手写笔迹"]


def test_a_grade_is_never_upgraded_beyond_the_verified_device_signature():
    made = samples.full_record()
    content = samples.content_of(made, signed_by=frozenset({made.signers[0].uuid}))
    assert [block.grade for block in content.signatures] == [
        "账号＋PIN＋设备密钥",
        "手写笔迹",
        "手写笔迹",
    ]
    assert content.fields == ("sig-p1",)


def test_refusal_names_reason_witness_and_statute():
    made = samples.full_record()
    made.payload["signatures"][2] = records.refused(witness="p2")
    block = samples.content_of(made).signatures[2]
    assert block.ending == (
        "拒绝签字。理由：对检查结果有异议，拒绝签字。见证人：欧阳𬭎。检查人员依《中华人民共和国"
        "安全生产法》第六十八条将情况记录在案，并应向负有安全生产监督管理职责的部门报告。"
    )
    assert block.ink == ""


@pytest.mark.parametrize(
    ("outcome", "extra", "words"),
    [
        ("absent", {}, "未到场，没有签字。原因：在外地。"),
        ("deputy", {"deputy_name": "赵四"}, "由 赵四 代签。原因：在外地。"),
    ],
)
def test_absence_and_deputies_are_proper_endings(outcome, extra, words):
    made = samples.full_record()
    signing = {**made.payload["signatures"][2], "outcome": outcome, "reason": "在外地", **extra}
    if outcome == "absent":
        del signing["ink"]
    made.payload["signatures"][2] = signing
    assert samples.content_of(made).signatures[2].ending.startswith(words)


def test_a_self_inspection_claims_no_officers_and_no_statute():
    made = samples.full_record(kind="self_inspection")
    made.payload["signatures"][2] = records.refused()
    content = samples.content_of(made)
    assert content.title == "安全生产自查记录"
    assert content.organisation == "山东㛃源精密制造有限公司", "it writes in its own name"
    assert content.seal == "枣庄高新区安全生产委员会办公室"
    assert "证件" not in content.notice
    assert "第六十八条" not in content.signatures[2].ending


def test_a_citation_counts_only_while_it_is_in_force(content):
    early = samples.full_record(started_at=stamp(datetime(2019, 5, 1, 2, 0, tzinfo=UTC)))
    before = {b.clause for p in samples.content_of(early).problems for b in p.basis}
    now = {b.clause for p in content.problems for b in p.basis}
    assert before < now


def test_the_evidence_names_digests_ledger_and_clocks(content):
    told = dict(content.evidence)
    assert "第 1204 条" in told["台账条目"]
    assert told["平板时钟"].startswith("检查历时 40 分钟；比服务器快 0.035 秒")
    assert told["收到时间（服务器）"] == "2026-11-22 12:06:00"


def test_what_nobody_wrote_is_said_to_be_not_filled_in():
    empty = samples.content_of(samples.full_record(opinion=" ", statement=""))
    assert (empty.opinion, empty.statement) == ("未填写。", "未填写。")


def test_a_device_that_never_met_the_server_says_so():
    clock = {"elapsed_ms": 60_000, "server_offset_ms": None, "server_seen_at": None}
    told = dict(samples.content_of(samples.full_record(clock=clock)).evidence)
    assert told["平板时钟"] == "检查历时 1 分钟；检查时未与服务器对时"


def test_the_number_follows_the_year_in_china():
    assert report_number(7, datetime(2026, 12, 31, 16, 30, tzinfo=UTC)) == "检记〔2027〕000007号"


def test_content_is_a_frozen_value(content):
    assert replace(content) == content
