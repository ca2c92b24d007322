/**
 * What a rescue package holds, onto this tablet: every digest is checked before
 * anything is kept, what is here already stays as it is, and the same package
 * again changes nothing. Drafts come only to the person whose they are.
 */

import { sha256 } from "../domain/encoding.js";
import { broughtItem, entriesOf, filesOfDraft, isSound } from "../domain/rescue.js";
import * as device from "../store/device.js";
import * as work from "../store/person.js";
import { keepMissing, takeIn } from "../store/rescued.js";

/** @typedef {import("../domain/rescue.js").Entry} Entry */
/** @typedef {import("../store/device.js").Person} Person */
/** @typedef {"came" | "here" | "completed" | "other" | "signed" | "not_yours" | "damaged"} Outcome */
/** @typedef {{outcome: Outcome, missing: number}} Result */
/** @typedef {Map<string, Result>} Results by uuid of record or draft */

/** @param {Entry} entry @returns {Promise<{sha256: string, size: number, type: string, bytes: ArrayBuffer} | null>} null unless the bytes are what they say */
async function fileOf({ facts, bytes }) {
  if (await sha256(bytes) !== facts.sha256) return null;
  return { sha256: facts.sha256, size: bytes.byteLength, type: String(facts.mime), bytes };
}

/** @param {any} draft @param {Person | null} person @param {string} owner @returns {Promise<Outcome>} */
async function takeDraft(draft, person, owner) {
  if (person?.uuid !== owner) return "not_yours";
  if (await device.outgoing(draft.uuid)) return "signed";
  const known = await work.draft(person.uuid, draft.uuid);
  if (known) return JSON.stringify(known) === JSON.stringify(draft) ? "here" : "other";
  await work.saveDraft(person.uuid, draft);
  return "came";
}

/** One reading of a package, from its first entry to its last. */
class Reading {
  /** @type {Map<string, {item: any, jws: ArrayBuffer}>} */
  #records = new Map();

  /** @type {Map<string, any>} drafts that may take files */
  #drafts = new Map();

  /** @type {Results} */
  results = new Map();

  /** @param {Person | null} person */
  constructor(person) {
    this.person = person;
  }

  /** @param {Entry} entry */
  async take({ facts, bytes }) {
    if (facts.type === "record" && await isSound(facts.item, bytes)) this.#records.set(facts.item.jws_digest, { item: facts.item, jws: bytes });
    if (facts.type === "draft") await this.#draft(facts);
    if (facts.type === "file" || facts.type === "draft-file") await this.#file({ facts, bytes });
  }

  /** @param {any} facts */
  async #draft({ draft, person }) {
    const outcome = await takeDraft(draft, this.person, person.uuid);
    if (outcome === "came" || outcome === "here") this.#drafts.set(draft.uuid, draft);
    this.results.set(draft.uuid, { outcome, missing: 0 });
  }

  /** @param {Entry} entry */
  async #file(entry) {
    const file = await fileOf(entry);
    if (!file) return;
    const { type, draft, kind, person } = entry.facts;
    if (type === "file") await keepMissing(file);
    const named = this.#drafts.get(draft);
    if (!named || person !== this.person?.uuid || !filesOfDraft(named).some((one) => one.kind === kind && one.sha256 === file.sha256)) return;
    if (!await work.bytesOf(person, kind, draft, file.sha256)) await work.saveWithBytes(person, named, kind, file);
  }

  /** Records last, when their files are here. */
  async close() {
    for (const { item, jws } of this.#records.values()) this.results.set(item.uuid, await takeIn(broughtItem(item, jws)));
    for (const [uuid, draft] of this.#drafts) {
      let missing = 0;
      for (const { kind, sha256: name } of filesOfDraft(draft)) {
        if (!await work.bytesOf(String(this.person?.uuid), kind, uuid, name)) missing += 1;
      }
      this.results.set(uuid, { outcome: /** @type {Result} */ (this.results.get(uuid)).outcome, missing });
    }
    return this.results;
  }
}

/**
 * @param {Blob} file @param {import("../domain/rescue.js").Header} header @param {CryptoKey} key
 * @param {Person | null} person seated @returns {Promise<Results>}
 */
export async function takenIn(file, header, key, person) {
  const reading = new Reading(person);
  for await (const entry of entriesOf(file, header, key)) await reading.take(entry);
  return reading.close();
}
