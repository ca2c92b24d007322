/** Moving a draft to another revision of its list: the rule against its vectors, and the way back. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { countedPhotos, newDraft } from "../../static/js/domain/draft.js";
import { compared, move, moveBack } from "../../static/js/domain/moving.js";

const CASES = JSON.parse(readFileSync(new URL("../vectors/moving.json", import.meta.url), "utf8"));
const SECOND = { checklist: { slug: "hot-work", revision: 2, digest: "2".repeat(64) }, title: "动火", form: "/second" };

/** @param {any} given @returns {import("../../static/js/domain/draft.js").Draft} on the first revision */
function draftOf({ from, draft }) {
  const begun = newDraft({
    author: "p", checklist: { slug: "hot-work", revision: 1, digest: "1".repeat(64) }, title: "动火", form: "/first", address: "",
    unit: { uuid: "u", name: "单位", credit_code: "" },
  }, "2026-11-22T09:00:00.000+08:00");
  const words = Object.fromEntries(from.map((/** @type {any} */ { code, title, section, tags }) => [code, { title, section, tags }]));
  return { ...begun, items: from.map((/** @type {any} */ { code }) => code), words, ...structuredClone(draft) };
}

/** @param {any} one @param {import("../../static/js/domain/draft.js").Draft} draft */
const moved = (one, draft) => move(draft, compared(one.from, one.to), SECOND, "；");

/** As it comes back from the tablet's storage. @param {any} draft */
const stored = (draft) => JSON.parse(JSON.stringify(draft));

test("what happens to each item, its answer and its findings", () => {
  for (const one of CASES) {
    const rows = compared(one.from, one.to);
    assert.deepEqual(Object.fromEntries(rows.map(({ fate, item }) => [item.code, fate])), one.fates, one.name);
    const draft = draftOf(one);
    moved(one, draft);
    assert.deepEqual(draft.items, one.to.map((/** @type {any} */ { code }) => code), one.name);
    assert.deepEqual(draft.answers, one.answers, one.name);
    assert.deepEqual(draft.findings, one.findings, one.name);
    assert.deepEqual(draft.moving?.confirm, one.confirm, one.name);
    assert.deepEqual(draft.moving?.dropped, one.dropped, one.name);
    assert.equal(draft.checklist.revision, 2);
    assert.equal(draft.photos.length, one.draft.photos.length, "no photo leaves the draft");
  }
});

test("photos of what was dropped, or waits to be confirmed, do not enter the record", () => {
  const draft = draftOf(CASES[0]);
  moved(CASES[0], draft);
  assert.deepEqual(countedPhotos(draft), []);
  draft.answers["A-01"] = { value: "fail" };
  assert.deepEqual(countedPhotos(draft).map(({ finding }) => finding), ["f1"]);
});

test("going back restores every member of the draft, and coming again brings back what was answered since", () => {
  for (const one of CASES) {
    const draft = draftOf(one);
    const { moving: none, ...before } = structuredClone(draft);
    moved(one, draft);
    const fresh = one.to.find((/** @type {any} */ { code }) => one.fates[code] === "new" || one.fates[code] === "changed")?.code;
    if (fresh) draft.answers[fresh] = { value: "pass", note: "later" };
    draft.jotted = { later: "x" };
    Object.assign(draft, stored(draft));
    moveBack(draft);
    const { moving, ...after } = stored(draft);
    assert.deepEqual(after, before, one.name);
    assert.equal(moving?.former, null);
    moved(one, draft);
    if (fresh) assert.deepEqual(draft.answers[fresh], { value: "pass", note: "later" }, one.name);
  }
});

test("going to and fro does not make the draft grow", () => {
  const [one] = CASES;
  const draft = draftOf(one);
  const size = () => JSON.stringify(draft).length;
  const sizes = [1, 2, 3, 4].map(() => { moved(one, draft); moveBack(draft); return size(); });
  assert.equal(sizes[3], sizes[1]);
});

test("after a second move, one still reads what the first one dropped", () => {
  const [one] = CASES;
  const draft = draftOf(one);
  moved(one, draft);
  draft.answers["A-06"] = { value: "fail" };
  move(draft, compared(one.to, one.to.slice(1)), { ...SECOND, checklist: { ...SECOND.checklist, revision: 3, digest: "3".repeat(64) } }, "；");
  assert.deepEqual(draft.moving?.dropped.map(({ code, revision }) => [code, revision]), [["A-05", 1], ["A-06", 2]]);
  moveBack(draft);
  assert.deepEqual(draft.moving?.dropped.map(({ code }) => code), ["A-05"]);
});
