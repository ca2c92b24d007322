/** Review and sign 核对与签字: findings first, who signs, one person a screen, then sealing. */

import { faults, tally } from "../domain/answers.js";
import { countedFindings, isFrozen, photosOf, voidSignatures } from "../domain/draft.js";
import { owed } from "../domain/reinspection.js";
import { dateText } from "../domain/times.js";
import { holdDraft } from "../form/holding.js";
import { saverOf } from "../form/saving.js";
import { lastPartner, offerParties } from "../signing/known.js";
import { guest, inspector, missingPeople, nextTurn, personOf, turns } from "../signing/people.js";
import { keysNeeded, sealRecord } from "../signing/sealing.js";
import { takeTurn } from "../signing/turn.js";
import * as device from "../store/device.js";
import { draft as draftOf } from "../store/person.js";
import { unlocked } from "../ui/lock.js";
import { all, copyOf, drawList, fill, need, show, word } from "../ui/page.js";
import { openKey, pinProblem } from "../ui/pin.js";
import { showSaved } from "../ui/status.js";
import { appVersion, openFrame } from "./frame.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../store/device.js").Person} Person */
/** @typedef {import("../signing/turn.js").Ceremony & {owner: Person, others: Person[], partner: string}} Table */

/** So many unanswered items are named one by one; more are counted. */
const MOST_LISTED = 5;

/** @param {string} name of the one view to show: review, turn, finish */
function showView(name) {
  for (const view of all("[data-view]")) view.hidden = view.dataset.view !== name;
  document.documentElement.dataset.viewing = name;
  scrollTo(0, 0);
  need(`[data-view=${name}] h1`).focus({ preventScroll: true });
}

/** @param {Table} table @param {import("../domain/draft.js").Finding} finding */
function findingCard({ draft, owner }, finding) {
  const words = draft.words[finding.item];
  const tags = finding.tags.map((tag) => words?.tags[tag] ?? tag);
  const card = fill(copyOf("review-finding"), {
    item: finding.item, title: words?.title ?? "", level: word(finding.level),
    what: [...tags, finding.words.trim()].filter(Boolean).join(word("list_separator")),
    requirement: finding.requirement,
    deadline: finding.fixed_on_spot ? word("fixed_on_spot") : word("deadline_by", { date: finding.deadline_on ?? "–" }),
  });
  need("[data-level]", card).className = `level level-${finding.level}`;
  void import("../form/photos.js").then((photos) => photos.drawShots(
    need("[data-photos]", card), { person: owner.uuid, name: owner.name, draft }, photosOf(draft, finding.uuid)));
  return card;
}

/** @param {Table} table */
function drawContent(table) {
  const { draft, owner } = table;
  const counts = tally(draft);
  fill(document.body, {
    unit: draft.unit.name, list: draft.title, place: draft.place.text, date: dateText(new Date(draft.started_at)),
    counts: word("review_counts", { total: counts.total, pass: counts.pass, failed: counts.failed, na: counts.not_applicable, nc: counts.not_checked }),
  });
  for (const link of /** @type {HTMLAnchorElement[]} */ (all("[data-back-to-form]"))) link.href = `${draft.form}?draft=${draft.uuid}#overview`;
  if (draft.hazards) return void import("../form/lookedat.js").then(({ drawLookedAt }) => drawLookedAt({ person: owner.uuid, name: owner.name, draft }));
  drawList("review-findings", countedFindings(draft), (finding) => findingCard(table, finding));
  const skipped = draft.items.filter((item) => draft.answers[item]?.value === "not_checked");
  show("#skipped-block", skipped.length > 0);
  drawList("skipped", skipped, (item) =>
    fill(copyOf("review-line"), { item, title: draft.words[item]?.title ?? "", reason: draft.answers[item].reason ?? "" }));
}

