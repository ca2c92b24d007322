/** What the queue reckons with: waits, pieces, bytes, and how safely unsent work lies. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LARGEST_PIECE, SMALLEST_PIECE, leftMs, nextPiece } from "../../static/js/domain/backoff.js";
import { bytesThere, totalBytes } from "../../static/js/domain/outgoing.js";
import { safekeeping } from "../../static/js/domain/safekeeping.js";

test("a wait does not freeze when the clock is set back, and ends early when it is set forth", () => {
  const now = Date.parse("2026-11-22T09:00:00Z");
  const year = 365 * 24 * 3600_000;
  const item = { next_try_at: now + 60_000, wait_ms: 60_000 };
  assert.equal(leftMs(item, now), 60_000);
  assert.equal(leftMs(item, now + 45_000), 15_000);
  assert.equal(leftMs(item, now - year), 0);
  assert.equal(leftMs(item, now + year), 0);
  assert.equal(leftMs({ next_try_at: now + year }, now), 0); // a row of an earlier version
});

test("pieces grow with the network and stay within bounds", () => {
  assert.equal(nextPiece(64 * 1024, 10), LARGEST_PIECE);
  assert.equal(nextPiece(64 * 1024, 4_000), 64 * 1024);
  assert.equal(nextPiece(64 * 1024, 10_500), 24_966); // 50 kbit/s: what four seconds carry
  assert.equal(nextPiece(SMALLEST_PIECE, 60_000), SMALLEST_PIECE);
});

test("how safely unsent work lies: the worst is said first", () => {
  const now = Date.parse("2026-11-22T09:00:00Z");
  const ago = (/** @type {number} */ days) => new Date(now - days * 24 * 3600_000 - 1000).toISOString();
  const good = { usable: true, persistent: true, free: 8e9, unsent: [], now };
  const said = (/** @type {object} */ changed) => { const { level, reasons } = safekeeping({ ...good, ...changed }); return [level, ...reasons]; };
  assert.deepEqual(said({}), ["safe"]);
  assert.deepEqual(said({ unsent: [ago(0)] }), ["safe"]);
  assert.deepEqual(said({ unsent: [ago(0), ago(1)] }), ["warn", "waiting"]);
  assert.deepEqual(said({ unsent: [ago(3)] }), ["unsafe", "overdue"]);
  assert.deepEqual(said({ persistent: false }), ["unsafe", "best_effort"]);
  assert.deepEqual(said({ persistent: false, unsent: [ago(400)], free: 1e6 }), ["unsafe", "overdue", "almost_full", "best_effort"]);
  assert.deepEqual(said({ free: 3e8 }), ["warn", "scarce"]);
  assert.deepEqual(said({ free: null }), ["safe"]);
  assert.deepEqual(said({ usable: false, persistent: false }), ["unsafe", "unusable"]);
  assert.deepEqual(said({ unsent: [ago(-300)] }), ["safe"]); // sealed while the clock was ahead
});

test("bytes there are those that the server confirmed, file by file", () => {
  const file = (/** @type {string} */ sha256, /** @type {number} */ size) => ({ sha256, size, type: "" });
  const item = /** @type {any} */ ({ jws_size: 100, inks: [file("i", 10)], photos: [file("a", 1000), file("b", 2000)], receipt_claims: null });
  assert.equal(totalBytes(item), 3110);
  assert.equal(bytesThere(item), 0);
  assert.equal(bytesThere({ ...item, receipt_claims: {} }), 100);
  assert.equal(bytesThere({ ...item, receipt_claims: {}, there: ["i", "b"] }), 2110);
});
