/**
 * What the files in hand prove, as facts with a code, an outcome and values; sentences stand in verifier.html.
 * Passed, failed or indeterminate (ETSI EN 319 102-1 §4.1): what cannot be told is never passed.
 */

import { parsed, sha256 } from "./bytes.js";
import { record as readRecord, thumbprint } from "./jws.js";
import { compared } from "./mirror.js";
import { read as readProof, statement, trouble } from "./proof.js";

/** @typedef {"passed" | "failed" | "indeterminate"} Outcome */
/** @typedef {{code: string, outcome: Outcome, values: Record<string, any>}} Fact */
/** @typedef {{name: string, size: number, digest: string}} Known a file of which only this is needed */
/** @typedef {{report: Known | null, trouble: string, record: Uint8Array | null, content: Uint8Array<ArrayBuffer> | null, proof: Uint8Array | null, photos: Known[], keys: Jwk[], mirror: string[]}} Evidence */
/** @typedef {import("./jws.js").Jwk} Jwk */
/** @typedef {import("./proof.js").Proven} Proven */
/** @typedef {{outcome: Outcome, facts: Fact[], issued: any, payload: any, payloadText: string, payloadDigest: string, photos: {missing: number, all: number}}} Finding */

const [PASSED, FAILED, UNTOLD] = /** @type {Outcome[]} */ (["passed", "failed", "indeterminate"]);

/** @param {string} code @param {Outcome} outcome @param {Record<string, any>} [values] @returns {Fact} */
const fact = (code, outcome, values = {}) => ({ code, outcome, values });

/** The worst of them: one failure fails all, and no fact at all proves nothing. @param {Fact[]} facts @returns {Outcome} */
export function worst(facts) {
  const has = (/** @type {Outcome} */ outcome) => facts.some((each) => each.outcome === outcome);
  return has(FAILED) ? FAILED : has(UNTOLD) || !facts.length ? UNTOLD : PASSED;
}

/** @param {Evidence} evidence @returns {Promise<Finding>} */
export async function examine(evidence) {
  const finding = { outcome: UNTOLD, facts: /** @type {Fact[]} */ ([]), issued: null, payload: null, payloadText: "", payloadDigest: "", photos: { missing: 0, all: 0 } };
  if (evidence.trouble) finding.facts.push(fact(evidence.trouble, FAILED));
  else finding.facts.push(...(await (evidence.content && !evidence.record ? insidePaper(evidence, evidence.content, finding) : inside(evidence, finding))));
  finding.outcome = worst(finding.facts);
  return finding;
}

/** @param {Evidence} evidence @param {Finding} finding @returns {Promise<Fact[]>} */
async function inside(evidence, finding) {
  const proof = evidence.proof && readProof(evidence.proof);
  const serverKeys = evidence.keys.length ? evidence.keys : (proof?.serverKeys ?? []);
  const enrolled = await enrolments(proof?.deviceKeys ?? [], serverKeys);
  const record = evidence.record && (await readRecord(evidence.record, enrolled));
  if (!record) return [fact("record_missing", FAILED)];
  finding.payloadDigest = await sha256(record.payload);
  try {
    finding.payload = parsed(record.payload);
    finding.payloadText = JSON.stringify(finding.payload, null, 1);
  } catch {
    return [fact("record_unreadable", FAILED)];
  }
  const facts = record.signatures.flatMap((each) => signatureFacts(each, enrolled, finding.payload));
  if (proof) facts.push(names(proof.record.entry, finding), ...(await placeFacts(proof, serverKeys, evidence)));
  else facts.push(fact("proof_missing", evidence.proof ? FAILED : UNTOLD));
  facts.push(...photoFacts(evidence.photos, finding));
  return facts;
}

/**
 * A paper or a sheet: nobody signs its words on a device; the ledger's entry says who confirmed them by password.
 * @param {Evidence} evidence @param {Uint8Array<ArrayBuffer>} content @param {Finding} finding @returns {Promise<Fact[]>}
 */
