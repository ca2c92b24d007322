/**
 * The way of one sealed record to the server: record, ink, photos, receipt.
 * Each step may be repeated for ever. Only a verified receipt moves it on.
 */

import { bytesThere, filesOf, totalBytes } from "../domain/outgoing.js";
import { isComplete, verifiedReceipt } from "../domain/receipt.js";
import * as device from "../store/device.js";
import { Refused, Unreachable, callJson, ping } from "./api.js";
import { BytesLost, sendBlob } from "./blobs.js";
import { tell } from "./news.js";

/** @typedef {import("../store/device.js").Outgoing} Outgoing */
/** @typedef {import("../store/device.js").BlobName} BlobName */

/** The server answered, but not with a receipt for these bytes that a pinned key signed. */
export class ReceiptUnverified extends Error {}

/** The server has the record and still misses some of its files. */
export class StillMissing extends Error {}

/** Answers about all that this person or this server sends, not about one file. */
const OF_ALL = new Set([401, 403, 408, 429, 503, 507]);

/**
 * Take in a receipt for an item, whoever brought it.
 * @param {Outgoing} item @param {string} token
 * @returns {Promise<Outgoing>} the item as it stands now
 */
export async function settle(item, token) {
  const claims = await verifiedReceipt(token, item, await device.pinnedKeys());
  if (!claims) throw new ReceiptUnverified(item.uuid);
  const there = filesOf(item).flatMap(({ sha256 }) => (claims.missing.includes(sha256) ? [] : [sha256]));
  const { offset_ms } = (await device.meta("server_clock")) ?? { offset_ms: 0 };
  const delivered = isComplete(claims)
    ? { state: /** @type {const} */ ("delivered"), delivered_at: new Date(Date.now() + offset_ms).toISOString(), why: null }
    : {};
  const changes = { receipt: token, receipt_claims: claims, there, ...delivered };
  const changed = await device.updateOutgoing(item.uuid, { ...changes, sent_bytes: bytesThere({ ...item, ...changes }) });
  tell({ type: "outbox" });
  return changed ?? item;
}

/** @param {Outgoing} item @param {string} sha256 @param {number} before bytes of this item that are there already */
async function sendFile(item, sha256, before) {
  const kept = await device.blob(sha256);
  if (!kept) throw new BytesLost(sha256);
  const total = totalBytes(item);
  await sendBlob(sha256, kept.bytes, (done) => tell({ type: "progress", uuid: item.uuid, sent: before + done, total }));
}

/** Each file on its own: one that is refused does not keep back the others. @param {Outgoing} item @param {BlobName[]} files */
async function sendFiles(item, files) {
  let refusal = null;
  let now = item;
  for (const { sha256 } of files) {
    try {
      await sendFile(item, sha256, bytesThere(now));
      const there = [...(now.there ?? []), sha256];
      now = { ...now, there };
      await device.updateOutgoing(item.uuid, { there, sent_bytes: bytesThere(now) });
    } catch (problem) {
      if (problem instanceof Refused && OF_ALL.has(problem.status)) throw problem;
      if (problem instanceof Unreachable) await ping();
      refusal ??= problem;
    }
  }
  if (refusal) throw refusal;
}

/** The record first, so that the findings are known before any photo travels. @param {Outgoing} item */
export async function sendRecord(item) {
  if (!item.receipt_claims) await put(item);
}

/** @param {Outgoing} item @returns {Promise<Outgoing>} */
async function put(item) {
  const body = await device.jwsOf(item);
  if (!body) throw new BytesLost(item.jws_digest);
  const answer = await callJson("PUT", `/records/${item.uuid}`, { body, headers: { "Content-Type": "application/jose+json" } });
  return settle(item, answer.receipt);
}

/** Another inspector, or a server that lost it, knows no receipt: the record itself asks again. @param {Outgoing} item */
async function renewed(item) {
  try {
    const answer = await callJson("GET", `/records/${item.uuid}/receipt`);
    return await settle(item, answer.receipt);
  } catch (problem) {
    if (problem instanceof Refused && problem.status === 404) return put(item);
    throw problem;
  }
}

/** Ink and photos that are missing, one by one, then the receipt that says nothing is. @param {Outgoing} item */
export async function sendPhotos(item) {
  if (!item.receipt_claims || item.state === "delivered") return;
  const now = item.attempts ? await renewed(item) : item; // what came through before the cut is not asked for one by one
  const missing = new Set(now.receipt_claims?.missing);
  if (missing.size) await sendFiles(now, filesOf(now).filter(({ sha256 }) => missing.has(sha256)));
  const settled = await renewed(now);
  if (settled.state !== "delivered") throw new StillMissing(item.uuid);
}

/** A last look, by the same way that sends, before the bytes of a delivered record are let go of. @param {Outgoing} item */
export async function confirmHeld(item) {
  const { receipt_claims } = await put(item);
  for (const { sha256 } of filesOf(item)) await sendFile(item, sha256, 0);
  if (!receipt_claims || !isComplete(receipt_claims)) return;
  await device.forget(item.uuid);
  tell({ type: "outbox" });
}

/** Refusals that no repetition will change: the item needs a person. */
const FINAL = new Set([409, 413, 415, 422]);

/** @param {unknown} problem @returns {boolean} */
export function needsAttention(problem) {
  return problem instanceof BytesLost || (problem instanceof Refused && FINAL.has(problem.status));
}
