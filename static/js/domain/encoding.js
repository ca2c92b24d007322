/**
 * Bytes as text and back: UTF-8, hexadecimal, base64url, and the SHA-256 that
 * names bytes everywhere in 真查. Nothing here knows what the bytes mean.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function utf8(text) {
  return encoder.encode(text);
}

/** @param {BufferSource} bytes @returns {string} */
export function text(bytes) {
  return decoder.decode(bytes);
}

/** @param {ArrayBuffer | Uint8Array} bytes @returns {string} */
export function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {ArrayBuffer | Uint8Array} bytes @returns {string} base64url without padding (RFC 7515 §2) */
export function base64url(bytes) {
  const view = new Uint8Array(bytes);
  let binary = "";
  for (let start = 0; start < view.length; start += 0x8000) {
    binary += String.fromCharCode(...view.subarray(start, start + 0x8000));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} encoded @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64url(encoded) {
  const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** @param {BufferSource} bytes @returns {Promise<string>} SHA-256 in hexadecimal */
export async function sha256(bytes) {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}
