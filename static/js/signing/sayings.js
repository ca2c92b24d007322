/** What is usually decided and said 常用语: one tap writes it after what stands there already. */

import { countedFindings } from "../domain/draft.js";
import { all, language, need, show } from "../ui/page.js";

/** @param {HTMLElement} key */
function say(key) {
  const field = /** @type {HTMLTextAreaElement} */ (need(`[name=${key.dataset.says}]`));
  const words = (key.textContent ?? "").trim();
  if (field.value.includes(words)) return;
  field.value = [field.value.trim(), words].filter(Boolean).join(language() === "en" ? " " : "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The report would say 未填写 under its heading. @param {import("../domain/draft.js").Draft} draft */
function drawOwed(draft) {
  show("[data-opinion-owed]", countedFindings(draft).length > 0 && !draft.opinion.trim());
}

/** Shows what this kind of check is used to say, and that findings want a decision. @param {import("../domain/draft.js").Draft} draft */
export function offerSayings(draft) {
  const speaker = draft.kind === "self_inspection" ? "enterprise" : "department";
  for (const list of all("[data-said-by]")) list.hidden = !["anybody", speaker].includes(String(list.dataset.saidBy));
  for (const key of all("[data-says]")) key.addEventListener("click", () => say(key));
  need("#review-form").addEventListener("input", () => drawOwed(draft));
  drawOwed(draft);
}
