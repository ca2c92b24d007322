/**
 * What belongs to the tablet and not to one person: its own uuid, the people
 * enrolled on it with their wrapped keys, sealed records on their way (exact
 * bytes), receipts, and the reference data that /changes hands down.
 */

import { uuid7 } from "../domain/uuid.js";
import { read, readAll, withDb, write } from "./database.js";

/**
 * @typedef {{uuid: string, name: string, badge: string, unit: string, roles: string[], kid: string,
 *   wrapped: import("../domain/keys.js").WrappedKey, server_keys: JsonWebKey[], enrolled_at: string,
 *   wrong_pins: number, locked_until: number}} Person
 */
/** @typedef {{sha256: string, size: number, type: string}} BlobName */
/** @typedef {{code: string, detail: string, status: number}} Why */
/**
 * @typedef {{uuid: string, person: string, signers: string[], unit_name: string, title: string, findings: number,
 *   digest: string, jws_digest: string, jws: ArrayBuffer, inks: BlobName[], photos: BlobName[],
 *   signed_at: string, sealed_at: string, state: "waiting" | "delivered" | "attention", attempts: number,
 *   last_try_at: string | null, next_try_at: number, why: Why | null, noticed_at: string | null,
 *   receipt: string | null, receipt_claims: import("../domain/receipt.js").Receipt | null,
 *   sent_bytes: number, delivered_at: string | null}} Outgoing
 */
/**
 * @typedef {{uuid: string, name: string, credit_code: string, sector: string, high_risk: boolean, address: string,
 *   principal: string, readers: string[]}} Unit `readers`: people of this tablet in whose scope it lies
 */
/**
 * @typedef {{id: string, slug: string, revision: number, digest: string, title: string | {zh: string, en: string},
 *   items: number, form: {zh: string, en: string}}} Checklist
 */
/** @typedef {{type: string, record?: string, receipt?: string, [member: string]: any}} Change */

export const KEPT_AFTER_DELIVERY_MS = 30 * 24 * 3600 * 1000;

/** @type {import("./database.js").Shape} */
const SHAPE = {
  name: "zhencha-device",
  version: 2,
  upgrade(database, from) {
    if (from < 2) {
      database.createObjectStore("hazard_photos", { keyPath: "sha256" });
      database.createObjectStore("last_inspections", { keyPath: "id" });
    }
    if (from < 1) {
      database.createObjectStore("meta");
      database.createObjectStore("people", { keyPath: "uuid" });
      database.createObjectStore("outbox", { keyPath: "uuid" });
      database.createObjectStore("outbox_blobs", { keyPath: "sha256" });
      database.createObjectStore("units", { keyPath: "uuid" });
      database.createObjectStore("checklists", { keyPath: "id" });
      database.createObjectStore("hazards", { keyPath: "id" });
      database.createObjectStore("revocations", { keyPath: "kid" });
    }
  },
};

/** @param {string} key @returns {Promise<any>} */
export function meta(key) {
  return read(SHAPE, "meta", key);
}

/** @param {string} key @param {unknown} value */
export function setMeta(key, value) {
  return write(SHAPE, ["meta"], (store) => store("meta").put(value, key));
}

/** @returns {Promise<string>} the uuid of this tablet, made the first time it is asked for */
export function deviceUuid() {
  return write(SHAPE, ["meta"], async (store) => {
    const known = await store("meta").get("device");
    if (known) return known;
    const made = uuid7();
    await store("meta").put(made, "device");
    return made;
  });
}

/** @returns {Promise<Person[]>} those enrolled on this tablet, first enrolled first */
export async function people() {
  const all = /** @type {Person[]} */ (await readAll(SHAPE, "people"));
  return all.sort((one, other) => one.enrolled_at.localeCompare(other.enrolled_at));
}

/** @param {string} uuid @returns {Promise<Person | undefined>} */
export function person(uuid) {
  return read(SHAPE, "people", uuid);
}

/** @param {Person} person */
export function savePerson(person) {
  return write(SHAPE, ["people"], (store) => store("people").put(person));
}

/** @returns {Promise<JsonWebKey[]>} every server key that was pinned when somebody enrolled */
export async function pinnedKeys() {
  return (await people()).flatMap((one) => one.server_keys);
}

/** @returns {Promise<Outgoing[]>} oldest first */
export async function outbox() {
  const all = /** @type {Outgoing[]} */ (await readAll(SHAPE, "outbox"));
  return all.sort((one, other) => one.sealed_at.localeCompare(other.sealed_at));
}

/** @param {string} uuid @returns {Promise<Outgoing | undefined>} */
export function outgoing(uuid) {
  return read(SHAPE, "outbox", uuid);
}

