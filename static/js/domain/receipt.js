/**
 * Receipts 回执: only a receipt signed by a server key that was pinned at
 * enrolment, naming this record and these bytes, counts as delivery. A 200
 * from a captive portal is not a receipt.
 */

import { verifiedClaims } from "./jose.js";

/**
 * @typedef {{format: string, record: string, digest: string, jws_digest: string, status: "accepted" | "held",
 *   complete: boolean, missing: string[], faults: {code: string, pointer: string}[], seq: number, link: string,
 *   received_at: string}} Receipt
 */

/**
 * @param {string} token
 * @param {{uuid: string, digest: string, jws_digest: string}} sent what this tablet handed over
 * @param {JsonWebKey[]} keys
 * @returns {Promise<Receipt | null>} null unless it is a receipt for exactly these bytes
 */
export async function verifiedReceipt(token, sent, keys) {
  const claims = await verifiedClaims(token, keys);
  if (!claims || claims.format !== "zhencha.receipt/1") return null;
  const same = claims.record === sent.uuid && claims.digest === sent.digest && claims.jws_digest === sent.jws_digest;
  return same && Array.isArray(claims.missing) ? /** @type {Receipt} */ (claims) : null;
}

/** @param {Receipt} receipt @returns {boolean} nothing of this record is owed any more */
export function isComplete(receipt) {
  return receipt.complete === true && receipt.missing.length === 0;
}
