/**
 * Times as the record writes them: the device's wall clock with its offset,
 * and calendar dates for deadlines 整改期限. Device clocks are recorded, never
 * trusted.
 */

const two = (/** @type {number} */ value) => String(value).padStart(2, "0");

/** @param {Date} moment @returns {string} local calendar date, 2026-11-22 */
export function dateText(moment) {
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** @param {Date} moment @returns {string} 14:32:05 */
export function clockText(moment) {
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}

/** @param {Date} [moment] @returns {string} ISO 8601 with milliseconds and the local offset */
export function stamp(moment = new Date()) {
  const offset = -moment.getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const millis = String(moment.getMilliseconds()).padStart(3, "0");
  return `${dateText(moment)}T${clockText(moment)}.${millis}${zone}`;
}

/** @param {Date} from @param {number} days @returns {string} the date that many days later */
export function dateAfter(from, days) {
  return dateText(new Date(from.getFullYear(), from.getMonth(), from.getDate() + days));
}

/** @param {string | number} value @param {Date} [now] @returns {string} "14:32" today, else "11-20 14:32" */
export function shortMoment(value, now = new Date()) {
  const moment = new Date(value);
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  return dateText(moment) === dateText(now) ? time : `${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${time}`;
}

/** @param {Date} moment @returns {string} 2026-11-22 14:32 */
export function minuteText(moment) {
  return `${dateText(moment)} ${clockText(moment).slice(0, 5)}`;
}

const SAME_MOMENT_MS = 10 * 60_000;

/** @param {number} modified of a file, epoch ms @param {string} taken_at @returns {string | null} of when the file is, where that is another time than the record's */
export function madeSince(modified, taken_at) {
  return Math.abs(modified - Date.parse(taken_at)) > SAME_MOMENT_MS ? stamp(new Date(modified)) : null;
}
