/**
 * How safely unsent work lies on this tablet, on every page: a strip in words
 * on the home page and the queue, a mark in the head bar elsewhere; the count on
 * the app's icon; and a request to be woken when the network is back.
 */

import { safekeeping } from "../domain/safekeeping.js";
import { shortMoment } from "../domain/times.js";
import { all, fill, need, setIcon, sizeText, word } from "./page.js";

const ICONS = { safe: "storage", warn: "clock", unsafe: "alert" };

let asked = false;
let waiting = 0;

/** Out of sight the page may sleep: the browser is asked to call the service worker (Chromium only). */
async function askToBeCalled() {
  if (!waiting || document.visibilityState === "visible") return;
  const registration = await navigator.serviceWorker?.getRegistration();
  await /** @type {any} */ (registration)?.sync?.register("send");
}

document.addEventListener("visibilitychange", () => void askToBeCalled().catch(() => undefined));

/** The count on the app's icon, for whoever is not looking at the page. @param {number} count */
function showOutside(count) {
  const { setAppBadge, clearAppBadge } = /** @type {any} */ (navigator);
  waiting = count;
  (count ? setAppBadge?.call(navigator, count) : clearAppBadge?.call(navigator))?.catch(() => undefined);
}

/** @param {HTMLElement} place @param {string[]} sentences */
function showReasons(place, sentences) {
  need("[data-reasons]", place).replaceChildren(...sentences.map((sentence) => {
    const line = document.createElement("li");
    line.textContent = sentence;
    return line;
  }));
}

/** Pages with a strip ask to be kept; the answer may never come (Firefox), so nobody waits for it. @param {() => void} granted */
function askOnce(granted) {
  if (asked || !document.querySelector(".strip")) return;
  asked = true;
  navigator.storage?.persist?.().then((kept) => { if (kept) granted(); }, () => undefined);
}

/**
 * @param {string[]} unsent when each unsent record was sealed @param {boolean} usable whether the database opens
 */
export async function showSafekeeping(unsent, usable) {
  showOutside(unsent.length);
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  const persistent = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
  const free = estimate?.quota === undefined ? null : estimate.quota - (estimate.usage ?? 0);
  const { level, reasons, days } = safekeeping({ usable, persistent, free, unsent, now: Date.now() });
  const values = { days, free: free === null ? "–" : sizeText(free), count: unsent.length };
  const head = word(`storage_head_${reasons[0] ?? "safe"}`, values);
  const oldest = unsent.length ? shortMoment([...unsent].sort()[0]) : "";
  for (const place of all("[data-storage]")) {
    place.dataset.storage = level;
    setIcon(need("svg", place), ICONS[level]);
    const facts = [word("storage_free", values), unsent.length ? word("storage_oldest", { ...values, time: oldest }) : word("storage_nothing")];
    if (persistent) facts.unshift(word("storage_kept"));
    fill(place, { storage: head, storage_facts: facts.join(word("list_separator")) });
    if (place.matches(".strip")) showReasons(place, reasons.map((reason) => word(`storage_${reason}`, values)));
    else place.title = head;
  }
  if (!persistent) askOnce(() => void showSafekeeping(unsent, usable));
}
