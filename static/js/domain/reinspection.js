/**
 * Looking again 复查: a draft about hazards that were found earlier. What is
 * decided of each, what is still owed, and the answers that it amounts to. The
 * codes are the server's (inspection/domain/answers.py); both are held to
 * tests/vectors/reinspection.json.
 */

import { lookedAt, newDraft, photosOf } from "./draft.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./draft.js").LookedAt} LookedAt */
/** @typedef {{zh: string, en: string}} Both */
/** @typedef {{sha256: string, type: string, size: number, taken_at: string, caption: string, moment: "before" | "after" | "claimed"}} EarlierPhoto */
/** @typedef {{words: string, rectifier: string, finished_on: string, photos: EarlierPhoto[]}} Claim what the enterprise says it has done */
/**
 * @typedef {{id: string, assigned: string[], item: {code: string, title: Both}, photos: EarlierPhoto[], claim?: Claim | null,
 *   checklist: {slug: string, revision: number, digest: string, title: Both},
 *   hazard: {uuid: string, number: string, unit_uuid: string, unit_name: string, level: import("./draft.js").Level, place: string,
 *   summary: string, requirement: string, state: string, deadline_on: string | null, returned: number, last_seq: number}}} Hazard
 */
/** @typedef {{key: string, hazards: Hazard[], due_on: string | null}} Batch hazards of one unit and one list, soonest due first */
/** @typedef {{code: string, item: string, hazard: string}} Owed */
/** @typedef {EarlierPhoto & {hazard: string}} WantedPhoto */

/** @param {Hazard} told @returns {string} sorts by deadline, those without one last, then as the list has its items */
const rank = ({ hazard, item }) => `${hazard.deadline_on ?? "9999"} ${item.code} ${hazard.number}`;

/** @param {Hazard[]} hazards @returns {Batch[]} what can be looked at again in one go, soonest due first */
export function batches(hazards) {
  /** @type {Map<string, Hazard[]>} */
  const found = new Map();
  const soonest = [...hazards].sort((one, other) => rank(one).localeCompare(rank(other)));
  for (const hazard of soonest) {
    const key = `${hazard.hazard.unit_uuid}:${hazard.checklist.slug}.${hazard.checklist.revision}`;
    found.set(key, [...(found.get(key) ?? []), hazard]);
  }
  return [...found].map(([key, listed]) => ({ key, hazards: listed, due_on: listed[0].hazard.deadline_on }));
}

/**
 * Those that somebody can look at now: a hazard whose re-inspection is sealed
 * here is away until the office has told what became of it.
 * @param {Hazard[]} hazards
 * @param {{hazards?: string[], state: string, receipt_claims: {status: string, seq: number} | null}[]} sealed
 */
export function notAway(hazards, sealed) {
  return hazards.filter(({ id, hazard }) => !sealed.some(({ hazards: named, state, receipt_claims: claims }) =>
    named?.includes(id) && (state !== "delivered" || (claims?.status === "accepted" && claims.seq > hazard.last_seq))));
}

/** @param {Draft} draft @returns {string} the batch that it is about */
export function batchOf({ unit, checklist }) {
  return `${unit.uuid}:${checklist.slug}.${checklist.revision}`;
}

/** @param {Pick<Hazard, "photos" | "claim">} told @returns {EarlierPhoto[]} of earlier visits and of the enterprise, oldest first */
const photosBefore = ({ photos, claim }) => [...photos, ...claim?.photos ?? []];

/** @param {Hazard} told @param {(text: Both) => string} say @returns {Omit<LookedAt, "outcome" | "words" | "deadline_on">} */
function factsOf(told, say) {
  const { hazard, item, claim } = told;
  const { uuid, number, level, place, summary, requirement, state, returned } = hazard;
  return { uuid, number, item: item.code, title: say(item.title), level, place, summary, requirement, state, due_on: hazard.deadline_on, returned, photos: photosBefore(told), claim, gone: false };
}

/**
 * @param {Batch} batch @param {Omit<Parameters<typeof newDraft>[0], "kind" | "checklist" | "form" | "unit">} beginning
 * @param {(text: Both) => string} say in the tablet's language @param {string} at
 * @returns {Draft}
 */