/** @param {Draft} draft @returns {{code: string, item: string, at: string}[]} what its content still owes, and where */
function contentFaults(draft) {
  const form = `${draft.form}?draft=${draft.uuid}`;
  if (!draft.hazards) {
    const due = faults(draft).map(({ code, item }) => ({ code, item, at: `${form}#${item}` }));
    const rest = due.filter(({ code }) => code !== "answer_missing");
    const open = due.length - rest.length;
    return open > MOST_LISTED ? [{ code: "answers_missing", item: String(open), at: `${form}#overview` }, ...rest] : due;
  }
  return owed(draft, dateText(new Date())).map(({ code, item, hazard }) => ({ code: `again_${code}`, item, at: `${form}#${hazard}` }));
}

/** @param {Table} table @returns {number} how much is missing before signing may begin */
function drawFaults({ draft }) {
  const missing = [...contentFaults(draft), ...missingPeople(draft).map((code) => ({ code, item: "", at: "#signers" }))];
  show("#faults", missing.length > 0);
  show("[data-owed]", missing.length > 0);
  fill(document.body, { owed_before: word("owed_before", { count: missing.length }) });
  drawList("fault-list", missing, ({ code, item, at }) => {
    const line = fill(copyOf("fault-line"), { fault: word(`fault_${code}`, { item, title: draft.words[item]?.title ?? "" }) });
    /** @type {HTMLAnchorElement} */ (need("a", line)).href = at;
    return line;
  });
  return missing.length;
}

/** @param {Table} table who signs, from the fields of the page into the draft */
function takePeople({ draft, owner, others }) {
  const value = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (need(`[name=${name}]`)).value;
  const second = others.find(({ uuid }) => uuid === value("second"));
  draft.signing.people = [
    inspector("p1", owner),
    ...(second ? [inspector("p2", second)] : []),
    guest("p3", "party", value("party_name"), value("party_title")),
    ...(value("witness_name").trim() ? [guest("p4", "witness", value("witness_name"), value("witness_title"))] : []),
  ];
}

/** @param {Table} table */
function bindContent(table) {
  const { draft, saver, owner, others, author, partner } = table;
  fill(document.body, { first_inspector: owner.name, author: word("record_author", { name: author }) });
  const second = /** @type {HTMLSelectElement} */ (need("[name=second]"));
  second.append(...others.map(({ uuid, name, unit }) => new Option(unit ? `${name} · ${unit}` : name, uuid)));
  second.value = personOf(draft, "p2")?.account ?? (others.length === 1 ? others[0].uuid : partner);
  show("[data-second]", draft.kind !== "self_inspection");
  show("[data-nobody-else]", others.length === 0 && draft.kind !== "self_inspection");
  const fields = { party_name: personOf(draft, "p3")?.name, party_title: personOf(draft, "p3")?.title,
    witness_name: personOf(draft, "p4")?.name, witness_title: personOf(draft, "p4")?.title,
    opinion: draft.opinion, statement: draft.statement };
  for (const [name, value] of Object.entries(fields)) {
    /** @type {HTMLInputElement} */ (need(`[name=${name}]`)).value = value ?? "";
  }
  need("#review-form").addEventListener("input", () => {
    takePeople(table);
    draft.opinion = /** @type {HTMLTextAreaElement} */ (need("[name=opinion]")).value;
    draft.statement = /** @type {HTMLTextAreaElement} */ (need("[name=statement]")).value;
    drawFaults(table);
    saver.soon();
  });
  if (isFrozen(draft)) return;
  void import("../signing/sayings.js").then(({ offerSayings }) => offerSayings(draft));
  takePeople(table);
  void offerParties(draft, owner.uuid, ({ name, title }) => {
    /** @type {HTMLInputElement} */ (need("[name=party_name]")).value = name;
    /** @type {HTMLInputElement} */ (need("[name=party_title]")).value = title;
    need("#review-form").dispatchEvent(new Event("input"));
  });
}

/** @param {Table} table */
function drawFrozen({ draft }) {
  /** @type {HTMLFieldSetElement} */ (need("#review-fields")).disabled = isFrozen(draft);
  show("#frozen", isFrozen(draft));
  show("[data-change]", !isFrozen(draft));
  const done = draft.signing.signatures.length;
  fill(document.body, { begin: word(done ? "go_on_signing" : "begin_signing") });
}

