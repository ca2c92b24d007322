/** Rescue packages and recovery keys: what closes, what opens, and what damage does not take along. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { base64url, fromBase64url, sha256, utf8 } from "../../static/js/domain/encoding.js";
import {
  NotARecoveryKey, WrongKey, WrongPassphrase, newKeyFile, openedKeyFile, resealed, unwrapped,
} from "../../static/js/domain/recoverykey.js";
import {
  DoesNotOpen, NotAPackage, codeDigits, entriesOf, headerOf, isSound, keyByCode, keyOf, newPackage,
} from "../../static/js/domain/rescue.js";

const PASSPHRASE = "云岚 correct horse";
const PHOTO = crypto.getRandomValues(new Uint8Array(60_000)).buffer;

/** @param {{kid: string, jwk: JsonWebKey} | null} recovery @param {number} photos */
async function packed(recovery, photos) {
  const pack = await newPackage(recovery, "2026-11-22T12:00:00.000+08:00");
  const parts = [...pack.beginning, ...await pack.entry({ type: "contents" })];
  for (let number = 0; number < photos; number++) parts.push(...await pack.entry({ type: "file", number }, PHOTO));
  return { code: pack.code, file: new Blob(parts) };
}

/** @param {Blob} file @param {CryptoKey} key */
async function read(file, key) {
  const found = [];
  for await (const entry of entriesOf(file, await headerOf(file), key)) found.push(entry);
  return found;
}

/** @param {Blob} file @param {(bytes: Uint8Array) => Uint8Array | void} change */
async function altered(file, change) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return new Blob([change(bytes) ?? bytes]);
}

test("a package opens by its code, grouped as one likes, and by nothing else", async () => {
  const { code, file } = await packed(null, 2);
  assert.match(code, /^\d{12}$/);
  const header = await headerOf(file);
  const grouped = `${code.slice(0, 4)} ${code.slice(4, 8)}-${code.slice(8)}`;
  const entries = await read(file, await keyByCode(header, grouped));
  assert.deepEqual(entries.map(({ facts }) => facts), [{ type: "contents" }, { type: "file", number: 0 }, { type: "file", number: 1 }]);
  assert.deepEqual(new Uint8Array(entries[1].bytes), new Uint8Array(PHOTO));
  const other = code.slice(0, 11) + ((Number(code[11]) + 1) % 10);
  await assert.rejects(keyByCode(header, other), DoesNotOpen);
  assert.equal(codeDigits("０１２３ 4567-８９01"), "012345678901");
});

test("what is truncated loses its end and nothing else", async () => {
  const { code, file } = await packed(null, 3);
  const short = file.slice(0, file.size - 70_000);
  const entries = await read(short, await keyByCode(await headerOf(short), code));
  assert.deepEqual(entries.map(({ facts }) => facts.number), [undefined, 0]);
});

test("a damaged entry takes none of the others along, wherever the damage is", async () => {
  const { code, file } = await packed(null, 3);
  const key = await keyByCode(await headerOf(file), code);
  const { end } = await headerOf(file);
  const first = end + 12 + 12 + 16 + 4 + utf8(JSON.stringify({ type: "contents" })).length;
  for (const [place, what] of [[0, "mark"], [5, "number"], [8, "length, far too long"], [11, "length, a little off"], [30_000, "body"]]) {
    const damaged = await altered(file, (bytes) => { bytes[first + Number(place)] ^= 0x5a; });
    const numbers = (await read(damaged, key)).map(({ facts }) => facts.number);
    assert.deepEqual(numbers, [undefined, 1, 2], String(what));
  }
  const hole = await altered(file, (bytes) => new Uint8Array([...bytes.subarray(0, first + 100), ...bytes.subarray(first + 5000)]));
  assert.deepEqual((await read(hole, key)).map(({ facts }) => facts.number), [undefined, 1, 2]);
});

test("an entry cannot be moved to another package, nor pass for another number", async () => {
  const [one, two] = [await packed(null, 1), await packed(null, 1)];
  const key = await keyByCode(await headerOf(one.file), one.code);
  const { end } = await headerOf(one.file);
  const mixed = new Blob([one.file.slice(0, end), two.file.slice((await headerOf(two.file)).end)]);
  assert.deepEqual(await read(mixed, key), []);
});

