/**
 * What a person's keys lack, made good while the PIN is at hand: a data key on
 * tablets from before there was one, a lid for the organisation's recovery key.
 */

import { wrappingKey, openedDataKey } from "../domain/keys.js";
import { completedRing } from "../domain/newkeys.js";
import * as device from "../store/device.js";

/** @typedef {import("../store/device.js").Person} Person */

/**
 * @param {Person} person @param {string} pin @param {import("../domain/newkeys.js").RecoveryKey | null} recovery
 * @returns {Promise<{person: Person, data: CryptoKey}>}
 */
export async function completed(person, pin, recovery) {
  const { data } = await completedRing(person.uuid, pin, person, recovery);
  const saved = /** @type {Person} */ (await device.updatePerson(person.uuid, (now) => (
    now.data && now.data.kid !== data.kid ? {} : { data })));
  const kept = /** @type {import("../domain/keys.js").WrappedData} */ (saved.data);
  return { person: saved, data: await openedDataKey(await wrappingKey(pin, saved.wrapped), person.uuid, kept) };
}
