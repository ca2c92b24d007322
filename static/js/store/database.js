/**
 * How IndexedDB is spoken to. Every write is durable ("strict") before it is
 * called saved; a connection that the system closed behind our back (iOS does)
 * is opened again once. What is kept stands in device.js and person.js.
 */

import { openDB } from "idb";

/** @typedef {import("idb").IDBPDatabase<any>} Database */
/** @typedef {{name: string, version: number, upgrade: (database: Database, from: number) => void}} Shape */

const LOST_CONNECTION = new Set(["InvalidStateError", "UnknownError"]);

/** @type {Map<string, Promise<Database>>} */
const connections = new Map();

/** @param {Shape} shape @returns {Promise<Database>} */
function connection({ name, version, upgrade }) {
  const open = connections.get(name);
  if (open) return open;
  const opening = openDB(name, version, {
    upgrade: (database, from) => upgrade(database, from),
    blocking: () => disconnect(name),
    terminated: () => connections.delete(name),
  });
  opening.catch(() => connections.delete(name));
  connections.set(name, opening);
  return opening;
}

/** Let go of a database, so that a newer version of the app may upgrade it. @param {string} name */
function disconnect(name) {
  connections.get(name)?.then((database) => database.close(), () => undefined);
  connections.delete(name);
}

/**
 * @template T
 * @param {Shape} shape
 * @param {(database: Database) => Promise<T>} work may run twice when the connection was lost
 * @returns {Promise<T>}
 */
export async function withDb(shape, work) {
  try {
    return await work(await connection(shape));
  } catch (problem) {
    if (!LOST_CONNECTION.has(/** @type {Error} */ (problem)?.name)) throw problem;
    disconnect(shape.name);
    return work(await connection(shape));
  }
}

/** Nothing more is asked of it: said at once, so that it ends even when the page goes away now. @param {any} transaction */
function commit(transaction) {
  try { transaction.commit(); } catch { /* it ended by itself */ }
}

/** @typedef {(store: string) => import("idb").IDBPObjectStore<any, string[], string, "readwrite">} StoreOf */

/**
 * One durable write transaction; resolves only after the bytes are on disk.
 * @template T
 * @param {Shape} shape @param {string[]} stores
 * @param {(store: StoreOf) => Promise<T> | T} work must await nothing but this transaction's own requests
 * @returns {Promise<T>}
 */
export function write(shape, stores, work) {
  return withDb(shape, async (database) => {
    const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
    try {
      const result = await work((name) => transaction.objectStore(name));
      commit(transaction);
      await transaction.done;
      return result;
    } catch (problem) {
      transaction.done.catch(() => undefined);
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
