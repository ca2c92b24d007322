/**
 * The sync engine: runs while any page is open; on start, on reconnect, when
 * the page becomes visible, on a timer, and when asked. Being signed out stops
 * only sending. What a round does stands in round.js, fetched when there is one.
 */

import { leftMs, waitMs } from "../domain/backoff.js";
import * as device from "../store/device.js";
import { Refused, Stopped, Unreachable, ping, signedIn } from "./api.js";
import { tell } from "./news.js";

const TICK_MS = 60_000;

let failures = 0;
let retryTimer = 0;
let clockAt = -Infinity;

/** @returns {Promise<string>} uuid of the person signed in */
async function reach() {
  if (performance.now() - clockAt > TICK_MS) {
    await device.setMeta("server_clock", await ping());
    clockAt = performance.now();
  }
  const person = await signedIn();
  if (!person) throw new Stopped("signed_out");
  await noteRecoveryKey(person.recovery_key);
  return person.uuid;
}

/** Data keys get a lid for it when a PIN is next entered. @param {{kid: string} | null} key the organisation's, in force */
async function noteRecoveryKey(key) {
  if (key && key.kid !== (await device.meta("recovery_key"))?.kid) await device.setMeta("recovery_key", key);
}

/** @param {unknown} problem @returns {Stopped} */
function stopOf(problem) {
  if (problem instanceof Stopped) return problem;
  if (problem instanceof Refused) return problem.status === 403 ? new Stopped("not_allowed") : new Stopped("busy", problem.retryAfter);
  if (!(problem instanceof Unreachable)) console.error(problem);
  return new Stopped("unreachable");
}

/** @param {unknown} problem */
function noteStop(problem) {
  const { link, wait } = stopOf(problem);
  failures += 1;
  const ms = wait === null ? Math.min(waitMs(failures, null), TICK_MS) : waitMs(failures, wait);
  tell({ type: "link", link, next_try_at: Date.now() + ms });
  schedule(ms);
}

/** @param {number} ms */
function schedule(ms) {
  clearTimeout(retryTimer);
  retryTimer = window.setTimeout(run, ms);
}

/** The next item that waits for its own reason may be due sooner than the tick. */
async function scheduleNext() {
  const now = Date.now();
  const waiting = (await device.outbox()).filter((item) => item.state === "waiting");
  schedule(Math.min(TICK_MS * (0.9 + Math.random() * 0.2), ...waiting.map((item) => Math.max(500, leftMs(item, now)))));
}

async function round() {
  const reader = await reach();
  tell({ type: "link", link: "reached", next_try_at: null });
  await (await import("./round.js")).round(reader);
}

/** One round, unless another tab is at it. @param {boolean} [patient] wait for that tab to end first */
export async function run(patient = false) {
  clearTimeout(retryTimer);
  await navigator.locks.request("sync", { ifAvailable: !patient }, async (lock) => {
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
  clockAt = -Infinity;
  (await import("./round.js")).pullSoon();
  await run(true);
}

export function start() {
  addEventListener("online", () => void run());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void run();
  });
  void run();
}