/** @param {Table} table */
async function signInTurn(table) {
  const { draft, saver } = table;
  await saver.now();
  for (let person = nextTurn(draft); person; person = nextTurn(draft)) {
    showView("turn");
    const all_ = turns(draft);
    fill(document.body, { turn_step: word("turn_step", { step: all_.indexOf(person) + 1, of: all_.length }) });
    await takeTurn(need("[data-view=turn]"), table, person);
    drawFrozen(table);
  }
  showFinish(table);
}

/** @param {Table} table */
function showFinish(table) {
  const { draft, keys } = table;
  showView("finish");
  drawList("signed-list", turns(draft), (person) => {
    const signature = draft.signing.signatures.find((one) => one.person === person.ref);
    return fill(copyOf("signed-line"), {
      title: person.name, note: word(`role_${person.role}`),
      outcome: word(`outcome_${signature?.outcome}`), reason: signature?.reason ?? "",
    });
  });
  const closed = keysNeeded(draft).filter((account) => !keys.has(account));
  drawList("closed-keys", closed, (account) => {
    const person = draft.signing.people.find((one) => one.account === account);
    const row = fill(copyOf("closed-key"), { pin_of: word("pin_of", { name: person?.name ?? "" }) });
    const pin = /** @type {HTMLInputElement} */ (need("input", row));
    pin.name = `pin-${account}`;
    pin.dataset.name = person?.name ?? "";
    return row;
  });
}

/** @param {Table} table @param {HTMLFormElement} form */
async function finish(table, form) {
  const { draft, keys, owner } = table;
  const given = new FormData(form);
  for (const account of keysNeeded(draft).filter((one) => !keys.has(one))) {
    keys.set(account, await openKey(account, String(given.get(`pin-${account}`) ?? "")));
  }
  await sealRecord(owner.uuid, draft, keys, appVersion());
}

/** @param {Table} table */
function bindFinish(table) {
  const form = /** @type {HTMLFormElement} */ (need("#finish-form"));
  const button = /** @type {HTMLButtonElement} */ (need("button[type=submit]", form));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const empty = /** @type {HTMLInputElement | undefined} */ (all("input", form).find((pin) => !(/** @type {HTMLInputElement} */ (pin).value)));
    if (empty) {
      fill(form, { finish_problem: word("pin_empty", { name: empty.dataset.name ?? "" }) });
      return empty.focus();
    }
    button.disabled = true;
    try {
      await finish(table, form);
    } catch (problem) {
      button.disabled = false;
      const known = problem instanceof device.BlobMissing ? word("seal_bytes_missing") : pinProblem(problem);
      return void fill(form, { finish_problem: known });
    }
    location.replace("/tablet/queue");
  });
}

export async function open() {
  openFrame();
  const uuid = new URL(location.href).searchParams.get("draft") ?? "";
  const owner = await unlocked();
  const alone = await holdDraft(uuid);
  const draft = await draftOf(owner.uuid, uuid);
  if (!draft || (await device.outgoing(uuid))) return location.replace(draft ? "/tablet/queue" : "/tablet/");
  const people = await device.people();
  const others = people.filter((one) => one.uuid !== owner.uuid);
  const author = people.find((one) => one.uuid === draft.author)?.name ?? owner.name;
  /** @type {Table} */
  const table = { draft, owner, others, author, partner: await lastPartner(owner.uuid, others), keys: new Map(), saver: saverOf(owner.uuid, draft, showSaved) };
  bindContent(table);
  drawContent(table);
  drawFaults(table);
  drawFrozen(table);
  bindFinish(table);
  need("[data-action=begin-signing]").addEventListener("click", () => {
    if (drawFaults(table)) need("#faults").focus();
    else void signInTurn(table);
  });
  for (const button of all("[data-action=to-review]")) button.addEventListener("click", () => location.reload());
  need("[data-action=void-signatures]").addEventListener("click", async () => {
    voidSignatures(draft);
    await table.saver.now();
    drawFrozen(table);
    drawFaults(table);
  });
  showView("review");
  show("#other-tab", !alone);
  if (alone) return;
  show("[data-writing]", false);
  /** @type {HTMLFieldSetElement} */ (need("#review-fields")).disabled = true;
}
