/**
 * Making and re-wrapping a person's keys: at enrolment, when the PIN changes,
 * when an old tablet gets its data key. Keys can be taken out only inside these
 * calls. The signing key is wrapped under the PIN and nowhere else; the data key
 * also for the organisation's recovery key, whose private half no server holds.
 */

import { base64url, utf8 } from "./encoding.js";
import { AES, P256, dataKeyName, openedDataKey, openedSigningKey, wrappingKey } from "./keys.js";
import { publicPart, thumbprint } from "./thumbprint.js";
import { uuid7 } from "./uuid.js";

/** @typedef {import("./keys.js").WrappedKey} WrappedKey */
/** @typedef {import("./keys.js").WrappedData} WrappedData */
/** @typedef {{kid: string, jwk: JsonWebKey}} RecoveryKey the organisation's, public half */
/** @typedef {{kid: string, wrapped: WrappedKey, data?: WrappedData}} Ring the keys of one person, as they are stored */

const ROUNDS = 600_000;
const RECOVERY = { name: "RSA-OAEP", hash: "SHA-256" };

/** A PIN's key under a salt of its own. @param {string} pin */
async function freshWrapping(pin) {
  const under = { salt: base64url(crypto.getRandomValues(new Uint8Array(16))), rounds: ROUNDS };
  return { under, wrapping: await wrappingKey(pin, under) };
}

/**
 * @param {"pkcs8" | "raw"} format @param {CryptoKey} key @param {string} name what it is bound to
 * @param {CryptoKey} wrapping @param {{salt: string, rounds: number}} under @returns {Promise<WrappedKey>}
 */
async function wrapped(format, key, name, wrapping, { salt, rounds }) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.wrapKey(format, key, wrapping, { name: "AES-GCM", iv, additionalData: utf8(name) });
  return { rounds, salt, iv: base64url(iv), key: base64url(sealed) };
}

/** @param {CryptoKey} key @param {RecoveryKey} recovery @returns {Promise<{kid: string, key: string}>} */
async function wrappedForRecovery(key, { kid, jwk }) {
  const { kty, n, e } = jwk;
  const lid = await crypto.subtle.importKey("jwk", { kty, n, e }, RECOVERY, false, ["wrapKey"]);
  return { kid, key: base64url(await crypto.subtle.wrapKey("raw", key, lid, RECOVERY)) };
}

/** @param {string} person @param {CryptoKey} wrapping @param {{salt: string, rounds: number}} under @param {RecoveryKey | null} recovery */
async function freshData(person, wrapping, under, recovery) {
  const kid = uuid7();
  const key = await crypto.subtle.generateKey(AES, true, ["encrypt", "decrypt"]);
  return {
    kid, wrapped: await wrapped("raw", key, dataKeyName(person, kid), wrapping, under),
    recovery: recovery && await wrappedForRecovery(key, recovery),
  };
}

/**
 * @param {string} person @param {string} pin @param {RecoveryKey | null} recovery
 * @param {{ring: Ring, pin: string}} [known] whose data key goes on: somebody enrols again and knows the PIN
 * @returns {Promise<{ring: Required<Ring>, jwk: import("./thumbprint.js").PublicJwk, signing: CryptoKey, data: CryptoKey}>}
 */
export async function newRing(person, pin, recovery, known) {
  const pair = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const jwk = publicPart(await crypto.subtle.exportKey("jwk", pair.publicKey));
  const kid = await thumbprint(jwk);
  const { under, wrapping } = await freshWrapping(pin);
  const ring = {
    kid, wrapped: await wrapped("pkcs8", pair.privateKey, kid, wrapping, under),
    data: known?.ring.data
      ? await carriedData(person, known.ring.data, await wrappingKey(known.pin, known.ring.data.wrapped), wrapping, under, recovery)
      : await freshData(person, wrapping, under, recovery),
  };
  return {
    ring, jwk, signing: await openedSigningKey(wrapping, kid, ring.wrapped),
    data: await openedDataKey(wrapping, person, ring.data),
  };
}

/**
 * The same data key under another PIN.
 * @param {string} person @param {WrappedData} data @param {CryptoKey} old @param {CryptoKey} wrapping
 * @param {{salt: string, rounds: number}} under @param {RecoveryKey | null} [recovery]
 * @returns {Promise<WrappedData>}
 */
async function carriedData(person, data, old, wrapping, under, recovery) {
  const key = await openedDataKey(old, person, data, true);
  return {
    ...data, wrapped: await wrapped("raw", key, dataKeyName(person, data.kid), wrapping, under),
    recovery: recovery ? await wrappedForRecovery(key, recovery) : data.recovery,
  };
}

/**
 * What a ring lacks, made good while the PIN is at hand: a data key (tablets from before there was
 * one), a lid for the organisation's present recovery key. The same ring when it lacks nothing.
 * @template {Ring} R
 * @param {string} person @param {string} pin @param {R} ring @param {RecoveryKey | null} recovery
 * @returns {Promise<R & Required<Ring>>}
 */
export async function completedRing(person, pin, ring, recovery) {
  const wrapping = await wrappingKey(pin, ring.wrapped);
  const data = ring.data ?? await freshData(person, wrapping, ring.wrapped, recovery);
  if (!recovery || data.recovery?.kid === recovery.kid) return { ...ring, data };
  const key = await openedDataKey(wrapping, person, data, true);
  return { ...ring, data: { ...data, recovery: await wrappedForRecovery(key, recovery) } };
}

/**
 * Both keys under another PIN and another salt; the keys themselves stay.
 * @param {string} person @param {Required<Ring>} ring @param {string} oldPin @param {string} newPin
 * @returns {Promise<Required<Ring>>}
 */
export async function rewrappedRing(person, ring, oldPin, newPin) {
  const old = await wrappingKey(oldPin, ring.wrapped);
  const signing = await openedSigningKey(old, ring.kid, ring.wrapped, true);
  const { under, wrapping } = await freshWrapping(newPin);
  return {
    kid: ring.kid, wrapped: await wrapped("pkcs8", signing, ring.kid, wrapping, under),
    data: await carriedData(person, ring.data, old, wrapping, under),
  };
}
