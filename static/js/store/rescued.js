/**
 * Records that a rescue package brought: into the outbox like any other, unless
 * they are there. Where another record has the same uuid, both are kept.
 */

import { readRange, write } from "./database.js";
import { SHAPE } from "./device.js";

/** @typedef {import("./device.js").Outgoing} Outgoing */
/** @typedef {"came" | "here" | "completed" | "other"} Outcome */

const PREFIX = "rescued:";
const JOSE = "application/jose+json";

/** @param {Outgoing} item */
const filesOf = (item) => [...item.inks, ...item.photos];

/** @param {{sha256: string, size: number, type: string, bytes: ArrayBuffer}} blob whose digest was checked @returns {Promise<boolean>} whether it was missing */
export function keepMissing(blob) {
  return write(SHAPE, ["outbox_blobs"], async (store) => {
    if ((await store("outbox_blobs").getKey(blob.sha256)) !== undefined) return false;
    await store("outbox_blobs").put(blob);
    return true;
  });
}

/**
 * @param {Outgoing} item as it starts anew here, sound
 * @returns {Promise<{outcome: Outcome, missing: number}>} `missing`: files that are not on this tablet
 */
export function takeIn({ jws, ...item }) {
  return write(SHAPE, ["outbox", "outbox_blobs", "meta"], async (store) => {
    const known = /** @type {Outgoing | undefined} */ (await store("outbox").get(item.uuid));
    const bytes = /** @type {ArrayBuffer} */ (jws);
    if (known && known.jws_digest !== item.jws_digest) {
      await store("meta").put({ ...item, jws: bytes }, `${PREFIX}${item.uuid}:${item.jws_digest}`);
      return { outcome: /** @type {const} */ ("other"), missing: 0 };
    }
    if (!known) {
      await store("outbox_blobs").put({ sha256: item.jws_digest, size: bytes.byteLength, type: JOSE, bytes });
      await store("outbox").add({ ...item, jws_size: bytes.byteLength });
    }
    let missing = 0;
    for (const { sha256 } of filesOf(item)) if ((await store("outbox_blobs").getKey(sha256)) === undefined) missing += 1;
    if (!known) return { outcome: /** @type {const} */ ("came"), missing };
    const mended = known.state === "attention" && known.why?.code === "bytes_lost" && !missing;
    if (mended) await store("outbox").put({ ...known, state: "waiting", why: null, attempts: 0, next_try_at: 0 });
    return { outcome: mended ? /** @type {const} */ ("completed") : /** @type {const} */ ("here"), missing };
  });
}

/** @returns {Promise<Outgoing[]>} records that stand beside another one with the same uuid */
export async function besides() {
  return readRange(SHAPE, "meta", IDBKeyRange.bound(PREFIX, `${PREFIX}\uffff`));
}