async function insidePaper(evidence, content, finding) {
  finding.payloadDigest = await sha256(content);
  try {
    finding.payload = parsed(content);
    finding.payloadText = JSON.stringify(finding.payload, null, 1);
  } catch {
    return [fact("paper_unreadable", FAILED)];
  }
  const proof = evidence.proof && readProof(evidence.proof);
  if (!proof) return [fact("proof_missing", evidence.proof ? FAILED : UNTOLD)];
  const serverKeys = evidence.keys.length ? evidence.keys : proof.serverKeys;
  return [confirmed(proof.record.entry, finding), ...(await placeFacts(proof, serverKeys, evidence)), ...photoFacts(evidence.photos, finding)];
}

/** Whether the entry issues exactly these words; what it says of number and people is kept. @param {import("./proof.js").Entry} entry @param {Finding} finding @returns {Fact} */
function confirmed(entry, finding) {
  const body = bodyOf(entry);
  const issues = entry.kind === "paper.issued" || entry.kind === "sheet.issued";
  const same = issues && body?.content_sha256 === finding.payloadDigest && body.kind === finding.payload?.kind;
  const values = { seq: entry.seq, digest: finding.payloadDigest };
  if (!same) return fact("entry_issues_another", FAILED, values);
  const officers = Array.isArray(body.officers) ? body.officers : [body.by];
  const people = officers.map((/** @type {any} */ each) => String(each?.name)).join(" · ");
  finding.issued = { number: String(body.number), people, issued_at: entry.recorded_at };
  return fact("entry_issues_paper", PASSED, { ...values, people, number: finding.issued.number });
}

/** @param {import("./proof.js").Entry} entry @returns {any} what it says; null where it is no JSON */
function bodyOf(entry) {
  try {
    return parsed(entry.body);
  } catch {
    return null;
  }
}

/**
 * The device keys that the proof brings, each with the entry that enrolled it.
 * @param {Proven[]} entries @param {Jwk[]} serverKeys
 */
async function enrolments(entries, serverKeys) {
  /** @type {Map<string, {jwk: Jwk, person: string, entry: import("./proof.js").Entry, trouble: string}>} */
  const found = new Map();
  for (const each of entries) {
    try {
      const { jwk, person } = parsed(each.entry.body);
      const wrong = await trouble(each, serverKeys);
      if (each.entry.kind === "key.enrolled") found.set(await thumbprint(jwk), { jwk, person, entry: each.entry, trouble: wrong });
    } catch {
      continue; // no entry about a key: the signature it should have proved stays without one
    }
  }
  return found;
}

/** @param {import("./jws.js").DeviceSignature} signature @param {Awaited<ReturnType<typeof enrolments>>} enrolled @param {any} payload @returns {Fact[]} */
function signatureFacts({ outcome, kid, person, role, signedAt }, enrolled, payload) {
  const values = { name: nameOf(payload, person), role, signed_at: signedAt, kid };
  if (outcome === "key_missing") return [fact("signature_key_missing", UNTOLD, values)];
  const owner = enrolled.get(kid);
  if (outcome === "broken" || !owner) return [fact("signature_broken", FAILED, values)];
  const proved = { ...values, seq: owner.entry.seq, recorded_at: owner.entry.recorded_at };
  const entry = owner.trouble ? fact("key_entry_broken", owner.trouble === "path_missing" ? UNTOLD : FAILED, proved) : fact("key_enrolled", PASSED, proved);
  return [fact("signature_valid", PASSED, values), entry];
}

/** @param {any} payload @param {string} person */
function nameOf(payload, person) {
  const people = Array.isArray(payload?.people) ? payload.people : [];
  return String(people.find((/** @type {any} */ each) => each?.account === person)?.name ?? person);
}

