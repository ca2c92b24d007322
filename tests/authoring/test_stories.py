"""Lists made by safety engineers: drafted, proofread, read by another, published, retired."""

import json
import re

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from inspection.domain.problems import ChecklistAltered
from tests.authoring.desk import ITEM, Authors, faults_on, filled
from tests.builders.enrolment import PASSWORD
from tests.builders.identifiers import sha256


def test_an_extension_goes_from_draft_to_use_by_four_eyes(authors: Authors) -> None:
    draft = authors.begin("extend")
    page = authors.read(authors.first, draft)
    assert "动火等危险作业（增补）" in page
    assert "A-01 上移" not in page, "what is inherited stays where it is"
    authors.add(draft, "permits")
    assert "要改" not in authors.read(authors.first, draft)
    assert authors.send(draft).status_code == 303

    told = authors.read(authors.second, "/inbox")
    assert "检查表待发布" in told
    assert "动火等危险作业（增补）" in told
    assert authors.slug(draft) not in told, "people know lists by their titles"
    assert "1 条未读" in told
    assert "发布后不能再改" not in authors.read(authors.first, draft)
    refused = authors.publish(draft, by=authors.first, version="2")
    assert refused.status_code == 403, "who drafted does not publish"
    wrong = authors.publish(draft, password="not it")
    assert wrong.status_code == 422
    assert "密码不对" in wrong.text
    place = authors.publish(draft)
    assert place.status_code == 303
    done = authors.read(authors.second, "/inbox")
    assert "0 条未读" in done
    assert "已有人办理" in done

    slug = authors.slug(draft)
    ((digest, text, seq),) = authors.scene.rows(
        "SELECT digest, document, seq FROM authored_revision WHERE slug = :slug", slug=slug
    )
    ((body,),) = authors.scene.rows("SELECT body FROM ledger_entry WHERE seq = :seq", seq=seq)
    entry = json.loads(body)
    assert (entry["slug"], entry["revision"], entry["digest"]) == (slug, 1, digest)
    made = json.loads(text)
    assert made["origin"] == {"slug": "hot-work", "revision": 1, "extends": True}
    codes = [item["code"] for section in made["sections"] for item in section["items"]]
    assert len(codes) == 33
    assert {code for code in codes if not code.startswith("A-")} == {"ZAA-01"}
    own = next(item for s in made["sections"] for item in s["items"] if item["code"] == "ZAA-01")
    assert own["title"] == {"zh": "油库防静电接地", "en": "油库防静电接地"}
    # Records of tablets refer to it, and anybody may open the form that they refer to.
    form = authors.browser(authors.second).get(f"/checklists/{slug}/1/form/{digest}/zh")
    assert "油库卸油口有防静电接地" in form.text
    assert slug in authors.read(authors.first, place.location)
    assert "动火等危险作业（增补）" in authors.read(authors.second, "/authoring")