export function newReinspection({ hazards }, beginning, say, at) {
  const [{ hazard, checklist: { slug, revision, digest } }] = hazards;
  const draft = newDraft({
    ...beginning, kind: "reinspection", checklist: { slug, revision, digest }, form: "/tablet/reinspection",
    unit: { uuid: hazard.unit_uuid, name: hazard.unit_name, credit_code: "" },
  }, at);
  bringUpToDate(draft, hazards, say);
  return draft;
}

/**
 * What the office knows by now: hazards that came to it, new deadlines, and
 * those that somebody else has closed meanwhile, which count no longer.
 * @param {Draft} draft @param {Hazard[]} open @param {(text: Both) => string} say
 */
export function bringUpToDate(draft, open, say) {
  const told = new Map(open.map((each) => [each.id, each]));
  const hazards = draft.hazards ??= [];
  for (const looked of hazards) {
    const now = told.get(looked.uuid);
    Object.assign(looked, now ? factsOf(now, say) : { gone: true });
    told.delete(looked.uuid);
  }
  for (const each of told.values()) hazards.push({ ...factsOf(each, say), outcome: null, words: "", deadline_on: null });
  conclude(draft);
}

/** Items and answers follow from what was decided. @param {Draft} draft */
function conclude(draft) {
  draft.words = {};
  draft.answers = {};
  for (const { item, title } of draft.hazards ?? []) draft.words[item] = { title, section: "", tags: {} };
  for (const { item, outcome } of lookedAt(draft)) {
    if (draft.answers[item]?.value !== "fail") draft.answers[item] = { value: outcome === "passed" ? "pass" : "fail" };
  }
  draft.items = Object.keys(draft.answers);
}

/**
 * @param {Draft} draft @param {LookedAt} hazard @param {LookedAt["outcome"]} outcome null leaves it for another time
 * @returns {LookedAt["outcome"]} what stood there before, for undo
 */
export function decide(draft, hazard, outcome) {
  const former = hazard.outcome;
  hazard.outcome = outcome;
  conclude(draft);
  return former;
}

/** @param {Draft} draft */
export function outcomes(draft) {
  const decided = lookedAt(draft);
  const passed = decided.filter(({ outcome }) => outcome === "passed").length;
  return { total: decided.length, passed, returned: decided.length - passed };
}

/** @param {Draft} draft @param {string} today @returns {Owed[]} what is missing before anybody can sign */
export function owed(draft, today) {
  const decided = lookedAt(draft);
  if (!decided.length) return [{ code: "reinspection_missing", item: "", hazard: "" }];
  return decided.flatMap((hazard) => owedOf(draft, hazard, today));
}

/** @param {Draft} draft @param {LookedAt} hazard @param {string} today @returns {Owed[]} */
function owedOf(draft, hazard, today) {
  const { outcome, words, deadline_on } = hazard;
  const codes = photosOf(draft, hazard.uuid, "after").length ? [] : ["photo_missing"];
  if (outcome === "returned") {
    if (!words.trim()) codes.push("words_missing");
    if (!deadline_on) codes.push("deadline_missing");
    else if (deadline_on < today) codes.push("deadline_past");
  }
  return codes.map((code) => ({ code, item: hazard.item, hazard: hazard.uuid }));
}

/** @param {string | null} due_on @param {string} today @returns {number | null} days left, negative when late */
export function daysLeft(due_on, today) {
  return due_on ? Math.round((Date.parse(due_on) - Date.parse(today)) / 86_400_000) : null;
}

export const MOST_PHOTOS = 200;
export const MOST_BYTES = 80 * 1024 * 1024;

/**
 * @param {Hazard[]} hazards @param {string} person
 * @returns {WantedPhoto[]} earlier photos of those that this person has to look at again: newest first, within bounds
 */
export function photosWanted(hazards, person) {
  const theirs = hazards.filter(({ assigned }) => assigned.includes(person));
  const photos = theirs.flatMap((hazard) => photosBefore(hazard).map((photo) => ({ ...photo, hazard: hazard.id })));
  photos.sort((one, other) => Date.parse(other.taken_at) - Date.parse(one.taken_at));
  let bytes = 0;
  return photos.slice(0, MOST_PHOTOS).filter(({ size }) => (bytes += size) <= MOST_BYTES);
}

/** @param {Hazard[]} hazards @returns {Set<string>} digests that somebody on this tablet wants; the rest may go */
export function photosKept(hazards) {
  const people = new Set(hazards.flatMap(({ assigned }) => assigned));
  return new Set([...people].flatMap((person) => photosWanted(hazards, person).map(({ sha256 }) => sha256)));
}
