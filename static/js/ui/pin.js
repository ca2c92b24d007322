/**
 * Giving a PIN: opens the person's keys, and slows down whoever guesses. A rest
 * 暂停 is counted by running time and only while a page is open, so that setting
 * the clock neither ends it nor prolongs it.
 */

import { WrongPin, openedDataKey, openedSigningKey, wrappingKey } from "../domain/keys.js";
import * as device from "../store/device.js";
import { word } from "./page.js";

/** @typedef {import("../store/device.js").Person} Person */
/** @typedef {{person: Person, signing: CryptoKey, data: CryptoKey | null}} Keys `data` is missing on tablets of before */

const FREE_TRIES = 4;
const FIRST_REST_MS = 15_000;
const LONGEST_REST_MS = 5 * 60_000;

/** @type {Map<string, number>} person → when the rest ends, by this page's running clock */
const rests = new Map();

/** This PIN may be tried again only later. */
export class PinPaused extends Error {
  /** @param {number} left milliseconds */
  constructor(left) {
    super();
    this.left = left;
  }
}

/** @param {Person} person @returns {number} milliseconds that the PIN still rests */
export function restOf({ uuid, pause_ms }) {
  const ends = rests.get(uuid) ?? performance.now() + Math.min(pause_ms ?? 0, LONGEST_REST_MS);
  rests.set(uuid, ends);
  return Math.max(0, ends - performance.now());
}

/** What is left of a rest, kept for the next page. @param {string} uuid */
export async function noteRest(uuid) {
  const left = Math.max(0, (rests.get(uuid) ?? 0) - performance.now());
  await device.updatePerson(uuid, ({ pause_ms }) => ({ pause_ms: Math.min(left, pause_ms ?? left) }));
}

/** @param {number} wrong_pins so far @returns {number} milliseconds */
function restAfter(wrong_pins) {
  return wrong_pins > FREE_TRIES ? Math.min(FIRST_REST_MS * 2 ** (wrong_pins - FREE_TRIES), LONGEST_REST_MS) : 0;
}

/**
 * A try is counted before it is made: leaving the page does not undo it.
 * @param {string} uuid @param {string} pin @returns {Promise<Keys>}
 */
export async function openKeys(uuid, pin) {
  const before = await device.person(uuid);
  if (!before) throw new WrongPin();
  if (restOf(before)) throw new PinPaused(restOf(before));
  const person = /** @type {Person} */ (await device.updatePerson(uuid, ({ wrong_pins }) => (
    { wrong_pins: wrong_pins + 1, pause_ms: restAfter(wrong_pins + 1) })));
  try {
    const wrapping = await wrappingKey(pin, person.wrapped);
    const signing = await openedSigningKey(wrapping, person.kid, person.wrapped);
    const data = person.data ? await openedDataKey(wrapping, uuid, person.data) : null;
    await device.updatePerson(uuid, () => ({ wrong_pins: 0, pause_ms: 0 }));
    return { person, signing, data };
  } catch (problem) {
    rests.set(uuid, performance.now() + person.pause_ms);
    throw problem;
  }
}

/** The office took this key back: it still opens what its person wrote, and signs nothing more. */
export class KeyRevoked extends Error {}

/** @param {string} uuid @param {string} pin @returns {Promise<CryptoKey>} the key that signs */
export async function openKey(uuid, pin) {
  const { person, signing } = await openKeys(uuid, pin);
  if (await device.revocation(person.kid)) throw new KeyRevoked(person.name);
  return signing;
}

/** @param {unknown} problem @returns {string} what to tell the person about a PIN that did not open */
export function pinProblem(problem) {
  if (problem instanceof PinPaused) return word("pin_paused", { seconds: Math.ceil(problem.left / 1000) });
  if (problem instanceof WrongPin) return word("pin_wrong");
  if (problem instanceof KeyRevoked) return word("key_revoked_turn", { name: problem.message });
  throw problem;
}
