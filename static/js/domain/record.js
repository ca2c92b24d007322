/**
 * From a finished draft to the payload of the record, format zhencha.record/1.
 * Its bytes are made here once; what is signed, sent and archived are these
 * bytes and no others. Held with the server to tests/vectors/record.json.
 */

import { countedFindings, countedPhotos, lookedAt } from "./draft.js";
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

/** @param {import("./draft.js").LookedAt} hazard */
function reinspectedOf({ uuid, item, outcome, words, deadline_on }) {
  return { hazard: uuid, item, outcome, words: words.trim(), deadline_on: outcome === "returned" ? deadline_on : null };
}

/** What only the tablet needs stays there; what is not known is not named. @param {import("./draft.js").Photo} photo */
function photoOf({ sha256, type, size, taken_at, finding, item, moment, caption, original, file_at, latitude, longitude, accuracy_m }) {
  const spot = latitude && longitude ? { latitude, longitude, accuracy_m } : {};
  return {
    sha256, type, size, taken_at, finding, item, moment, caption: caption.trim(),
    ...(original && { original: { sha256: original.sha256, type: original.type, size: original.size } }),
    ...(file_at && { file_at }), ...spot,
  };
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
    findings: countedFindings(draft).map(findingOf), ...(draft.hazards && { reinspected: lookedAt(draft).map(reinspectedOf) }),
    photos: countedPhotos(draft).map(photoOf),
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

/**
 * An office's inspectors inspect; an enterprise's own people inspect themselves 自查.
 * @param {string[]} roles @returns {import("./draft.js").Draft["kind"]}
 */
export function kindFor(roles) {
  return roles.includes("inspector") ? "inspection" : "self_inspection";
}
