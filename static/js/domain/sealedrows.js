/**
 * Rows that only their owner reads: AES-256-GCM under the person's data key,
 * a fresh IV each time. The row's own name (person, store, key) is bound in, so
 * that no row can be passed off as another, nor as another person's.
 */

import { text, utf8 } from "./encoding.js";

/** @typedef {{iv: Uint8Array<ArrayBuffer>, sealed: ArrayBuffer}} Sealed */

/** @param {string[]} name @param {Uint8Array<ArrayBuffer>} iv */
const cipher = (name, iv) => ({ name: "AES-GCM", iv, additionalData: utf8(JSON.stringify(name)) });

/**
 * @param {CryptoKey} key @param {string[]} name person, store and key of the row
 * @param {BufferSource} bytes @returns {Promise<Sealed>}
 */
export async function sealedBytes(key, name, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, sealed: await crypto.subtle.encrypt(cipher(name, iv), key, bytes) };
}

/** @param {CryptoKey} key @param {string[]} name @param {Sealed} row @returns {Promise<ArrayBuffer>} rejects when it does not open */
export function openedBytes(key, name, { iv, sealed }) {
  return crypto.subtle.decrypt(cipher(name, iv), key, sealed);
}

/** @param {CryptoKey} key @param {string[]} name @param {Sealed} row @returns {Promise<any>} the value that was sealed as JSON */
export async function openedValue(key, name, row) {
  return JSON.parse(text(await openedBytes(key, name, row)));
}
