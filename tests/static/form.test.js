/** The rules of the form: what a draft keeps, what it gives back, what a report can print. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as drafts from "../../static/js/domain/draft.js";
import { unprintable } from "../../static/js/domain/glyphs.js";
import { kindFor } from "../../static/js/domain/record.js";

/** @param {string} unit @param {string} slug @returns {import("../../static/js/domain/draft.js").Draft} */
const draftOf = (unit = "u1", slug = "hot-work") => drafts.newDraft({
  author: "p1", checklist: { slug, revision: 1, digest: "0".repeat(64) }, title: "动火", form: "/form", address: "",
  unit: { uuid: unit, name: "恒砺", credit_code: "" },
}, "2026-11-22T09:00:00.000+08:00");

test("only what the typefaces draw is called printable, and all of daily writing is", () => {
  const drawn = new Set();
  for (const [first, last] of JSON.parse(readFileSync(new URL("../vectors/glyphs.json", import.meta.url), "utf8"))) {
    for (let point = first; point <= last; point += 1) drawn.add(point);
  }
  for (let point = 0x20; point < 0x32000; point += 1) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const clean = unprintable(String.fromCodePoint(point)).length === 0;
    assert.ok(!clean || drawn.has(point), point.toString(16));
    if (drawn.has(point) && ((point >= 0x4e00 && point < 0xa000) || point >= 0x20000)) assert.ok(clean, point.toString(16));
  }
  assert.deepEqual(unprintable("审批栏空白；O₂≥19.5%，“㎡”①→\n\tABC abc 1～2（见附件）…—"), ["₂"]);
  assert.deepEqual(unprintable("😀好😀👍🏽"), ["😀", "👍", "🏽"]);
});

test("a note is kept before there is an answer, with it, and after it is taken back", () => {
  const draft = draftOf();
  drafts.jot(draft, "A-01", "note", "电工不在");
  assert.deepEqual(draft.answers, {});
  const former = drafts.answer(draft, "A-01", "pass");
  assert.equal(former, null);
  assert.equal(draft.answers["A-01"].note, "电工不在");
  drafts.answer(draft, "A-01", null);
  drafts.answer(draft, "A-01", "not_applicable");
  assert.equal(draft.answers["A-01"].note, "电工不在");
});

test("a former state gives back what was found, never who signed or where one is", () => {
  const former = draftOf();
  drafts.answer(former, "A-01", "pass");
  const draft = { ...draftOf(), uuid: former.uuid, at: "A-09" };
  draft.signing.people = [{ ref: "p1", role: "inspector", name: "张", account: "p1" }];
  drafts.takeBackTo(draft, former);
  assert.deepEqual(draft.answers, { "A-01": { value: "pass" } });
  assert.equal(draft.at, "A-09");
  assert.equal(draft.signing.people.length, 1);
  former.answers["A-01"].value = "fail";
  assert.equal(draft.answers["A-01"].value, "pass");
});

test("what is begun at a unit is found, and one goes on where it stands", () => {
  const [here, there] = [draftOf(), draftOf("u2")];
  assert.deepEqual(drafts.begunAt([here, there], "u1"), [here]);
  assert.equal(drafts.addressOf(here), `/form?draft=${here.uuid}`);
  drafts.sign(here, { person: "p3", outcome: "absent", signed_at: "2026-11-22T10:00:00.000+08:00" });
  assert.equal(drafts.addressOf(here), `/tablet/review?draft=${here.uuid}`);
});

test("an office's inspectors inspect; everybody else inspects themselves", () => {
  assert.equal(kindFor(["inspector"]), "inspection");
  assert.equal(kindFor(["enterprise", "inspector"]), "inspection");
  assert.equal(kindFor(["enterprise"]), "self_inspection");
  assert.equal(kindFor([]), "self_inspection");
});
