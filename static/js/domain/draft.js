/**
 * A draft 草稿: one inspection while it is still being made on this tablet,
 * and the changes that can happen to it. Plain data, so that it is stored as
 * it is; nothing here reads the page, the clock or the database.
 */

import { uuid7 } from "./uuid.js";

/** @typedef {"pass" | "fail" | "not_applicable" | "not_checked"} AnswerValue */
/** @typedef {{value: AnswerValue, reason?: string, note?: string}} Answer */
/** @typedef {"general" | "larger" | "major"} Level */
/**
 * @typedef {{uuid: string, item: string, tags: string[], words: string, level: Level, requirement: string,
 *   deadline_on: string | null, fixed_on_spot: boolean}} Finding
 */
/** @typedef {{sha256: string, type: string, size: number}} PhotoFile */
/**
 * @typedef {PhotoFile & {taken_at: string, finding: string | null, item: string, moment: "before" | "after", caption: string,
 *   original?: PhotoFile | null, file_at?: string, latitude?: string, longitude?: string, accuracy_m?: number,
 *   marks?: import("./marks.js").Mark[], small?: PhotoFile}} Photo `original`: untouched, beneath what was drawn (`marks`) on
 *   a copy; `file_at`: of when a chosen file is; `small`: the thumbnail, which stays on the tablet with the marks
 */
/**
 * @typedef {{ref: string, role: "inspector" | "party" | "witness", name: string, account: string | null,
 *   badge?: string, unit?: string, title?: string}} Signatory
 */
/**
 * @typedef {{person: string, outcome: "signed" | "refused" | "absent" | "deputy", signed_at: string,
 *   ink?: {sha256: string, size: number}, grade?: "drawn" | "device_key", reason?: string, witness?: string,
 *   deputy_name?: string}} Signature
 */
/**
 * @typedef {{uuid: string, number: string, item: string, title: string, level: Level, place: string, summary: string, state?: string,
 *   requirement: string, due_on: string | null, returned: number, photos: import("./reinspection.js").EarlierPhoto[],
 *   claim?: import("./reinspection.js").Claim | null, gone: boolean,
 *   outcome: "passed" | "returned" | null, words: string, deadline_on: string | null}} LookedAt a hazard to look at again;
 *   `gone`: closed by somebody else meanwhile; `deadline_on`: the new one
 */
/** @typedef {{title: string, section: string, tags: Record<string, string>}} ItemWords */
/** @typedef {{top: number, text: number, caret: number}} Spot where on its item the author was: how far down, in which text, at which letter */
/** @typedef {{people: Signatory[], signatures: Signature[], frozen_at: string | null}} Signing */
/**
 * @typedef {{uuid: string, author: string, kind: "inspection" | "self_inspection" | "reinspection",
 *   checklist: {slug: string, revision: number, digest: string}, title: string, form: string,
 *   unit: {uuid: string, name: string, credit_code: string},
 *   place: {text: string, latitude: string | null, longitude: string | null, accuracy_m: number | null},
 *   started_at: string, updated_at: string, elapsed_ms: number, at: string | null,
 *   items: string[], words: Record<string, ItemWords>,
 *   answers: Record<string, Answer>, findings: Finding[], photos: Photo[],
 *   opinion: string, statement: string, previous: string | null, signing: Signing, spot?: Spot,
 *   jotted?: Record<string, string>, hazards?: LookedAt[],
 *   moving?: import("./moving.js").Moving}} Draft `jotted`: notes of items that have no answer yet
 */

/**
 * @param {Pick<Draft, "author" | "checklist" | "title" | "form" | "unit"> & {address: string, kind?: Draft["kind"]}} beginning
 * @param {string} at when it was begun, as text
 * @returns {Draft}
 */
export function newDraft({ author, checklist, title, form, unit, address, kind = "inspection" }, at) {
  return {
    uuid: uuid7(), author, kind, checklist, title, form, unit,
    place: { text: address, latitude: null, longitude: null, accuracy_m: null },
    started_at: at, updated_at: at, elapsed_ms: 0, at: null, items: [], words: {},
    answers: {}, findings: [], photos: [], opinion: "", statement: "", previous: null,
    signing: { people: [], signatures: [], frozen_at: null },
  };
}

/**
 * Findings outlive a change of answer, so that undoing it brings them back;
 * only those of failed items count.
 * @param {Draft} draft @param {string} item @returns {Finding[]}
 */
export function findingsOf(draft, item) {
  return draft.answers[item]?.value === "fail" ? draft.findings.filter((finding) => finding.item === item) : [];
}

