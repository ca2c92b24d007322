/**
 * Work that a lost PIN left sealed 找回草稿: the old data key is asked for, and
 * when it comes (in the change feed, under the new one) every row is sealed anew,
 * each in a transaction of its own. A crash anywhere leaves rows that open with
 * one key or the other, and is gone on with. Loaded only where rows do not open.
 */

import { fromBase64url, utf8 } from "../domain/encoding.js";
import { openedBytes, sealedBytes } from "../domain/sealedrows.js";
import { keysOf, read, write } from "../store/database.js";
import * as device from "../store/device.js";
import { NAMES, dataKey, workOf } from "../store/person.js";
import { post } from "./api.js";

/** @typedef {import("../domain/keys.js").WrappedData} WrappedData */

const STORES = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES));

/** @param {WrappedData} data */
const lidded = ({ kid, recovery }) => ({ data_kid: kid, recovery_kid: recovery?.kid, key: recovery?.key });

/** Ask the office for the keys of lost PINs; asking again changes nothing. @param {string} uuid */
export async function askBack(uuid) {
  const person = await device.person(uuid);
  const present = person?.data;
  if (!person || !present?.recovery) return;
  for (const former of person.former ?? []) {
    if (!former.recovery || former.asked_for === present.kid) continue;
    await post("/recoveries", { device: await device.deviceUuid(), old: lidded(former), new: lidded(present) });
    await device.updatePerson(uuid, ({ former: all = [] }) => (
      { former: all.map((one) => (one.kid === former.kid ? { ...one, asked_for: present.kid } : one)) }));
  }
}

/** @param {string} person @param {string} kid of the lost key @returns {Promise<CryptoKey | null>} null while nobody has answered */
async function answered(person, kid) {
  const present = dataKey(person);
  const answer = await device.meta(`recovery:${kid}:${present.kid}`);
  if (!answer) return null;
  const cipher = { name: "AES-GCM", iv: fromBase64url(answer.iv), additionalData: utf8(`recovery:${kid}:${present.kid}`) };
  const raw = await crypto.subtle.decrypt(cipher, present.key, fromBase64url(answer.key));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  new Uint8Array(raw).fill(0);
  return key;
}

/**
 * @param {string} person @param {keyof typeof NAMES} store @param {any} at key of the row
 * @param {string} kid @param {CryptoKey} old @returns {Promise<boolean>} whether it was sealed anew
 */
async function resealed(person, store, at, kid, old) {
  const row = /** @type {any} */ (await read(workOf(person), store, at));
  if (row?.key !== kid) return false;
  const name = NAMES[store](person, row);
  const bytes = await openedBytes(old, name, row).catch(() => null);
  if (!bytes) return false;
  const { kid: key, key: present } = dataKey(person);
  const fresh = { ...row, key, ...(await sealedBytes(present, name, bytes)) };
  await write(workOf(person), [store], async (of) => {
    if ((await of(store).get(at))?.key === kid) await of(store).put(fresh);
  });
  return true;
}

/** @param {string} uuid seated @returns {Promise<number>} how many rows came back */
export async function takeBack(uuid) {
  return navigator.locks.request(`work:${uuid}`, async () => {
    let back = 0;
    for (const { kid } of (await device.person(uuid))?.former ?? []) {
      const old = await answered(uuid, kid).catch(() => null);
      if (!old) continue;
      for (const store of [...STORES].reverse()) { // files before the drafts that name them
        for (const at of await keysOf(workOf(uuid), store)) if (await resealed(uuid, store, at, kid, old)) back += 1;
      }
    }
    return back;
  });
}
