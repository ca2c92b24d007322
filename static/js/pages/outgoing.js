/** How a sealed record on its way is shown, in the home list and in the queue. */

import { shortMoment } from "../domain/times.js";
import { totalBytes } from "../sync/sending.js";
import { copyOf, fill, hasWord, need, setIcon, sizeText, word } from "../ui/page.js";

/** @typedef {import("../store/device.js").Outgoing} Outgoing */

/** @param {Outgoing} item @returns {{state: string, icon: string}} its state, as a word's key and a shape */
export function stateOf(item) {
  if (item.state === "attention") return { state: "attention", icon: "alert" };
  if (item.state === "delivered") {
    return item.receipt_claims?.status === "held" ? { state: "held", icon: "alert" } : { state: "delivered", icon: "done" };
  }
  if (item.receipt_claims) return { state: "record_there", icon: "half" };
  return { state: "waiting", icon: "clock" };
}

/** @param {Outgoing} item @returns {string} why it is still here, as a sentence */
export function whyText(item) {
  if (item.state === "delivered") {
    const faults = item.receipt_claims?.faults ?? [];
    return faults.length ? word("held_for", { count: faults.length }) : "";
  }
  if (!item.why) return item.attempts === 0 && !item.last_try_at ? word("not_tried") : "";
  const { code, detail } = item.why;
  if (hasWord(`why_${code}`)) return word(`why_${code}`);
  return detail && item.why.status ? detail : word("why_other", { code });
}

/** @param {Outgoing} item @returns {HTMLElement} */
export function outgoingCell(item) {
  const { state, icon } = stateOf(item);
  const cell = fill(copyOf("outgoing-cell"), {
    title: item.unit_name, note: item.title, state: word(`out_${state}`),
    findings: word("findings_count", { count: item.findings }),
    signed: word("signed_at", { time: shortMoment(item.signed_at) }),
  });
  cell.dataset.record = item.uuid;
  cell.dataset.state = state;
  const mark = cell.querySelector("svg[data-state-icon], [data-state-icon] svg");
  if (mark) setIcon(mark, icon);
  return cell;
}

/** @param {Outgoing} item @returns {HTMLElement} everything that is known of it */
export function outgoingCard(item) {
  const { state, icon } = stateOf(item);
  const open = item.state === "waiting";
  const nextTry = item.next_try_at > Date.now() ? word("next_try", { time: shortMoment(item.next_try_at) }) : word("next_try_soon");
  const card = fill(copyOf("outgoing-card"), {
    title: item.unit_name, note: item.title, state: word(`out_${state}`), why: whyText(item),
    contents: word("contents", { photos: item.photos.length, size: sizeText(totalBytes(item)) }),
    signed: shortMoment(item.signed_at),
    last_try: item.last_try_at ? shortMoment(item.last_try_at) : word("never"),
    next_try: open ? nextTry : "–",
    noticed: item.noticed_at ? word("noticed", { time: shortMoment(item.noticed_at) }) : word("not_noticed"),
    receipt: item.receipt_claims ? word("receipt_no", { seq: item.receipt_claims.seq, time: shortMoment(item.receipt_claims.received_at) }) : "–",
    uuid: item.uuid,
  });
  card.dataset.record = item.uuid;
  card.dataset.state = state;
  const mark = card.querySelector("svg[data-state-icon], [data-state-icon] svg");
  if (mark) setIcon(mark, icon);
  drawProgress(card, item.state === "delivered" ? 1 : item.sent_bytes / totalBytes(item));
  need("[data-action=send-item]", card).hidden = item.state === "delivered";
  const there = /** @type {HTMLAnchorElement} */ (need("[data-view-there]", card));
  there.hidden = item.state !== "delivered";
  there.href = `/records/${item.uuid}`;
  return card;
}

/** @param {ParentNode} card @param {number} share between 0 and 1 */
export function drawProgress(card, share) {
  const bar = /** @type {HTMLProgressElement | null} */ (card.querySelector("progress"));
  if (bar) bar.value = Math.min(1, share);
}
