/**
 * What is unsent on this tablet, into a rescue package: everybody's sealed
 * records, and the drafts of whoever is seated. One file is in memory at a time;
 * nothing is deleted, nothing leaves the queue.
 */

import { filesOfDraft, newPackage } from "../domain/rescue.js";
import { stamp } from "../domain/times.js";
import * as device from "../store/device.js";
import { bytesOf, drafts } from "../store/person.js";
import { besides } from "../store/rescued.js";

/** @typedef {import("../store/device.js").Outgoing} Outgoing */
/** @typedef {import("../store/device.js").Person} Person */
/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {{records: Outgoing[], drafts: Draft[]}} Unsent */

const LARGEST_PART = 256 * 1024;

/** @param {Person | null} person seated @returns {Promise<Unsent>} */
export async function unsent(person) {
  const waiting = (await device.outbox()).filter(({ state }) => state !== "delivered");
  return { records: [...waiting, ...await besides()], drafts: person ? await drafts(person.uuid) : [] };
}

/** @param {Unsent} work @returns {Map<string, import("../store/device.js").BlobName>} each file once, ink before photos */
function filesOfRecords({ records }) {
  const all = [...records.flatMap(({ inks }) => inks), ...records.flatMap(({ photos }) => photos)];
  return new Map(all.map((file) => [file.sha256, file]));
}

/** @param {Unsent} work @param {Map<string, string>} names of people by uuid @param {Person | null} person */
function contentsOf({ records, drafts: mine }, names, person) {
  return {
    records: records.map(({ uuid, person: by, unit_name, title, signed_at, findings, inks, photos }) => ({
      uuid, unit: unit_name, title, by: names.get(by) ?? "", signed_at, findings, photos: photos.length, files: inks.length + photos.length,
    })),
    drafts: mine.map(({ uuid, unit, title, updated_at, photos }) => ({
      uuid, person: person?.uuid, by: person?.name ?? "", unit: unit.name, title, updated_at, photos: photos.length,
    })),
  };
}

/** Parts that the browser may put on disk at once, instead of holding them. */
class Parts {
  /** @type {Blob[]} */
  #kept = [];

  /** @type {Uint8Array<ArrayBuffer>[]} */
  #loose = [];

  #size = 0;

  /** @param {Uint8Array<ArrayBuffer>[]} bytes */
  add(bytes) {
    this.#loose.push(...bytes);
    this.#size += bytes.reduce((sum, { length }) => sum + length, 0);
    if (this.#size >= LARGEST_PART) this.#close();
  }

  #close() {
    this.#kept.push(new Blob(this.#loose));
    [this.#loose, this.#size] = [[], 0];
  }

  /** @param {string} type */
  file(type) {
    this.#close();
    return new Blob(this.#kept, { type });
  }
}

/**
 * @param {Unsent} work @param {Person | null} person whose drafts they are
 * @param {(done: number, all: number) => void} onProgress
 * @returns {Promise<{file: Blob, code: string, missing: number}>} `missing`: files that the tablet no longer has
 */
export async function packed(work, person, onProgress) {
  const names = new Map((await device.people()).map(({ uuid, name }) => [uuid, name]));
  const pack = await newPackage((await device.meta("recovery_key")) ?? null, stamp());
  const files = filesOfRecords(work);
  const ours = work.drafts.flatMap((draft) => filesOfDraft(draft).map((file) => ({ draft: draft.uuid, ...file })));
  const all = 1 + work.records.length + work.drafts.length + files.size + ours.length;
  const parts = new Parts();
  let [done, missing] = [0, 0];
  parts.add(pack.beginning);
  /** @param {import("../domain/rescue.js").Facts} facts @param {ArrayBuffer} [bytes] */
  const add = async (facts, bytes) => {
    parts.add(await pack.entry(facts, bytes));
    onProgress((done += 1), all);
  };
  await add({
    type: "contents", made_at: stamp(), device: await device.deviceUuid(), label: (await device.meta("label")) ?? "", ...contentsOf(work, names, person),
  });
  for (const item of work.records) {
    const bytes = await device.jwsOf(item);
    const { jws: _, ...facts } = item;
    if (bytes) await add({ type: "record", item: facts }, bytes);
    else missing += 1;
  }
  for (const draft of work.drafts) await add({ type: "draft", person: { uuid: person?.uuid, name: person?.name }, draft });
  for (const [sha256, { size, type }] of files) {
    const kept = await device.blob(sha256);
    if (kept) await add({ type: "file", sha256, size, mime: type }, kept.bytes);
    else missing += 1;
  }
  for (const { draft, kind, sha256 } of ours) {
    const kept = await bytesOf(String(person?.uuid), kind, draft, sha256);
    if (kept) await add({ type: "draft-file", person: person?.uuid, draft, kind, sha256, size: kept.size, mime: kept.type }, kept.bytes);
    else missing += 1;
  }
  return { file: parts.file("application/octet-stream"), code: pack.code, missing };
}
