/** The tablet's home 首页: what is to do, what is begun, what is on its way. */

import { tally } from "../domain/answers.js";
import { shortMoment } from "../domain/times.js";
import { sweepSealed } from "../signing/sealing.js";
import * as device from "../store/device.js";
import { drafts } from "../store/person.js";
import { listen } from "../sync/news.js";
import { unlocked } from "../ui/lock.js";
import { copyOf, drawList, fill, inLanguage, need, word } from "../ui/page.js";
import { readyOffline } from "../ui/updates.js";
import { openFrame } from "./frame.js";
import { outgoingCell } from "./outgoing.js";

/** @param {import("../domain/draft.js").Draft} draft @returns {HTMLElement} */
function draftCell(draft) {
  const counts = tally(draft);
  const cell = fill(copyOf("draft-cell"), {
    title: draft.unit.name, note: draft.title,
    progress: word("draft_progress", { answered: counts.answered, total: counts.total || "–" }),
    failed: counts.failed ? word("failed_count", { count: counts.failed }) : "",
    touched: word("touched", { time: shortMoment(draft.updated_at) }),
  });
  const ready = draft.signing.frozen_at !== null;
  /** @type {HTMLAnchorElement} */ (need("a", cell)).href = ready
    ? `/tablet/review?draft=${draft.uuid}`
    : `${draft.form}?draft=${draft.uuid}${draft.at ? `#${draft.at}` : ""}`;
  return cell;
}

/** @param {any} hazard @returns {HTMLElement} */
function hazardCell(hazard) {
  const facts = hazard.hazard ?? hazard;
  const cell = fill(copyOf("todo-cell"), {
    title: inLanguage(facts.unit_name ?? ""), note: inLanguage(facts.summary ?? facts.item_code ?? ""),
    deadline: facts.deadline_on ?? "",
  });
  /** @type {HTMLAnchorElement} */ (need("a", cell)).href = `/hazards/${hazard.id}`;
  return cell;
}

/** @param {string} person */
async function draw(person) {
  const waiting = new Set(["rectified_claimed", "reinspection"]);
  const todo = (await device.hazards()).filter((one) => waiting.has((one.hazard ?? one).state));
  drawList("todo", todo.slice(0, 20), hazardCell);
  drawList("drafts", await sweepSealed(person, await drafts(person)), draftCell);
  const items = await device.outbox();
  const mine = items.filter((item) => item.person === person).reverse();
  drawList("outbox", mine.slice(0, 20), outgoingCell);
  const others = items.filter((item) => item.person !== person && item.state !== "delivered").length;
  fill(document.body, { others: others ? word("others_waiting", { count: others }) : "" });
  fill(document.body, { offline_ready: (await readyOffline()) ? word("offline_ready") : "" });
}

export async function open() {
  openFrame({ takeOver: true });
  const person = await unlocked();
  await draw(person.uuid);
  listen((news) => { if (news.type !== "link" && news.type !== "progress") void draw(person.uuid); });
}
