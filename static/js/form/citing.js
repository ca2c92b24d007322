/**
 * Registers of the unit 登记 as evidence: one tap writes number and words of an
 * entry into the item's note, where they are signed with the record.
 */

import { jot } from "../domain/draft.js";
import { registers } from "../store/device.js";
import { all, copyOf, fill, inLanguage, need, word } from "../ui/page.js";
import { itemElement } from "./sheet.js";

/** @typedef {import("./sheet.js").Sheet} Sheet */
/** @typedef {import("../store/device.js").Registers["entries"][number]} Entry */

/** @param {Sheet} sheet @param {string} item @param {Entry} entry */
function cite(sheet, item, { number, words }) {
  const note = /** @type {HTMLTextAreaElement} */ (need("[data-answer-field=note]", itemElement(item)));
  if (note.value.includes(number)) return;
  const cited = word("cited", { number, words: inLanguage(words) });
  note.value = [note.value.trim(), cited].filter(Boolean).join(word("cited_gap"));
  jot(sheet.draft, item, "note", note.value);
  sheet.changed(item);
  void sheet.saver.now();
}

/** @param {Sheet} sheet @param {string} item @param {Entry[]} entries */
function drawEntries(sheet, item, entries) {
  const note = sheet.draft.answers[item]?.note ?? sheet.draft.jotted?.[item] ?? "";
  need("[data-entries]", itemElement(item)).replaceChildren(...entries.map((entry) => {
    const row = fill(copyOf("entry"), {
      title: inLanguage(entry.words), note: entry.number, cited: note.includes(entry.number) ? word("is_cited") : "" });
    need("button", row).addEventListener("click", () => {
      cite(sheet, item, entry);
      drawEntries(sheet, item, entries);
    });
    return row;
  }));
}

/** @param {Sheet} sheet each item opens the registers, where this tablet knows any */
export async function offerCitations(sheet) {
  const known = await registers(sheet.draft.unit.uuid);
  if (!known?.entries.length) return;
  for (const fold of all("[data-cite]")) {
    fold.hidden = false;
    fold.addEventListener("toggle", () => drawEntries(sheet, String(fold.dataset.cite), known.entries));
  }
}
