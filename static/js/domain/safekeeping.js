/**
 * How safely unsent work lies on this tablet: what the browser promises of its
 * storage, what is free, and how long the oldest record has been waiting.
 */

const DAY_MS = 24 * 3600_000;
export const ALARM_DAYS = 3;
const SCARCE_BYTES = 500 * 1024 * 1024;
const ALMOST_FULL_BYTES = 100 * 1024 * 1024;

/**
 * @typedef {{usable: boolean, persistent: boolean, free: number | null, unsent: string[], now: number}} Facts
 *   `free` null: the browser does not say; `unsent`: when each was sealed
 * @typedef {"safe" | "warn" | "unsafe"} Level
 */

/** @param {string} since @param {number} now @returns {number} whole days; none when the clock says the future */
export function daysSince(since, now) {
  return Math.max(0, Math.floor((now - Date.parse(since)) / DAY_MS)) || 0;
}

/**
 * @param {Facts} facts
 * @returns {{level: Level, reasons: string[], days: number}} reasons: keys of sentences, the worst first
 */
export function safekeeping({ usable, persistent, free, unsent, now }) {
  const days = unsent.length ? Math.max(...unsent.map((since) => daysSince(since, now))) : 0;
  const unsafe = [
    usable ? "" : "unusable",
    days >= ALARM_DAYS ? "overdue" : "",
    free !== null && free < ALMOST_FULL_BYTES ? "almost_full" : "",
    persistent || !usable ? "" : "best_effort",
  ].filter(Boolean);
  const warn = [
    days >= 1 && days < ALARM_DAYS ? "waiting" : "",
    free !== null && free < SCARCE_BYTES && free >= ALMOST_FULL_BYTES ? "scarce" : "",
  ].filter(Boolean);
  return { level: unsafe.length ? "unsafe" : warn.length ? "warn" : "safe", reasons: [...unsafe, ...warn], days };
}
