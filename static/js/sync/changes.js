/**
 * What the server hands down: units, checklists, hazards, receipts,
 * revocations. A month offline asks the same question as a minute.
 */

import * as device from "../store/device.js";
import { Unreachable, callJson } from "./api.js";
import { tell } from "./news.js";
import { settle } from "./sending.js";

const MOST_PAGES = 50;

/** @param {import("../store/device.js").Change[]} changes */
async function settleReceipts(changes) {
  for (const { type, record, receipt } of changes) {
    if (type !== "receipt" || !record || !receipt) continue;
    const item = await device.outgoing(record);
    if (item && item.state !== "delivered") await settle(item, receipt).catch(() => undefined);
  }
}

/** @param {string} reader uuid of the person signed in, whose scope the cursor belongs to */
export async function pull(reader) {
  const tablet = await device.deviceUuid();
  let cursor = (await device.meta(`cursor:${reader}`)) ?? "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ after: cursor, device: tablet });
    const answer = await callJson("GET", `/changes?${query}`);
    if (!Array.isArray(answer.changes)) throw new Unreachable("the answer is not a change feed");
    await device.applyChanges(answer.changes, reader, answer.cursor);
    await settleReceipts(answer.changes);
    if (answer.cursor === cursor) return;
    cursor = answer.cursor;
    tell({ type: "reference" });
    if (answer.changes.some((/** @type {{type: string}} */ change) => change.type === "checklist")) await refreshPages();
  }
}

/** New checklists mean new form pages: let the service worker fetch the whole set anew. */
async function refreshPages() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.update().catch(() => undefined);
}
