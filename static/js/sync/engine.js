/**
 * The sync engine: runs while any page is open; on start, on reconnect, when
 * the page becomes visible, on a timer with jitter, and when asked. One poison
 * record never blocks the rest; being signed out stops only sending.
 */

import { waitMs } from "../domain/backoff.js";
import * as device from "../store/device.js";
import { Refused, Unreachable, ping, post, signedIn } from "./api.js";
import { pull } from "./changes.js";
import { tell } from "./news.js";
import { ReceiptUnverified, StillMissing, needsAttention, sendPhotos, sendRecord, totalBytes } from "./sending.js";

/** @typedef {import("../store/device.js").Outgoing} Outgoing */

const TICK_MS = 60_000;
const PULL_EVERY_MS = 5 * 60_000;

let failures = 0;
let retryTimer = 0;
let pulledAt = 0;
let clockAt = 0;

/** Sending cannot go on for anybody just now. */
class Stopped extends Error {
  /** @param {import("./news.js").Link} link */
  constructor(link) {
    super(link);
    this.link = link;
  }
}

/** @param {unknown} problem @returns {import("./news.js").Link | null} why everything stops, or null when only one item does */
function stopOf(problem) {
  if (problem instanceof Unreachable) return "unreachable";
  if (problem instanceof Refused && problem.status === 401) return "signed_out";
  if (problem instanceof Refused && problem.status === 403) return "not_allowed";
  return null;
}

/** @param {unknown} problem @returns {import("../store/device.js").Why} */
function whyOf(problem) {
  if (problem instanceof Refused) return { code: problem.code, detail: problem.detail, status: problem.status };
  if (problem instanceof ReceiptUnverified) return { code: "receipt_unverified", detail: "", status: 0 };
  if (problem instanceof StillMissing) return { code: "blobs_missing", detail: "", status: 0 };
  const stop = stopOf(problem);
  return { code: stop ?? (needsAttention(problem) ? "bytes_lost" : "unexpected"), detail: String(problem), status: 0 };
}

/** @param {Outgoing} item @param {unknown} problem keeps everything; says what happened and when it goes on */
async function noteFailure(item, problem) {
  const attempts = item.attempts + 1;
  const wait = waitMs(attempts, problem instanceof Refused ? problem.retryAfter : null);
  const state = needsAttention(problem) ? "attention" : "waiting";
  const stopped = stopOf(problem) !== null;
  await device.updateOutgoing(item.uuid, {
    state, attempts: stopped ? item.attempts : attempts, why: whyOf(problem), next_try_at: stopped ? 0 : Date.now() + wait,
  });
  tell({ type: "outbox" });
}

/** @param {Outgoing} item @param {(item: Outgoing) => Promise<void>} step */
async function attempt(item, step) {
  try {
    await device.updateOutgoing(item.uuid, { last_try_at: new Date().toISOString() });
    await step(item);
  } catch (problem) {
    await noteFailure(item, problem);
    const stop = stopOf(problem);
    if (stop) throw new Stopped(stop);
  }
}

/** Signed, bytes still on this tablet: the office sees what is out here. @param {Outgoing[]} items */
async function giveNotice(items) {
  const unnoticed = items.filter((item) => !item.noticed_at);
  if (!unnoticed.length) return;
  const persistent = await navigator.storage?.persisted?.().catch(() => false);
  const records = unnoticed.map((item) => ({
    uuid: item.uuid, digest: item.digest, signer: item.person, signed_at: item.signed_at,
    photos: item.photos.length, bytes: totalBytes(item), storage: persistent ? "persistent" : "best_effort",
  }));
  try {
    await post("/custody", { records, device: await device.deviceUuid() });
  } catch (problem) {
    const stop = stopOf(problem);
    if (stop) throw new Stopped(stop);
    return;
  }
  const noticed_at = new Date().toISOString();
  for (const { uuid } of unnoticed) await device.updateOutgoing(uuid, { noticed_at });
}

/** @returns {Promise<Outgoing[]>} what may be tried now, as it stands in the database now */
async function due() {
  const now = Date.now();
  return (await device.outbox()).filter((item) => item.state === "waiting" && item.next_try_at <= now);
}

/** Findings of every record first, photos after. */
async function send() {
  const items = await due();
  if (!items.length) return;
  await giveNotice(items);
  for (const item of await due()) await attempt(item, sendRecord);
  for (const item of await due()) await attempt(item, sendPhotos);
}

/** @returns {Promise<string | null>} uuid of the person signed in */
async function reach() {
  if (Date.now() - clockAt > TICK_MS) {
    await device.setMeta("server_clock", await ping());
    clockAt = Date.now();
  }
  return (await signedIn())?.uuid ?? null;
}

async function round() {
  const reader = await reach();
  if (!reader) throw new Stopped("signed_out");
  tell({ type: "link", link: "reached", next_try_at: null });
  await send();
  if (Date.now() - pulledAt > PULL_EVERY_MS) {
    await pull(reader);
    pulledAt = Date.now();
  }
  await device.forgetDelivered(Date.now());
}

/** @param {unknown} problem */
function noteStop(problem) {
  const link = problem instanceof Stopped ? problem.link : stopOf(problem);
  if (!link) console.error(problem);
  failures += 1;
  const wait = Math.min(waitMs(failures, null), TICK_MS);
  tell({ type: "link", link: link ?? "unreachable", next_try_at: Date.now() + wait });
  schedule(wait);
}

/** @param {number} wait */
function schedule(wait) {
  clearTimeout(retryTimer);
  retryTimer = window.setTimeout(run, wait);
}

/** The next item that waits for its own reason may be due sooner than the tick. */
async function scheduleNext() {
  const waiting = (await device.outbox()).filter((item) => item.state === "waiting");
  const soonest = Math.min(TICK_MS, ...waiting.map((item) => Math.max(500, item.next_try_at - Date.now())));
  schedule(soonest * (0.9 + Math.random() * 0.2));
}

/** One round, unless another tab is at it. */
export async function run() {
  clearTimeout(retryTimer);
  await navigator.locks.request("sync", { ifAvailable: true }, async (lock) => {
    if (!lock) return schedule(TICK_MS);
    try {
      await round();
      failures = 0;
      await scheduleNext();
    } catch (problem) {
      noteStop(problem);
    }
  });
}

/** Send now, asked for by a person: waiting times are set aside. @param {string} [uuid] one item, also one that needs attention */
export async function sendNow(uuid) {
  for (const item of await device.outbox()) {
    const asked = item.state === "waiting" || (item.uuid === uuid && item.state === "attention");
    if (asked && (!uuid || uuid === item.uuid)) await device.updateOutgoing(item.uuid, { state: "waiting", next_try_at: 0 });
  }
  pulledAt = 0;
  clockAt = 0;
  await run();
}

export function start() {
  addEventListener("online", () => void run());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void run();
  });
  void run();
}
