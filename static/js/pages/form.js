/** The form page 检查表: binds what the server drew to the draft named in the address. */

import { isFrozen, voidSignatures } from "../domain/draft.js";
import { bindAnswer, drawAnswer } from "../form/answering.js";
import { bindFindings, drawFindings, suggestFinding } from "../form/findings.js";
import { drawOverview, filterOverview } from "../form/overview.js";
import { saverOf } from "../form/saving.js";
import { itemCodes, itemWords } from "../form/sheet.js";
import { steps } from "../form/stepping.js";
import { undoStrip } from "../form/undo.js";
import * as device from "../store/device.js";
import { draft as draftOf } from "../store/person.js";
import { unlocked } from "../ui/lock.js";
import { all, fill, need, show } from "../ui/page.js";
import { showSaved } from "../ui/status.js";
import { openFrame } from "./frame.js";

/** @typedef {import("../form/sheet.js").Sheet} Sheet */

/** @param {Sheet} sheet */
function bindItems(sheet) {
  for (const code of itemCodes()) {
    bindAnswer(sheet, code, () => {
      if (!sheet.draft.findings.some(({ item }) => item === code)) suggestFinding(sheet, code);
    });
    bindFindings(sheet, code);
    drawAnswer(sheet, code);
    drawFindings(sheet, code);
  }
  drawOverview(sheet.draft, itemCodes());
  filterOverview("all");
  for (const button of all("[data-filter]")) button.addEventListener("click", () => filterOverview(String(button.dataset.filter)));
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

/** One tab writes a draft; a second one may look. @param {string} uuid @returns {Promise<boolean>} */
function holdAlone(uuid) {
  return new Promise((resolve) => {
    void navigator.locks.request(`draft:${uuid}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => undefined) : undefined;
    });
  });
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

export async function open() {
  openFrame();
  const uuid = new URL(location.href).searchParams.get("draft");
  if (!uuid) return location.replace("/tablet/start");
  const person = await unlocked();
  const draft = await foundDraft(person.uuid, uuid);
  if (!draft) return;
  draft.items = itemCodes();
  draft.words = itemWords();
  const alone = await holdAlone(uuid);
  const saver = saverOf(person.uuid, draft, showSaved);
  /** @type {Sheet} */
  const sheet = {
    person: person.uuid, draft, saver, offerUndo: undoStrip(),
    changed(item) {
      drawFindings(sheet, item);
      drawAnswer(sheet, item);
      drawOverview(draft, [item]);
    },
  };
  fill(document.body, { unit: draft.unit.name });
  /** @type {HTMLAnchorElement} */ (need("[data-review]")).href = `/tablet/review?draft=${uuid}`;
  bindItems(sheet);
  guardFrozen(sheet);
  if (!alone) {
    /** @type {HTMLFieldSetElement} */ (need("#sheet")).disabled = true;
    return show("#other-tab", true);
  }
  await saver.now();
  steps(draft.at, (code) => {
    if (draft.at === code) return;
    draft.at = code;
    saver.soon();
  });
}