test("what is no package says so", async () => {
  const { file } = await packed(null, 0);
  for (const other of [new Blob([]), new Blob(["%PDF-1.7"]), file.slice(0, 40), await altered(file, (bytes) => { bytes[24] ^= 1; })]) {
    await assert.rejects(headerOf(other), NotAPackage);
  }
});

test("the recovery key opens a package whose code is lost", async () => {
  const made = await newKeyFile(PASSPHRASE);
  const { file } = await packed({ kid: made.kid, jwk: made.jwk }, 1);
  const { recovery } = await headerOf(file);
  const opened = await openedKeyFile(JSON.stringify(made), PASSPHRASE);
  assert.equal(recovery?.kid, opened.kid);
  const key = await keyOf(await unwrapped(opened.key, String(recovery?.key)));
  assert.equal((await read(file, key)).length, 2);
});

test("a recovery key's file opens by its passphrase, and by no other", async () => {
  const made = await newKeyFile(PASSPHRASE);
  await assert.rejects(openedKeyFile(JSON.stringify(made), "云岚 correct house"), WrongPassphrase);
  await assert.rejects(openedKeyFile("{", PASSPHRASE), NotARecoveryKey);
  await assert.rejects(openedKeyFile("null", PASSPHRASE), NotARecoveryKey);
  await assert.rejects(openedKeyFile(JSON.stringify({ ...made, kid: `${made.kid.slice(1)}A` }), PASSPHRASE), NotARecoveryKey);
  const other = await newKeyFile(PASSPHRASE);
  await assert.rejects(openedKeyFile(JSON.stringify({ ...made, jwk: other.jwk, kid: other.kid }), PASSPHRASE), WrongPassphrase);
});

test("a data key comes back under the new one, by the right keys only", async () => {
  const [file, strange] = [await newKeyFile(PASSPHRASE), await newKeyFile(PASSPHRASE)];
  const [opened, other] = [await openedKeyFile(JSON.stringify(file), PASSPHRASE), await openedKeyFile(JSON.stringify(strange), PASSPHRASE)];
  const lid = await crypto.subtle.importKey("jwk", { ...file.jwk }, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
  const [old, fresh] = [crypto.getRandomValues(new Uint8Array(32)), crypto.getRandomValues(new Uint8Array(32))];
  /** @param {string} data_kid @param {Uint8Array<ArrayBuffer>} raw */
  const wrap = async (data_kid, raw) => ({ data_kid, recovery_kid: file.kid, key: base64url(await crypto.subtle.encrypt({ name: "RSA-OAEP" }, lid, raw)) });
  const [a, b] = [await wrap("old-kid", old), await wrap("new-kid", fresh)];
  const { iv, key } = await resealed(a, b, () => opened.key);
  const sealing = await crypto.subtle.importKey("raw", fresh, "AES-GCM", false, ["decrypt"]);
  const cipher = { name: "AES-GCM", iv: fromBase64url(iv), additionalData: utf8("recovery:old-kid:new-kid") };
  assert.deepEqual(new Uint8Array(await crypto.subtle.decrypt(cipher, sealing, fromBase64url(key))), old);
  await assert.rejects(resealed(a, b, () => other.key), WrongKey);
  await assert.rejects(resealed(a, b, () => undefined), WrongKey);
});

test("a record is taken in only as the record that it says it is", async () => {
  const payload = utf8(JSON.stringify({ uuid: "u", signatures: [{ ink: { sha256: "i" } }, {}], photos: [{ sha256: "p", original: { sha256: "o" } }] }));
  const jws = utf8(JSON.stringify({ payload: base64url(payload), signatures: [] }));
  const file = (/** @type {string} */ name) => ({ sha256: name, size: 1, type: "" });
  const item = { uuid: "u", digest: await sha256(payload), jws_digest: await sha256(jws), inks: [file("i")], photos: [file("p"), file("o")] };
  assert.ok(await isSound(item, jws.buffer));
  for (const wrong of [{ uuid: "v" }, { digest: "00" }, { jws_digest: "00" }, { photos: [file("p")] }, { inks: undefined }]) {
    assert.ok(!await isSound(/** @type {any} */ ({ ...item, ...wrong }), jws.buffer), JSON.stringify(wrong));
  }
});
