/** The offline verifier's pure parts: held by the vectors that hold Python, and by files that mean harm. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { added, nothing } from "../../static/js/verifier/evidence.js";
import { examine, worst } from "../../static/js/verifier/examining.js";
import { record } from "../../static/js/verifier/jws.js";
import { compared } from "../../static/js/verifier/mirror.js";
import { embeddedFiles } from "../../static/js/verifier/pdf.js";
import { read, trouble } from "../../static/js/verifier/proof.js";
import { grown, stands } from "../../static/js/verifier/tree.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SOURCES = path.join(ROOT, "static/js/verifier");
const vectors = (name) => JSON.parse(readFileSync(path.join(ROOT, `tests/vectors/${name}.json`), "utf8"));
const bytes = (value) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const PROOF = vectors("proof");
const proofOf = (one) => {
  const made = { ...PROOF.proof, ...one.with };
  return one.proof ?? Object.fromEntries(Object.entries(made).filter(([name]) => !(one.without ?? []).includes(name)));
};
const keys = new Map(PROOF.proof.device_keys.map(({ entry }) => JSON.parse(entry.body)).map(({ kid, jwk, person }) => [kid, { jwk, person }]));

for (const { name, size, links, peaks, paths, grown: steps } of vectors("tree")) {
  test(`the tree over ${name}: every entry stands in its place only, and it grows from any earlier end`, async () => {
    for (const [at, way] of paths.entries()) {
      for (const [other, link] of links.entries()) assert.equal(await stands(link, at + 1, way, size, peaks), other === at);
      for (const seq of [at, at + 2]) assert.equal(await stands(links[at], seq, way, size, peaks), false);
    }
    const before = new Map([[0, []], [size, peaks], ...vectors("tree").map((each) => [each.size, each.peaks])]);
    for (const { after, nodes } of steps) {
      if (before.has(after)) assert.deepEqual(await grown(after, before.get(after), nodes, size), peaks);
      await assert.rejects(grown(after, before.get(after) ?? [], nodes.slice(1), size));
    }
  });
}

for (const one of PROOF.cases) {
  test(`a proof, ${one.name}`, async () => {
    const proof = read(bytes(proofOf(one)));
    assert.equal(proof && (await trouble(proof.record, PROOF.server_keys)), one.trouble);
  });
}

for (const { name, jws, signatures } of PROOF.records) {
  test(`a record, ${name}`, async () => {
    const found = await record(bytes(jws), keys);
    assert.deepEqual(found && found.signatures.map(({ outcome }) => outcome), signatures);
  });
}

const evidence = (more = {}) => ({ ...nothing(), record: bytes(PROOF.records[0].jws), proof: bytes(PROOF.proof), ...more });
const codes = async (given) => Object.fromEntries((await examine(given)).facts.map(({ code, outcome }) => [code, outcome]));

test("a key that comes inside the file is never enough to pass", async () => {
  assert.equal((await codes(evidence())).server_key_from_file, "indeterminate");
  assert.equal((await codes(evidence({ keys: PROOF.server_keys }))).server_key_given, "passed");
  const another = PROOF.proof.device_keys.map(({ entry }) => JSON.parse(entry.body).jwk);
  assert.equal((await codes(evidence({ keys: another }))).server_key_differs, "failed");
});

test("an entry about another record proves nothing of this one", async () => {
  const payload = Buffer.from(JSON.stringify({ uuid: "another" })).toString("base64url");
  const found = await codes(evidence({ record: bytes({ ...PROOF.records[0].jws, payload }) }));
  assert.equal(found.entry_names_another, "failed");
  assert.equal(found.signature_broken, "failed");
});

test("the words of a paper are proved by the entry that issues them, and by no other", async () => {
  const content = bytes({ format: "zhencha.paper/1", kind: "rectify_order", title: "责令限期整改指令书" });
  const given = await added(await added(nothing(), "content.json", content), "ledger-proof.json", bytes(PROOF.proof));
  assert.ok(given.content && !given.record);
  const found = await codes({ ...given, keys: PROOF.server_keys });
  assert.equal(found.entry_issues_another, "failed", "the entry accepts a record");
  assert.equal(found.entry_stands, "passed");
  assert.equal((await codes({ ...given, content: bytes("{") })).paper_unreadable, "failed");
  assert.equal((await codes({ ...given, proof: null })).proof_missing, "indeterminate");
});

test("a key enrolled for somebody else does not sign for this person", async () => {
  const owned = PROOF.records.find(({ name }) => name.startsWith("somebody else"));
  assert.equal((await codes(evidence({ record: bytes(owned.jws) }))).signature_broken, "failed");
});

test("an enrolment that the ledger does not prove leaves the owner open", async () => {
  const [enrolled] = PROOF.proof.device_keys;
  const forged = { ...PROOF.proof, device_keys: [{ ...enrolled, entry: { ...enrolled.entry, body: enrolled.entry.body.replace("000002", "000009") } }] };
  assert.equal((await codes(evidence({ proof: bytes(forged) }))).signature_broken, "failed");
  const elsewhere = { ...PROOF.proof, device_keys: [{ ...enrolled, path: [enrolled.path[0].replace(/^./, (first) => (first === "0" ? "1" : "0"))] }] };
  assert.equal((await codes(evidence({ proof: bytes(elsewhere) }))).key_entry_broken, "failed");
});

test("a mirror bears out the checkpoint, or contradicts it, or is too old", async () => {
  const [early, late] = [PROOF.proof.device_keys[0].checkpoint, PROOF.proof.checkpoint];
  const contradiction = PROOF.cases.find(({ name }) => name.startsWith("signed checkpoint of another")).with.checkpoint;
  const of = (mirror, jws = late) => compared(mirror, PROOF.server_keys, jws);
  assert.deepEqual(await of([early, late]), { lines: 2, broken: 0, standing: "kept" });
  assert.deepEqual(await of([early]), { lines: 1, broken: 0, standing: "not_kept" });
  assert.equal((await of([late])).broken, 1, "it follows one that is not there");
  assert.equal((await of([early, contradiction])).broken, 2, "its tree is another");
  assert.equal((await of([early, "a.b.c"])).broken, 2);
  assert.deepEqual(await of([PROOF.begun_anew]), { lines: 1, broken: 0, standing: "not_kept" });
  assert.equal((await of([early, PROOF.begun_anew])).broken, 2, "it says that nothing was before");
});

test("a photo exchanged for one with the same name is named", async () => {
  const given = await added(evidence(), "A-01.jpg", bytes("another picture"));
  const finding = await examine(given);
  assert.deepEqual(finding.facts.filter(({ code }) => code === "file_unknown").map(({ values }) => values.name), ["A-01.jpg"]);
  assert.equal(worst(finding.facts), "failed");
});

test("files are known by what they hold, not by their names", async () => {
  let given = nothing();
  for (const [name, value] of [["x", PROOF.records[0].jws], ["y", PROOF.proof], ["z", { keys: PROOF.server_keys }], ["m", `${JSON.stringify({ jws: "a.b.c" })}\n`]]) given = await added(given, name, bytes(value));
  assert.ok(given.record && given.proof);
  assert.deepEqual([given.keys.length, given.mirror.length, given.photos.length], [1, 1, 0]);
});

test("what only calls itself a PDF is refused at once", async () => {
  const hostile = ["", "%PDF-1.7", "%PDF-1.7\nstartxref\n0\n", "%PDF-1.7\nstartxref\n999999\n%%EOF",
    "%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
    `%PDF-1.7\nxref\n0 0\ntrailer\n${"[".repeat(5000)}\nstartxref\n9\n%%EOF`, `%PDF-1.7\n1 0 obj<</Type/XRef/Length 9 0 R/W[1 1 1]>>stream\nstartxref\n9\n`,
    "%PDF-1.7\nxref\n0 999999999\ntrailer\n<<>>\nstartxref\n9\n%%EOF"];
  for (const each of hostile) await assert.rejects(embeddedFiles(bytes(each)), each.slice(0, 60));
  const found = await examine(await added(nothing(), "x.pdf", bytes(hostile[2])));
  assert.deepEqual(found.facts.map(({ code }) => code), ["pdf_unreadable"]);
});

test("every fact has its sentence in both languages, with the same gaps", () => {
  const page = readFileSync(path.join(SOURCES, "verifier.html"), "utf8");
  const told = new Map([...page.matchAll(/<template id="([^"]+)">([\s\S]*?)<\/template>/g)].map(([, id, html]) => [id, html]));
  const scripts = readdirSync(SOURCES).filter((name) => name.endsWith(".js")).map((name) => readFileSync(path.join(SOURCES, name), "utf8")).join("\n");
  const given = [...scripts.matchAll(/\bfact\("([a-z_]+)"|^ +return "([a-z_]+)";|trouble: (?:doubled \? )?"([a-z_]+)"/gm)].map((found) => found[1] ?? found[2] ?? found[3]);
  const standing = ["kept", "not_kept", "contradicted"].map((each) => `checkpoint_${each}`);
  const named = ["not_a_pdf", "not_in_checkpoint", "checkpoint_unsigned", "path_missing", "entry_names_record", "entry_names_another", ...standing];
  for (const code of new Set([...given, ...named])) assert.ok(told.has(`fact-${code}`), `no sentence for ${code}`);
  for (const [id, html] of told) {
    const gaps = (language) => [...html.matchAll(new RegExp(`<span lang="${language}">([\\s\\S]*?)</span>(?=<span lang|</|<dt|<dd|$)`, "g"))].flatMap(([, words]) => [...words.matchAll(/data-value="(\w+)"/g)].map(([, name]) => name)).sort();
    assert.deepEqual(gaps("en"), gaps("zh-Hans"), id);
    assert.equal(html.split('lang="en"').length, html.split('lang="zh-Hans"').length, id);
  }
});
