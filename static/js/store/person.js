/**
 * What belongs to one person on this tablet: drafts, their photos and drawn
 * ink, each person in a database of their own. Photos are ArrayBuffers, never
 * Blobs: WebKit loses Blobs when power fails even after a strict write.
 */

import { read, readAll, write } from "./database.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {{sha256: string, type: string, size: number, bytes: ArrayBuffer, draft: string}} KeptBytes */

/** @param {string} person @returns {import("./database.js").Shape} */
function shapeOf(person) {
  return {
    name: `zhencha-person-${person}`,
    version: 1,
    upgrade(database, from) {
      if (from < 1) {
        database.createObjectStore("drafts", { keyPath: "uuid" });
        database.createObjectStore("photos", { keyPath: "sha256" });
        database.createObjectStore("inks", { keyPath: "sha256" });
      }
    },
  };
}

/** @param {string} person @param {string} uuid @returns {Promise<Draft | undefined>} */
export function draft(person, uuid) {
  return read(shapeOf(person), "drafts", uuid);
}

/** @param {string} person @returns {Promise<Draft[]>} last touched first */
export async function drafts(person) {
  const all = /** @type {Draft[]} */ (await readAll(shapeOf(person), "drafts"));
  return all.sort((one, other) => other.updated_at.localeCompare(one.updated_at));
}

/** @param {string} person @param {Draft} draft */
export function saveDraft(person, draft) {
  return write(shapeOf(person), ["drafts"], (store) => store("drafts").put(draft));
}

/**
 * The bytes and the draft that names them, in one transaction.
 * @param {string} person @param {Draft} draft @param {"photos" | "inks"} kind @param {KeptBytes} kept
 */
export function saveWithBytes(person, draft, kind, kept) {
  return write(shapeOf(person), ["drafts", kind], async (store) => {
    await store(kind).put(kept);
    await store("drafts").put(draft);
  });
}

/** @param {string} person @param {"photos" | "inks"} kind @param {string} sha256 @returns {Promise<KeptBytes | undefined>} */
export function bytesOf(person, kind, sha256) {
  return read(shapeOf(person), kind, sha256);
}

/**
 * A sealed record has left: its draft goes, with the bytes no other draft names.
 * @param {string} person @param {string} uuid
 */
export function removeSealed(person, uuid) {
  return write(shapeOf(person), ["drafts", "photos", "inks"], async (store) => {
    await store("drafts").delete(uuid);
    const left = /** @type {Draft[]} */ (await store("drafts").getAll());
    const named = new Set(left.flatMap((one) => [
      ...one.photos.map((photo) => photo.sha256),
      ...one.signing.signatures.flatMap((signature) => (signature.ink ? [signature.ink.sha256] : [])),
    ]));
    for (const kind of ["photos", "inks"]) {
      for (let cursor = await store(kind).openCursor(); cursor; cursor = await cursor.continue()) {
        if (cursor.value.draft === uuid && !named.has(cursor.value.sha256)) await cursor.delete();
      }
    }
  });
}
