/**
 * The organisation's recovery key 恢复密钥: made in an administrator's browser,
 * kept in a file that a passphrase opens, used to hand a person's old data key
 * on to their new one. No private half is ever sent anywhere.
 */

import { base64url, fromBase64url, utf8 } from "./encoding.js";
import { wrappingKey } from "./keys.js";

const FORMAT = "zhencha.recovery-key/1";
const ROUNDS = 600_000;
const RSA = { name: "RSA-OAEP", hash: "SHA-256" };
const STRENGTH = { ...RSA, modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) };
export const SHORTEST_PASSPHRASE = 12;

/** @typedef {{kty: string, n: string, e: string}} PublicHalf */
/** @typedef {{format: string, kid: string, jwk: PublicHalf, rounds: number, salt: string, iv: string, key: string}} KeyFile */
/** @typedef {{kid: string, jwk: PublicHalf, key: CryptoKey}} OpenedKey */
/** @typedef {{data_kid: string, recovery_kid: string, key: string}} WrappedDataKey */

/** This file is no recovery key, or is damaged. */
export class NotARecoveryKey extends Error {}

/** The passphrase does not open this file. */
export class WrongPassphrase extends Error {}

/** This private half was not what the data key was wrapped for. */
export class WrongKey extends Error {}

/** @param {JsonWebKey} jwk @returns {PublicHalf} */
function publicHalf(jwk) {
  return { kty: "RSA", n: String(jwk.n), e: String(jwk.e) };
}

/** @param {PublicHalf} jwk @returns {Promise<string>} RFC 7638 */
async function nameOf({ e, kty, n }) {
  return base64url(await crypto.subtle.digest("SHA-256", utf8(JSON.stringify({ e, kty, n }))));
}

/** The same passphrase however a keyboard composes it. @param {string} passphrase @param {{salt: string, rounds: number}} under */
const lidOf = (passphrase, under) => wrappingKey(passphrase.normalize("NFC"), under);

/** @param {string} passphrase @returns {Promise<KeyFile>} a new key, closed; its private half exists nowhere else */
export async function newKeyFile(passphrase) {
  const pair = await crypto.subtle.generateKey(STRENGTH, true, ["decrypt", "encrypt"]);
  const jwk = publicHalf(await crypto.subtle.exportKey("jwk", pair.publicKey));
  const kid = await nameOf(jwk);
  const salt = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const lid = await lidOf(passphrase, { salt, rounds: ROUNDS });
  const key = await crypto.subtle.wrapKey("pkcs8", pair.privateKey, lid, { name: "AES-GCM", iv, additionalData: utf8(kid) });
  return { format: FORMAT, kid, jwk, rounds: ROUNDS, salt, iv: base64url(iv), key: base64url(key) };
}

/** @param {string} text of a file @returns {Promise<KeyFile>} */
async function keyFile(text) {
  /** @type {any} */
  let file;
  try { file = JSON.parse(text); } catch { throw new NotARecoveryKey(); }
  const texts = [file?.kid, file?.jwk?.n, file?.jwk?.e, file?.salt, file?.iv, file?.key];
  const whole = file?.format === FORMAT && texts.every((one) => typeof one === "string") && Number.isInteger(file.rounds);
  if (!whole || file.kid !== await nameOf(file.jwk)) throw new NotARecoveryKey();
  return file;
}

/** Both halves belong together: what the one closes, the other opens. @param {PublicHalf} jwk @param {CryptoKey} key */
async function proven(jwk, key) {
  const closing = await crypto.subtle.importKey("jwk", { ...publicHalf(jwk) }, RSA, false, ["encrypt"]);
  const sample = crypto.getRandomValues(new Uint8Array(32));
  const back = await crypto.subtle.decrypt(RSA, key, await crypto.subtle.encrypt(RSA, closing, sample));
  if (base64url(back) !== base64url(sample)) throw new NotARecoveryKey();
}

/** @param {string} text @param {string} passphrase @returns {Promise<OpenedKey>} not extractable */
export async function openedKeyFile(text, passphrase) {
  const file = await keyFile(text);
  const lid = await lidOf(passphrase, file);
  const cipher = { name: "AES-GCM", iv: fromBase64url(file.iv), additionalData: utf8(file.kid) };
  const key = await crypto.subtle.unwrapKey("pkcs8", fromBase64url(file.key), lid, cipher, RSA, false, ["decrypt"])
    .catch(() => { throw new WrongPassphrase(); });
  await proven(file.jwk, key).catch(() => { throw new NotARecoveryKey(); });
  return { kid: file.kid, jwk: publicHalf(file.jwk), key };
}

/** @param {CryptoKey} key @param {string} wrapped @returns {Promise<Uint8Array<ArrayBuffer>>} the 32 bytes inside */
export async function unwrapped(key, wrapped) {
  const opened = await crypto.subtle.decrypt(RSA, key, fromBase64url(wrapped)).catch(() => { throw new WrongKey(); });
  if (opened.byteLength !== 32) throw new WrongKey();
  return new Uint8Array(opened);
}

/**
 * The old data key under the new one, for the person whose both are.
 * @param {WrappedDataKey} old @param {WrappedDataKey} fresh
 * @param {(kid: string) => CryptoKey | undefined} opened private halves that are open just now
 * @returns {Promise<{iv: string, key: string}>}
 */
export async function resealed(old, fresh, opened) {
  const [oldLid, freshLid] = [opened(old.recovery_kid), opened(fresh.recovery_kid)];
  if (!oldLid || !freshLid) throw new WrongKey();
  const held = await unwrapped(oldLid, old.key);
  const sealing = await unwrapped(freshLid, fresh.key);
  try {
    const key = await crypto.subtle.importKey("raw", sealing, "AES-GCM", false, ["encrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bound = utf8(`recovery:${old.data_kid}:${fresh.data_kid}`);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound }, key, held);
    return { iv: base64url(iv), key: base64url(sealed) };
  } finally {
    held.fill(0);
    sealing.fill(0);
  }
}
