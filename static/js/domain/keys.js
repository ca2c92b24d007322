/**
 * Opening a person's two keys with the PIN: the signing key 签名密钥 and the key
 * of their drafts 数据密钥. PBKDF2-SHA-256 turns the PIN into an AES-GCM key; what
 * each wrapped key is for is bound in as additional data, so that none can be
 * passed off as another. Keys are made in newkeys.js.
 */

import { fromBase64url, utf8 } from "./encoding.js";

export const P256 = { name: "ECDSA", namedCurve: "P-256" };
export const AES = { name: "AES-GCM", length: 256 };
export const PIN_PATTERN = /^\d{6,12}$/;

/** @typedef {{rounds: number, salt: string, iv: string, key: string}} WrappedKey */
/**
 * @typedef {{kid: string, wrapped: WrappedKey, recovery: {kid: string, key: string} | null, asked_for?: string}} WrappedData
 *   `asked_for`: the data key under which the office was asked to give this one back
 */
/** @typedef {{person: string, kid: string, key: CryptoKey}} DataKey opens one person's rows; cannot be exported */

/** The PIN does not open this key. */
export class WrongPin extends Error {}

/**
 * The one slow step; signing key and data key are wrapped under the same salt, so that it is taken once.
 * @param {string} pin @param {{salt: string, rounds: number}} wrapped @returns {Promise<CryptoKey>}
 */
export async function wrappingKey(pin, { salt, rounds }) {
  const material = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt: fromBase64url(salt), iterations: rounds };
  return crypto.subtle.deriveKey(derivation, material, AES, false, ["wrapKey", "unwrapKey"]);
}

/** @param {string} person @param {string} kid @returns {string} what a wrapped data key is bound to */
export function dataKeyName(person, kid) {
  return `data:${person}:${kid}`;
}

/**
 * @param {CryptoKey} wrapping @param {WrappedKey} wrapped @param {string} name what it is bound to
 * @param {"pkcs8" | "raw"} format @param {AlgorithmIdentifier | EcKeyImportParams} algorithm @param {KeyUsage[]} usages @param {boolean} [extractable]
 */
async function unwrapped(wrapping, { iv, key }, name, format, algorithm, usages, extractable = false) {
  const cipher = { name: "AES-GCM", iv: fromBase64url(iv), additionalData: utf8(name) };
  try {
    return await crypto.subtle.unwrapKey(format, fromBase64url(key), wrapping, cipher, algorithm, extractable, usages);
  } catch {
    throw new WrongPin();
  }
}

/**
 * @param {CryptoKey} wrapping @param {string} kid @param {WrappedKey} wrapped @param {boolean} [extractable] only to wrap it anew
 * @returns {Promise<CryptoKey>} usable to sign
 */
export function openedSigningKey(wrapping, kid, wrapped, extractable) {
  return unwrapped(wrapping, wrapped, kid, "pkcs8", P256, ["sign"], extractable);
}

/**
 * @param {CryptoKey} wrapping @param {string} person @param {WrappedData} data @param {boolean} [extractable] only to wrap it anew
 * @returns {Promise<CryptoKey>} opens and seals rows
 */
export function openedDataKey(wrapping, person, { kid, wrapped }, extractable) {
  return unwrapped(wrapping, wrapped, dataKeyName(person, kid), "raw", "AES-GCM", ["encrypt", "decrypt"], extractable);
}
