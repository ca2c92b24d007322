/** The tablet's home 首页: what is to do, what is begun, what is on its way. */

import { tally } from "../domain/answers.js";
import { addressOf, begunAt } from "../domain/draft.js";
import { batchOf, batches, notAway, outcomes } from "../domain/reinspection.js";
import { shortMoment } from "../domain/times.js";
import { sweepSealed } from "../signing/sealing.js";
import { assigned } from "../store/assigned.js";
import * as device from "../store/device.js";
import { restoreDraft, work } from "../store/person.js";
import { listen } from "../sync/news.js";
import { showDue } from "../ui/due.js";
import { unlocked } from "../ui/lock.js";
import { all, copyOf, drawList, fill, inLanguage, language, need, show, word } from "../ui/page.js";
import { choose, setting } from "../ui/settings.js";
import { areKept, keepForms, readyOffline } from "../ui/updates.js";
import { openFrame } from "./frame.js";
import { outgoingCell, stateOf } from "./outgoing.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */

/** @param {Draft} draft @param {Draft[]} all_ several of one unit and list are told apart by when they were begun */
function draftCell(draft, all_) {
  if (draft.hazards) return reinspectionCell(draft, draft.hazards);
  const counts = tally(draft);
  const several = begunAt(all_, draft.unit.uuid).filter(({ checklist }) => checklist.slug === draft.checklist.slug).length > 1;
  const cell = fill(copyOf("draft-cell"), {
    title: draft.unit.name, note: draft.title,
    begun: several ? word("draft_begun", { time: shortMoment(draft.started_at) }) : "",
    progress: word("draft_progress", { answered: counts.answered, total: counts.total || "–" }),
    failed: counts.failed ? word("failed_count", { count: counts.failed }) : "",
    touched: word("touched", { time: shortMoment(draft.updated_at) }),
  });
  /** @type {HTMLAnchorElement} */ (need("a", cell)).href = addressOf(draft);
  return cell;
}

/** @param {Draft} draft @param {import("../domain/draft.js").LookedAt[]} hazards */
function reinspectionCell(draft, hazards) {
  const { total, returned } = outcomes(draft);
  const cell = fill(copyOf("draft-cell"), {
    title: draft.unit.name, note: draft.title, begun: "",
    progress: word("reinspection_progress", { done: total, total: hazards.filter(({ gone }) => !gone).length }),
    failed: returned ? word("returned_count", { count: returned }) : "",
    touched: word("touched", { time: shortMoment(draft.updated_at) }),
  });
  /** @type {HTMLAnchorElement} */ (need("a", cell)).href = addressOf(draft);
  return cell;
}

/** @param {string} person @returns {Promise<Draft[]>} those that are open */
async function drawDrafts(person) {
  const { drafts, discarded } = await work(person);
  const open = await sweepSealed(person, drafts);
  drawList("drafts", open, (draft) => draftCell(draft, open));
  await drawRevisions(open);
  const restore = async (/** @type {string} */ uuid) => {
    history.replaceState(null, "", "/tablet/");
    await restoreDraft(person, uuid);
    await drawDrafts(person);
  };
  show("#discarded-block", discarded.length > 0);
  drawList("discarded", discarded, (draft) => {
    const cell = fill(copyOf("discarded-cell"), {
      title: draft.unit.name, note: draft.title, touched: word("touched", { time: shortMoment(draft.updated_at) }) });
    need("button", cell).addEventListener("click", () => void restore(draft.uuid));
    return cell;
  });
  const last = discarded.find(({ uuid }) => location.hash === `#discarded=${uuid}`);
  fill(document.body, { undo: last ? word("draft_discarded", { unit: last.unit.name }) : "" });
  show("#undo", Boolean(last));
  need("[data-action=undo]").onclick = () => void (last && restore(last.uuid));
  return open;
}

/** @param {string} form @returns {boolean} whether it is a list's page; a re-inspection has none of its own */
const isForm = (form) => form.startsWith("/checklists/");

/** Which drafts may move to a newer revision, and which cannot be opened without a network. @param {Draft[]} drafts */
async function drawRevisions(drafts) {
  const lists = await device.checklists();
  for (const [at, cell] of all("#drafts > li").entries()) {
    const { uuid, checklist, form } = drafts[at];
    const newer = isForm(form) && lists.find(({ slug, revision }) => slug === checklist.slug && revision > checklist.revision);
    fill(cell, { unkept: !isForm(form) || (await areKept([form])) ? "" : word("draft_unkept"), newer: newer ? word("newer_short", { revision: newer.revision }) : "" });
    const more = /** @type {HTMLAnchorElement} */ (need("[data-newer]", cell));
    more.hidden = !newer;
    more.href = `/tablet/moving?draft=${uuid}`;
  }
  void keepForms([...drafts.map(({ form }) => form).filter(isForm), ...lists.flatMap(({ form }) => [form.zh, form.en])]).then(showReady);
}

function bindSettings() {
  for (const radio of /** @type {HTMLInputElement[]} */ (all("[data-setting]"))) {
    const name = /** @type {import("../ui/settings.js").Setting} */ (radio.name);
    radio.checked = setting(name) === radio.value;
    radio.addEventListener("change", () => choose(name, radio.value));
  }
}

/** @param {import("../domain/reinspection.js").Batch} batch hazards of one unit to look at again @param {Draft[]} begun */
function todoCell({ key, hazards, due_on }, begun) {
  const [{ hazard, checklist }] = hazards;
  const claimed = hazards.filter((each) => each.hazard.state === "rectified_claimed").length;
  const cell = fill(copyOf("todo-cell"), {
    title: hazard.unit_name, note: word("todo_hazards", { title: inLanguage(checklist.title), count: hazards.length }),
    claimed: claimed ? word("todo_claimed", { count: claimed }) : "",
    deadline: due_on ?? "",
    begun: begun.some((draft) => draft.hazards && batchOf(draft) === key) ? word("todo_begun") : "",
  });
  showDue(cell, due_on);
  /** @type {HTMLAnchorElement} */ (need("a", cell)).href = `/tablet/reinspection?of=${key}`;
  return cell;
}

/** What wants a person first, what is there last. */
const URGENCY = ["attention", "held", "waiting", "record_there", "delivered"];

/** @param {device.Outgoing} item @returns {number} */
const urgency = (item) => URGENCY.indexOf(stateOf(item).state);

/** @param {string} person */
async function draw(person) {
  const begun = await drawDrafts(person);
  const items = await device.outbox();
  drawList("todo", batches(notAway(await assigned(person), items)), (batch) => todoCell(batch, begun));
  const mine = items.filter((item) => item.person === person).reverse().sort((one, other) => urgency(one) - urgency(other));
  drawList("outbox", mine.slice(0, 20), outgoingCell);
  const others = items.filter((item) => item.person !== person && item.state !== "delivered").length;
  fill(document.body, { others: others ? word("others_waiting", { count: others }) : "" });
  await showReady();
}

async function showReady() {
  const forms = (await device.checklists()).map(({ form }) => form[language()]);
  fill(document.body, { offline_ready: (await readyOffline(forms)) ? word("offline_ready") : "" });
}

export async function open() {
  openFrame({ takeOver: true });
  bindSettings();
  const person = await unlocked();
  const look = async () => (await import("./examining.js")).examine(person.uuid, redraw);
  const redraw = async () => { await draw(person.uuid); await look(); };
  await draw(person.uuid);
  void look();
  listen((news) => { if (news.type !== "link" && news.type !== "progress") void (news.type === "reference" ? redraw() : draw(person.uuid)); });
}
