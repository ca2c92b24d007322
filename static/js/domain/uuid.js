/**
 * UUID version 7 (RFC 9562 §5.7): the name a record keeps from its first tap
 * to the archive, ordered by time of making.
 */

import { hex } from "./encoding.js";

/**
 * @param {number} [now] milliseconds since the epoch
 * @param {Uint8Array} [random] sixteen random bytes, given by tests
 * @returns {string}
 */
export function uuid7(now = Date.now(), random = crypto.getRandomValues(new Uint8Array(16))) {
  const bytes = Uint8Array.from(random);
  for (let index = 5, rest = now; index >= 0; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = hex(bytes);
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}

/** @param {string} uuid version 7 @returns {number} when it was made, milliseconds since the epoch by that clock */
export function uuidTime(uuid) {
  return parseInt(uuid.replaceAll("-", "").slice(0, 12), 16);
}
