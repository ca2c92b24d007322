/** Moving a draft to another revision 换版: what would happen to each item, before anything happens. */

import { addressOf, isFrozen } from "../domain/draft.js";
import { compared, move } from "../domain/moving.js";
import { itemWords } from "../form/sheet.js";
import { holdDraft } from "../form/holding.js";
import * as device from "../store/device.js";
import { draft as draftOf, saveDraft } from "../store/person.js";
import { unlocked } from "../ui/lock.js";
import { all, copyOf, drawList, fill, inLanguage, need, show, word } from "../ui/page.js";
import { openFrame } from "./frame.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../domain/moving.js").Row} Row */

/** A form page as a document, without running it. @param {string} url @returns {Promise<Document>} */
function pageAt(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.onload = () => (request.responseXML ? resolve(request.responseXML) : reject(new Error(url)));
    request.onerror = () => reject(new Error(url));
    request.open("GET", url);
    request.send();
  });
}

/** @param {string} url @param {string} digest @returns {Promise<import("../domain/moving.js").SheetItem[]>} the items as the kept form page words them */
async function itemsOf(url, digest) {
  const page = await pageAt(url);
  if (need("[data-page=form]", page).dataset.digest !== digest) throw new Error(url);
  return Object.entries(itemWords(page)).map(([code, words]) => ({
    ...words, code, check: need(`[data-item="${CSS.escape(code)}"] .item-check`, page).textContent?.trim() ?? "",
  }));
}

/** @param {Draft} draft @param {Row} row @returns {HTMLElement} */
function rowOf(draft, { fate, item, former }) {
  const given = draft.answers[item.code];
  const added = Object.keys(item.tags).filter((tag) => former && item.tags[tag] !== former.tags[tag]);
  return fill(copyOf("moving-row"), {
    code: item.code, title: item.title,
    answer: given ? word(fate === "changed" ? "moving_was" : "moving_answer", { answer: word(given.value) }) : "",
    was: former && fate === "changed" && former.check !== item.check ? former.check : "",
    now: fate === "changed" || fate === "new" ? item.check : "",
    tags: added.length ? word("moving_tags", { tags: added.map((tag) => item.tags[tag]).join(word("list_separator")) }) : "",
    place: fate === "moved" && former && former.section !== item.section
      ? word("moving_section", { from: former.section, to: item.section }) : "",
  });
}

/** @param {Draft} draft @param {Row[]} rows */
function drawRows(draft, rows) {
  for (const fate of /** @type {const} */ (["changed", "new", "dropped", "moved", "kept"])) {
    const its = rows.filter((row) => row.fate === fate);
    show(`[data-fate=${fate}]`, its.length > 0);
    fill(document.body, { [`count_${fate}`]: its.length });
    drawList(`moving-${fate}`, its, (row) => rowOf(draft, row));
  }
}

export async function open() {
  openFrame();
  const uuid = new URL(location.href).searchParams.get("draft") ?? "";
  const person = await unlocked();
  const alone = await holdDraft(uuid);
  const draft = await draftOf(person.uuid, uuid);
  const list = (await device.checklists()).find(({ slug }) => slug === draft?.checklist.slug);
  if (!draft || !list || list.revision <= draft.checklist.revision) return location.replace(draft ? addressOf(draft) : "/tablet/");
  fill(document.body, {
    list: draft.title, revisions: word("moving_revisions", { from: draft.checklist.revision, to: list.revision }),
    move: word("moving_go", { revision: list.revision }), stay: word("moving_stay", { revision: draft.checklist.revision }),
  });
  for (const way of /** @type {HTMLAnchorElement[]} */ (all("[data-stay]"))) way.href = addressOf(draft);
  const form = list.form[draft.form.endsWith("/en") ? "en" : "zh"];
  let rows;
  try {
    rows = compared(await itemsOf(draft.form, draft.checklist.digest), await itemsOf(form, list.digest));
  } catch {
    return show("#moving-unkept", true);
  }
  drawRows(draft, rows);
  show("#moving-rows", true);
  show("#moving-frozen", isFrozen(draft));
  show("#other-tab", !alone);
  const go = /** @type {HTMLButtonElement} */ (need("[data-action=move]"));
  go.hidden = isFrozen(draft) || !alone;
  go.addEventListener("click", async () => {
    go.disabled = true;
    const { slug, revision, digest } = list;
    move(draft, rows, { checklist: { slug, revision, digest }, title: inLanguage(list.title), form }, word("list_separator"));
    await saveDraft(person.uuid, draft);
    location.replace(`${addressOf(draft)}#overview`);
  });
}
