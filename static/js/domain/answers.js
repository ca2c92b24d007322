/**
 * What a draft still owes before it can be signed. The codes are those the
 * server would hold the record for, so one sentence explains both.
 */

import { countedFindings, findingsOf, photosOf } from "./draft.js";

/** @typedef {{code: string, item: string, finding?: string}} Fault */
/** @typedef {{total: number, answered: number, failed: number, pass: number, not_applicable: number, not_checked: number}} Tally */
/** @typedef {"unanswered" | "unfinished" | import("./draft.js").AnswerValue} ItemState */

/** @param {import("./draft.js").Draft} draft @param {string} item @returns {Fault[]} */
export function itemFaults(draft, item) {
  const answer = draft.answers[item];
  if (!answer) return [{ code: "answer_missing", item }];
  if (answer.value === "not_checked" && !answer.reason?.trim()) return [{ code: "reason_missing", item }];
  if (answer.value !== "fail") return [];
  const findings = findingsOf(draft, item);
  if (!findings.length) return [{ code: "finding_missing", item }];
  return findings.flatMap((finding) => findingFaults(draft, finding));
}

/**
 * @param {import("./draft.js").Draft} draft
 * @param {import("./draft.js").Finding} finding
 * @returns {Fault[]}
 */
function findingFaults(draft, finding) {
  const codes = [];
  if (!finding.tags.length && !finding.words.trim()) codes.push("finding_words_missing");
  if (!finding.requirement.trim()) codes.push("requirement_missing");
  if (!photosOf(draft, finding.uuid, "before").length) codes.push("photo_missing");
  if (finding.fixed_on_spot && !photosOf(draft, finding.uuid, "after").length) codes.push("after_photo_missing");
  if (!finding.fixed_on_spot && !finding.deadline_on) codes.push("deadline_missing");
  return codes.map((code) => ({ code, item: finding.item, finding: finding.uuid }));
}

/** @param {import("./draft.js").Draft} draft @returns {Fault[]} everything owed, in the order of the list */
export function faults(draft) {
  return draft.items.flatMap((item) => itemFaults(draft, item));
}

/** @param {import("./draft.js").Draft} draft @param {string} item @returns {ItemState} */
export function itemState(draft, item) {
  const answer = draft.answers[item];
  if (!answer) return "unanswered";
  return itemFaults(draft, item).length ? "unfinished" : answer.value;
}

/** @param {import("./draft.js").Draft} draft @returns {Tally} */
export function tally(draft) {
  const values = draft.items.map((item) => draft.answers[item]?.value).filter((value) => value !== undefined);
  const count = (/** @type {string} */ value) => values.filter((one) => one === value).length;
  return {
    total: draft.items.length, answered: values.length, failed: count("fail"), pass: count("pass"),
    not_applicable: count("not_applicable"), not_checked: count("not_checked"),
  };
}

/** @param {import("./draft.js").Draft} draft @returns {{major: number, larger: number, general: number}} */
export function levels(draft) {
  const counts = { major: 0, larger: 0, general: 0 };
  for (const finding of countedFindings(draft)) counts[finding.level] += 1;
  return counts;
}
