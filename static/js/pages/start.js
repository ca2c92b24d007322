/** Beginning an inspection 开始检查: which unit, which list. Works from what the tablet knows. */

import { tally } from "../domain/answers.js";
import { fits } from "../domain/applies.js";
import { addressOf, begunAt, newDraft } from "../domain/draft.js";
import { kindFor } from "../domain/record.js";
import { shortMoment, stamp } from "../domain/times.js";
import * as device from "../store/device.js";
import { drafts, saveDraft } from "../store/person.js";
import { listen } from "../sync/news.js";
import { unlocked } from "../ui/lock.js";
import { all, copyOf, drawList, fill, inLanguage, language, need, show, word } from "../ui/page.js";
import { keepForms, newestVersion } from "../ui/updates.js";
import { openFrame } from "./frame.js";

const MOST_SHOWN = 50;

/** @type {import("../store/device.js").Unit | null} */
let unit = null;

/** @param {import("../store/device.js").Unit} one @param {string} wanted */
function answersTo(one, wanted) {
  return [one.name, one.credit_code, one.address, one.principal].some((text) => text?.toLowerCase().includes(wanted));
}

/** @param {import("../store/device.js").Person} person */
async function drawUnits(person) {
  const search = /** @type {HTMLInputElement} */ (need("#unit-search"));
  const wanted = search.value.trim().toLowerCase();
  const known = await device.units(person.uuid);
  const found = known.filter((one) => answersTo(one, wanted)).sort((one, other) => one.name.localeCompare(other.name, "zh"));
  show("[data-none-found]", known.length > 0 && found.length === 0);
  drawList("units", found.slice(0, MOST_SHOWN), (one) => {
    const cell = fill(copyOf("unit-cell"), { title: one.name, note: one.address ?? "", sector: one.high_risk ? word("high_risk") : "" });
    need("button", cell).addEventListener("click", () => void choose(person, one));
    return cell;
  });
  show('[data-empty-of="units"]', known.length === 0);
}

/** @param {import("../store/device.js").Person} person @param {import("../store/device.js").Unit} one */
async function choose(person, one) {
  unit = one;
  document.querySelector("[data-begun]")?.remove();
  fill(document.body, { unit_name: one.name, unit_address: one.address ?? "" });
  show("#choose-unit", false);
  show("#choose-list", true);
  scrollTo(0, 0);
  void import("../form/place.js").then((place) => place.askForPlace(need("[data-place]")));
  await drawChecklists(person);
  const lists = await device.checklists(person.uuid);
  await keepForms(lists.flatMap(({ form }) => [form.zh, form.en]));
  await sayWhatIsKept();
}

/** On the cells as they stand: nothing is drawn anew under a finger. Whether a form opens without a network. */
async function sayWhatIsKept() {
  for (const cell of all("[data-form]")) {
    const kept = await caches.match(String(cell.dataset.form), { ignoreVary: true }).catch(() => undefined);
    fill(cell, { kept: kept ? "" : word("needs_network") });
  }
}

/** @param {import("../store/device.js").Person} person */
async function drawChecklists(person) {
  const lists = (await device.checklists(person.uuid)).sort(inOrder);
  const begun = unit ? begunAt(await drafts(person.uuid), unit.uuid) : [];
  if (document.querySelector("[data-begun]")) return; // an offer is open: nothing is drawn anew under a finger
  /** @param {import("../store/device.js").Checklist} list */
  const cellOf = (list) => {
    const open = begun.filter(({ checklist }) => checklist.slug === list.slug);
    const cell = fill(copyOf("checklist-cell"), {
      title: inLanguage(list.title), note: word("list_facts", { items: list.items, revision: list.revision }) });
    cell.dataset.form = list.form[language()];
    const anew = () => void begin(person, list);
    need("button", cell).addEventListener("click", open.length ? () => drawBegun(cell, open, anew) : anew);
    return cell;
  };
  const meant = lists.filter(({ applies }) => !unit || fits(applies, unit));
  const others = lists.filter((list) => !meant.includes(list));
  drawList("checklists", meant, cellOf);
  drawList("other-checklists", others, cellOf);
  show("#other-lists", others.length > 0);
  await sayWhatIsKept();
}

/**
 * The common lists by their letters, each before its short edition, then the others.
 * @param {import("../store/device.js").Checklist} one @param {import("../store/device.js").Checklist} other
 */
function inOrder(one, other) {
  const [a, b] = [one, other].map(({ list = "", slug }) => `${list.length}${list} ${slug}`);
  return a.localeCompare(b);
}

/**
 * Somebody who chooses what is begun already most likely means to go on with it.
 * @param {HTMLElement} cell @param {import("../domain/draft.js").Draft[]} open @param {() => void} anew
 */
function drawBegun(cell, open, anew) {
  document.querySelector("[data-begun]")?.remove();
  const offer = copyOf("begun");
  const ways = open.map((draft) => {
    const counts = tally(draft);
    const way = fill(copyOf("begun-draft"), {
      begun: word("list_begun", { time: shortMoment(draft.updated_at), answered: counts.answered, total: counts.total || "–" }) });
    /** @type {HTMLAnchorElement} */ (need("a", way)).href = addressOf(draft);
    return way;
  });
  need("[data-ways]", offer).append(...ways);
  need("[data-action=anew]", offer).addEventListener("click", anew);
  cell.append(offer);
  need("a", offer).focus();
}

/** @param {import("../store/device.js").Person} person @param {import("../store/device.js").Checklist} list */
async function begin(person, list) {
  if (!unit) return;
  const draft = newDraft({
    author: person.uuid, kind: kindFor(person.roles),
    checklist: { slug: list.slug, revision: list.revision, digest: list.digest },
    title: inLanguage(list.title), form: list.form[language()],
    unit: { uuid: unit.uuid, name: unit.name, credit_code: unit.credit_code ?? "" }, address: unit.address ?? "",
  }, stamp());
  await saveDraft(person.uuid, draft);
  await newestVersion();
  location.assign(addressOf(draft));
}

export async function open() {
  openFrame();
  const person = await unlocked();
  await drawUnits(person);
  need("#unit-search").addEventListener("input", () => void drawUnits(person));
  need("[data-action=other-unit]").addEventListener("click", () => {
    unit = null;
    show("#choose-unit", true);
    show("#choose-list", false);
  });
  listen((news) => {
    if (news.type !== "reference") return;
    void (unit ? drawChecklists(person) : drawUnits(person));
  });
}
