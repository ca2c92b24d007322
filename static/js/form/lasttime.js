/**
 * What was found the last time 上次, beside each item: a reference for the eye,
 * never an answer. Comes from what the change feed left on this tablet.
 */

import { checklists, lastInspection } from "../store/device.js";
import { fill, word } from "../ui/page.js";
import { itemElement } from "./sheet.js";

/** @param {string} unit @param {string} slug @returns {Promise<import("../store/device.js").LastInspection[]>} with this list or its kin, newest first */
async function lastOnes(unit, slug) {
  const lists = await checklists();
  const family = lists.find((one) => one.slug === slug)?.family;
  const kin = new Set([slug, ...lists.filter((one) => family && one.family === family).map((one) => one.slug)]);
  const found = await Promise.all([...kin].map((one) => lastInspection(unit, one)));
  return found.flatMap((one) => one ?? []).sort((one, other) => other.finished_at.localeCompare(one.finished_at));
}

/** @param {import("../domain/draft.js").Draft} draft */
export async function drawLastTime({ unit, checklist, items }) {
  const known = await lastOnes(unit.uuid, checklist.slug);
  for (const item of items) {
    const last = known.find(({ answers }) => answers[item]);
    const value = last?.answers[item];
    if (!value) continue;
    const place = fill(itemElement(item), {
      last_time: word(last.words[item] ? "last_time_words" : "last_time", {
        date: last.finished_at.slice(0, 10), answer: word(value), words: last.words[item] ?? "" }),
    });
    place.dataset.last = value;
  }
}
