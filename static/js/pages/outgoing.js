/** How a sealed record on its way is named: its state, a shape, and why it is still here. */

import { shortMoment } from "../domain/times.js";
import { copyOf, fill, hasWord, setIcon, word } from "../ui/page.js";

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
    if (faults.length) return word("held_for", { count: faults.length });
    return item.former_receipt ? word("sent_again") : "";
  }
  if (!item.why) return item.attempts === 0 && !item.last_try_at ? word("not_tried") : "";
  const { code, detail, status } = item.why;
  if (hasWord(`why_${code}`)) return word(`why_${code}`);
  if (status === 413) return word("why_too_large");
  return detail && status ? detail : word(status >= 500 || status === 429 ? "why_busy" : "why_other", { code });
}

/** @param {HTMLElement} drawn @param {Outgoing} item @returns {HTMLElement} */
export function marked(drawn, item) {
  const { state, icon } = stateOf(item);
  drawn.dataset.record = item.uuid;
  drawn.dataset.state = state;
  const mark = drawn.querySelector("[data-state-icon] svg");
  if (mark) setIcon(mark, icon);
  return fill(drawn, { title: item.unit_name, note: item.title, state: word(`out_${state}`) });
}

/** @param {Outgoing} item @returns {HTMLElement} */
export function outgoingCell(item) {
  return fill(marked(copyOf("outgoing-cell"), item), {
    findings: word("findings_count", { count: item.findings }),
    signed: word("signed_at", { time: shortMoment(item.signed_at) }),
  });
}
