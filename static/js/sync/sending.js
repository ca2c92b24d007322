/**
 * The way of one sealed record to the server: ink, record, photos, receipt.
 * Each step may be repeated for ever. Only a verified receipt moves it on.
 */

import { isComplete, verifiedReceipt } from "../domain/receipt.js";
import * as device from "../store/device.js";
import { Refused, callJson } from "./api.js";
import { sendBlob } from "./blobs.js";
import { tell } from "./news.js";

/** @typedef {import("../store/device.js").Outgoing} Outgoing */

/** The server answered, but not with a receipt for these bytes that a pinned key signed. */
export class ReceiptUnverified extends Error {}

/** Bytes that the record names are no longer on this tablet. */
export class BytesLost extends Error {}

/** The server has the record and still misses some of its photos. */
export class StillMissing extends Error {}

/** @param {Outgoing} item @returns {number} */
export function totalBytes(item) {
  return [...item.inks, ...item.photos].reduce((sum, { size }) => sum + size, item.jws.byteLength);
}

/**
 * Take in a receipt for an item, whoever brought it.
 * @param {Outgoing} item @param {string} token
 * @returns {Promise<Outgoing>} the item as it stands now
 */
export async function settle(item, token) {
  const claims = await verifiedReceipt(token, item, await device.pinnedKeys());
  if (!claims) throw new ReceiptUnverified(item.uuid);
  const done = isComplete(claims) || (claims.status === "held" && claims.missing.length === 0);
  const delivered = done
    ? { state: /** @type {const} */ ("delivered"), delivered_at: new Date().toISOString(), why: null, sent_bytes: totalBytes(item) }
    : {};
  const changed = await device.updateOutgoing(item.uuid, { receipt: token, receipt_claims: claims, ...delivered });
  tell({ type: "outbox" });
  return changed ?? item;
}

/** @param {Outgoing} item @param {{sha256: string}[]} names @param {number} before bytes of this item sent already */
async function sendBlobs(item, names, before) {
  const total = totalBytes(item);
  let sent = before;
  for (const { sha256 } of names) {
    const kept = await device.blob(sha256);
    if (!kept) throw new BytesLost(sha256);
    await sendBlob(sha256, kept.bytes, (done) => tell({ type: "progress", uuid: item.uuid, sent: sent + done, total }));
    sent += kept.size;
    await device.updateOutgoing(item.uuid, { sent_bytes: sent });
  }
}

/** Ink and record, so that the findings are known before a single photo travels. @param {Outgoing} item */
export async function sendRecord(item) {
  if (item.receipt_claims) return;
  await sendBlobs(item, item.inks, 0);
  const answer = await callJson("PUT", `/records/${item.uuid}`, {
    body: item.jws, headers: { "Content-Type": "application/jose+json" },
  });
  await settle(item, answer.receipt);
}

/** Photos, one by one, then the receipt that says nothing is missing. @param {Outgoing} item */
export async function sendPhotos(item) {
  const claims = item.receipt_claims;
  if (!claims || item.state === "delivered") return;
  const ours = [...item.inks, ...item.photos];
  const there = ours.filter(({ sha256 }) => !claims.missing.includes(sha256));
  const before = there.reduce((sum, { size }) => sum + size, item.jws.byteLength);
  await sendBlobs(item, ours.filter(({ sha256 }) => claims.missing.includes(sha256)), before);
  const answer = await callJson("GET", `/records/${item.uuid}/receipt`);
  const settled = await settle(item, answer.receipt);
  if (settled.state !== "delivered") throw new StillMissing(item.uuid);
}

/** Refusals that no repetition will change: the item needs a person. */
const FINAL = new Set([409, 413, 415, 422]);

/** @param {unknown} problem @returns {boolean} */
export function needsAttention(problem) {
  return problem instanceof BytesLost || (problem instanceof Refused && FINAL.has(problem.status));
}
