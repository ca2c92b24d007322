/** Looking again, on the tablet: the rules of one draft, and which hazards are whose to look at now. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { countedPhotos } from "../../static/js/domain/draft.js";
import { sha256, text } from "../../static/js/domain/encoding.js";
import { payloadBytes, payloadOf } from "../../static/js/domain/record.js";
import {
  MOST_BYTES, MOST_PHOTOS, batches, bringUpToDate, daysLeft, decide, newReinspection, notAway, outcomes, owed, photosKept, photosWanted,
} from "../../static/js/domain/reinspection.js";

const CASES = JSON.parse(readFileSync(new URL("../vectors/reinspection.json", import.meta.url), "utf8"));
const AT = "2026-11-27T09:00:00.000+08:00";

/** @param {string} id @param {object} [facts] @returns {any} a hazard as the change feed tells it */
function told(id, facts = {}) {
  return {
    id, assigned: ["me"], item: { code: "A-01", title: { zh: "票", en: "Permit" } }, photos: [],
    checklist: { slug: "hot-work", revision: 1, digest: "d", title: { zh: "动火", en: "Hot work" } },
    hazard: { uuid: id, number: id, unit_uuid: "u", unit_name: "单位", level: "general", place: "", summary: "没有票", requirement: "补办",
      deadline_on: "2026-11-29", returned: 0, last_seq: 7, ...facts },
  };
}

/** @param {any[]} hazards */
const begun = (hazards) => newReinspection(batches(hazards)[0], { author: "me", title: "复查", address: "" }, ({ zh }) => zh, AT);

test("what a re-inspection owes, and the bytes of its record", async () => {
  for (const { name, draft, finishing, today, owed: expected, payload, sha256: digest } of CASES) {
    assert.deepEqual(owed(draft, today).map(({ code, hazard }) => ({ code, hazard })), expected, name);
    const bytes = payloadBytes(payloadOf(draft, finishing));
    assert.equal(text(bytes), payload, name);
    assert.equal(await sha256(bytes), digest, name);
  }
});

test("hazards of one unit and one list are looked at in one go, soonest due first", () => {
  const second = { ...told("second"), item: { code: "A-02", title: { zh: "", en: "" } } };
  const listed = batches([told("late", { deadline_on: "2026-12-09" }), second, told("never", { deadline_on: null, unit_uuid: "v" }), told("soon")]);
  assert.deepEqual(listed.map(({ hazards }) => hazards.map(({ id }) => id)), [["soon", "second", "late"], ["never"]]);
  assert.deepEqual(listed.map(({ due_on }) => due_on), ["2026-11-29", null]);
});

test("what the enterprise claims is shown with the earlier photos, until it is known to be untrue", () => {
  const [before, after] = ["before", "claimed"].map((moment) => ({ sha256: moment, type: "image/jpeg", size: 9, taken_at: AT, caption: "", moment }));
  const claim = { words: "已换新", rectifier: "孔工", finished_on: "2026-11-26", photos: [after] };
  const claimed = { ...told("a"), photos: [before], claim };
  const draft = begun([claimed]);
  const [hazard] = draft.hazards ?? [];
  assert.deepEqual([hazard.claim, hazard.photos], [claim, [before, after]]);
  assert.deepEqual(photosWanted([claimed], "me").map(({ sha256: digest }) => digest).sort(), ["before", "claimed"]);
  bringUpToDate(draft, [{ ...claimed, claim: null }], ({ zh }) => zh);
  assert.deepEqual([hazard.claim, hazard.photos], [null, [before]]);
});

test("a changed outcome is taken back with the answer that it made", () => {
  const draft = begun([told("a")]);
  const [hazard] = draft.hazards ?? [];
  assert.equal(decide(draft, hazard, "returned"), null);
  assert.deepEqual(draft.answers, { "A-01": { value: "fail" } });
  decide(draft, hazard, decide(draft, hazard, "passed"));
  assert.deepEqual(draft.answers, { "A-01": { value: "fail" } });
  decide(draft, hazard, null);
  assert.deepEqual([draft.answers, draft.items, outcomes(draft).total], [{}, [], 0]);
});

test("what somebody else closed meanwhile counts no longer, and nothing written about it is lost", () => {
  const draft = begun([told("a"), told("b")]);
  const [hazard] = draft.hazards ?? [];
  Object.assign(hazard, { words: "一张没有" });
  decide(draft, hazard, "returned");
  draft.photos.push(/** @type {any} */ ({ sha256: "p", finding: "a", moment: "after" }));
  bringUpToDate(draft, [told("b"), told("c")], ({ zh }) => zh);
  assert.deepEqual(draft.hazards?.map(({ uuid, gone }) => [uuid, gone]), [["a", true], ["b", false], ["c", false]]);
  assert.deepEqual([hazard.words, draft.photos.length], ["一张没有", 1]);
  assert.deepEqual([countedPhotos(draft), draft.answers], [[], {}]);
});

test("a hazard whose re-inspection is sealed here is away until the office tells what became of it", () => {
  const sealed = (/** @type {string} */ state, /** @type {any} */ receipt_claims = null) => [{ hazards: ["a"], state, receipt_claims }];
  const here = (/** @type {any[]} */ outbox) => notAway([told("a")], outbox).length === 1;
  assert.ok(here([]));
  assert.ok(!here(sealed("waiting")));
  assert.ok(!here(sealed("attention")));
  assert.ok(!here(sealed("delivered", { status: "accepted", seq: 8 })), "accepted, not told yet");
  assert.ok(here(sealed("delivered", { status: "accepted", seq: 6 })), "told since: it came back");
  assert.ok(here(sealed("delivered", { status: "held", seq: 8 })), "held: somebody has to look again");
});

test("days are counted by the calendar", () => {
  assert.deepEqual([daysLeft("2026-11-29", "2026-11-27"), daysLeft("2026-11-26", "2026-11-27"), daysLeft(null, "2026-11-27")], [2, -1, null]);
});

test("earlier photos: the newest two hundred of each, within bytes, and nobody's are thrown out for another's", () => {
  const photo = (/** @type {string} */ name, /** @type {number} */ at, size = 1) => ({ sha256: name + at, type: "image/jpeg", size, taken_at: new Date(at * 1000).toISOString(), caption: "", moment: "before" });
  const many = (/** @type {string} */ name, /** @type {string} */ person) => ({
    ...told(name), assigned: [person], photos: Array.from({ length: MOST_PHOTOS + 50 }, (_, at) => photo(name, at)) });
  const hazards = [many("a", "me"), many("b", "you")];
  const wanted = photosWanted(hazards, "me");
  assert.equal(wanted.length, MOST_PHOTOS);
  assert.equal(wanted[0].sha256, `a${MOST_PHOTOS + 49}`);
  assert.ok(wanted.every(({ hazard }) => hazard === "a"));
  const kept = photosKept(hazards);
  assert.equal(kept.size, 2 * MOST_PHOTOS);
  assert.ok(["me", "you"].every((person) => photosWanted(hazards, person).every(({ sha256 }) => kept.has(sha256))));
  const large = [{ ...told("c"), photos: [1, 2, 3].map((at) => photo("c", at, MOST_BYTES / 2)) }];
  assert.equal(photosWanted(large, "me").length, 2);
});