def test_faults_are_told_at_their_fields_and_keep_a_draft_from_being_sent(
    authors: Authors,
) -> None:
    draft = authors.begin("scratch", title="油库检查")
    added = str(authors.order(draft, "add", "section_1").location)
    assert faults_on(authors.read(authors.first, added)) == [], "nobody has written in it yet"
    saved = authors.write(added)
    told = faults_on(authors.read(authors.first, str(saved.location)))
    assert "名称：请填写" in told[0]
    assert len(told) > 3
    authors.order(draft, "remove", "ZAA-01")
    item = authors.add(
        draft,
        **{
            "title-zh": "字" * 15,
            "findings-1-zh": "长" * 21,
            "citations-0-from": "2021-09-01",
            "citations-0-to": "2020-01-01",
            "citations-0-mark": "",
            "penalties": "安全生产法 97",
        },
    )
    page = authors.read(authors.first, item)
    told = faults_on(page)
    assert told == [
        "名称：太长了：最多 14 个字，现在有 15 个",
        "问题表现 2：问题表现最多 20 个字，现在有 21 个",
        "检查依据 1：失效日期 2020-01-01 早于生效日期 2021-09-01",
        "检查依据 1：请选这条依据核对到什么程度",
        "罚则：罚则写法不对：“安全生产法 97”。写依据代号、空格、条号，如 AQF 97(7)",
    ]
    for words in told:
        assert page.count(words.split("：", 1)[1]) == 2, "once in the summary, once at its field"
    summary = authors.read(authors.first, draft)
    assert f'href="{draft}/items/ZAA-01#citations-0-to"' in summary
    assert f'href="{draft}/head#summary-zh"' in summary
    assert authors.send(draft).status_code == 422
    assert authors.scene.entries("checklist.proposed") == []
    good = authors.write(item, **{**ITEM, "citations-0-to": "", "penalties": "AQF 97(7)"})
    assert good.status_code == 303
    assert faults_on(authors.read(authors.first, item)) == []
    head = {"summary-zh": "查油库。", "effective_on": "2020-01-01"}
    assert authors.write(f"{draft}/head", **head).status_code == 303
    assert "检查表生效那天（2020-01-01）它不在施行期内" in authors.read(authors.first, item)
    assert authors.write(f"{draft}/head", effective_on="2026-11-22").status_code == 303
    named = authors.order(
        draft,
        "section_name",
        "section_1",
        zh="油库",
        seen=_seen(authors.read(authors.first, draft)),
    )
    assert named.status_code == 303
    assert authors.send(draft).status_code == 303


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_two_authors_of_one_item_both_keep_what_they_wrote(authors: Authors) -> None:
    draft = authors.begin("scratch", title="油库检查")
    item, other = authors.add(draft), authors.add(draft)
    first, second = authors.browser(authors.first), authors.browser(authors.second)
    mine, theirs = filled(first.get(item).text), filled(second.get(item).text)
    elsewhere = filled(second.get(other).text)
    assert second.post(item, data={**theirs, "check-zh": "第二个人写的话。"}).status_code == 303
    late = first.post(item, data={**mine, "check-zh": "第一个人写的话。"})
    assert late.status_code == 409
    assert "第二个人写的话。" in late.text, "what the other wrote is seen"
    assert filled(late.text)["check-zh"] == "第一个人写的话。", "and one's own is not lost"
    both = {**filled(late.text), "check-zh": "两个人合写的话。"}
    assert first.post(item, data=both).status_code == 303
    assert "两个人合写的话。" in second.get(item).text
    # Another item of the same draft is nobody's concern.
    assert second.post(other, data={**elsewhere, "check-zh": "另一项。"}).status_code == 303


def test_what_was_sent_is_read_by_another_and_returned_with_remarks(authors: Authors) -> None:
    draft = authors.begin("extend")
    item = authors.add(draft, "permits")
    assert authors.send(draft).status_code == 303
    assert authors.write(item, **{"check-zh": "送审后偷偷改。"}).status_code == 409
    silent = authors.post(authors.second, f"{draft}/return", remarks="")
    assert silent.status_code == 422
    back = authors.post(authors.second, f"{draft}/return", remarks="依据要核对到条文")
    assert back.status_code == 303
    assert "依据要核对到条文" in authors.read(authors.first, draft)
    assert "检查表已退回修改" in authors.read(authors.first, "/inbox")
    assert "1 条未读" in authors.read(authors.first, "/inbox")
    assert "0 条未读" in authors.read(authors.second, "/inbox"), "it waits for nobody here"
    outdated = authors.read(authors.second, draft)
    assert authors.write(item, **{"citations-0-mark": "V"}).status_code == 303
    assert authors.send(draft).status_code == 303
    assert "0 条未读" in authors.read(authors.first, "/inbox"), "it was mended and sent again"
    assert "发布" in outdated
    stale = authors.publish(draft, version="1")
    assert stale.status_code == 409, "nobody publishes what they did not read"
    assert authors.publish(draft).status_code == 303


