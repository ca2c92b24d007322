/**
 * A rescue package at the desk: opened with the transfer code or the recovery
 * key, its records and files handed in as a tablet does, one in memory at a
 * time. The server judges who signed; what came before is not sent again.
 */

import { sha256 } from "../domain/encoding.js";
import { openedKeyFile, unwrapped } from "../domain/recoverykey.js";
import { DoesNotOpen, NotAPackage, codeDigits, entriesOf, isSound, keyByCode, keyOf } from "../domain/rescue.js";
import { Refused, Unreachable, callJson } from "../sync/api.js";
import { sendBlob } from "../sync/blobs.js";
import { opening, tellOutcome } from "../ui/packagelist.js";
import { fill, need, show, word } from "../ui/page.js";
import { bind } from "./asking.js";

/** @typedef {import("../domain/rescue.js").Entry} Entry */
/** @typedef {import("../domain/rescue.js").Header} Header */

/** Answers about the carrier or the whole server, not about one record. */
const OF_ALL = new Set([401, 403, 408, 429, 503, 507]);

/** @type {import("../ui/packagelist.js").Opened | null} */
let opened = null;

/** What was given is not enough, or not for this file; said by a word. */
class Unfit extends Error {}

/** @param {Header} header @param {FormData} given @returns {Promise<CryptoKey>} */
async function keyFrom(header, given) {
  const [code, file] = [codeDigits(String(given.get("code"))), /** @type {File} */ (given.get("file"))];
  if (code) {
    if (code.length !== 12) throw new Unfit(word("package_code_short"));
    return keyByCode(header, code);
  }
  if (!file?.size) throw new Unfit(word("rescue_give_either"));
  if (!header.recovery) throw new Unfit(word("key_none"));
  const recovery = await openedKeyFile(await file.text(), String(given.get("passphrase")));
  if (recovery.kid !== header.recovery.kid) throw new Unfit(word("key_not_for", { kid: header.recovery.kid.slice(0, 8) }));
  return keyOf(await unwrapped(recovery.key, header.recovery.key));
}

/** @param {HTMLFormElement} form @param {FormData} given */
async function openPackage(form, given) {
  const file = /** @type {File} */ (given.get("package"));
  try {
    opened = await opening(file, (header) => keyFrom(header, given));
  } catch (problem) {
    if (problem instanceof Unfit) return void fill(form, { problem: problem.message });
    if (problem instanceof NotAPackage) return void fill(form, { problem: word("package_unfit") });
    if (problem instanceof DoesNotOpen) return void fill(form, { problem: word("package_code_wrong") });
    throw problem;
  }
}

/** @param {unknown} problem what stops everything is thrown on */
function refusalOf(problem) {
  if (problem instanceof Refused && !OF_ALL.has(problem.status)) return problem;
  throw problem;
}

/** Claims of a receipt from our own server, which the desk trusts as it trusts the page. @param {string} token */
function claimsOf(token) {
  const body = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(body), (char) => char.charCodeAt(0))));
}

/** @param {string} uuid @param {string} token */
function tellReceipt(uuid, token) {
  const { seq, status, missing, faults } = claimsOf(token);
  if (status === "held") return tellOutcome(uuid, "held", { seq, count: faults.length });
  tellOutcome(uuid, missing.length ? "incomplete" : "delivered", { seq, count: missing.length });
}

/** One reading of the package, handing in as it goes. */
class Carrying {
  /** @type {Set<string>} records that the server has */
  #there = new Set();

  /** @type {Set<string>} everything that was told an outcome */
  told = new Set();

  /** @param {Entry} entry */
  async take({ facts, bytes }) {
    if (facts.type === "record") await this.#record(facts.item, bytes);
    if (facts.type === "file" && await sha256(bytes) === facts.sha256) await sendBlob(facts.sha256, bytes, () => undefined).catch(refusalOf);
  }

  /** @param {any} item @param {ArrayBuffer} jws */
  async #record(item, jws) {
    if (!await isSound(item, jws)) return;
    this.told.add(item.uuid);
    try {
      const { receipt } = await callJson("PUT", `/records/${item.uuid}`, { body: jws, headers: { "Content-Type": "application/jose+json" } });
      this.#there.add(item.uuid);
      tellReceipt(item.uuid, receipt);
    } catch (problem) {
      tellOutcome(item.uuid, "refused", { code: refusalOf(problem).code, reason: refusalOf(problem).detail });
    }
  }

  /** The receipts that say what is still missing. */
  async close() {
    for (const uuid of this.#there) {
      try {
        tellReceipt(uuid, (await callJson("GET", `/records/${uuid}/receipt`)).receipt);
      } catch (problem) {
        refusalOf(problem);
      }
    }
  }
}

async function carryIn() {
  if (!opened) return;
  const { file, header, key, contents } = opened;
  const button = /** @type {HTMLButtonElement} */ (need("[data-action=import]"));
  button.disabled = true;
  const carrying = new Carrying();
  let done = 0;
  try {
    for await (const entry of entriesOf(file, header, key)) {
      await carrying.take(entry);
      fill(document.body, { imported: word("rescue_sending", { done: done += 1 }) });
    }
    await carrying.close();
    for (const { uuid } of contents.drafts) tellOutcome(uuid, "kept");
    const lost = contents.records.filter((/** @type {{uuid: string}} */ { uuid }) => !carrying.told.has(uuid));
    for (const { uuid } of lost) tellOutcome(uuid, "damaged");
    fill(document.body, { imported: lost.length ? word("package_imported_part", { lost: lost.length }) : word("rescue_done") });
  } catch (problem) {
    const signedOut = problem instanceof Refused && problem.status === 401;
    if (!signedOut && !(problem instanceof Unreachable) && !(problem instanceof Refused)) throw problem;
    fill(document.body, { imported: word(signedOut ? "rescue_signed_out" : "rescue_cut") });
  } finally {
    button.disabled = false;
  }
}

export async function open() {
  const able = Boolean(globalThis.crypto?.subtle);
  show("#no-crypto", !able);
  show("[data-needs-crypto]", able);
  if (!able) return;
  const form = /** @type {HTMLFormElement} */ (need("#open-package"));
  bind(form, word("package_opening"), (given) => openPackage(form, given));
  need("[data-action=import]").addEventListener("click", () => void carryIn());
}
