/**
 * The form page as a trial 试用: what is tapped stays in this page's memory and is gone with it. Tablets
 * do not keep this file: who tries a draft has a network.
 */

import { newDraft } from "./domain/draft.js";
import { stamp } from "./domain/times.js";
import { bindAnswer, drawAnswer } from "./form/answering.js";
import { drawFindings } from "./form/findings.js";
import { drawOverview, filterOverview } from "./form/overview.js";
import { itemCodes, itemWords } from "./form/sheet.js";
import { steps } from "./form/stepping.js";
import { undoStrip } from "./form/undo.js";
import { all, need, show } from "./ui/page.js";

/** Keeps nothing. @type {import("./form/saving.js").Saver} */
const NOWHERE = { now: async () => undefined, soon: () => undefined, withBytes: async () => undefined };

/** No picture is taken, nothing is reviewed or signed. */
function shutDoors() {
  const { content } = /** @type {HTMLTemplateElement} */ (need("#finding"));
  for (const key of /** @type {NodeListOf<HTMLInputElement>} */ (content.querySelectorAll("[data-shoot], [data-camera]"))) key.disabled = true;
  const review = need("[data-review]");
  review.removeAttribute("href");
  review.setAttribute("aria-disabled", "true");
  show("[data-writing]", false);
}

function open() {
  const codes = itemCodes();
  const nobody = { uuid: "", name: "", credit_code: "" };
  const draft = newDraft({ author: "", checklist: { slug: "", revision: 0, digest: "" }, title: "", form: "", unit: nobody, address: "" }, stamp());
  draft.items = codes;
  draft.words = itemWords();
  shutDoors();
  const undo = undoStrip();
  /** @type {import("./form/stepping.js").Steps | undefined} */
  let walk;
  /** @type {import("./form/sheet.js").Sheet} */
  const sheet = {
    person: "", draft, saver: NOWHERE, offerUndo: undo.offer,
    changed(code) {
      drawFindings(sheet, code);
      drawAnswer(sheet, code);
      drawOverview(draft, [code]);
      walk?.drawBar();
    },
    goTo: (code) => walk?.goTo(code),
    advance: () => undefined,
  };
  for (const code of codes) {
    bindAnswer(sheet, code);
    drawAnswer(sheet, code);
  }
  drawOverview(draft, codes);
  filterOverview("all");
  for (const button of all("[data-filter]")) button.addEventListener("click", () => filterOverview(String(button.dataset.filter)));
  /** @type {HTMLFieldSetElement} */ (need("#sheet")).disabled = false;
  walk = steps({
    start: null, spot: undefined, left: undo.rest, moved: () => undefined,
    answered: (code) => Boolean(draft.answers[code]), done: () => false,
  });
}

open();
document.documentElement.dataset.ready = "trial";
