/**
 * A person's device key 设备密钥: made once, kept only wrapped under the PIN.
 * PBKDF2-SHA-256 turns the PIN into an AES-GCM key; the thumbprint is bound in
 * as additional data, so a wrapped key cannot be passed off as another's.
 */

import { base64url, fromBase64url, utf8 } from "./encoding.js";
import { publicPart, thumbprint } from "./thumbprint.js";

const P256 = { name: "ECDSA", namedCurve: "P-256" };
export const ROUNDS = 600_000;
export const PIN_PATTERN = /^\d{6,12}$/;

/** @typedef {{rounds: number, salt: string, iv: string, key: string}} WrappedKey */
/** @typedef {{kid: string, jwk: import("./thumbprint.js").PublicJwk, wrapped: WrappedKey, key: CryptoKey}} NewKey */

/** The PIN does not open this key. */
export class WrongPin extends Error {}

/**
 * @param {string} pin @param {Uint8Array<ArrayBuffer>} salt @param {number} rounds
 * @returns {Promise<CryptoKey>}
 */
async function wrappingKey(pin, salt, rounds) {
  const material = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
  const derivation = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** @param {string} pin @returns {Promise<NewKey>} extractable only inside this call */
export async function newKey(pin) {
  const pair = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const jwk = publicPart(await crypto.subtle.exportKey("jwk", pair.publicKey));
  const kid = await thumbprint(jwk);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapping = await wrappingKey(pin, salt, ROUNDS);
  const sealed = await crypto.subtle.wrapKey("pkcs8", pair.privateKey, wrapping, { name: "AES-GCM", iv, additionalData: utf8(kid) });
  const wrapped = { rounds: ROUNDS, salt: base64url(salt), iv: base64url(iv), key: base64url(sealed) };
  return { kid, jwk, wrapped, key: await openedKey(kid, wrapped, pin) };
}

/**
 * @param {string} kid @param {WrappedKey} wrapped @param {string} pin
 * @returns {Promise<CryptoKey>} usable to sign, not to export
 */
export async function openedKey(kid, wrapped, pin) {
  const wrapping = await wrappingKey(pin, fromBase64url(wrapped.salt), wrapped.rounds);
  const cipher = { name: "AES-GCM", iv: fromBase64url(wrapped.iv), additionalData: utf8(kid) };
  try {
    return await crypto.subtle.unwrapKey("pkcs8", fromBase64url(wrapped.key), wrapping, cipher, P256, false, ["sign"]);
  } catch {
    throw new WrongPin();
  }
}
