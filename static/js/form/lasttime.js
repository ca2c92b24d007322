/**
 * What was found the last time 上次, beside each item: a reference for the eye,
 * never an answer. Comes from what the change feed left on this tablet.
 */

import { lastInspection } from "../store/device.js";
import { fill, word } from "../ui/page.js";
import { itemElement } from "./sheet.js";

/** @param {import("../domain/draft.js").Draft} draft */
export async function drawLastTime({ unit, checklist, items }) {
  const last = await lastInspection(unit.uuid, checklist.slug);
  for (const item of items) {
    const value = last?.answers[item];
    if (!value) continue;
    const place = fill(itemElement(item), {
      last_time: word(last.words[item] ? "last_time_words" : "last_time", {
        date: last.finished_at.slice(0, 10), answer: word(value), words: last.words[item] ?? "" }),
    });
    place.dataset.last = value;
  }
}
