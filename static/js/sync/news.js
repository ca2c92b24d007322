/**
 * What the sync engine tells the open pages: how far an item is, what changed,
 * and whether the server can be reached. Pages listen; nobody answers.
 */

/**
 * @typedef {{type: "progress", uuid: string, sent: number, total: number} | {type: "outbox"} | {type: "reference"}
 *   | {type: "sending", uuid: string | null} | {type: "link", link: Link, next_try_at: number | null}} News
 */
/** @typedef {"unknown" | "reached" | "unreachable" | "busy" | "signed_out" | "not_allowed"} Link */

const channel = new BroadcastChannel("zhencha-sync");

/** @type {Set<(news: News) => void>} */
const listeners = new Set();

channel.addEventListener("message", ({ data }) => listeners.forEach((listener) => listener(data)));

/** @param {News} news */
export function tell(news) {
  channel.postMessage(news);
  listeners.forEach((listener) => listener(news));
}

/** @param {(news: News) => void} listener */
export function listen(listener) {
  listeners.add(listener);
}
