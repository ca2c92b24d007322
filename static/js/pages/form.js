/** The form page 检查表: binds what the server drew to the draft named in the address. */

import { faults } from "../domain/answers.js";
import { isFrozen, voidSignatures } from "../domain/draft.js";
import { bindAnswer, drawAnswer } from "../form/answering.js";
import { holdDraft } from "../form/holding.js";
import { drawOverview, filterOverview } from "../form/overview.js";
import { saverOf } from "../form/saving.js";
import { itemCodes, itemWords } from "../form/sheet.js";
import { steps } from "../form/stepping.js";
import { undoStrip } from "../form/undo.js";
import * as device from "../store/device.js";
import { draft as draftOf } from "../store/person.js";
import { unlocked } from "../ui/lock.js";
import { all, fill, need, painted, show } from "../ui/page.js";
import { setting } from "../ui/settings.js";
import { showSaved } from "../ui/status.js";
import { openFrame } from "./frame.js";

/** @typedef {import("../form/sheet.js").Sheet} Sheet */

/** @param {Sheet} sheet */
function bindItems(sheet) {
  for (const code of itemCodes()) {
    bindAnswer(sheet, code);
    drawAnswer(sheet, code);
  }
  drawOverview(sheet.draft, itemCodes());
  filterOverview("all");
  for (const button of all("[data-filter]")) button.addEventListener("click", () => filterOverview(String(button.dataset.filter)));
}

let blocks = false;

/** Findings are drawn by what comes with the first of them. @param {Sheet} sheet @param {string[]} items */
async function drawBlocks(sheet, items) {
  blocks ||= sheet.draft.findings.length > 0;
  if (!blocks) return;
  const { drawFindings } = await import("../form/findings.js");
  for (const item of items) drawFindings(sheet, item);
}

/** Content that somebody has signed does not change unless the signatures are given up. @param {Sheet} sheet */
function guardFrozen(sheet) {
  const fields = /** @type {HTMLFieldSetElement} */ (need("#sheet"));
  const draw = () => {
    fields.disabled = isFrozen(sheet.draft);
    show("#frozen", isFrozen(sheet.draft));
  };
  need("[data-action=void-signatures]").addEventListener("click", () => {
    voidSignatures(sheet.draft);
    draw();
    void sheet.saver.now();
  });
  draw();
}

/** @param {string} person @param {string} uuid @returns {Promise<import("../domain/draft.js").Draft | null>} null when this is not the page for it */
async function foundDraft(person, uuid) {
  const draft = await draftOf(person, uuid);
  if (!draft || (await device.outgoing(uuid))) {
    location.replace(draft || (await device.outgoing(uuid)) ? "/tablet/queue" : "/tablet/");
    return null;
  }
  if (draft.checklist.digest !== need("[data-page=form]").dataset.digest) {
    location.replace(`${draft.form}?draft=${uuid}`);
    return null;
  }
  return draft;
}

/** What is needed seldom comes when it is asked for. @param {Sheet} sheet */
function bindSeldom(sheet) {
  const earlier = () => import("../form/earlier.js");
  need("#earlier").addEventListener("toggle", async () => (await earlier()).drawEarlier(sheet));
  need("[data-action=discard]").addEventListener("click", async () => (await earlier()).discard(sheet));
  const whenIdle = globalThis.requestIdleCallback ?? setTimeout; // WebKit has no idle callback
  whenIdle(() => { // the first failed item should open under the finger, not half a second later
    void import("../form/findings.js");
    void import("../form/photos.js");
  });
  void import("../form/revision.js").then((revision) => revision.drawRevision(sheet));
  void import("../form/lasttime.js").then((last) => last.drawLastTime(sheet.draft));
  void import("../form/citing.js").then((citing) => citing.offerCitations(sheet));
  void import("../form/place.js").then((place) => place.notePlace(sheet));
  addEventListener("input", async (event) => {
    const text = /** @type {HTMLInputElement} */ (event.target);
    if (/[^\n\r\t -~\u3000-\u30ff\u4e00-\u9fef\uff01-\uff5e]/u.test(text.value) || text.dataset.warned !== undefined) (await import("../form/unprintable.js")).warn(text);
  });
}

export async function open() {
  openFrame();
  const uuid = new URL(location.href).searchParams.get("draft");
  if (!uuid) return location.replace("/tablet/start");
  const person = await unlocked();
  const alone = await holdDraft(uuid);
  const draft = await foundDraft(person.uuid, uuid);
  if (!draft) return;
  draft.items = itemCodes();
  draft.words = itemWords();
  /** @type {import("../form/stepping.js").Steps | undefined} */
  let walk;
  const saver = saverOf(person.uuid, draft, showSaved, () => { draft.spot = walk?.spot() ?? draft.spot; });
  const undo = undoStrip();
  /** @type {Sheet} */
  const sheet = {
    person: person.uuid, draft, saver, offerUndo: undo.offer,
    changed(item) {
      void drawBlocks(sheet, [item]);
      drawAnswer(sheet, item);
      drawOverview(draft, [item]);
      walk?.drawBar();
    },
    goTo: (code) => walk?.goTo(code),
    advance: (from) => { if (setting("advance") === "on") walk?.advance(from); },
  };
  fill(document.body, { unit: draft.unit.name });
  /** @type {HTMLAnchorElement} */ (need("[data-review]")).href = `/tablet/review?draft=${uuid}`;
  bindItems(sheet);
  await drawBlocks(sheet, draft.items);
  guardFrozen(sheet);
  bindSeldom(sheet);
  if (alone) await saver.now();
  else {
    /** @type {HTMLFieldSetElement} */ (need("#sheet")).disabled = true;
    show("#other-tab", true);
    show("[data-writing]", false);
  }
  walk = steps({
    start: draft.at, spot: draft.spot, left: undo.rest,
    answered: (code) => Boolean(draft.answers[code]), done: () => !faults(draft).length,
    moved(code) {
      if (draft.at === code || !alone) return;
      draft.at = code;
      void painted().then(saver.soon);
    },
  });
}