/** @param {NonNullable<ReturnType<typeof readProof>>} proof @param {Jwk[]} serverKeys @param {Evidence} evidence @returns {Promise<Fact[]>} */
async function placeFacts(proof, serverKeys, { keys, mirror }) {
  const { entry, checkpoint } = proof.record;
  /** @type {Fact[]} */
  const facts = [];
  const values = { seq: entry.seq, recorded_at: entry.recorded_at };
  const wrong = await trouble(proof.record, serverKeys);
  const said = await statement(checkpoint, serverKeys);
  if (wrong === "checkpoint_unsigned" && keys.length && (await statement(checkpoint, proof.serverKeys))) return [fact("server_key_differs", FAILED)];
  const until = said ? { ...values, until: said.seq, taken_at: said.taken_at } : values;
  facts.push(wrong ? fact(wrong, wrong === "path_missing" ? UNTOLD : FAILED, until) : fact("entry_stands", PASSED, until));
  if (!said) return facts;
  const kid = await signerOf(checkpoint, serverKeys);
  facts.push(keys.length ? fact("server_key_given", PASSED, { kid }) : fact("server_key_from_file", UNTOLD, { kid }));
  return [...facts, ...(mirror.length ? await mirrorFacts(mirror, serverKeys, checkpoint) : [])];
}

/** Whether the entry is about exactly this record. @param {import("./proof.js").Entry} entry @param {Finding} finding @returns {Fact} */
function names(entry, finding) {
  const body = bodyOf(entry);
  const same = entry.kind.startsWith("record.") && body?.digest === finding.payloadDigest && body.record === finding.payload?.uuid;
  return fact(same ? "entry_names_record" : "entry_names_another", same ? PASSED : FAILED, { seq: entry.seq, digest: finding.payloadDigest });
}

/** @param {string} jws @param {Jwk[]} keys @returns {Promise<string>} the thumbprint of the key that signed it */
async function signerOf(jws, keys) {
  for (const key of keys) if (await statement(jws, [key])) return thumbprint(key);
  return "";
}

/** @param {string[]} mirror @param {Jwk[]} keys @param {string} checkpoint @returns {Promise<Fact[]>} */
async function mirrorFacts(mirror, keys, checkpoint) {
  const { lines, broken, standing } = await compared(mirror, keys, checkpoint);
  const grew = broken ? fact("mirror_broken", FAILED, { line: broken }) : fact("mirror_grows", PASSED, { lines });
  const codes = { kept: PASSED, contradicted: FAILED, not_kept: UNTOLD };
  return [grew, fact(`checkpoint_${standing}`, codes[standing])];
}

/** @param {Known[]} photos @param {Finding} finding @returns {Fact[]} */
function photoFacts(photos, finding) {
  const wanted = filesOf(finding.payload);
  const given = new Set(photos.map(({ digest }) => digest));
  const missing = [...wanted].filter((digest) => !given.has(digest));
  const strange = photos.filter(({ digest }) => !wanted.has(digest));
  finding.photos = { missing: missing.length, all: wanted.size };
  const facts = strange.map(({ name, digest }) => fact("file_unknown", FAILED, { name, digest }));
  if (wanted.size > missing.length) facts.push(fact("files_match", PASSED, { files: wanted.size - missing.length, all: wanted.size }));
  return facts;
}

/** Digests of every photo and drawn signature that the record or paper names. @param {any} payload @returns {Set<string>} */
function filesOf(payload) {
  const list = (/** @type {any} */ value) => (Array.isArray(value) ? value : []);
  const inks = list(payload?.signatures).map((/** @type {any} */ each) => each?.ink?.sha256);
  const photos = list(payload?.photos).flatMap((/** @type {any} */ each) => [each?.sha256, each?.original?.sha256]);
  const receipts = list(payload?.receipts).map((/** @type {any} */ each) => each?.ink || null);
  return new Set([...inks, ...photos, ...receipts].filter((digest) => typeof digest === "string"));
}
