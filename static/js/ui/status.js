/**
 * The line at the top that must be true: when the draft was last saved, whether
 * the server can be reached, how much waits to be sent, whether storage is safe.
 * It shows what it is told and asks nobody but the browser's own storage.
 */

import { clockText, shortMoment } from "../domain/times.js";
import { all, fill, hasWord, setIcon, sizeText, word } from "./page.js";

const SCARCE_BYTES = 500 * 1024 * 1024;
const ICONS = /** @type {Record<string, string>} */ ({ reached: "online", signed_out: "person", not_allowed: "person" });

/** @param {string} state saved, saving or failed @param {Date} [moment] */
export function showSaved(state, moment) {
  for (const place of all("[data-saved]")) {
    place.dataset.saved = state;
    place.dataset.savedAt = moment ? String(moment.getTime()) : "";
    place.textContent = word(state, { time: moment ? clockText(moment) : "" });
  }
}

/** @param {string} link @param {number | null} nextTry */
export function showLink(link, nextTry) {
  const next = nextTry ? word("next_try", { time: shortMoment(nextTry) }) : "";
  for (const place of all("[data-link]")) {
    place.dataset.link = link;
    fill(place, { link: word(`link_${link}`) });
    place.title = next;
    const icon = place.querySelector("svg");
    if (icon) setIcon(icon, ICONS[link] ?? "offline");
  }
  for (const banner of all("[data-link-banner]")) {
    banner.hidden = !hasWord(`banner_${link}`);
    fill(banner, { banner: hasWord(`banner_${link}`) ? word(`banner_${link}`) : "" });
  }
  for (const element of all("[data-when-link]")) element.hidden = element.dataset.whenLink !== link;
}

/** @param {number} waiting @param {number} attention */
export function showWaiting(waiting, attention) {
  for (const place of all("[data-waiting]")) {
    place.hidden = waiting + attention === 0;
    place.dataset.attention = String(attention > 0);
    place.textContent = String(waiting + attention);
  }
}

/** What the browser says of its storage; never waits for an answer that may not come (Firefox). */
export async function showStorage() {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  const persistent = await navigator.storage?.persisted?.().catch(() => false);
  const free = estimate ? (estimate.quota ?? 0) - (estimate.usage ?? 0) : 0;
  const safe = Boolean(persistent) && free > SCARCE_BYTES;
  for (const place of all("[data-storage]")) {
    place.dataset.storage = safe ? "safe" : "unsafe";
    fill(place, { storage: word(persistent ? "storage_persistent" : "storage_best_effort", { free: sizeText(free) }) });
  }
}

/** Ask to be kept; the answer shows in showStorage. */
export function askToPersist() {
  navigator.storage?.persist?.().then(() => showStorage(), () => undefined);
}
