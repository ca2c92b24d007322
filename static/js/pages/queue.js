/** The queue 发送: what is on its way, why it waits, when it is tried next. */

import * as device from "../store/device.js";
import { listen } from "../sync/news.js";
import { unlocked } from "../ui/lock.js";
import { all, drawList, fill, need, word } from "../ui/page.js";
import { askToPersist } from "../ui/status.js";
import { openFrame } from "./frame.js";
import { drawProgress, outgoingCard } from "./outgoing.js";

/** @param {string} [uuid] */
async function sendNow(uuid) {
  const engine = await import("../sync/engine.js");
  await engine.sendNow(uuid);
}

/** @param {import("../store/device.js").Outgoing} item */
function card(item) {
  const drawn = outgoingCard(item);
  need("[data-action=send-item]", drawn).addEventListener("click", () => void sendNow(item.uuid));
  return drawn;
}

/** @param {string} person */
async function draw(person) {
  const items = (await device.outbox()).reverse();
  const mine = items.filter((item) => item.person === person);
  drawList("attention", mine.filter(({ state }) => state === "attention"), card);
  drawList("waiting", mine.filter(({ state }) => state === "waiting"), card);
  drawList("delivered", mine.filter(({ state }) => state === "delivered"), card);
  const others = items.filter((item) => item.person !== person && item.state !== "delivered").length;
  fill(document.body, { others: others ? word("others_waiting", { count: others }) : "" });
}

export async function open() {
  openFrame({ takeOver: true });
  const person = await unlocked();
  await draw(person.uuid);
  askToPersist();
  for (const button of all("[data-action=send-now]")) button.addEventListener("click", () => void sendNow());
  listen((news) => {
    if (news.type === "outbox") void draw(person.uuid);
    if (news.type !== "progress") return;
    const shown = document.querySelector(`[data-record="${news.uuid}"]`);
    if (shown) drawProgress(shown, news.sent / news.total);
  });
}
