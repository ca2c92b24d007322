/**
 * The form page bound to a draft: what its parts share. The page is drawn by
 * the server; here its parts find one another.
 */

/**
 * @typedef {{person: string, draft: import("../domain/draft.js").Draft, saver: import("./saving.js").Saver,
 *   offerUndo: import("./undo.js").OfferUndo, changed: (item: string) => void,
 *   goTo: (item: string) => void, advance: (from: string) => void}} Sheet
 *   `advance`: on to the next unanswered item, where the tablet is set so
 */

import { addFinding } from "../domain/draft.js";
import { dateAfter } from "../domain/times.js";
import { all, need } from "../ui/page.js";

/** @param {string} code @returns {HTMLElement} */
export function itemElement(code) {
  return need(`[data-item="${CSS.escape(code)}"]`);
}

/** @param {Sheet} sheet @param {string} code a new finding with what the list suggests */
export function suggestFinding({ draft }, code) {
  const { requirement = "", deadlineDays = "" } = itemElement(code).dataset;
  const deadline_on = deadlineDays === "" ? null : dateAfter(new Date(draft.started_at), Number(deadlineDays));
  return addFinding(draft, code, { requirement, deadline_on, level: "general" });
}

/** @returns {string[]} codes of all items, in the order of the page */
export function itemCodes() {
  return all("[data-item]").map((element) => String(element.dataset.item));
}

/** @param {ParentNode} [page] @returns {Record<string, import("../domain/draft.js").ItemWords>} what later pages need to name items and tags */
export function itemWords(page) {
  /** @type {Record<string, import("../domain/draft.js").ItemWords>} */
  const words = {};
  for (const element of all("[data-item]", page)) {
    const tags = /** @type {HTMLTemplateElement | null} */ (element.querySelector("template[data-tags]"));
    const pairs = [...(tags?.content.querySelectorAll("label") ?? [])].map((label) =>
      [/** @type {HTMLInputElement} */ (label.querySelector("input")).value, label.textContent?.trim() ?? ""]);
    words[String(element.dataset.item)] = {
      title: String(element.dataset.title), section: String(element.dataset.section), tags: Object.fromEntries(pairs),
    };
  }
  return words;
}
