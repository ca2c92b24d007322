/**
 * What belongs to the tablet and not to one person: its own uuid, the people
 * enrolled on it with their wrapped keys, sealed records on their way (exact
 * bytes), receipts, and the reference data that /changes hands down.
 */

import { uuid7 } from "../domain/uuid.js";
import { read, readAll, withDb, write, writeWithin } from "./database.js";

/**
 * @typedef {{uuid: string, name: string, badge: string, unit: string, roles: string[], kid: string,
 *   wrapped: import("../domain/keys.js").WrappedKey, server_keys: JsonWebKey[], enrolled_at: string,
 *   data?: import("../domain/keys.js").WrappedData, former?: import("../domain/keys.js").WrappedData[],
 *   wrong_pins: number, pause_ms: number}} Person
 *   `data`: the key of the drafts, missing until the first unlock on tablets of before; `former`: those of lost PINs;
 *   `pause_ms`: how long the PIN still rests
 */
/** @typedef {{sha256: string, size: number, type: string}} BlobName */
/** @typedef {{code: string, detail: string, status: number}} Why */
/**
 * @typedef {{uuid: string, person: string, signers: string[], unit_name: string, title: string, findings: number, hazards?: string[],
 *   digest: string, jws_digest: string, jws?: ArrayBuffer, jws_size?: number, inks: BlobName[], photos: BlobName[],
 *   signed_at: string, sealed_at: string, state: "waiting" | "delivered" | "attention", attempts: number,
 *   last_try_at: string | null, next_try_at: number, wait_ms?: number, why: Why | null,
 *   noticed_at: string | null, noticed?: string, receipt: string | null, former_receipt?: string | null,
 *   receipt_claims: import("../domain/receipt.js").Receipt | null, there?: string[],
 *   sent_bytes: number, delivered_at: string | null}} Outgoing
 *   `jws` is absent from what `outbox` lists, see `jwsOf`; `there`: blobs that the server confirmed; `noticed`: what the
 *   office was last told; `delivered_at` by the server's clock
 */
/**
 * @typedef {{uuid: string, name: string, credit_code: string, sector: string, high_risk: boolean, address: string,
 *   principal: string, venues?: string[],
 *   staff?: number | null, readers: string[]}} Unit `readers`: people of this tablet in whose scope it lies
 */
/**
 * @typedef {{id: string, slug: string, revision: number, digest: string, title: string | {zh: string, en: string},
 *   items: number, form: {zh: string, en: string}, list?: string, family?: string, readers?: string[],
 *   applies?: import("../domain/applies.js").Applies}} Checklist `readers`: people of this tablet who are offered it
 */
/** @typedef {{type: string, record?: string, receipt?: string, [member: string]: any}} Change */

export const KEPT_AFTER_DELIVERY_MS = 30 * 24 * 3600 * 1000;

