/** Beginning an inspection 开始检查: which unit, which list. Works from what the tablet knows. */

import { newDraft } from "../domain/draft.js";
import { stamp } from "../domain/times.js";
import * as device from "../store/device.js";
import { saveDraft } from "../store/person.js";
import { listen } from "../sync/news.js";
import { unlocked } from "../ui/lock.js";
import { copyOf, drawList, fill, inLanguage, language, need, show, word } from "../ui/page.js";
import { openFrame } from "./frame.js";

const MOST_SHOWN = 50;

/** @type {import("../store/device.js").Unit | null} */
let unit = null;

/** @param {import("../store/device.js").Unit} one @param {string} wanted */
function fits(one, wanted) {
  return [one.name, one.credit_code, one.address, one.principal].some((text) => text?.toLowerCase().includes(wanted));
}

/** @param {import("../store/device.js").Person} person */
async function drawUnits(person) {
  const search = /** @type {HTMLInputElement} */ (need("#unit-search"));
  const wanted = search.value.trim().toLowerCase();
  const known = await device.units(person.uuid);
  const found = known.filter((one) => fits(one, wanted)).sort((one, other) => one.name.localeCompare(other.name, "zh"));
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
  fill(document.body, { unit_name: one.name, unit_address: one.address ?? "" });
  show("#choose-unit", false);
  show("#choose-list", true);
  scrollTo(0, 0);
  await drawChecklists(person);
}

/** @param {string} url @returns {Promise<boolean>} whether the form can be opened without a network */
async function kept(url) {
  return Boolean(await caches.match(url, { ignoreVary: true }).catch(() => undefined));
}

/** @param {import("../store/device.js").Person} person */
async function drawChecklists(person) {
  const lists = (await device.checklists()).sort((one, other) => one.slug.localeCompare(other.slug));
  const here = new Map();
  for (const list of lists) here.set(list.id, await kept(list.form[language()]));
  drawList("checklists", lists, (list) => {
    const cell = fill(copyOf("checklist-cell"), {
      title: inLanguage(list.title), note: word("list_facts", { items: list.items, revision: list.revision }),
      kept: here.get(list.id) ? "" : word("needs_network"),
    });
    need("button", cell).addEventListener("click", () => void begin(person, list));
    return cell;
  });
}

/** @param {import("../store/device.js").Person} person @param {import("../store/device.js").Checklist} list */
async function begin(person, list) {
  if (!unit) return;
  const inspector = person.roles.some((role) => role === "inspector" || role === "expert");
  const draft = newDraft({
    author: person.uuid,
    kind: inspector ? "inspection" : "self_inspection",
    checklist: { slug: list.slug, revision: list.revision, digest: list.digest },
    title: inLanguage(list.title), form: list.form[language()],
    unit: { uuid: unit.uuid, name: unit.name, credit_code: unit.credit_code ?? "" }, address: unit.address ?? "",
  }, stamp());
  await saveDraft(person.uuid, draft);
  location.assign(`${draft.form}?draft=${draft.uuid}`);
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
