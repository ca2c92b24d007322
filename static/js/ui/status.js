/**
 * The line at the top that must be true: when the draft was last saved, whether
 * the server can be reached, how much waits to be sent. It shows what it is
 * told; whether storage is safe stands in strip.js.
 */

import { clockText, shortMoment } from "../domain/times.js";
import { all, fill, hasWord, setIcon, show, word } from "./page.js";

const ICONS = /** @type {Record<string, string>} */ ({ reached: "online", busy: "clock", signed_out: "clock", not_allowed: "stopped" });

let said = 0;

/**
 * The clock is for eyes; ears hear it once the hand rests. A failure is loud until something was stored.
 * @param {string} state saved, saving or save_failed @param {Date} [moment] @param {{name?: string}} [problem]
 */
export function showSaved(state, moment, problem) {
  for (const place of all("[data-saved]")) {
    place.dataset.saved = state;
    place.dataset.savedAt = moment ? String(moment.getTime()) : "";
    place.textContent = word(state, { time: moment ? clockText(moment) : "" });
  }
  const failed = state === "save_failed";
  if (failed) fill(document.body, { unsaved: word(problem?.name === "QuotaExceededError" ? "unsaved_full" : "unsaved_other") });
  if (state !== "saving") show("#unsaved", failed);
  clearTimeout(said);
  if (moment) said = window.setTimeout(() => fill(document.body, { saved_said: word("saved", { time: clockText(moment) }) }), 2_000);
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
    fill(banner, { banner: hasWord(`banner_${link}`) ? word(`banner_${link}`, { next }) : "" });
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

/** Ask to be kept. Nobody waits for the answer, which may not come (Firefox). */
export function askToPersist() {
  navigator.storage?.persist?.().catch(() => undefined);
}
