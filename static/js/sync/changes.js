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
    if (item && item.receipt !== receipt) await settle(item, receipt).catch(() => undefined);
  }
}

/** @param {import("../store/device.js").Change[]} changes @returns {Promise<number>} records that a restored server no longer has */
async function putBackLost(changes) {
  const restored = changes.find(({ type }) => type === "restored");
  return restored && Number.isInteger(restored.seq) ? device.putBack(restored.seq) : 0;
}

/**
 * @param {string} reader uuid of the person signed in, whose scope the cursor belongs to
 * @returns {Promise<number>} how many records have to be sent once more
 */
export async function pull(reader) {
  const tablet = await device.deviceUuid();
  let cursor = (await device.meta(`cursor:${reader}`)) ?? "";
  let lost = 0;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ after: cursor, device: tablet });
    const answer = await callJson("GET", `/changes?${query}`);
    if (!Array.isArray(answer.changes)) throw new Unreachable("the answer is not a change feed");
    lost += await putBackLost(answer.changes); // before the cursor moves: again is harmless
    await device.applyChanges(answer.changes, reader, answer.cursor);
    await settleReceipts(answer.changes);
    if (answer.cursor === cursor) break;
    cursor = answer.cursor;
    tell({ type: "reference" });
    if (answer.changes.some((/** @type {{type: string}} */ change) => change.type === "checklist")) await refreshPages();
  }
  if (lost) tell({ type: "outbox" });
  return lost;
}

/** New checklists mean new form pages: let the service worker fetch the whole set anew. */
async function refreshPages() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.update().catch(() => undefined);
}