/** @param {Draft} draft @returns {Finding[]} every finding that counts, in the order of the list */
export function countedFindings(draft) {
  return draft.items.flatMap((item) => findingsOf(draft, item));
}

/** @param {Draft} draft @param {string} finding @param {Photo["moment"]} [moment] @returns {Photo[]} */
export function photosOf(draft, finding, moment) {
  return draft.photos.filter((photo) => photo.finding === finding && (!moment || photo.moment === moment));
}

/** @param {Draft} draft @returns {LookedAt[]} hazards of a re-inspection that were decided */
export function lookedAt(draft) {
  return (draft.hazards ?? []).filter(({ outcome, gone }) => outcome && !gone);
}

/** @param {Draft} draft @returns {Photo[]} photos of findings and hazards that count */
export function countedPhotos(draft) {
  const counted = new Set([...countedFindings(draft), ...lookedAt(draft)].map(({ uuid }) => uuid));
  return draft.photos.filter((photo) => photo.finding === null || counted.has(photo.finding));
}

/** @param {Draft} draft @returns {PhotoFile[]} files of photos that count: what is shown, and originals beneath */
export function countedFiles(draft) {
  return countedPhotos(draft).flatMap((photo) => (photo.original ? [photo, photo.original] : [photo]));
}

/**
 * @param {Draft} draft @param {string} item @param {AnswerValue | null} value null takes the answer back
 * @returns {Answer | null} what stood there before, for undo
 */
export function answer(draft, item, value) {
  const former = draft.answers[item] ?? null;
  if (value === null) delete draft.answers[item];
  else draft.answers[item] = { ...jottedOf(draft, item), ...former, value };
  return former;
}

/** @param {Draft} draft @param {string} item @returns {{note?: string}} */
function jottedOf(draft, item) {
  const note = draft.jotted?.[item];
  return note ? { note } : {};
}

/**
 * Words about an item are kept, whether it has an answer or not yet.
 * @param {Draft} draft @param {string} item @param {"reason" | "note"} name @param {string} text
 */
export function jot(draft, item, name, text) {
  const given = draft.answers[item];
  if (given) given[name] = text;
  if (name === "note") draft.jotted = { ...draft.jotted, [item]: text };
}

/**
 * @param {Draft} draft @param {string} item
 * @param {{requirement: string, deadline_on: string | null, level: Level}} suggested
 * @returns {Finding}
 */
export function addFinding(draft, item, suggested) {
  const finding = { uuid: uuid7(), item, tags: [], words: "", fixed_on_spot: false, ...suggested };
  draft.findings.push(finding);
  return finding;
}

/** @param {Draft} draft @param {string} uuid @returns {{finding: Finding, place: number, photos: Photo[]} | null} */
export function removeFinding(draft, uuid) {
  const place = draft.findings.findIndex((finding) => finding.uuid === uuid);
  if (place < 0) return null;
  const photos = photosOf(draft, uuid);
  const [finding] = draft.findings.splice(place, 1);
  draft.photos = draft.photos.filter((photo) => photo.finding !== uuid);
  return { finding, place, photos };
}

/** @param {Draft} draft @returns {boolean} true once somebody has signed: the content no longer changes */
export function isFrozen(draft) {
  return draft.signing.frozen_at !== null;
}

/** A change of content voids what was signed. @param {Draft} draft */
export function voidSignatures(draft) {
  draft.signing.signatures = [];
  draft.signing.frozen_at = null;
}

/**
 * @param {Draft} draft @param {Signature} signature @returns {void}
 */
export function sign(draft, signature) {
  const others = draft.signing.signatures.filter(({ person }) => person !== signature.person);
  draft.signing.signatures = [...others, signature];
  draft.signing.frozen_at ??= signature.signed_at;
}

/**
 * What a former state of a draft gives back: what was found, never who signed or where one is.
 * @param {Draft} draft @param {Draft} former
 */
export function takeBackTo(draft, { answers, findings, photos, opinion, statement, place }) {
  Object.assign(draft, structuredClone({ answers, findings, photos, opinion, statement, place }));
}

/**
 * Those begun at a unit and not yet finished.
 * @param {Draft[]} drafts @param {string} unit
 */
export function begunAt(drafts, unit) {
  return drafts.filter((draft) => draft.unit.uuid === unit && draft.kind !== "reinspection");
}

/** @param {Draft} draft @returns {string} where one goes on with it */
export function addressOf(draft) {
  return isFrozen(draft) ? `/tablet/review?draft=${draft.uuid}` : `${draft.form}?draft=${draft.uuid}`;
}
