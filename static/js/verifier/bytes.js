/** Bytes and the texts that stand for them. Strict: one value is written one way only. */

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Base64url without padding (RFC 7515 §2) and without any other character. @param {unknown} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64url(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw new TypeError("not base64url");
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} bytes @returns {string} */
export function toBase64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromHex(text) {
  if (!isHash(text)) throw new TypeError("not a hash");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** SHA-256 in lower-case hex, as ledger and tree write it. @param {unknown} value @returns {value is string} */
export const isHash = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

/** @param {Uint8Array[]} parts @returns {Uint8Array<ArrayBuffer>} */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<string>} lower-case hex */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export const encoded = (text) => new TextEncoder().encode(text);

/** @param {Uint8Array} bytes @returns {string} throws where they are not UTF-8 */
export const decoded = (bytes) => utf8.decode(bytes);

/** @param {Uint8Array | string} data @returns {any} throws where it is no JSON */
export const parsed = (data) => JSON.parse(typeof data === "string" ? data : decoded(data));
