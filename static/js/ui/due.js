/** A deadline in words: how long there is left, or how late it is. No colour says it alone. */

import { daysLeft } from "../domain/reinspection.js";
import { dateText } from "../domain/times.js";
import { fill, need, word } from "./page.js";

/** @param {HTMLElement} root with a place named `due` @param {string | null} due_on @param {Date} [now] */
export function showDue(root, due_on, now = new Date()) {
  const left = daysLeft(due_on, dateText(now));
  const late = left !== null && left < 0;
  const words = left === null ? "" : late ? word("overdue_days", { days: -left }) : left ? word("due_in", { days: left }) : word("due_today");
  fill(root, { due: words });
  need("[data-field=due]", root).classList.toggle("late", late);
}
