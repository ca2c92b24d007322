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
/**
 * @typedef {{sha256: string, type: string, size: number, taken_at: string, finding: string | null, item: string,
 *   moment: "before" | "after", caption: string}} Photo
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
/** @typedef {{title: string, section: string, tags: Record<string, string>}} ItemWords */
/** @typedef {{people: Signatory[], signatures: Signature[], frozen_at: string | null}} Signing */
/**
 * @typedef {{uuid: string, author: string, kind: "inspection" | "self_inspection" | "reinspection",
 *   checklist: {slug: string, revision: number, digest: string}, title: string, form: string,
 *   unit: {uuid: string, name: string, credit_code: string},
 *   place: {text: string, latitude: string | null, longitude: string | null, accuracy_m: number | null},
 *   started_at: string, updated_at: string, elapsed_ms: number, at: string | null,
 *   items: string[], words: Record<string, ItemWords>,
 *   answers: Record<string, Answer>, findings: Finding[], photos: Photo[],
 *   opinion: string, statement: string, previous: string | null, signing: Signing}} Draft
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

/** @param {Draft} draft @returns {Photo[]} photos of findings that count */
export function countedPhotos(draft) {
  const counted = new Set(countedFindings(draft).map((finding) => finding.uuid));
  return draft.photos.filter((photo) => photo.finding === null || counted.has(photo.finding));
}

/**
 * @param {Draft} draft @param {string} item @param {AnswerValue | null} value null takes the answer back
 * @returns {Answer | null} what stood there before, for undo
 */
export function answer(draft, item, value) {
  const former = draft.answers[item] ?? null;
  if (value === null) delete draft.answers[item];
  else draft.answers[item] = { ...former, value };
  return former;
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
