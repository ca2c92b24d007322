/** The overview 总览: how far one is, what is unanswered, what failed, what is owed. */

import { faults, itemState, tally } from "../domain/answers.js";
import { all, fill, need, setIcon, show, word } from "../ui/page.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */

const ICONS = /** @type {Record<string, string>} */ ({
  pass: "check", fail: "cross", not_applicable: "dash", not_checked: "ring", unanswered: "ring", unfinished: "alert",
});

let filter = "all";

/** @param {Draft} draft @param {string} item */
function drawRow(draft, item) {
  const row = need(`[data-overview="${CSS.escape(item)}"]`);
  const state = itemState(draft, item);
  if (row.dataset.state === state) return;
  row.dataset.state = state;
  row.dataset.failed = String(draft.answers[item]?.value === "fail");
  fill(row, { state: word(state) });
  const icon = row.querySelector("[data-state-icon] svg, svg[data-state-icon]");
  if (icon) setIcon(icon, ICONS[state]);
}

/** @param {Draft} draft @param {string[]} items those that changed */
export function drawOverview(draft, items) {
  for (const item of items) drawRow(draft, item);
  filterOverview(filter);
  const counts = tally(draft);
  const owed = faults(draft);
  const unanswered = counts.total - counts.answered;
  const unfinished = new Set(owed.filter(({ code }) => code !== "answer_missing").map(({ item }) => item)).size;
  fill(document.body, {
    progress: `${counts.answered}/${counts.total}`,
    failed: word("failed_count", { count: counts.failed }),
    count_all: counts.total, count_unanswered: unanswered, count_failed: counts.failed, count_unfinished: unfinished,
    owed: owed.length ? word("owed", { unanswered, unfinished }) : word("owed_nothing"),
  });
}

/** Filters of the overview; a section without a row that fits goes too. @param {string} chosen */
export function filterOverview(chosen) {
  filter = chosen;
  for (const button of all("[data-filter]")) button.setAttribute("aria-pressed", String(button.dataset.filter === chosen));
  let left = 0;
  for (const section of all("[data-overview-section]")) {
    const rows = all("[data-overview]", section);
    for (const row of rows) row.hidden = chosen !== "all" && (chosen === "failed" ? row.dataset.failed !== "true" : row.dataset.state !== chosen);
    const shown = rows.filter((row) => !row.hidden).length;
    section.hidden = !shown;
    left += shown;
  }
  show("[data-none-left]", !left);
}
