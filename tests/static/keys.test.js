/** A person's keys and rows: one PIN opens both keys, nothing can be passed off as something else. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { WrongPin, openedDataKey, openedSigningKey, wrappingKey } from "../../static/js/domain/keys.js";
import { completedRing, newRing, rewrappedRing } from "../../static/js/domain/newkeys.js";
import { openedBytes, openedValue, sealedBytes } from "../../static/js/domain/sealedrows.js";
import { fromBase64url, utf8 } from "../../static/js/domain/encoding.js";
import { uuid7, uuidTime } from "../../static/js/domain/uuid.js";

const PERSON = "01a00000-0000-7000-8000-000000000001";
const RSA = { name: "RSA-OAEP", hash: "SHA-256", modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) };

async function recoveryKey() {
  const pair = await crypto.subtle.generateKey(RSA, true, ["encrypt", "decrypt"]);
  return { kid: "office", jwk: await crypto.subtle.exportKey("jwk", pair.publicKey), private: pair.privateKey };
}

async function opened(ring, pin) {
  const wrapping = await wrappingKey(pin, ring.wrapped);
  return { signing: await openedSigningKey(wrapping, ring.kid, ring.wrapped), data: await openedDataKey(wrapping, PERSON, ring.data) };
}

test("one PIN and one derivation open both keys, and neither can be taken out", async () => {
  const { ring } = await newRing(PERSON, "480213", null);
  assert.equal(ring.wrapped.salt, ring.data.wrapped.salt);
  assert.equal(ring.wrapped.rounds, 600_000);
  const { signing, data } = await opened(ring, "480213");
  for (const key of [signing, data]) assert.equal(key.extractable, false);
  await assert.rejects(opened(ring, "480214"), WrongPin);
});

test("a wrapped data key is one person's and has one name", async () => {
  const { ring } = await newRing(PERSON, "480213", null);
  const wrapping = await wrappingKey("480213", ring.wrapped);
  await assert.rejects(openedDataKey(wrapping, "somebody else", ring.data), WrongPin);
  await assert.rejects(openedDataKey(wrapping, PERSON, { ...ring.data, kid: "another" }), WrongPin);
});

test("a changed PIN opens the same keys, the old PIN nothing", async () => {
  const { ring } = await newRing(PERSON, "480213", null);
  const sealed = await sealedBytes((await opened(ring, "480213")).data, ["row"], utf8("written before"));
  const changed = await rewrappedRing(PERSON, ring, "480213", "836152");
  assert.equal(changed.kid, ring.kid);
  assert.notEqual(changed.wrapped.salt, ring.wrapped.salt);
  const { data } = await opened(changed, "836152");
  assert.equal(Buffer.from(await openedBytes(data, ["row"], sealed)).toString(), "written before");
  await assert.rejects(opened(changed, "480213"), WrongPin);
  await assert.rejects(rewrappedRing(PERSON, changed, "480213", "111222"), WrongPin);
});

test("the office's private half opens the data key, and there is nothing of the signing key for it", async () => {
  const office = await recoveryKey();
  const { ring } = await newRing(PERSON, "480213", office);
  assert.equal(ring.data.recovery.kid, "office");
  assert.deepEqual(Object.keys(ring).sort(), ["data", "kid", "wrapped"]);
  const raw = await crypto.subtle.decrypt(RSA, office.private, fromBase64url(ring.data.recovery.key));
  const held = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const sealed = await sealedBytes((await opened(ring, "480213")).data, ["row"], utf8("words"));
  assert.equal(Buffer.from(await openedBytes(held, ["row"], sealed)).toString(), "words");
});

test("a ring of before gets a data key, one without a lid gets the lid, and keeps what it had", async () => {
  const office = await recoveryKey();
  const { ring: { kid, wrapped } } = await newRing(PERSON, "480213", null);
  const bare = await completedRing(PERSON, "480213", { kid, wrapped }, null);
  const whole = await completedRing(PERSON, "480213", bare, office);
  assert.equal(whole.data.kid, bare.data.kid);
  assert.deepEqual(whole.data.wrapped, bare.data.wrapped);
  assert.equal(whole.data.recovery.kid, "office");
  await opened(whole, "480213");
});

test("somebody who enrols again and knows the PIN keeps the data key under a new signing key", async () => {
  const { ring: before } = await newRing(PERSON, "480213", null);
  const { ring: after } = await newRing(PERSON, "836152", null, { ring: before, pin: "480213" });
  assert.notEqual(after.kid, before.kid);
  assert.equal(after.data.kid, before.data.kid);
  const sealed = await sealedBytes((await opened(before, "480213")).data, ["row"], utf8("{}"));
  assert.deepEqual(await openedValue((await opened(after, "836152")).data, ["row"], sealed), {});
});

test("a row opens as itself only, and each sealing is different", async () => {
  const { data } = await newRing(PERSON, "480213", null);
  const name = [PERSON, "drafts", "one"];
  const [row, again] = [await sealedBytes(data, name, utf8("x")), await sealedBytes(data, name, utf8("x"))];
  assert.notDeepEqual(row.iv, again.iv);
  for (const other of [["somebody", "drafts", "one"], [PERSON, "photos", "one"], [PERSON, "drafts", "two"], [PERSON, "drafts one"]]) {
    await assert.rejects(openedBytes(data, other, row), other.join());
  }
  new Uint8Array(row.sealed)[0] ^= 1;
  await assert.rejects(openedBytes(data, name, row));
});

test("a uuid says when it was made", () => {
  assert.equal(uuidTime(uuid7(1_795_000_000_123)), 1_795_000_000_123);
});
