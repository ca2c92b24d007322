/** The queue 发送: what is on its way, why it waits, when it is tried next, and what to do about it. */

import { leftMs } from "../domain/backoff.js";
import { bytesThere, filesLeft, totalBytes } from "../domain/outgoing.js";
import { shortMoment } from "../domain/times.js";
import * as device from "../store/device.js";
import { drafts } from "../store/person.js";
import { listen } from "../sync/news.js";
import { unlocked } from "../ui/lock.js";
import { all, copyOf, drawList, fill, hasWord, need, show, sizeText, word } from "../ui/page.js";
import { openFrame } from "./frame.js";
import { marked, whyText } from "./outgoing.js";

/** @typedef {import("../store/device.js").Outgoing} Outgoing */

const MOST_DELIVERED = 30;

/** @type {{person: string, sending: string | null, link: string, next: number}} what the engine last said */
const now = { person: "", sending: null, link: "unknown", next: 0 };

/** @param {string} [uuid] */
async function sendNow(uuid) {
  const engine = await import("../sync/engine.js");
  await engine.sendNow(uuid);
}

/** @param {Outgoing} item @returns {string} the group of the page that it stands in */
function groupOf(item) {
  if (item.state === "delivered") return item.receipt_claims?.status === "held" ? "held" : "delivered";
  if (item.state === "attention") return "attention";
  return item.uuid === now.sending ? "sending" : "waiting";
}

/** @param {Outgoing} item @returns {string} when it is tried next, by the clock on the wall */
function nextText(item) {
  if (!navigator.onLine) return word("next_try_soon"); // the moment that a cable or mast is back, whatever was planned
  if (now.link === "signed_out") return word("next_signed_out");
  const at = Math.max(Date.now() + leftMs(item, Date.now()), now.link === "reached" ? 0 : now.next);
  if (at - Date.now() > 1000) return word("next_try", { time: shortMoment(at) });
  return word(now.link === "reached" ? "next_at_once" : "next_try_soon");
}

/** @param {ParentNode} card @param {Outgoing} item @param {number} sent */
function showProgress(card, item, sent) {
  const total = totalBytes(item);
  /** @type {HTMLProgressElement} */ (need("progress", card)).value = total ? Math.min(1, sent / total) : 0;
  need("[data-field=progress]", card).textContent = word("out_progress", {
    sent: sent ? sizeText(sent) : "0", total: sizeText(total),
    there: item.photos.length - filesLeft(item, item.photos).length, photos: item.photos.length,
  });
}

/** @param {Outgoing} item @returns {HTMLElement[]} what the office has to be told, a sentence each */
function faultLines(item) {
  const codes = new Set(item.receipt_claims?.faults.map(({ code }) => code));
  return [...codes].map((code) => {
    const line = document.createElement("li");
    line.textContent = hasWord(`held_${code}`) ? word(`held_${code}`) : code;
    return line;
  });
}

/** @param {Outgoing} item @returns {HTMLElement} everything that is known of it */
function card(item) {
  const group = groupOf(item);
  const open = group === "waiting" || group === "attention";
  const drawn = fill(marked(copyOf("outgoing-card"), item), {
    why: whyText(item),
    safe: hasWord(`safe_${group}`) ? word(`safe_${group}`) : "",
    last_try: item.last_try_at ? word("last_try", { time: shortMoment(item.last_try_at) }) : "",
    next_try: group === "waiting" ? nextText(item) : "",
    contents: word("contents", { photos: item.photos.length, size: sizeText(totalBytes(item)) }),
    signed: shortMoment(item.signed_at),
    noticed: item.noticed_at ? word("noticed", { time: shortMoment(item.noticed_at) }) : word("not_noticed"),
    receipt: item.receipt_claims ? word("receipt_no", { seq: item.receipt_claims.seq, time: shortMoment(item.receipt_claims.received_at) }) : "–",
    uuid: item.uuid,
  });
  if (group === "sending") fill(drawn, { state: word("out_sending"), why: "" });
  need("[data-faults]", drawn).replaceChildren(...faultLines(item));
  showProgress(drawn, item, bytesThere(item));
  show("[data-progress]", item.state !== "delivered", drawn);
  show("[data-when=attention]", group === "attention", drawn);
  show("[data-view-there]", item.receipt_claims !== null, drawn);
  /** @type {HTMLAnchorElement} */ (need("[data-view-there]", drawn)).href = `/records/${item.uuid}`;
  const send = need("[data-action=send-item]", drawn);
  send.hidden = !open;
  send.textContent = word(group === "attention" ? "send_again" : "send_this");
  send.addEventListener("click", () => void sendNow(item.uuid));
  return drawn;
}

/** The card that a person was working with stays under their finger. @param {() => void} redraw */
function keepingFocus(redraw) {
  const record = document.activeElement?.closest("[data-record]")?.getAttribute("data-record");
  const open = new Set(all("[data-record]:has(details[open])").map(({ dataset }) => dataset.record));
  redraw();
  for (const drawn of all("[data-record]")) {
    if (open.has(drawn.dataset.record)) need("details", drawn).toggleAttribute("open", true);
    if (record && drawn.dataset.record === record) need("[data-action=send-item], summary", drawn).focus({ preventScroll: true });
  }
}

async function draw() {
  const items = (await device.outbox()).reverse();
  const mine = items.filter((item) => item.person === now.person);
  keepingFocus(() => {
    for (const group of ["attention", "sending", "waiting", "held", "delivered"]) {
      const listed = mine.filter((item) => groupOf(item) === group);
      drawList(group, listed.slice(0, group === "delivered" ? MOST_DELIVERED : listed.length), card);
      show(`[data-group="${group}"]`, listed.length > 0);
      fill(document.body, { [`${group}_count`]: listed.length || "" });
    }
  });
  const others = items.filter((item) => item.person !== now.person && item.state !== "delivered").length;
  fill(document.body, { others: others ? word("others_waiting", { count: others }) : "" });
  show("[data-send-bar]", items.some(({ state }) => state === "waiting"));
}

/** @param {import("../sync/news.js").News} news */
function follow(news) {
  if (news.type === "link") Object.assign(now, { link: news.link, next: news.next_try_at ?? 0 });
  if (news.type === "sending") now.sending = news.uuid;
  if (news.type === "link" && news.link !== "reached") now.sending = null;
  if (news.type !== "progress") return void draw();
  if (now.sending !== news.uuid) {
    now.sending = news.uuid; // this page was opened in the middle
    void draw();
  }
  void device.outgoing(news.uuid).then((item) => {
    const shown = document.querySelector(`[data-record="${news.uuid}"]`);
    if (shown && item) showProgress(shown, item, news.sent);
  });
}

export async function open() {
  openFrame({ takeOver: true });
  now.person = (await unlocked()).uuid;
  await draw();
  fill(document.body, { drafts: word("drafts_count", { count: (await drafts(now.person)).length }) });
  for (const button of all("[data-action=send-now]")) button.addEventListener("click", () => void sendNow());
  listen(follow);
}
