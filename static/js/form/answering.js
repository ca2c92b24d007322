/** The four answer keys of each item, the reason, the note. */

import { itemState } from "../domain/answers.js";
import { answer } from "../domain/draft.js";
import { all, fill, need, word } from "../ui/page.js";
import { itemElement } from "./sheet.js";

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
    if (document.activeElement !== field) field.value = given?.[name] ?? "";
  }
}

/** @param {Sheet} sheet @param {string} code @param {AnswerValue} value @param {() => void} failed */
async function tap(sheet, code, value, failed) {
  const former = answer(sheet.draft, code, value);
  if (value === "fail") failed();
  sheet.changed(code);
  sheet.offerUndo(word("answered", { item: code, answer: word(value) }), () => {
    if (former) sheet.draft.answers[code] = former;
    else delete sheet.draft.answers[code];
    sheet.changed(code);
    void sheet.saver.now();
  });
  await sheet.saver.now();
}

/**
 * @param {Sheet} sheet @param {string} code
 * @param {() => void} failed what to do before an item is shown as failed
 */
export function bindAnswer(sheet, code, failed) {
  const element = itemElement(code);
  for (const radio of /** @type {HTMLInputElement[]} */ (all("[data-key] input", element))) {
    radio.addEventListener("change", () => void tap(sheet, code, /** @type {AnswerValue} */ (radio.value), failed).catch(() => undefined));
  }
  for (const name of /** @type {const} */ (["reason", "note"])) {
    const field = fieldOf(element, name);
    field.addEventListener("input", () => {
      const given = sheet.draft.answers[code];
      if (!given) return;
      given[name] = field.value;
      sheet.changed(code);
      sheet.saver.soon();
    });
  }
}
