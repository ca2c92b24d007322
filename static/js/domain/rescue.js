/**
 * A rescue package 救援包 *.zhencha: unsent work in one file, each entry sealed on
 * its own, so that it can be written and read piece by piece, and what is whole
 * in a damaged file still opens. The package key is closed twice: under a
 * transfer code of twelve digits, and for the organisation's recovery key.
 * docs/rescue-format.md describes the bytes for those who come after us.
 */

import { base64url, fromBase64url, sha256, text, utf8 } from "./encoding.js";
import { wrappingKey } from "./keys.js";
import { uuid7 } from "./uuid.js";

const FORMAT = "zhencha.rescue/1";
const FIRST = utf8(`${FORMAT}\n`);
const MARK = utf8("ZENT");
const HEAD = 12; // mark, number and length of an entry
const IV = 12;
const LONGEST = 64 * 1024 * 1024;
const STRIDE = 1024 * 1024;
const ROUNDS = 600_000;
const AES = "AES-GCM";
const RSA = { name: "RSA-OAEP", hash: "SHA-256" };

/** @typedef {{rounds: number, salt: string, iv: string, key: string}} UnderCode */
/**
 * @typedef {{format: string, package: string, made_at: string, code: UnderCode, recovery: {kid: string, key: string} | null,
 *   end: number}} Header `end`: where the entries begin
 */
/** @typedef {{type: string, [member: string]: any}} Facts what an entry says of itself */
/** @typedef {{facts: Facts, bytes: ArrayBuffer}} Entry */
/** @typedef {import("../store/device.js").Outgoing} Outgoing */

/** This file is no rescue package, or its beginning is damaged. */
export class NotAPackage extends Error {}

/** What was given does not open this package. */
export class DoesNotOpen extends Error {}

/** @param {string} written @returns {string} the digits of a code, however they were grouped; full-width ones too */
export function codeDigits(written) {
  return written.normalize("NFKC").replace(/\D/g, "");
}

/** @returns {string} twelve digits, each as likely as any other */
function newCode() {
  const fair = [];
  while (fair.length < 12) fair.push(...crypto.getRandomValues(new Uint8Array(16)).filter((byte) => byte < 250));
  return fair.slice(0, 12).map((byte) => byte % 10).join("");
}

/** @param {CryptoKey} key @param {string} code @param {string} name @returns {Promise<UnderCode>} */
async function underCode(key, code, name) {
  const under = { rounds: ROUNDS, salt: base64url(crypto.getRandomValues(new Uint8Array(16))) };
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const sealed = await crypto.subtle.wrapKey("raw", key, await wrappingKey(code, under), { name: AES, iv, additionalData: utf8(name) });
  return { ...under, iv: base64url(iv), key: base64url(sealed) };
}

/** @param {CryptoKey} key @param {{kid: string, jwk: JsonWebKey}} recovery */
async function forRecovery(key, { kid, jwk: { kty, n, e } }) {
  const lid = await crypto.subtle.importKey("jwk", { kty, n, e }, RSA, false, ["wrapKey"]);
  return { kid, key: base64url(await crypto.subtle.wrapKey("raw", key, lid, RSA)) };
}

/** @param {number} value @returns {Uint8Array<ArrayBuffer>} four bytes, big end first */
function four(value) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** @param {string} name @param {number} number */
const bound = (name, number) => utf8(`${name}:${number}`);

/**
 * @param {{kid: string, jwk: JsonWebKey} | null} recovery @param {string} made_at
 * @returns {Promise<{code: string, beginning: Uint8Array<ArrayBuffer>[], entry: (facts: Facts, bytes?: ArrayBuffer) => Promise<Uint8Array<ArrayBuffer>[]>}>}
 *   `entry` seals the next one
 */
export async function newPackage(recovery, made_at) {
  const [name, code] = [uuid7(), newCode()];
  const open = await crypto.subtle.generateKey({ name: AES, length: 256 }, true, ["encrypt"]);
  const header = utf8(JSON.stringify({
    format: FORMAT, package: name, made_at, code: await underCode(open, code, name),
    recovery: recovery && await forRecovery(open, recovery),
  }));
  let number = 0;
  return {
    code, beginning: [FIRST, four(header.length), header],
    async entry(facts, bytes = new ArrayBuffer(0)) {
      const said = utf8(JSON.stringify(facts));
      const plain = new Uint8Array(4 + said.length + bytes.byteLength);
      plain.set(four(said.length));
      plain.set(said, 4);
      plain.set(new Uint8Array(bytes), 4 + said.length);
      const iv = crypto.getRandomValues(new Uint8Array(IV));
      const sealed = await crypto.subtle.encrypt({ name: AES, iv, additionalData: bound(name, number) }, open, plain);
      const head = [MARK, four(number), four(IV + sealed.byteLength)];
      number += 1;
      return [...head, iv, new Uint8Array(sealed)];
    },
  };
}

/** @param {Blob} file @param {number} from @param {number} length */
const piece = async (file, from, length) => new Uint8Array(await file.slice(from, from + length).arrayBuffer());

/** @param {Uint8Array} bytes @param {number} at */
const number = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

/** @param {Blob} file @returns {Promise<Header>} */
export async function headerOf(file) {
  const start = await piece(file, 0, FIRST.length + 4);
  if (start.length < FIRST.length + 4 || FIRST.some((byte, at) => byte !== start[at])) throw new NotAPackage();
  const length = number(start, FIRST.length);
  try {
    if (length > STRIDE) throw new NotAPackage();
    const header = JSON.parse(text(await piece(file, start.length, length)));
    if (header.format !== FORMAT || typeof header.package !== "string" || !header.code?.key) throw new NotAPackage();
    return { ...header, end: start.length + length };
  } catch {
    throw new NotAPackage();
  }
}

