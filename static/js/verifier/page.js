/** The page that verifies without us and without a network: files in, facts out, in Chinese or English. */

import { LARGEST_BYTES, added, nothing } from "./evidence.js";
import { examine } from "./examining.js";
import { keysIn } from "./mirror.js";

/** @typedef {import("./examining.js").Fact} Fact */

const MARKS = { passed: "mark-passed", failed: "mark-failed", indeterminate: "mark-indeterminate" };
const ORDER = ["failed", "indeterminate", "passed"];

let evidence = nothing();
let turn = Promise.resolve();

/** @param {string} id @returns {HTMLElement} */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** A copy of what a template holds. @param {string} id @returns {DocumentFragment} */
function drawn(id) {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(id);
  return /** @type {DocumentFragment} */ (template.content.cloneNode(true));
}

/** Fill the gaps of a sentence, in both languages. @param {DocumentFragment} fragment @param {Record<string, any>} values */
function filled(fragment, values) {
  for (const gap of fragment.querySelectorAll("[data-value]")) {
    const name = gap.getAttribute("data-value") ?? "";
    const word = document.getElementById(`word-${values[name]}`);
    if (word) gap.replaceChildren(drawn(word.id));
    else gap.textContent = name.endsWith("_at") ? instant(values[name]) : String(values[name] ?? "");
  }
  return fragment;
}

/** China's time, to the second, as the rest of the system writes it. @param {unknown} value */
function instant(value) {
  const at = new Date(String(value));
  if (Number.isNaN(at.valueOf())) return String(value);
  return new Date(at.valueOf() + 8 * 3600_000).toISOString().slice(0, 19).replace("T", " ");
}

/** @param {Fact} fact @returns {HTMLLIElement} */
function line({ code, outcome, values }) {
  const item = document.createElement("li");
  item.className = outcome;
  item.dataset.code = code;
  const words = document.createElement("div");
  words.append(filled(drawn(`fact-${code}`), values));
  item.append(drawn(MARKS[outcome]), words);
  return item;
}

async function show() {
  const begun = Boolean(evidence.report || evidence.record || evidence.content || evidence.proof);
  part("result").hidden = !begun;
  part("waiting").hidden = begun || !(evidence.photos.length || evidence.keys.length || evidence.mirror.length);
  if (!begun) return;
  const finding = await examine(evidence);
  const facts = [...finding.facts].sort((one, two) => ORDER.indexOf(one.outcome) - ORDER.indexOf(two.outcome));
  const paper = finding.issued && finding.outcome === "passed" ? "-paper" : "";
  part("headline").replaceChildren(drawn(`headline-${finding.outcome}${paper}`));
  part("result").dataset.outcome = finding.outcome;
  part("facts").replaceChildren(...facts.map(line));
  part("file").replaceChildren(filled(drawn("file-facts"), { ...evidence.report }));
  part("about").hidden = !finding.payload;
  const { payload, payloadDigest: digest, issued } = finding;
  part("about-facts").replaceChildren(evidence.record ? filled(drawn("record-facts"), summary(payload, digest)) : filled(drawn("paper-facts"), { ...payload, ...issued, digest }));
  part("payload").textContent = finding.payloadText;
  part("no-mirror").hidden = evidence.mirror.length > 0;
  part("no-files").hidden = !finding.photos.missing;
  part("no-files").replaceChildren(filled(drawn("files-missing"), finding.photos));
}

/** What the signed record says of itself. @param {any} payload @param {string} digest */
function summary(payload, digest) {
  const list = (/** @type {any} */ value) => (Array.isArray(value) ? value : []);
  const people = list(payload?.people).map((/** @type {any} */ each) => each?.name).join(" · ");
  return { unit: payload?.unit?.name, kind: payload?.kind, finished_at: payload?.finished_at, people, findings: list(payload?.findings).length,
    photos: list(payload?.photos).length, digest, uuid: payload?.uuid };
}

/** @param {Iterable<File>} files */
async function take(files) {
  for (const file of files) {
    part("too-large").hidden = file.size <= LARGEST_BYTES;
    if (file.size <= LARGEST_BYTES) evidence = await added(evidence, file.name, new Uint8Array(await file.arrayBuffer()));
  }
  await show();
}

/** One after the other: files that come while others are read wait for them. @param {() => Promise<void>} step */
function then(step) {
  document.body.setAttribute("aria-busy", "true");
  turn = turn.then(step).finally(() => document.body.removeAttribute("aria-busy"));
}

/** @param {string} language */
function speak(language) {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  document.documentElement.dataset.language = language;
}

function begin() {
  speak(navigator.language.startsWith("zh") ? "zh" : "en");
  for (const button of document.querySelectorAll("[data-speak]")) button.addEventListener("click", () => speak(button.getAttribute("data-speak") ?? "zh"));
  if (!globalThis.crypto?.subtle || !globalThis.DecompressionStream) {
    part("unable").hidden = false;
    return;
  }
  const input = /** @type {HTMLInputElement} */ (part("files"));
  input.addEventListener("change", () => {
    const chosen = [...(input.files ?? [])];
    input.value = "";
    then(() => take(chosen));
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = [...(event.dataTransfer?.files ?? [])];
    then(() => take(dropped));
  });
  const pasted = /** @type {HTMLTextAreaElement} */ (part("keys"));
  pasted.addEventListener("input", () => {
    evidence = { ...evidence, keys: keysIn(pasted.value) };
    part("keys-unreadable").hidden = !pasted.value.trim() || evidence.keys.length > 0;
    then(show);
  });
  part("again").addEventListener("click", () => {
    evidence = nothing();
    pasted.value = "";
    then(show);
  });
  part("desk").hidden = false;
}

begin();
