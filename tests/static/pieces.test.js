/** The pure modules of the tablet against the vectors that Python is held to as well. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { itemFaults, tally } from "../../static/js/domain/answers.js";
import { retryAfterMs, waitMs } from "../../static/js/domain/backoff.js";
import * as drafts from "../../static/js/domain/draft.js";
import { base64url, fromBase64url, hex, sha256, text, utf8 } from "../../static/js/domain/encoding.js";
import { fitted, inkFile, isBlank } from "../../static/js/domain/ink.js";
import { compact, signedRecord, signerOf } from "../../static/js/domain/jose.js";
import { isComplete, verifiedReceipt } from "../../static/js/domain/receipt.js";
import { payloadBytes, payloadOf } from "../../static/js/domain/record.js";
import { thumbprint } from "../../static/js/domain/thumbprint.js";
import { dateAfter, stamp } from "../../static/js/domain/times.js";
import { uuid7 } from "../../static/js/domain/uuid.js";

/** @param {string} name */
const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));

test("thumbprints are RFC 7638's", async () => {
  for (const { jwk, thumbprint: expected } of vectors("thumbprint")) assert.equal(await thumbprint(jwk), expected);
});

test("ink: what is blank, and the bytes of the file", async () => {
  for (const { name, ink, blank, file, sha256: digest } of vectors("ink")) {
    assert.equal(isBlank(ink), blank, name);
    assert.equal(text(inkFile(ink)), file, name);
    assert.equal(await sha256(inkFile(ink)), digest, name);
  }
});

test("turning the tablet scales ink evenly and loses no stroke", () => {
  const ink = { width: 600, height: 300, strokes: [[[0, 0, 0], [600, 300, 40]]] };
  const turned = fitted(ink, 300, 600);
  assert.deepEqual(turned.strokes, [[[0, 0, 0], [300, 150, 40]]]);
});

test("a record's payload has these bytes", async () => {
  for (const { name, draft, finishing, payload, sha256: digest } of vectors("record")) {
    const bytes = payloadBytes(payloadOf(draft, finishing));
    assert.equal(text(bytes), payload, name);
    assert.equal(await sha256(bytes), digest, name);
  }
});