/** @param {BlobName & {bytes: ArrayBuffer}} blob kept before the record that names it; harmless when nothing does */
export function keepBlob(blob) {
  return write(SHAPE, ["outbox_blobs"], (store) => store("outbox_blobs").put(blob));
}

/** @param {string} sha256 @returns {Promise<(BlobName & {bytes: ArrayBuffer}) | undefined>} */
export function blob(sha256) {
  return read(SHAPE, "outbox_blobs", sha256);
}

/** A blob that the sealed record names is not there. */
export class BlobMissing extends Error {}

/**
 * The moment a record exists: one transaction that holds its exact bytes and
 * finds every blob it names. From here on its draft is history.
 * @param {Outgoing} item
 */
export function seal(item) {
  return write(SHAPE, ["outbox", "outbox_blobs"], async (store) => {
    for (const { sha256 } of [...item.inks, ...item.photos]) {
      if ((await store("outbox_blobs").getKey(sha256)) === undefined) throw new BlobMissing(sha256);
    }
    await store("outbox").add(item);
  });
}

/**
 * @param {string} uuid @param {Partial<Outgoing>} changes
 * @returns {Promise<Outgoing | undefined>} what stands there now
 */
export function updateOutgoing(uuid, changes) {
  return write(SHAPE, ["outbox"], async (store) => {
    const item = await store("outbox").get(uuid);
    if (!item) return undefined;
    const changed = { ...item, ...changes };
    await store("outbox").put(changed);
    return changed;
  });
}

/**
 * Let go of what was delivered long enough ago; nothing else is ever deleted.
 * @param {number} now
 */
export function forgetDelivered(now) {
  return write(SHAPE, ["outbox", "outbox_blobs"], async (store) => {
    const items = /** @type {Outgoing[]} */ (await store("outbox").getAll());
    const old = items.filter((item) => item.state === "delivered" && item.delivered_at && item.receipt_claims?.complete
      && Date.parse(item.delivered_at) + KEPT_AFTER_DELIVERY_MS < now);
    const gone = new Set(old.map((item) => item.uuid));
    const kept = items.filter((item) => !gone.has(item.uuid));
    const needed = new Set(kept.flatMap((item) => [...item.inks, ...item.photos]).map(({ sha256 }) => sha256));
    for (const item of old) {
      for (const { sha256 } of [...item.inks, ...item.photos]) {
        if (!needed.has(sha256)) await store("outbox_blobs").delete(sha256);
      }
      await store("outbox").delete(item.uuid);
    }
    return old.length;
  });
}

/** @param {string} reader @returns {Promise<Unit[]>} units in that person's scope */
export async function units(reader) {
  const all = /** @type {Unit[]} */ (await readAll(SHAPE, "units"));
  return all.filter((unit) => unit.readers.includes(reader));
}

/**
 * The whole list of one reader: units that left it stay for those who still see them.
 * @param {ReturnType<import("./database.js").StoreOf>} store @param {string} reader @param {Omit<Unit, "readers">[]} listed
 */
async function replaceUnits(store, reader, listed) {
  const known = new Map((await store.getAll()).map((/** @type {Unit} */ unit) => [unit.uuid, unit]));
  for (const unit of known.values()) {
    const readers = unit.readers.filter((/** @type {string} */ one) => one !== reader);
    unit.readers = readers;
    if (readers.length) await store.put(unit);
    else await store.delete(unit.uuid);
  }
  for (const unit of listed) {
    await store.put({ ...unit, readers: [...(known.get(unit.uuid)?.readers ?? []), reader] });
  }
}

/** @returns {Promise<Checklist[]>} */
export function checklists() {
  return readAll(SHAPE, "checklists");
}

/** @returns {Promise<any[]>} hazards of my units, as the office last knew them */
export function hazards() {
  return readAll(SHAPE, "hazards");
}

/**
 * What the server handed down, and how far we have read, in one transaction.
 * @param {Change[]} changes @param {string} reader @param {string} cursor
 */
export function applyChanges(changes, reader, cursor) {
  const stores = ["meta", "units", "checklists", "hazards", "revocations"];
  return write(SHAPE, stores, async (store) => {
    for (const change of changes) {
      if (change.type === "units") await replaceUnits(store("units"), reader, change.units);
      if (change.type === "checklist") await store("checklists").put(change);
      if (change.type === "hazard") await store("hazards").put(change);
      if (change.type === "revocation") await store("revocations").put(change);
    }
    await store("meta").put(cursor, `cursor:${reader}`);
  });
}

/** @returns {Promise<boolean>} whether the database opens at all (private windows refuse) */
export async function usable() {
  try {
    await withDb(SHAPE, (database) => database.count("people"));
    return true;
  } catch {
    return false;
  }
}
