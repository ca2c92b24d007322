/**
 * Custody notices 保管通知: "signed, bytes still on this tablet", a few hundred
 * bytes sent before anything else, and again when what they say has changed.
 */

import { bytesThere, filesLeft, totalBytes } from "../domain/outgoing.js";
import { daysSince } from "../domain/safekeeping.js";
import { withDb } from "../store/database.js";
import * as device from "../store/device.js";
import { workOf } from "../store/person.js";
import { Unreachable, post } from "./api.js";

/** @typedef {import("../store/device.js").Outgoing} Outgoing */

const MOST_AT_ONCE = 100;

/** @param {Outgoing} item @param {string} storage @returns {Record<string, string | number>} */
function noticeOf(item, storage) {
  return {
    uuid: item.uuid, digest: item.digest, signer: item.person, signed_at: item.signed_at, unit: item.unit_name,
    photos: item.photos.length, photos_left: filesLeft(item, item.photos).length,
    bytes: totalBytes(item), bytes_left: totalBytes(item) - bytesThere(item), storage, state: item.state,
  };
}

/** @returns {Promise<number>} drafts of everybody on this tablet, counted without opening one */
async function countDrafts() {
  const there = new Set((await indexedDB.databases?.() ?? []).map(({ name }) => name));
  const shapes = (await device.people()).map(({ uuid }) => workOf(uuid)).filter(({ name }) => there.has(name));
  const counts = shapes.map((shape) => withDb(shape, (database) => database.count("drafts")));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** @param {Outgoing[]} items everything unsent; what the office knows already is not said again */
export async function giveNotices(items) {
  const storage = (await navigator.storage?.persisted?.().catch(() => false)) ? "persistent" : "best_effort";
  const notices = items.map((item) => ({ item, notice: noticeOf(item, storage) }))
    .map(({ item, notice }) => ({ item, notice, said: JSON.stringify([notice.photos_left, storage, item.state, daysSince(item.sealed_at, Date.now())]) }))
    .filter(({ item, said }) => item.noticed !== said);
  const holds = { records: items.length, drafts: await countDrafts() };
  const told = await device.meta("custody_told");
  if (!notices.length && told?.records === holds.records && told?.drafts === holds.drafts) return;
  for (let from = 0; from === 0 || from < notices.length; from += MOST_AT_ONCE) {
    const batch = notices.slice(from, from + MOST_AT_ONCE);
    const answer = await post("/custody", { device: await device.deviceUuid(), holds, records: batch.map(({ notice }) => notice) });
    if (answer.status !== 204) throw new Unreachable("the notice was answered by somebody else");
    const noticed_at = new Date().toISOString();
    for (const { item, said } of batch) await device.updateOutgoing(item.uuid, { noticed_at, noticed: said });
  }
  await device.setMeta("custody_told", holds);
}
