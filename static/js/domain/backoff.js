/**
 * How long to wait before trying again, and how much to send at a time. The
 * tablet's clock may be set back or forth by years while something waits.
 */

export const BASE_MS = 2_000;
export const CEILING_MS = 15 * 60_000;
const LONGEST_ASKED_MS = 24 * 3600_000;

/** What a piece should take on this network: a cut loses no more than that. */
const PIECE_MS = 4_000;
export const SMALLEST_PIECE = 16 * 1024;
export const LARGEST_PIECE = 256 * 1024;

/**
 * Exactly what the server asked for; else full jitter below a doubling ceiling.
 * @param {number} attempts how often it has failed so far, at least 1
 * @param {number | null} retryAfterMs what the server asked for
 * @param {number} [random] between 0 and 1
 * @returns {number} milliseconds
 */
export function waitMs(attempts, retryAfterMs, random = Math.random()) {
  if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, 500), LONGEST_ASKED_MS);
  const ceiling = Math.min(CEILING_MS, BASE_MS * 2 ** Math.min(attempts, 20));
  return Math.max(Math.round(ceiling * random), 500);
}

/**
 * @param {string | null} header a Retry-After header: seconds or an HTTP date
 * @param {number} now the clock of whoever wrote the date, as its answer said
 * @returns {number | null} milliseconds
 */
export function retryAfterMs(header, now) {
  if (!header) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const moment = Date.parse(header);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now);
}

/**
 * Milliseconds until an item is tried again. When more is left than was ever to
 * be waited, the clock was set back: it is due.
 * @param {{next_try_at: number, wait_ms?: number}} item @param {number} now
 */
export function leftMs({ next_try_at, wait_ms = CEILING_MS }, now) {
  const left = next_try_at - now;
  return left > wait_ms ? 0 : Math.max(0, left);
}

/** @param {number} bytes of the last piece @param {number} ms that it took @returns {number} bytes of the next */
export function nextPiece(bytes, ms) {
  const fitting = Math.min(bytes * 4, (bytes * PIECE_MS) / Math.max(ms, 1));
  return Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, Math.round(fitting)));
}
