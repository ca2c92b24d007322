/**
 * From a finished draft to the payload of the record, format zhencha.record/1.
 * Its bytes are made here once; what is signed, sent and archived are these
 * bytes and no others. Held with the server to tests/vectors/record.json.
 */

import { countedFindings, countedPhotos } from "./draft.js";
import { utf8 } from "./encoding.js";

/** @typedef {{offset_ms: number, seen_at: string}} ServerClock */
/**
 * @typedef {{finished_at: string, device: string, app_version: string, server_clock: ServerClock | null}} Finishing
 */

/** @param {import("./draft.js").Draft} draft @returns {Record<string, object>} answers in the order of the list */
function answersOf(draft) {
  /** @type {Record<string, object>} */
  const answers = {};
  for (const item of draft.items) {
    const given = draft.answers[item];
    if (!given) continue;
    const reasoned = given.value === "not_checked" || given.value === "not_applicable";
    const reason = reasoned && given.reason?.trim() ? { reason: given.reason.trim() } : {};
    const note = given.note?.trim() ? { note: given.note.trim() } : {};
    answers[item] = { value: given.value, ...reason, ...note };
  }
  return answers;
}

/** @param {import("./draft.js").Finding} finding */
function findingOf({ uuid, item, tags, words, level, requirement, deadline_on, fixed_on_spot }) {
  const deadline = fixed_on_spot ? null : deadline_on;
  return { uuid, item, tags, words: words.trim(), level, requirement: requirement.trim(), deadline_on: deadline, fixed_on_spot };
}

/**
 * @param {import("./draft.js").Draft} draft
 * @param {Finishing} finishing
 * @returns {Record<string, unknown>}
 */
export function payloadOf(draft, { finished_at, device, app_version, server_clock }) {
  const { uuid, kind, checklist, unit, place, started_at, elapsed_ms, opinion, statement, previous } = draft;
  const clock = {
    elapsed_ms: Math.round(elapsed_ms),
    server_offset_ms: server_clock ? Math.round(server_clock.offset_ms) : null,
    server_seen_at: server_clock ? server_clock.seen_at : null,
  };
  return {
    format: "zhencha.record/1", uuid, kind, checklist, unit, place, people: draft.signing.people,
    started_at, finished_at, clock, answers: answersOf(draft),
    findings: countedFindings(draft).map(findingOf), photos: countedPhotos(draft),
    signatures: draft.signing.signatures, opinion: opinion.trim(), statement: statement.trim(),
    previous, app_version, device,
  };
}

/** @param {Record<string, unknown>} payload @returns {Uint8Array<ArrayBuffer>} the bytes, made once */
export function payloadBytes(payload) {
  return utf8(JSON.stringify(payload));
}

/**
 * How many account holders must sign a record of this kind.
 * @param {import("./draft.js").Draft["kind"]} kind
 */
export function inspectorsNeeded(kind) {
  return kind === "self_inspection" ? 1 : 2;
}
