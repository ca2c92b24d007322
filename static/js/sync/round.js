/**
 * One round with a server that is there: custody notices, records, ink and
 * photos, in that order; then what the server hands down. Needs no page: the
 * service worker runs it too. One poison record never blocks the rest.
 */

import { leftMs, waitMs } from "../domain/backoff.js";
import * as device from "../store/device.js";
import { Refused, Stopped, Unreachable, ping } from "./api.js";
import { BytesLost } from "./blobs.js";
import { pull } from "./changes.js";
import { giveNotices } from "./custody.js";
import { fetchHazardPhotos } from "./hazardphotos.js";
import { tell } from "./news.js";
import { ReceiptUnverified, StillMissing, confirmHeld, needsAttention, sendPhotos, sendRecord } from "./sending.js";

/** @typedef {import("../store/device.js").Outgoing} Outgoing */
/** @typedef {(item: Outgoing) => Promise<unknown>} Step */

const PULL_EVERY_MS = 5 * 60_000;
/** The server is there and asks for patience, whatever is sent. */
const BUSY = new Set([408, 429, 502, 503, 504, 507]);

let pulledAt = -Infinity;
/** Items in a row that met a busy server: two, and it is the server and not the item. */
let busy = 0;

/** @param {unknown} problem @returns {Promise<Stopped | null>} why everything stops, or null when only one item does */
async function stopOf(problem) {
  if (problem instanceof Unreachable) return ping().then(() => null, () => new Stopped("unreachable"));
  if (!(problem instanceof Refused)) return null;
  if (problem.status === 401) return new Stopped("signed_out");
  if (problem.status === 403) return new Stopped("not_allowed");
  if (!BUSY.has(problem.status)) return null;
  busy += 1;
  return busy > 1 ? new Stopped("busy", problem.retryAfter) : null;
}

/** @param {unknown} problem @returns {import("../store/device.js").Why} */
function whyOf(problem) {
  if (problem instanceof Refused) return { code: problem.code, detail: problem.detail, status: problem.status };
  const code = problem instanceof ReceiptUnverified ? "receipt_unverified"
    : problem instanceof StillMissing ? "blobs_missing"
    : problem instanceof BytesLost ? "bytes_lost"
    : problem instanceof Unreachable ? "unreachable" : "unexpected";
  return { code, detail: String(problem), status: 0 };
}

/** Keeps everything; says what happened and when it goes on. @param {Outgoing} item @param {unknown} problem @param {Stopped | null} stop */
async function noteFailure(item, problem, stop) {
  const blamed = !stop || stop.link === "busy";
  const attempts = item.attempts + (blamed ? 1 : 0);
  const wait_ms = blamed ? waitMs(attempts, problem instanceof Refused ? problem.retryAfter : null) : 0;
  const state = needsAttention(problem) ? "attention" : "waiting";
  await device.updateOutgoing(item.uuid, { state, attempts, why: whyOf(problem), wait_ms, next_try_at: Date.now() + wait_ms });
  tell({ type: "outbox" });
}

/** @param {Outgoing} item @param {Step} step */
async function attempt(item, step) {
  tell({ type: "sending", uuid: item.uuid });
  try {
    await device.updateOutgoing(item.uuid, { last_try_at: new Date().toISOString() });
    await step(item);
    busy = 0;
  } catch (problem) {
    const stop = await stopOf(problem);
    await noteFailure(item, problem, stop);
    if (stop) throw stop;
  } finally {
    tell({ type: "sending", uuid: null });
  }
}

/** @returns {Promise<Outgoing[]>} what may be tried now, as it stands in the database now; what failed least goes first */
async function due() {
  const now = Date.now();
  const items = (await device.outbox()).filter((item) => item.state === "waiting" && leftMs(item, now) === 0);
  return items.sort((one, other) => one.attempts - other.attempts);
}

/** A notice that does not get through keeps nothing back, unless nothing does. */
async function notify() {
  try {
    await giveNotices((await device.outbox()).filter(({ state }) => state !== "delivered"));
  } catch (problem) {
    const stop = await stopOf(problem);
    if (stop) throw stop;
  }
}

/** Findings of every record first, photos after. */
export async function send() {
  busy = 0;
  await notify();
  for (const item of await due()) await attempt(item, sendRecord);
  for (const item of await due()) await attempt(item, sendPhotos);
  await notify();
}

/** Records that were delivered 30 days ago, by the server's clock. */
async function letGo() {
  const { offset_ms } = await device.meta("server_clock");
  for (const item of await device.outlived(Date.now() + offset_ms)) await confirmHeld(item).catch(console.error);
}

/** @param {string} reader uuid of the person signed in */
export async function round(reader) {
  await send();
  if (performance.now() - pulledAt > PULL_EVERY_MS) {
    if (await pull(reader)) await send();
    pulledAt = performance.now();
    await letGo();
  }
  await fetchHazardPhotos(reader).catch(() => undefined); // after everything else, and never in its way
}

/** Somebody asked: the next round pulls too. */
export function pullSoon() {
  pulledAt = -Infinity;
}