/** @type {import("./database.js").Shape} shared with assigned.js, which keeps hazards in it */
export const SHAPE = {
  name: "zhencha-device",
  version: 3,
  upgrade(database, from) {
    if (from < 3) database.createObjectStore("registers", { keyPath: "id" });
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

/** Room held back: never more than there is. @param {string} key @param {ArrayBuffer} bytes */
export function holdMeta(key, bytes) {
  return writeWithin(SHAPE, ["meta"], (store) => store("meta").put(bytes, key));
}

/** @param {IDBKeyRange} keys @returns {Promise<IDBValidKey[]>} those that are there, without reading what stands under them */
export function metaKeys(keys) {
  return withDb(SHAPE, (database) => database.getAllKeys("meta", keys));
}

/** @param {IDBKeyRange} keys of what the tablet notes for itself, given up */
export function forgetMeta(keys) {
  return write(SHAPE, ["meta"], (store) => store("meta").delete(keys));
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

/**
 * @param {string} uuid @param {(person: Person) => Partial<Person>} change from what stands there now
 * @returns {Promise<Person | undefined>} what stands there then
 */
export function updatePerson(uuid, change) {
  return write(SHAPE, ["people"], async (store) => {
    const known = await store("people").get(uuid);
    if (!known) return undefined;
    const changed = { ...known, ...change(known) };
    await store("people").put(changed);
    return changed;
  });
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
export function seal({ jws, ...item }) {
  return write(SHAPE, ["outbox", "outbox_blobs"], async (store) => {
    for (const { sha256 } of [...item.inks, ...item.photos]) {
      if ((await store("outbox_blobs").getKey(sha256)) === undefined) throw new BlobMissing(sha256);
    }
    // Beside the photos, so that no list of records has to read it.
    if (jws) await store("outbox_blobs").put({ sha256: item.jws_digest, size: jws.byteLength, type: "application/jose+json", bytes: jws });
    const known = await store("outbox").get(item.uuid); // the connection may have been lost after all was there
    if (known?.jws_digest !== item.jws_digest) await store("outbox").add({ ...item, jws_size: jws?.byteLength ?? 0 });
  });
}

/** @param {Outgoing} item @returns {Promise<ArrayBuffer | undefined>} the exact bytes of the record */
export async function jwsOf(item) {
  return item.jws ?? (await blob(item.jws_digest))?.bytes;
}

/** @param {Outgoing} item @returns {string[]} every blob that has to stay while this item does */
function bytesNeeded({ jws_digest, inks, photos }) {
  return [jws_digest, ...[...inks, ...photos].map(({ sha256 }) => sha256)];
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

/** @param {number} now by the server's clock @returns {Promise<Outgoing[]>} delivered long enough ago to be let go of */
export async function outlived(now) {
  return (await outbox()).filter((item) => item.state === "delivered" && item.delivered_at && item.receipt_claims?.complete
    && Date.parse(item.delivered_at) + KEPT_AFTER_DELIVERY_MS < now);
}

/** Let go of one delivered record; nothing else is ever deleted. @param {string} uuid */
export function forget(uuid) {
  return write(SHAPE, ["outbox", "outbox_blobs"], async (store) => {
    const items = /** @type {Outgoing[]} */ (await store("outbox").getAll());
    const gone = items.find((item) => item.uuid === uuid && item.state === "delivered" && item.receipt_claims?.complete);
    if (!gone) return;
    const needed = new Set(items.filter((item) => item !== gone).flatMap(bytesNeeded));
    for (const sha256 of bytesNeeded(gone)) if (!needed.has(sha256)) await store("outbox_blobs").delete(sha256);
    await store("outbox").delete(uuid);
  });
}

/**
 * The server was restored from a backup whose ledger is the same as ours up to
 * `seq` only: what it acknowledged after that is sent once more.
 * @param {number} seq @returns {Promise<number>} how many records
 */
export function putBack(seq) {
  return write(SHAPE, ["outbox"], async (store) => {
    const items = /** @type {Outgoing[]} */ (await store("outbox").getAll());
    const lost = items.filter(({ receipt_claims }) => receipt_claims && receipt_claims.seq > seq);
    for (const item of lost) {
      await store("outbox").put({
        ...item, state: "waiting", attempts: 0, next_try_at: 0, why: { code: "server_restored", detail: "", status: 0 },
        receipt: null, receipt_claims: null, former_receipt: item.receipt, there: [], sent_bytes: 0, delivered_at: null, noticed: "",
      });
    }
    return lost.length;
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

/** @param {string} [reader] @returns {Promise<Checklist[]>} those that this person is offered, or anybody here */
export async function checklists(reader) {
  const all = /** @type {Checklist[]} */ (await readAll(SHAPE, "checklists"));
  return reader ? all.filter(({ readers }) => readers?.includes(reader) ?? true) : all;
}

/**
 * The lists that one reader is offered: others stay for those who still are.
 * @param {ReturnType<import("./database.js").StoreOf>} store @param {string} reader @param {string[]} slugs
 */
async function offer(store, reader, slugs) {
  for (const list of /** @type {Checklist[]} */ (await store.getAll())) {
    const others = (list.readers ?? []).filter((one) => one !== reader);
    const readers = slugs.includes(list.slug) ? [...others, reader] : others;
    if (readers.length) await store.put({ ...list, readers });
    else await store.delete(list.id);
  }
}

/** @param {ReturnType<import("./database.js").StoreOf>} store @param {Change} told */
async function putChecklist(store, told) {
  await store.put({ ...told, readers: (await store.get(told.id))?.readers });
}

/**
 * @typedef {{id: string, unit: string, slug: string, revision: number, record: string, finished_at: string,
 *   answers: Record<string, string>, words: Record<string, string>}} LastInspection
 */

/** @param {string} unit @param {string} slug of the list @returns {Promise<LastInspection | undefined>} what was found there the last time */
export function lastInspection(unit, slug) {
  return read(SHAPE, "last_inspections", `${unit}:${slug}`);
}

/** @typedef {{id: string, entries: {number: string, words: {zh: string, en: string}}[]}} Registers what a unit keeps up, newest first */

/** @param {string} unit @returns {Promise<Registers | undefined>} its certificates, drills, training and plans */
export function registers(unit) {
  return read(SHAPE, "registers", unit);
}

/**
 * Kept while somebody on this tablet has to look at it again, and no longer.
 * @param {ReturnType<import("./database.js").StoreOf>} store @param {Change} told @param {string} reader
 */
async function putHazard(store, { mine, ...told }, reader) {
  const known = await store.get(told.id);
  const others = (known?.assigned ?? []).filter((/** @type {string} */ one) => one !== reader);
  const assigned = mine ? [...others, reader] : others;
  if (told.over || !assigned.length) await store.delete(told.id);
  else await store.put({ ...known, ...told, assigned });
}

/**
 * What the server handed down, and how far we have read, in one transaction.
 * @param {Change[]} changes @param {string} reader @param {string} cursor
 */
export function applyChanges(changes, reader, cursor) {
  const stores = ["meta", "units", "checklists", "hazards", "last_inspections", "registers", "revocations"];
  return write(SHAPE, stores, async (store) => {
    for (const change of changes) {
      if (change.type === "units") await replaceUnits(store("units"), reader, change.units);
      if (change.type === "checklist") await putChecklist(store("checklists"), change);
      if (change.type === "checklists") await offer(store("checklists"), reader, change.slugs);
      if (change.type === "hazard") await putHazard(store("hazards"), change, reader);
      if (change.type === "last_inspection") await store("last_inspections").put(change);
      if (change.type === "registers") await store("registers").put(change);
      if (change.type === "revocation") await store("revocations").put(change);
      if (change.type === "recovery") await store("meta").put(change, `recovery:${change.data_kid}:${change.new_data_kid}`);
      if (change.type === "dismissal") await store("revocations").put({ ...change, kid: change.person });
    }
    await store("meta").put(cursor, `cursor:${reader}`);
  });
}

/** @param {string} name of a key, or a person's uuid @returns {Promise<Change | undefined>} that it was taken back, if it was */
export function revocation(name) {
  return read(SHAPE, "revocations", name);
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
