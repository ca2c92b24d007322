/**
 * What belongs to one person on this tablet: drafts, their photos and drawn
 * ink, and former states of a draft; each person in a database of their own,
 * every row sealed with the person's data key, which is only ever in memory.
 * Photos are ArrayBuffers, never Blobs: WebKit loses Blobs when power fails.
 * A row that does not open is listed and kept; nothing here deletes it.
 */

import { utf8 } from "../domain/encoding.js";
import { openedBytes, openedValue, sealedBytes } from "../domain/sealedrows.js";
import { read, readAll, readRange, write } from "./database.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../domain/keys.js").DataKey} DataKey */
/** @typedef {import("../domain/sealedrows.js").Sealed} Sealed */
/** @typedef {"photos" | "inks"} Kind */
/** @typedef {{sha256: string, type: string, size: number, bytes: ArrayBuffer}} KeptBytes */
/** @typedef {Sealed & {uuid: string, key: string, discarded_at?: string}} DraftRow `key`: kid of the data key */
/** @typedef {Sealed & {draft: string, sha256: string, type: string, size: number, key: string}} BytesRow */
/** @typedef {Sealed & {draft: string, at: number, pinned: boolean, key: string}} SnapshotRow */
/** @typedef {{at: number, pinned: boolean, draft: Draft}} Snapshot a former state; `at` by the tablet's clock */
/** @typedef {{json: string, answers: number, at: number | null}} Known what this page last read or wrote, and when it was last kept */

const SNAPSHOT_EVERY_MS = 60_000;
const SNAPSHOTS = 10;

/** This person is not seated, so their work cannot be opened. */
export class WorkLocked extends Error {}

/** @type {DataKey | null} */
let seat = null;
/** @type {Map<string, Known>} */
const known = new Map();

/** @param {DataKey | null} key of whoever sits at the tablet; forgotten with the page */
export function useDataKey(key) {
  seat = key;
  known.clear();
}

/** @param {string} person @returns {DataKey} */
export function dataKey(person) {
  if (seat?.person !== person) throw new WorkLocked();
  return seat;
}

/** @param {string} person @returns {import("./database.js").Shape} */
export function workOf(person) {
  return {
    name: `zhencha-work-${person}`,
    version: 1,
    upgrade(database, from) {
      if (from < 1) {
        database.createObjectStore("drafts", { keyPath: "uuid" });
        database.createObjectStore("photos", { keyPath: ["draft", "sha256"] });
        database.createObjectStore("inks", { keyPath: ["draft", "sha256"] });
        database.createObjectStore("snapshots", { keyPath: ["draft", "at"] });
      }
    },
  };
}

/** What each row is bound to: whose it is, where it stands, what it claims to be. */
export const NAMES = {
  /** @param {string} person @param {DraftRow} row */
  drafts: (person, { uuid }) => [person, "drafts", uuid],
  /** @param {string} person @param {BytesRow} row */
  photos: (person, { draft, sha256, type }) => [person, "photos", draft, sha256, type],
  /** @param {string} person @param {BytesRow} row */
  inks: (person, { draft, sha256, type }) => [person, "inks", draft, sha256, type],
  /** @param {string} person @param {SnapshotRow} row */
  snapshots: (person, { draft, at, pinned }) => [person, "snapshots", draft, String(at), String(pinned)],
};

/**
 * Sealed before any transaction, never in one: waiting for it would end the transaction.
 * @template {object} R
 * @param {string} person @param {keyof typeof NAMES} store @param {R} row what stands beside the sealed bytes @param {BufferSource} bytes
 * @returns {Promise<R & Sealed & {key: string}>}
 */
export async function sealedRow(person, store, row, bytes) {
  const { kid, key } = dataKey(person);
  const name = NAMES[store](person, /** @type {any} */ (row));
  return { ...row, key: kid, ...(await sealedBytes(key, name, bytes)) };
}

/** All rows of one draft in a store whose key begins with it. @param {string} draft */
const ofDraft = (draft) => IDBKeyRange.bound([draft], [draft, []]);

/** @param {string} person @param {DraftRow} row @returns {Promise<Draft | null>} null when it does not open here */
async function openedDraft(person, row) {
  const { kid, key } = dataKey(person);
  if (row.key !== kid) return null;
  return openedValue(key, NAMES.drafts(person, row), row).catch(() => null);
}

/** @param {Draft} draft @param {number | null} at */
function remember(draft, at) {
  known.set(draft.uuid, { json: JSON.stringify(draft), answers: Object.keys(draft.answers).length, at });
}

/** @param {string} person @param {string} uuid @returns {Promise<Draft | undefined>} nothing when it is gone, discarded or does not open */
export async function draft(person, uuid) {
  const row = /** @type {DraftRow | undefined} */ (await read(workOf(person), "drafts", uuid));
  const opened = row && !row.discarded_at ? await openedDraft(person, row) : null;
  if (opened) remember(opened, null);
  return opened ?? undefined;
}

/** @param {string} person @returns {Promise<{drafts: Draft[], discarded: Draft[], unopened: DraftRow[]}>} last touched first */
export async function work(person) {
  const rows = /** @type {DraftRow[]} */ (await readAll(workOf(person), "drafts"));
  const opened = await Promise.all(rows.map((row) => openedDraft(person, row)));
  const those = (/** @type {(row: DraftRow) => boolean} */ fit) => rows
    .flatMap((row, at) => (opened[at] && fit(row) ? [/** @type {Draft} */ (opened[at])] : []))
    .sort((one, other) => other.updated_at.localeCompare(one.updated_at));
  return {
    drafts: those((row) => !row.discarded_at), discarded: those((row) => Boolean(row.discarded_at)),
    unopened: rows.filter((_, at) => !opened[at]),
  };
}

