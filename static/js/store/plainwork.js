/**
 * Work from before drafts were sealed (`zhencha-person-<uuid>`): copied into the
 * sealed database, read back and compared, and only then left behind. The old
 * database goes when a later start has found the new one whole. A crash
 * anywhere repeats it harmlessly. Loaded only where there may be such work.
 */

import { deleteDB, openDB } from "idb";
import { utf8 } from "../domain/encoding.js";
import { write } from "./database.js";
import * as device from "./device.js";
import { bytesOf, draft as draftOf, sealedRow, work, workOf } from "./person.js";

/** @typedef {import("./person.js").Draft} Draft */
/** @typedef {import("./person.js").KeptBytes & {draft: string}} PlainBytes */
/** @typedef {{state: "copied", start: string, drafts: Record<string, string>} | {state: "sealed"} | undefined} Progress */

const START = "zhencha-start";
const KINDS = /** @type {const} */ (["photos", "inks"]);

/** What was read back is not what was copied; the old work is untouched. */
export class NotCopied extends Error {}

/** @returns {string} one start of the app, from opening it to closing it */
function thisStart() {
  const known = sessionStorage.getItem(START) ?? crypto.randomUUID();
  sessionStorage.setItem(START, known);
  return known;
}

const nameOf = (/** @type {string} */ person) => `zhencha-person-${person}`;

/** @param {string} person @returns {Promise<import("idb").IDBPDatabase<any> | null>} null when there never was one */
function plainWork(person) {
  return openDB(nameOf(person), undefined, { upgrade: (_database, _from, _to, transaction) => transaction.abort() }).catch((problem) => {
    if (problem?.name === "AbortError") return null;
    throw problem;
  });
}

/** @param {string} person @returns {Promise<Progress>} */
const progress = (person) => device.meta(`work:${person}`);

/** @param {string} person @param {Progress} value */
export const note = (person, value) => device.setMeta(`work:${person}`, value);

/** @param {ArrayBuffer} one @param {ArrayBuffer} other */
function same(one, other) {
  const [left, right] = [new Uint8Array(one), new Uint8Array(other)];
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

/** @param {string} person @param {typeof KINDS[number]} kind @param {string} uuid of the draft @param {PlainBytes} plain */
async function copyBytes(person, kind, uuid, { sha256, type, size, bytes }) {
  const row = await sealedRow(person, kind, { draft: uuid, sha256, type, size }, bytes);
  await write(workOf(person), [kind], (store) => store(kind).put(row));
  const back = await bytesOf(person, kind, uuid, sha256);
  if (!back || back.type !== type || !same(back.bytes, bytes)) throw new NotCopied(`${kind} ${sha256}`);
}

/** @param {Draft} draft @returns {Record<typeof KINDS[number], Set<string>>} */
function named(draft) {
  return {
    photos: new Set(draft.photos.map(({ sha256 }) => sha256)),
    inks: new Set(draft.signing.signatures.flatMap(({ ink }) => (ink ? [ink.sha256] : []))),
  };
}

/** Photo by photo: a tablet has no room for all of them at once. @param {string} person @param {import("idb").IDBPDatabase<any>} old @param {Draft[]} drafts */
async function copyFiles(person, old, drafts) {
  const names = new Map(drafts.map((draft) => [draft.uuid, named(draft)]));
  for (const kind of KINDS) {
    for (const key of await old.getAllKeys(kind)) {
      const plain = /** @type {PlainBytes} */ (await old.get(kind, key));
      for (const [uuid, its] of names) {
        if (plain.draft === uuid || its[kind].has(plain.sha256)) await copyBytes(person, kind, uuid, plain);
      }
    }
  }
}

/** @param {string} person @param {Draft} plain whose files are there already */
async function copyDraft(person, plain) {
  const draft = { ...plain, author: plain.author ?? person };
  const json = JSON.stringify(draft);
  const row = await sealedRow(person, "drafts", { uuid: draft.uuid }, utf8(json));
  await write(workOf(person), ["drafts"], (store) => store("drafts").put(row));
  if (JSON.stringify(await draftOf(person, draft.uuid)) !== json) throw new NotCopied(`draft ${draft.uuid}`);
}

/**
 * What is in the old database and was not copied as it is now.
 * @param {import("idb").IDBPDatabase<any>} old @param {Record<string, string>} copied
 * @returns {Promise<Draft[]>}
 */
async function uncopied(old, copied) {
  const drafts = /** @type {Draft[]} */ (await old.getAll("drafts"));
  return drafts.filter(({ uuid, updated_at }) => copied[uuid] !== updated_at);
}

/** @param {string} person @param {Progress} before */
async function step(person, before) {
  const copied = before?.state === "copied" ? before : { state: /** @type {const} */ ("copied"), start: "", drafts: {} };
  const old = await plainWork(person);
  if (!old) return note(person, { state: "sealed" });
  try {
    const left = await uncopied(old, copied.drafts);
    if (!left.length && copied.start && copied.start !== thisStart()) {
      if ((await work(person)).unopened.some(({ uuid }) => uuid in copied.drafts)) return;
      old.close();
      void deleteDB(nameOf(person));
      return void await note(person, { state: "sealed" });
    }
    const gone = new Set((await device.outbox()).map(({ uuid }) => uuid));
    const going = left.filter(({ uuid }) => !gone.has(uuid));
    await copyFiles(person, old, going);
    for (const draft of going) await copyDraft(person, draft);
    const drafts = Object.fromEntries(left.map(({ uuid, updated_at }) => [uuid, updated_at]));
    if (left.length || !copied.start) await note(person, { ...copied, start: thisStart(), drafts: { ...copied.drafts, ...drafts } });
  } finally {
    old.close();
  }
}

/** Take one person's work over, as far as it has to be; needs their data key in place. @param {string} person */
export async function takeOver(person) {
  await navigator.locks.request(`work:${person}`, async () => {
    const before = await progress(person);
    if (before?.state !== "sealed") await step(person, before);
  });
}
