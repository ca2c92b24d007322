/**
 * Finishing 封存: the payload is built once, every account holder's key signs
 * those bytes, and one transaction makes the record exist. A crash before it
 * leaves the draft; a crash after it leaves the record, and the draft is swept.
 */

import { countedFiles, countedFindings, lookedAt } from "../domain/draft.js";
import { sha256 } from "../domain/encoding.js";
import { signedRecord, signerOf } from "../domain/jose.js";
import { payloadBytes, payloadOf } from "../domain/record.js";
import { stamp } from "../domain/times.js";
import * as device from "../store/device.js";
import { bytesOf, removeSealed } from "../store/person.js";
import { KeyRevoked } from "../ui/pin.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */

/** @param {Draft} draft @returns {string[]} accounts whose device keys must sign */
export function keysNeeded(draft) {
  const signed = new Set(draft.signing.signatures.filter(({ outcome }) => outcome === "signed").map(({ person }) => person));
  return draft.signing.people.flatMap(({ ref, account }) => (account && signed.has(ref) ? [account] : []));
}

/** @param {Draft} draft @param {Map<string, CryptoKey>} keys @returns {Promise<import("../domain/jose.js").Signer[]>} */
async function signersOf(draft, keys) {
  const signers = [];
  for (const account of keysNeeded(draft)) {
    const person = await device.person(account);
    const key = keys.get(account);
    const named = draft.signing.people.find((one) => one.account === account);
    const signature = draft.signing.signatures.find((one) => one.person === named?.ref);
    if (!person || !key || !named || !signature) throw new Error(`no key for ${account}`);
    if (await device.revocation(person.kid)) throw new KeyRevoked(person.name); // since their turn
    signers.push({ kid: person.kid, person: account, role: named.role, signedAt: signature.signed_at, sign: signerOf(key) });
  }
  return signers;
}

/**
 * Bytes into the outbox before the record that names them; again is harmless.
 * @param {Draft} draft @param {string} owner @param {"photos" | "inks"} kind @param {{sha256: string, size: number}[]} names
 * @returns {Promise<import("../store/device.js").BlobName[]>}
 */
async function carryOver(draft, owner, kind, names) {
  const carried = new Map();
  for (const name of names) {
    const kept = await bytesOf(owner, kind, draft.uuid, name.sha256);
    if (!kept) throw new device.BlobMissing(name.sha256);
    const { sha256, size, type, bytes } = kept;
    await device.keepBlob({ sha256, size, type, bytes });
    carried.set(sha256, { sha256, size, type });
  }
  return [...carried.values()];
}

/**
 * @param {string} owner whose draft it is
 * @param {Draft} draft signed by all
 * @param {Map<string, CryptoKey>} keys opened by PIN, by account
 * @param {string} appVersion
 */
export async function sealRecord(owner, draft, keys, appVersion) {
  if (draft.author !== owner) throw new Error("a draft is finished by its author");
  const finished_at = stamp();
  const server_clock = (await device.meta("server_clock")) ?? null;
  const payload = payloadBytes(payloadOf(draft, { finished_at, device: await device.deviceUuid(), app_version: appVersion, server_clock }));
  const jws = await signedRecord(payload, await signersOf(draft, keys));
  const inkNames = draft.signing.signatures.flatMap(({ ink }) => (ink ? [ink] : []));
  await device.seal({
    uuid: draft.uuid, person: owner, signers: keysNeeded(draft), unit_name: draft.unit.name, title: draft.title,
    findings: countedFindings(draft).length, hazards: lookedAt(draft).map(({ uuid }) => uuid), digest: await sha256(payload), jws_digest: await sha256(jws),
    jws: jws.buffer, inks: await carryOver(draft, owner, "inks", inkNames), photos: await carryOver(draft, owner, "photos", countedFiles(draft)),
    signed_at: finished_at, sealed_at: new Date().toISOString(), state: "waiting", attempts: 0, last_try_at: null,
    next_try_at: 0, why: null, noticed_at: null, receipt: null, receipt_claims: null, sent_bytes: 0, delivered_at: null,
  });
  await removeSealed(owner, draft.uuid);
}

/**
 * Drafts whose record exists already: a crash came between. Their record is the truth.
 * @param {string} owner @param {Draft[]} drafts @returns {Promise<Draft[]>} those that are still drafts
 */
export async function sweepSealed(owner, drafts) {
  const sealed = new Set((await device.outbox()).map(({ uuid }) => uuid));
  for (const draft of drafts) if (sealed.has(draft.uuid)) await removeSealed(owner, draft.uuid);
  return drafts.filter(({ uuid }) => !sealed.has(uuid));
}