/** @param {string} person @returns {Promise<Draft[]>} those that open, last touched first */
export async function drafts(person) {
  return (await work(person)).drafts;
}

/**
 * Sealed as it is now, to be put later: when a page goes away, writing still works and waiting does not.
 * @param {string} person @param {Draft} draft @returns {Promise<DraftRow>}
 */
export function sealedDraft(person, draft) {
  return sealedRow(person, "drafts", { uuid: draft.uuid }, utf8(JSON.stringify(draft)));
}

/** @param {string} person @param {DraftRow} row made by sealedDraft */
export function putSealed(person, row) {
  return write(workOf(person), ["drafts"], (store) => { store("drafts").put(row).catch(() => undefined); });
}

/**
 * What a save keeps of the state before it: one a minute in a ring of ten, and for good when the
 * save would empty more than half of the answers.
 * @param {string} person @param {string} uuid @param {number} answers how many there will be
 * @returns {Promise<{kept: SnapshotRow, gone: SnapshotRow[]} | null>}
 */
async function snapshotDue(person, uuid, answers) {
  const former = known.get(uuid);
  if (!former) return null;
  const pinned = answers * 2 < former.answers;
  const recent = () => former.at !== null && Math.abs(Date.now() - former.at) < SNAPSHOT_EVERY_MS;
  if (!pinned && recent()) return null;
  const rows = /** @type {SnapshotRow[]} */ (await readRange(workOf(person), "snapshots", ofDraft(uuid)));
  const last = rows.at(-1)?.at ?? 0;
  former.at ??= last;
  if (!pinned && recent()) return null;
  const at = Math.max(Date.now(), last + 1);
  const kept = await sealedRow(person, "snapshots", { draft: uuid, at, pinned }, utf8(former.json));
  former.at = at;
  return { kept, gone: rows.filter((row) => !row.pinned).slice(0, 1 - SNAPSHOTS) };
}

/**
 * @param {string} person @param {Draft} draft as it is now: it may change while this waits
 * @param {Kind} [kind] @param {KeptBytes} [kept]
 */
async function save(person, draft, kind, kept) {
  const [json, answers] = [JSON.stringify(draft), Object.keys(draft.answers).length];
  const row = await sealedRow(person, "drafts", { uuid: draft.uuid }, utf8(json));
  const bytes = kind && kept && await sealedRow(
    person, kind, { draft: draft.uuid, sha256: kept.sha256, type: kept.type, size: kept.size }, kept.bytes);
  const snapshot = await snapshotDue(person, draft.uuid, answers);
  await write(workOf(person), ["drafts", "snapshots", ...(kind ? [kind] : [])], (store) => Promise.all([
    store("drafts").put(row),
    ...(kind ? [store(kind).put(bytes)] : []),
    ...(snapshot ? [store("snapshots").put(snapshot.kept)] : []),
    ...(snapshot?.gone ?? []).map((old) => store("snapshots").delete([old.draft, old.at])),
  ]));
  known.set(draft.uuid, { json, answers, at: known.get(draft.uuid)?.at ?? null });
}

/** @param {string} person @param {Draft} draft */
export function saveDraft(person, draft) {
  return save(person, draft);
}

/**
 * The bytes and the draft that names them, in one transaction.
 * @param {string} person @param {Draft} draft @param {Kind} kind @param {KeptBytes} kept
 */
export function saveWithBytes(person, draft, kind, kept) {
  return save(person, draft, kind, kept);
}

/**
 * @param {string} person @param {Kind} kind @param {string} draftUuid @param {string} sha256
 * @returns {Promise<KeptBytes | undefined>} nothing when it is not there or does not open
 */
export async function bytesOf(person, kind, draftUuid, sha256) {
  const { kid, key } = dataKey(person);
  const row = /** @type {BytesRow | undefined} */ (await read(workOf(person), kind, [draftUuid, sha256]));
  if (row?.key !== kid) return undefined;
  const bytes = await openedBytes(key, NAMES[kind](person, row), row).catch(() => undefined);
  return bytes && { sha256, type: row.type, size: row.size, bytes };
}

/** @param {string} person @param {string} uuid @returns {Promise<Snapshot[]>} former states that open, newest first */
export async function snapshots(person, uuid) {
  const { kid, key } = dataKey(person);
  const rows = /** @type {SnapshotRow[]} */ (await readRange(workOf(person), "snapshots", ofDraft(uuid)));
  const opened = await Promise.all(rows.filter((row) => row.key === kid).map(async (row) => {
    const draft = await openedValue(key, NAMES.snapshots(person, row), row).catch(() => null);
    return draft ? [{ at: row.at, pinned: row.pinned, draft }] : [];
  }));
  return opened.flat().reverse();
}

/** @param {string} person @param {string} uuid @param {string | undefined} discarded_at */
function mark(person, uuid, discarded_at) {
  return write(workOf(person), ["drafts"], async (store) => {
    const row = await store("drafts").get(uuid);
    if (row) await store("drafts").put({ ...row, discarded_at });
  });
}

/** A draft that its author does not want is hidden, and can be taken back. @param {string} person @param {string} uuid */
export function discardDraft(person, uuid) {
  return mark(person, uuid, new Date().toISOString());
}

/** @param {string} person @param {string} uuid */
export function restoreDraft(person, uuid) {
  return mark(person, uuid, undefined);
}

/** A sealed record has left: its draft goes with its bytes. @param {string} person @param {string} uuid */
export function removeSealed(person, uuid) {
  known.delete(uuid);
  return write(workOf(person), ["drafts", "photos", "inks", "snapshots"], async (store) => {
    await store("drafts").delete(uuid);
    for (const kind of ["photos", "inks", "snapshots"]) await store(kind).delete(ofDraft(uuid));
  });
}
