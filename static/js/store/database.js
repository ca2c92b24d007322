/**
 * How IndexedDB is spoken to. Every write is durable ("strict") and over before
 * it is called saved; a connection that the system closed behind our back (iOS
 * does) is opened again; two versions of the app in two tabs get along. What is
 * kept stands in device.js and person.js.
 */

import { deleteDB, openDB } from "idb";

/** @typedef {import("idb").IDBPDatabase<any>} Database */
/** @typedef {{name: string, version: number, upgrade: (database: Database, from: number) => void}} Shape */
/**
 * @typedef {"blocked" | "blocking" | "open"} Standing whether another tab of an older version must be closed before ours can
 *   go on, or a newer one is open elsewhere
 */

/** An abort that nothing of ours caused has the same reason as the other two. */
const LOST_CONNECTION = new Set(["InvalidStateError", "UnknownError", "AbortError"]);
const AGAIN_AFTER_MS = [0, 300, 1500];

/** @type {Map<string, Promise<Database>>} */
const connections = new Map();
/** @type {Set<(standing: Standing) => void>} */
const listeners = new Set();

/** @param {(standing: Standing) => void} listener */
export function onStanding(listener) {
  listeners.add(listener);
}

/** @param {Standing} standing */
const tell = (standing) => listeners.forEach((listener) => listener(standing));

/**
 * Chromium killed in the middle of a write leaves half a record at the end of its log, writes on behind
 * it after the next start, and at the start after that takes the whole log for broken: every database of
 * ours would be gone. Deleting a database makes it close that log and begin another. To be done after
 * each start, before much is written (tests/e2e/test_tablet_cuts.py).
 */
export async function beginNewLog() {
  const name = "zhencha-log";
  (await openDB(name, 1)).close();
  await deleteDB(name);
}

/** @param {Shape} shape @param {number} [version] */
function opened({ name, upgrade }, version) {
  return openDB(name, version, {
    upgrade: (database, from) => upgrade(database, from),
    blocked: () => tell("blocked"),
    blocking: () => { tell("blocking"); disconnect(name); },
    terminated: () => connections.delete(name),
  });
}

/** @param {Shape} shape @returns {Promise<Database>} */
function connection(shape) {
  const { name, version } = shape;
  const open = connections.get(name);
  if (open) return open;
  const opening = opened(shape, version).then((database) => { tell("open"); return database; }, (problem) => {
    if (problem?.name !== "VersionError") throw problem;
    return opened(shape); // upgrades only add: what this page writes fits the newer one
  });
  opening.catch(() => connections.delete(name));
  connections.set(name, opening);
  return opening;
}

/** Let go of a database, so that a newer version of the app may upgrade it; what is being written is written first. @param {string} name */
function disconnect(name) {
  connections.get(name)?.then((database) => database.close(), () => undefined);
  connections.delete(name);
}

/**
 * @template T
 * @param {Shape} shape
 * @param {(database: Database) => Promise<T>} work may run again when the connection was lost
 * @returns {Promise<T>}
 */
export async function withDb(shape, work) {
  for (const wait of AGAIN_AFTER_MS) {
    try {
      return await work(await connection(shape));
    } catch (problem) {
      if (!LOST_CONNECTION.has(/** @type {Error} */ (problem)?.name)) throw problem;
      disconnect(shape.name);
      if (wait) await new Promise((resolve) => { setTimeout(resolve, wait); });
    }
  }
  return work(await connection(shape));
}

/** Nothing more is asked of it: said at once, so that it ends even when the page goes away now. @param {any} transaction */
function commit(transaction) {
  try { transaction.commit(); } catch { /* it ended by itself */ }
}

/** @typedef {(store: string) => import("idb").IDBPObjectStore<any, string[], string, "readwrite">} StoreOf */

/**
 * One durable write transaction; resolves only after the bytes are on disk.
 * Nothing but photos wants for room: for all else what is held back is given up.
 * @template T
 * @param {Shape} shape @param {string[]} stores
 * @param {(store: StoreOf) => Promise<T> | T} work may run again; must await nothing but this transaction's own requests
 * @returns {Promise<T>}
 */
export function write(shape, stores, work) {
  return writeWithin(shape, stores, work).catch(async (problem) => {
    const full = problem?.name === "QuotaExceededError" && !stores.includes("photos");
    if (!full || !(await (await import("./reserve.js")).giveUp())) throw problem;
    return writeWithin(shape, stores, work);
  });
}

/**
 * The same within the room that there is.
 * @template T
 * @param {Shape} shape @param {string[]} stores @param {(store: StoreOf) => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export function writeWithin(shape, stores, work) {
  return withDb(shape, async (database) => {
    const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
    transaction.done.catch(() => undefined);
    try {
      const result = await work((name) => transaction.objectStore(name));
      commit(transaction);
      await transaction.done;
      return result;
    } catch (problem) {
      try { transaction.abort(); } catch { /* it has ended already */ }
      throw problem;
    }
  });
}

/**
 * @template T
 * @param {Shape} shape @param {string} store @param {IDBValidKey} key
 * @returns {Promise<T | undefined>}
 */
export function read(shape, store, key) {
  return withDb(shape, (database) => database.get(store, key));
}

/** @template T @param {Shape} shape @param {string} store @returns {Promise<T[]>} */
export function readAll(shape, store) {
  return withDb(shape, (database) => database.getAll(store));
}

/** @template T @param {Shape} shape @param {string} store @param {IDBKeyRange} range @returns {Promise<T[]>} in the order of keys */
export function readRange(shape, store, range) {
  return withDb(shape, (database) => database.getAll(store, range));
}

/** @param {Shape} shape @param {string} store @returns {Promise<IDBValidKey[]>} */
export function keysOf(shape, store) {
  return withDb(shape, (database) => database.getAllKeys(store));
}