def test_an_item_stays_the_same_item_through_revisions_and_no_code_comes_twice(
    authors: Authors,
) -> None:
    draft = authors.begin("scratch", title="油库检查")
    assert authors.write(f"{draft}/head", **{"summary-zh": "查油库。"}).status_code == 303
    page = authors.read(authors.first, draft)
    authors.order(draft, "section_name", "section_1", zh="油库", seen=_seen(page))
    for _each in range(3):
        authors.add(draft)
    place = authors.published(draft)
    slug = place.rpartition("/")[2]
    next_draft = authors.begin("next", slug, 1)
    assert authors.begin("next", slug, 1) == next_draft, "one draft of a list at a time"
    assert authors.order(next_draft, "remove", "ZAA-03").status_code == 303
    assert authors.order(next_draft, "up", "ZAA-02").status_code == 303
    authors.write(f"{next_draft}/items/ZAA-01", **{"check-zh": "改过的检查内容。"})
    assert authors.add(next_draft).endswith("/ZAA-04"), "ZAA-03 was another matter"
    beside = authors.read(authors.first, f"{next_draft}/comparison")
    found = dict(re.findall(r'data-code="([\w-]+)" data-changes="([\w ]*)"', beside))
    assert found == {
        "ZAA-02": "moved",
        "ZAA-01": "changed",
        "ZAA-03": "went",
        "ZAA-04": "came",
    }
    assert "改过的检查内容。" in beside
    authors.published(next_draft)
    assert "改过的检查内容。" in authors.read(authors.first, f"{place}/2/comparison")
    reason = {"reason": "并入新表", "password": PASSWORD}
    assert authors.post(authors.second, f"{place}/retirement", **reason).status_code == 303
    assert "已停用" in authors.read(authors.first, place)
    assert authors.post(authors.second, f"{place}/retirement", **reason).status_code == 409
    assert authors.scene.entries("checklist.retired") == [slug]


def test_a_trial_is_drawn_for_whoever_holds_its_link_until_the_draft_is_gone(
    authors: Authors,
) -> None:
    draft = authors.begin("scratch", title="油库检查")
    authors.add(draft, **{"citations-0-from": "soon"})
    page = authors.read(authors.first, f"{draft}/trial")
    (link,) = set(re.findall(r'href="(/authoring/trials/[^"]+/zh)"', page))
    stranger = authors.scene.app.test_client()
    drawn = stranger.get(link)
    assert drawn.status_code == 200
    assert "油库卸油口有防静电接地" in drawn.text
    assert "试用，填的不保存、不发出" in drawn.text
    assert f'href="{draft}"' not in drawn.text
    english = authors.read(authors.first, link.removesuffix("zh") + "en")
    assert "油库卸油口有防静电接地" in english, "what has no English stands in Chinese"
    assert f'href="{draft}"' in english, "its author finds the way back"
    assert stranger.get(link.replace(".", ".1", 1)).status_code == 404
    assert authors.post(authors.first, f"{draft}/end").status_code == 303
    assert stranger.get(link).status_code == 404


def drop_triggers(connection: Connection) -> None:
    """As the owner of the database can."""
    on = " ON authored_revision" if connection.dialect.name == "postgresql" else ""
    connection.execute(text(f"DROP TRIGGER authored_revision_no_update{on}"))


def test_a_published_revision_edited_by_hand_is_named_and_nothing_starts(authors: Authors) -> None:
    draft = authors.begin("extend")
    authors.add(draft, "permits")
    name = f"{authors.published(draft).rpartition('/')[2]}.1"
    scene = authors.scene
    assert scene.command("ledger", "check").exit_code == 0
    with pytest.raises(DBAPIError, match="append-only"), scene.engine.begin() as connection:
        connection.execute(text("UPDATE authored_revision SET document = 'x', digest = 'x'"))
    with scene.engine.begin() as connection:  # somebody who may drop triggers, and knows of digests
        drop_triggers(connection)
        connection.execute(
            text(
                "UPDATE authored_revision SET digest = :digest,"
                " document = replace(document, '油库', '车库')"
            ),
            {"digest": sha256(b"whatever fits")},
        )
    told = scene.command("ledger", "check")
    assert told.exit_code == 1
    assert name in told.output
    for words in (("serve",), ("worker", "run")):
        started = scene.command(*words)
        assert isinstance(started.exception, ChecklistAltered)
        assert started.exception.details["name"] == name


