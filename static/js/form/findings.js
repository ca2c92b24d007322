/**
 * Findings 问题 of a failed item: tags, words, level, requirement, deadline,
 * photos. Each block is a copy of the template that the server drew. Comes with
 * the first item that failed.
 */

import { findingsOf, photosOf, removeFinding } from "../domain/draft.js";
import { dateAfter } from "../domain/times.js";
import { all, copyOf, fill, need, show, word } from "../ui/page.js";
import { itemElement, suggestFinding } from "./sheet.js";

/** @typedef {import("../domain/draft.js").Finding} Finding */
/** @typedef {import("./sheet.js").Sheet} Sheet */

/** @param {Sheet} sheet @param {string} code */
export function drawFindings(sheet, code) {
  bindMore(sheet, code);
  const holder = need("[data-findings]", itemElement(code));
  const findings = findingsOf(sheet.draft, code);
  const drawn = new Map(all("[data-finding]", holder).map((block) => [block.dataset.finding, block]));
  const blocks = findings.map((finding) => drawn.get(finding.uuid) ?? findingBlock(sheet, finding));
  if (blocks.length !== drawn.size || blocks.some((block, at) => holder.children[at] !== block)) holder.replaceChildren(...blocks);
  findings.forEach((finding, at) => {
    fill(blocks[at], { number: findings.length > 1 ? word("finding_number", { number: at + 1 }) : word("finding_one") });
    drawFinding(sheet, blocks[at], finding);
  });
}

/** What is asked for first, the tags and the camera, comes into sight. @param {string} code */
export function bringUp(code) {
  itemElement(code).querySelector(".photo-row")?.scrollIntoView({ block: "nearest" });
}

/** @param {Sheet} sheet @param {HTMLElement} block @param {Finding} finding */
function drawFinding(sheet, block, finding) {
  show("[data-after]", finding.fixed_on_spot, block);
  show("[data-deadline]", !finding.fixed_on_spot, block);
  const before = photosOf(sheet.draft, finding.uuid, "before").length;
  fill(block, { photos: before ? word("photos_taken", { count: before }) : word("photos_none") });
  const date = /** @type {HTMLInputElement} */ (need("[data-deadline-date]", block));
  const chosen = /** @type {HTMLInputElement | null} */ (block.querySelector("[data-deadline] input[type=radio]:checked"));
  date.hidden = chosen?.value !== "date";
  fill(block, { deadline_on: finding.deadline_on ?? "" });
}

/** @param {Sheet} sheet @param {Finding} finding @returns {HTMLElement} */
function findingBlock(sheet, finding) {
  const block = copyOf("finding");
  block.dataset.finding = finding.uuid;
  for (const input of /** @type {HTMLInputElement[]} */ (all("[data-once]", block))) {
    input.name = `${input.dataset.once}-${finding.uuid}`;
  }
  const changed = () => sheet.changed(finding.item);
  bindTags(sheet, block, finding, changed);
  bindWords(sheet, block, finding, changed);
  bindLevel(sheet, block, finding, changed);
  bindDeadline(sheet, block, finding, changed);
  const trial = block.querySelector("[data-shoot]:disabled"); // which takes no photos, and opens no storage for them
  if (!trial) void import("./photos.js").then((photos) => photos.bindPhotos(sheet, block, finding));
  const fixed = /** @type {HTMLInputElement} */ (need("[data-fixed] input", block));
  fixed.checked = finding.fixed_on_spot;
  fixed.addEventListener("change", () => {
    finding.fixed_on_spot = fixed.checked;
    changed();
    void sheet.saver.now();
  });
  need("[data-action=remove-finding]", block).addEventListener("click", () => remove(sheet, finding));
  return block;
}

/** @param {Sheet} sheet @param {HTMLElement} block @param {Finding} finding @param {() => void} changed */
function bindTags(sheet, block, finding, changed) {
  const tags = /** @type {HTMLTemplateElement} */ (need("template[data-tags]", itemElement(finding.item)));
  const holder = need("[data-tags-here]", block);
  holder.append(tags.content.cloneNode(true));
  const boxes = /** @type {HTMLInputElement[]} */ (all("input", holder));
  for (const box of boxes) {
    box.checked = finding.tags.includes(box.value);
    box.addEventListener("change", () => {
      finding.tags = boxes.filter((one) => one.checked).map((one) => one.value);
      changed();
      void sheet.saver.now();
    });
  }
}

/** @param {Sheet} sheet @param {HTMLElement} block @param {Finding} finding @param {() => void} changed */
function bindWords(sheet, block, finding, changed) {
  for (const name of /** @type {const} */ (["words", "requirement"])) {
    const area = /** @type {HTMLTextAreaElement} */ (need(`[data-text=${name}]`, block));
    area.value = finding[name];
    area.addEventListener("input", () => {
      finding[name] = area.value;
      changed();
      sheet.saver.soon();
    });
  }
}

/** @param {Sheet} sheet @param {HTMLElement} block @param {Finding} finding @param {() => void} changed */
function bindLevel(sheet, block, finding, changed) {
  for (const radio of /** @type {HTMLInputElement[]} */ (all("[data-once=level]", block))) {
    radio.checked = radio.value === finding.level;
    radio.addEventListener("change", () => {
      finding.level = /** @type {Finding["level"]} */ (radio.value);
      changed();
      void sheet.saver.now();
    });
  }
}

/** @param {Sheet} sheet @param {HTMLElement} block @param {Finding} finding @param {() => void} changed */
function bindDeadline(sheet, block, finding, changed) {
  const begun = new Date(sheet.draft.started_at);
  const date = /** @type {HTMLInputElement} */ (need("[data-deadline-date] input, input[data-deadline-date]", block));
  const radios = /** @type {HTMLInputElement[]} */ (all("[data-once=deadline]", block));
  const onDay = (/** @type {string} */ days) => dateAfter(begun, Number(days));
  const fitting = radios.find((radio) => radio.value !== "date" && finding.deadline_on === onDay(radio.value));
  const chosen = finding.deadline_on ? fitting ?? radios.find((radio) => radio.value === "date") : undefined;
  if (chosen) chosen.checked = true;
  date.value = finding.deadline_on ?? "";
  date.min = dateAfter(begun, 0);
  const set = (/** @type {string | null} */ on) => {
    finding.deadline_on = on;
    changed();
    void sheet.saver.now();
  };
  for (const radio of radios) radio.addEventListener("change", () => set(radio.value === "date" ? date.value || null : onDay(radio.value)));
  date.addEventListener("change", () => set(date.value || null));
}

/** @param {Sheet} sheet @param {Finding} finding */
function remove(sheet, finding) {
  const removed = removeFinding(sheet.draft, finding.uuid);
  if (!removed) return;
  const settle = () => { sheet.changed(finding.item); void sheet.saver.now(); };
  sheet.offerUndo(word("finding_removed"), () => {
    sheet.draft.findings.splice(removed.place, 0, removed.finding);
    sheet.draft.photos.push(...removed.photos);
    settle();
  });
  settle();
}

/** @param {Sheet} sheet @param {string} code */
function bindMore(sheet, code) {
  need("[data-action=add-finding]", itemElement(code)).onclick = () => {
    suggestFinding(sheet, code);
    sheet.changed(code);
    void sheet.saver.now();
  };
}
