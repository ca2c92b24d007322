/**
 * How long to wait before trying again: full jitter between nothing and a
 * doubling ceiling, or what the server asked for, whichever is longer.
 */

export const BASE_MS = 2_000;
export const CEILING_MS = 15 * 60_000;

/**
 * @param {number} attempts how often it has failed so far, at least 1
 * @param {number | null} retryAfterMs what the server asked for
 * @param {number} [random] between 0 and 1
 * @returns {number} milliseconds
 */
export function waitMs(attempts, retryAfterMs, random = Math.random()) {
  const ceiling = Math.min(CEILING_MS, BASE_MS * 2 ** Math.min(attempts, 20));
  return Math.max(Math.round(ceiling * random), retryAfterMs ?? 0, 500);
}

/**
 * @param {string | null} header a Retry-After header: seconds or an HTTP date
 * @param {number} [now]
 * @returns {number | null} milliseconds
 */
export function retryAfterMs(header, now = Date.now()) {
  if (!header) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const moment = Date.parse(header);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now);
}
