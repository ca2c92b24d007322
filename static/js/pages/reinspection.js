/** Looking again 复查: the open hazards of one unit that came from one list, each with what was there before. */

import { isFrozen, lookedAt, voidSignatures } from "../domain/draft.js";
import { batchOf, batches, bringUpToDate, newReinspection, notAway, owed } from "../domain/reinspection.js";
import { dateText, stamp } from "../domain/times.js";
import { holdDraft } from "../form/holding.js";
import { hazardCard } from "../form/lookingagain.js";
import { saverOf } from "../form/saving.js";
import { undoStrip } from "../form/undo.js";
import { assigned } from "../store/assigned.js";
import * as device from "../store/device.js";
import { discardDraft, draft as draftOf, drafts, saveDraft } from "../store/person.js";
import { listen } from "../sync/news.js";
import { unlocked } from "../ui/lock.js";
import { all, drawList, fill, inLanguage, need, show, word } from "../ui/page.js";
import { showSaved } from "../ui/status.js";
import { openFrame } from "./frame.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../form/sheet.js").Sheet} Sheet */

/** @param {string} person @returns {Promise<import("../domain/reinspection.js").Batch[]>} what is open, less what is sealed and on its way */
async function open_(person) {
  return batches(notAway(await assigned(person), await device.outbox()));
}

/** @param {string} person @param {string} key of the batch @returns {Promise<Draft | null>} the one that was begun, or a new one */
async function draftFor(person, key) {
  const begun = (await drafts(person)).find((draft) => draft.kind === "reinspection" && batchOf(draft) === key);
  if (begun) return begun;
  const batch = (await open_(person)).find((each) => each.key === key);
  if (!batch) return null;
  const [{ hazard, checklist }] = batch.hazards;
  const unit = (await device.units(person)).find(({ uuid }) => uuid === hazard.unit_uuid);
  const title = word("reinspection_title", { title: inLanguage(checklist.title) });
  const draft = newReinspection(batch, { author: person, title, address: unit?.address ?? hazard.place }, inLanguage, stamp());
  draft.unit.credit_code = unit?.credit_code ?? "";
  await saveDraft(person, draft);
  return draft;
}

/** @param {string} person @returns {Promise<Draft | null>} null when there is nothing to open here */
async function wantedDraft(person) {
  const query = new URL(location.href).searchParams;
  const uuid = query.get("draft");
  if (!uuid) return draftFor(person, query.get("of") ?? "");
  return (await device.outgoing(uuid)) ? null : (await draftOf(person, uuid)) ?? null;
}

/** @param {Draft} draft */
function drawProgress(draft) {
  const open = (draft.hazards ?? []).filter(({ gone }) => !gone);
  const missing = owed(draft, dateText(new Date())).filter(({ hazard }) => hazard);
  fill(document.body, {
    progress: word("reinspection_progress", { done: lookedAt(draft).length, total: open.length }),
    owed: missing.length ? word("owed_before", { count: missing.length }) : "",
  });
  for (const card of all("[data-hazard]")) card.dispatchEvent(new Event("changed"));
}

/** Content that somebody has signed does not change unless the signatures are given up. @param {Sheet} sheet @param {boolean} alone */
function guard({ draft, saver }, alone) {
  const draw = () => {
    /** @type {HTMLFieldSetElement} */ (need("#sheet")).disabled = isFrozen(draft) || !alone;
    show("#frozen", isFrozen(draft));
    show("#other-tab", !alone);
    show("[data-writing]", alone && !isFrozen(draft));
  };
  need("[data-action=void-signatures]").addEventListener("click", () => {
    voidSignatures(draft);
    draw();
    void saver.now();
  });
  draw();
}

export async function open() {
  openFrame();
  const person = await unlocked();
  const draft = await wantedDraft(person.uuid);
  if (!draft) return location.replace("/tablet/");
  history.replaceState(null, "", `/tablet/reinspection?draft=${draft.uuid}${location.hash}`);
  const alone = await holdDraft(draft.uuid);
  const saver = saverOf(person.uuid, draft, showSaved);
  /** @type {Sheet} */
  const sheet = {
    person: person.uuid, draft, saver, offerUndo: undoStrip().offer,
    changed: () => drawProgress(draft), goTo: () => undefined, advance: () => undefined,
  };
  const refresh = async () => {
    if (isFrozen(draft) || !alone) return;
    bringUpToDate(draft, (await open_(person.uuid)).find(({ key }) => key === batchOf(draft))?.hazards ?? [], inLanguage);
  };
  const draw = () => {
    const drawn = new Map(all("[data-hazard]").map((card) => [card.dataset.hazard, card]));
    const hazards = draft.hazards ?? [];
    if (hazards.length !== drawn.size) drawList("hazards", hazards, (hazard) => drawn.get(hazard.uuid) ?? hazardCard(sheet, hazard));
    for (const card of drawn.values()) card.dispatchEvent(new Event("told"));
    drawProgress(draft);
  };
  await refresh();
  fill(document.body, { unit: draft.unit.name, list: draft.title, place: draft.place.text });
  /** @type {HTMLAnchorElement} */ (need("[data-review]")).href = `/tablet/review?draft=${draft.uuid}`;
  draw();
  guard(sheet, alone);
  need("[data-action=discard]").addEventListener("click", async () => {
    await saver.now();
    await discardDraft(person.uuid, draft.uuid);
    location.assign(`/tablet/#discarded=${draft.uuid}`);
  });
  // A photo that came, or a hazard that somebody closed meanwhile.
  listen(async (news) => {
    if (news.type !== "reference") return;
    await refresh();
    draw();
  });
  if (alone) await saver.now();
}