test("uuid7 has its version, its variant and its time first", () => {
  const made = uuid7(0x0193_4e5f_6a7b, new Uint8Array(16).fill(0xff));
  assert.equal(made, "01934e5f-6a7b-7fff-bfff-ffffffffffff");
  assert.match(uuid7(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("base64url and hex", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  assert.deepEqual(fromBase64url(base64url(bytes)), bytes);
  assert.equal(hex(Uint8Array.of(0, 15, 255)), "000fff");
  assert.doesNotMatch(base64url(bytes), /[+/=]/);
});

test("backing off: never less than the server asked for, never above the ceiling", () => {
  assert.equal(waitMs(1, 30_000, 0), 30_000);
  assert.ok(waitMs(50, null, 1) <= 15 * 60_000);
  assert.ok(waitMs(1, null, 0) > 0);
  assert.equal(retryAfterMs("7", 0), 7000);
  assert.equal(retryAfterMs("Sun, 22 Nov 2026 09:00:10 GMT", Date.parse("2026-11-22T09:00:00Z")), 10_000);
  assert.equal(retryAfterMs("soon", 0), null);
  assert.equal(waitMs(9, 7_000), 7_000); // exactly what was asked for, however often it failed
  assert.ok(waitMs(1, 10 ** 12) <= 24 * 3600_000);
});

test("a stamp says the same instant, with its offset", () => {
  const moment = new Date("2026-11-22T01:02:03.004Z");
  assert.match(stamp(moment), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.004[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(stamp(moment)), moment.getTime());
  assert.equal(dateAfter(new Date(2026, 10, 28), 7), "2026-12-05");
});

/** @returns {import("../../static/js/domain/draft.js").Draft} */
function draftOf() {
  const draft = drafts.newDraft({
    checklist: { slug: "hot-work", revision: 1, digest: "0".repeat(64) }, title: "动火", form: "/", address: "",
    unit: { uuid: "u", name: "单位", credit_code: "" },
  }, "2026-11-22T09:00:00.000+08:00");
  draft.items = ["A-01", "A-02"];
  return draft;
}

test("an undone 不合格 brings its findings back", () => {
  const draft = draftOf();
  drafts.answer(draft, "A-01", "fail");
  drafts.addFinding(draft, "A-01", { requirement: "改", deadline_on: "2026-11-29", level: "general" });
  const former = drafts.answer(draft, "A-01", "pass");
  assert.equal(drafts.countedFindings(draft).length, 0);
  assert.equal(former?.value, "fail");
  drafts.answer(draft, "A-01", "fail");
  assert.equal(drafts.countedFindings(draft).length, 1);
});

test("what an item still owes", () => {
  const draft = draftOf();
  const codes = (/** @type {string} */ item) => itemFaults(draft, item).map(({ code }) => code);
  assert.deepEqual(codes("A-01"), ["answer_missing"]);
  drafts.answer(draft, "A-01", "not_checked");
  assert.deepEqual(codes("A-01"), ["reason_missing"]);
  drafts.answer(draft, "A-01", "fail");
  assert.deepEqual(codes("A-01"), ["finding_missing"]);
  const finding = drafts.addFinding(draft, "A-01", { requirement: "改", deadline_on: null, level: "general" });
  assert.deepEqual(codes("A-01"), ["finding_words_missing", "photo_missing", "deadline_missing"]);
  finding.tags = ["none"];
  finding.fixed_on_spot = true;
  assert.deepEqual(codes("A-01"), ["photo_missing", "after_photo_missing"]);
  assert.equal(tally(draft).failed, 1);
});

test("a change of content voids what was signed", () => {
  const draft = draftOf();
  drafts.sign(draft, { person: "p1", outcome: "signed", signed_at: "2026-11-22T10:00:00.000+08:00" });
  assert.ok(drafts.isFrozen(draft));
  drafts.voidSignatures(draft);
  assert.ok(!drafts.isFrozen(draft));
  assert.deepEqual(draft.signing.signatures, []);
});

/** @returns {Promise<{kid: string, jwk: JsonWebKey, key: CryptoKey}>} */
async function newKey() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk = { kty, crv, x, y };
  return { kid: await thumbprint(/** @type {any} */ (jwk)), jwk, key: pair.privateKey };
}

test("a record's JWS names each signer and signs the same payload", async () => {
  const made = await newKey();
  const jws = await signedRecord(utf8("{}"), [{ kid: made.kid, person: "p", role: "inspector", signedAt: "now", sign: signerOf(made.key) }]);
  const { payload, signatures } = JSON.parse(text(jws));
  assert.equal(text(fromBase64url(payload)), "{}");
  const header = JSON.parse(text(fromBase64url(signatures[0].protected)));
  assert.deepEqual(header, { alg: "ES256", kid: made.kid, typ: "zhencha.record+jws", person: "p", role: "inspector", signed_at: "now" });
});

test("only a pinned key's receipt for these very bytes is a receipt", async () => {
  const server = await newKey();
  const stranger = await newKey();
  const pinned = [{ ...server.jwk, kid: server.kid }];
  const sent = { uuid: "r", digest: "d", jws_digest: "j" };
  const claims = { format: "zhencha.receipt/1", record: "r", digest: "d", jws_digest: "j", status: "accepted", complete: true, missing: [], faults: [] };
  const token = (/** @type {object} */ changed, /** @type {Awaited<ReturnType<typeof newKey>>} */ by = server, kid = by.kid) =>
    compact({ alg: "ES256", kid }, { ...claims, ...changed }, signerOf(by.key));
  const good = await verifiedReceipt(await token({}), sent, pinned);
  assert.ok(good && isComplete(good));
  assert.equal(await verifiedReceipt(await token({ digest: "x" }), sent, pinned), null);
  assert.equal(await verifiedReceipt(await token({ record: "x" }), sent, pinned), null);
  assert.equal(await verifiedReceipt(await token({ jws_digest: "x" }), sent, pinned), null);
  assert.equal(await verifiedReceipt(await token({ format: "zhencha.receipt/2" }), sent, pinned), null);
  assert.equal(await verifiedReceipt(await token({}, stranger), sent, pinned), null);
  assert.equal(await verifiedReceipt(await token({}, stranger, server.kid), sent, pinned), null);
  assert.equal(await verifiedReceipt("<html>Welcome to the hotel</html>", sent, pinned), null);
  assert.ok(!isComplete({ ...good, complete: false }));
});