/** @param {Header} header @param {string} code @returns {Promise<CryptoKey>} */
export async function keyByCode(header, code) {
  const { code: under, package: name } = header;
  const cipher = { name: AES, iv: fromBase64url(under.iv), additionalData: utf8(name) };
  return crypto.subtle.unwrapKey("raw", fromBase64url(under.key), await wrappingKey(codeDigits(code), under), cipher, AES, false, ["decrypt"])
    .catch(() => { throw new DoesNotOpen(); });
}

/** @param {Uint8Array<ArrayBuffer>} raw the package key, unwrapped by the recovery key @returns {Promise<CryptoKey>} */
export function keyOf(raw) {
  return crypto.subtle.importKey("raw", raw, AES, false, ["decrypt"]);
}

/** @param {Blob} file @param {number} from @returns {Promise<number>} where the next mark stands, or the end */
async function nextMark(file, from) {
  for (let start = from; start < file.size; start += STRIDE) {
    const bytes = await piece(file, start, STRIDE + MARK.length - 1);
    for (let at = bytes.indexOf(MARK[0]); at >= 0; at = bytes.indexOf(MARK[0], at + 1)) {
      if (MARK.every((byte, place) => bytes[at + place] === byte)) return start + at;
    }
  }
  return file.size;
}

/** @param {ArrayBuffer} plain @returns {Entry} */
function split(plain) {
  const length = number(new Uint8Array(plain), 0);
  return { facts: JSON.parse(text(new Uint8Array(plain, 4, length))), bytes: plain.slice(4 + length) };
}

/** @param {Blob} file @param {Header} header @param {CryptoKey} key @param {number} at @returns {Promise<{entry: Entry, next: number} | null>} */
async function entryAt(file, header, key, at) {
  const head = await piece(file, at, HEAD);
  if (head.length < HEAD || MARK.some((byte, place) => head[place] !== byte)) return null;
  const [place, length] = [number(head, 4), number(head, 8)];
  if (length <= IV || length > LONGEST || at + HEAD + length > file.size) return null;
  const sealed = await piece(file, at + HEAD, length);
  const cipher = { name: AES, iv: sealed.subarray(0, IV), additionalData: bound(header.package, place) };
  try {
    return { entry: split(await crypto.subtle.decrypt(cipher, key, sealed.subarray(IV))), next: at + HEAD + length };
  } catch {
    return null;
  }
}

/**
 * Every entry that is whole, in order, one in memory at a time; what is damaged is passed over.
 * @param {Blob} file @param {Header} header @param {CryptoKey} key @returns {AsyncGenerator<Entry>}
 */
export async function* entriesOf(file, header, key) {
  let at = header.end;
  while (at < file.size) {
    const found = await entryAt(file, header, key, at);
    if (found) yield found.entry;
    at = found ? found.next : await nextMark(file, at + 1);
  }
}

/** @param {any} payload of a record @returns {string[]} files that it names */
function filesNamed({ signatures = [], photos = [] }) {
  return [
    ...signatures.flatMap((/** @type {any} */ { ink }) => (ink ? [ink.sha256] : [])),
    ...photos.flatMap((/** @type {any} */ photo) => (photo.original ? [photo.sha256, photo.original.sha256] : [photo.sha256])),
  ];
}

/**
 * Whether these are the bytes that the entry says, and the record that it says.
 * @param {Pick<Outgoing, "uuid" | "digest" | "jws_digest" | "inks" | "photos">} item @param {ArrayBuffer} jws
 */
export async function isSound(item, jws) {
  try {
    if (await sha256(jws) !== item.jws_digest) return false;
    const payload = fromBase64url(JSON.parse(text(jws)).payload);
    const record = JSON.parse(text(payload));
    const listed = new Set([...item.inks, ...item.photos].map((file) => file.sha256));
    return await sha256(payload) === item.digest && record.uuid === item.uuid && filesNamed(record).every((one) => listed.has(one));
  } catch {
    return false;
  }
}

/**
 * A record as it starts anew where it was brought: nothing is known of its way yet.
 * @param {any} facts as packed @param {ArrayBuffer} jws @returns {Outgoing}
 */
export function broughtItem({ uuid, person, signers, unit_name, title, findings, digest, jws_digest, inks, photos, signed_at, sealed_at }, jws) {
  return {
    uuid, person, signers, unit_name, title, findings, digest, jws_digest, jws, inks, photos, signed_at, sealed_at,
    state: "waiting", attempts: 0, last_try_at: null, next_try_at: 0, why: null, noticed_at: null,
    receipt: null, receipt_claims: null, sent_bytes: 0, delivered_at: null,
  };
}

/** @param {any} draft @returns {{kind: "photos" | "inks", sha256: string}[]} files that a draft names */
export function filesOfDraft({ photos, signing }) {
  const shots = photos.flatMap((/** @type {any} */ photo) => [photo, photo.original, photo.small].filter(Boolean));
  const inks = signing.signatures.flatMap((/** @type {any} */ { ink }) => (ink ? [ink] : []));
  return [
    ...inks.map((/** @type {any} */ { sha256 }) => ({ kind: /** @type {const} */ ("inks"), sha256 })),
    ...shots.map((/** @type {any} */ { sha256 }) => ({ kind: /** @type {const} */ ("photos"), sha256 })),
  ];
}