def test_an_extension_is_offered_the_new_revision_of_its_origin(authors: Authors) -> None:
    origin = authors.begin("extend")
    authors.add(origin, "permits")
    slug = authors.published(origin).rpartition("/")[2]
    extension = authors.begin("extend", slug, 1)
    authors.add(extension, "permits", **{"title-zh": "只在本地"})
    place = authors.published(extension)
    own = place.rpartition("/")[2]
    kin = authors.scene.wiring.catalog.kin
    assert {own, slug, "hot-work", "hot-work-short"} <= set(kin(own)), (
        "history goes back all the way"
    )
    assert set(kin(own)) == set(kin("hot-work"))
    assert "按新版更新" not in authors.read(authors.first, place)
    second = authors.begin("next", slug, 1)
    authors.add(second, "permits", **{"title-zh": "第二版才有"})
    authors.published(second)
    assert "按新版更新" in authors.read(authors.first, place)
    update = authors.begin("update", place.rpartition("/")[2], 1)
    assert authors.scene.rows(
        "SELECT count(*) FROM checklist_draft WHERE document LIKE '%只在本地%第二版才有%'"
    ) == [(1,)], "the addition stays behind the item that it stood behind"
    beside = authors.read(authors.first, f"{update}/comparison")
    assert re.findall(r'data-changes="([\w ]+)"', beside) == ["came"]
    authors.published(update)
    assert "按新版更新" not in authors.read(authors.first, place)


def test_a_copy_keeps_locked_items_and_another_unit_sees_no_draft(authors: Authors) -> None:
    origin = authors.begin("scratch", title="油库检查")
    assert authors.write(f"{origin}/head", **{"summary-zh": "查油库。"}).status_code == 303
    page = authors.read(authors.first, origin)
    authors.order(origin, "section_name", "section_1", zh="油库", seen=_seen(page))
    authors.add(origin, locked="y")
    authors.add(origin)
    slug = authors.published(origin).rpartition("/")[2]
    copied = authors.begin("copy", slug, 1)
    assert authors.order(copied, "remove", "ZAA-01").status_code == 409
    assert authors.write(f"{copied}/items/ZAA-02", **{"check-zh": "按本地改。"}).status_code == 303
    assert authors.add(copied).endswith("/ZAB-01")
    place = authors.published(copied)
    draft = authors.begin("copy", slug, 1)
    authors.published(authors.begin("next", slug, 1))
    for page in (place, draft):
        told = authors.read(authors.first, page)
        assert "原表“油库检查”出了第 2 版" in told
        assert "按新版更新" not in told
        assert f'href="/authoring/lists/{slug}/2/comparison?from=1"' in told
    assert f"{slug}.1 → {slug}.2" in authors.read(
        authors.first, f"/authoring/lists/{slug}/2/comparison?from=1"
    )
    town = authors.browser(authors.scene.cast.foreign_office)
    assert town.get(draft).status_code == 404
    listed = town.get("/authoring").text
    assert "油库检查" in listed, "what the district published is for those below it"
    assert draft not in listed
    assert town.get(f"/authoring/lists/{slug}").status_code == 200
    enterprise = authors.browser(authors.scene.cast.officer)
    assert enterprise.get("/authoring").status_code == 403


def test_a_revision_to_come_is_offered_on_its_day_and_the_one_in_force_until_then(
    authors: Authors,
) -> None:
    draft = authors.begin("extend")
    authors.add(draft, "permits")
    slug = authors.published(draft).rpartition("/")[2]
    following = authors.begin("next", slug, 1)
    # Midnight of the 23rd in China is still the 22nd in UTC.
    assert authors.write(f"{following}/head", effective_on="2026-11-23").status_code == 303
    place = authors.published(following)
    told = authors.read(authors.first, place)
    assert "第 2 版将于 2026-11-23 生效" in told
    assert "在那之前用第 1 版" in told
    assert "将于 2026-11-23 生效" in authors.read(authors.first, "/authoring")
    assert _offered(authors, slug) == [1]
    now = authors.scene.clock.now
    authors.scene.clock.passes(now.replace(hour=16, minute=0, second=1) - now)
    assert _offered(authors, slug) == [2]
    assert "将于" not in authors.read(authors.first, place)


def _offered(authors: Authors, slug: str) -> list[int]:
    answer = authors.scene.tablet.ask("GET", "/api/v1/changes")
    changes = json.loads(answer.body)["changes"]
    return [
        each["revision"] for each in changes if each["type"] == "checklist" and each["slug"] == slug
    ]
