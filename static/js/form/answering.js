/** The four answer keys of each item, the reason, the note. */

import { itemState } from "../domain/answers.js";
import { answer, jot } from "../domain/draft.js";
import { all, fill, need, painted, word } from "../ui/page.js";
import { itemElement, suggestFinding } from "./sheet.js";

/** @typedef {import("../domain/draft.js").AnswerValue} AnswerValue */
/** @typedef {import("./sheet.js").Sheet} Sheet */

/** @param {HTMLElement} element @param {string} name @returns {HTMLInputElement} */
const fieldOf = (element, name) => need(`[data-answer-field=${name}]`, element);

/** Draw what the draft says of an item. @param {Sheet} sheet @param {string} code */
export function drawAnswer(sheet, code) {
  const element = itemElement(code);
  const given = sheet.draft.answers[code];
  for (const radio of /** @type {HTMLInputElement[]} */ (all("[data-key] input", element))) radio.checked = radio.value === given?.value;
  element.dataset.state = itemState(sheet.draft, code);
  const reasoned = given?.value === "not_checked" || given?.value === "not_applicable";
  need("[data-reason]", element).hidden = !reasoned;
  if (reasoned) fill(element, { reason_label: word(`reason_${given.value}`) });
  need("[data-failed]", element).hidden = given?.value !== "fail";
  for (const name of /** @type {const} */ (["reason", "note"])) {
    const field = fieldOf(element, name);
    const text = given?.[name] ?? (name === "note" ? sheet.draft.jotted?.[code] : "") ?? "";
    if (field.value !== text && document.activeElement !== field) field.value = text; // writing lays the page out
  }
}

/**
 * @param {Sheet} sheet @param {string} code @param {AnswerValue} value
 * @param {boolean} pointed by a finger, not by arrow keys that pass over the others
 */
async function tap(sheet, code, value, pointed) {
  const former = answer(sheet.draft, code, value);
  if (value === "fail" && !sheet.draft.findings.some(({ item }) => item === code)) suggestFinding(sheet, code);
  const saved = sheet.saver.now();
  await painted(); // the key is seen pressed before anything else is drawn
  sheet.changed(code);
  if (value === "fail" && pointed) void import("./findings.js").then(({ bringUp }) => bringUp(code));
  sheet.offerUndo(word("answered", { item: code, answer: word(value) }), () => {
    const given = sheet.draft.answers[code];
    if (former) sheet.draft.answers[code] = { ...given, value: former.value };
    else delete sheet.draft.answers[code];
    sheet.changed(code);
    sheet.goTo(code);
    void sheet.saver.now();
  });
  if (value === "pass" && !former && pointed) {
    advancedAt = performance.now();
    sheet.advance(code);
  }
  await saved;
}

/** The second half of a double tap would fall on the item that has just come under the finger. */
const DOUBLE_TAP_MS = 300;
let advancedAt = -DOUBLE_TAP_MS;

/** @param {MouseEvent} event @returns {boolean} */
function isEcho(event) {
  const touched = /** @type {PointerEvent} */ (event).pointerType === "touch";
  return event.detail > 1 || (touched && performance.now() - advancedAt < DOUBLE_TAP_MS);
}

/** @param {Sheet} sheet @param {string} code */
export function bindAnswer(sheet, code) {
  const element = itemElement(code);
  let pointed = false;
  for (const radio of /** @type {HTMLInputElement[]} */ (all("[data-key] input", element))) {
    radio.addEventListener("click", (event) => {
      pointed = event.detail > 0;
      if (isEcho(event)) event.preventDefault();
    });
    radio.addEventListener("change", () => void tap(sheet, code, /** @type {AnswerValue} */ (radio.value), pointed).catch(() => undefined));
  }
  for (const name of /** @type {const} */ (["reason", "note"])) {
    const field = fieldOf(element, name);
    field.addEventListener("input", () => {
      jot(sheet.draft, code, name, field.value);
      sheet.changed(code);
      sheet.saver.soon();
    });
  }
}
