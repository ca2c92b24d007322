/**
 * Rescue 救援: unsent work out of this tablet as a closed file, and out of a
 * colleague's file into this one. Both without a network; sealed records without
 * a PIN, because anybody may carry them; drafts only with their author.
 */

import { DoesNotOpen, NotAPackage, codeDigits, keyByCode } from "../domain/rescue.js";
import { dateText } from "../domain/times.js";
import { packed, unsent } from "../sync/packing.js";
import { takenIn } from "../sync/unpacking.js";
import { unlocked } from "../ui/lock.js";
import { opening, tellOutcome } from "../ui/packagelist.js";
import { all, copyOf, drawList, fill, need, show, sizeText, word } from "../ui/page.js";
import { seated } from "../ui/seat.js";
import { openFrame } from "./frame.js";

/** @typedef {import("../store/device.js").Person} Person */

/** @type {Person | null} */
let person = null;

/** @type {import("../sync/packing.js").Unsent} */
let work = { records: [], drafts: [] };

/** @type {import("../ui/packagelist.js").Opened | null} */
let opened = null;

async function drawUnsent() {
  work = await unsent(person);
  const listed = [
    ...work.records.map(({ unit_name, title }) => ({ unit: unit_name, title, kind: word("rescue_record") })),
    ...work.drafts.map(({ unit, title }) => ({ unit: unit.name, title, kind: word("rescue_draft") })),
  ];
  drawList("unsent", listed, ({ unit, title, kind }) => fill(copyOf("unsent-cell"), { title: unit, note: title, kind }));
  fill(document.body, {
    unsent_count: listed.length ? word("rescue_unsent", { records: work.records.length, drafts: work.drafts.length }) : "",
  });
  show("#rescue-locked", person === null);
  /** @type {HTMLButtonElement} */ (need("[data-action=export]")).disabled = listed.length === 0;
}

/** @param {string} code @returns {string[]} */
const inFours = (code) => code.match(/.{4}/g) ?? [];

/** @param {Blob} blob */
function offer(blob) {
  const file = new File([blob], `zhencha-${dateText(new Date())}.zhencha`, { type: blob.type });
  const link = /** @type {HTMLAnchorElement} */ (need("#package-download"));
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.download = file.name;
  link.href = URL.createObjectURL(file);
  const share = need("[data-action=share]");
  share.hidden = !navigator.canShare?.({ files: [file] });
  share.onclick = () => void navigator.share({ files: [file] }).catch(() => undefined); // closing the sheet is no fault
}

async function makePackage() {
  const button = /** @type {HTMLButtonElement} */ (need("[data-action=export]"));
  button.disabled = true;
  fill(document.body, { export_problem: "" });
  try {
    const made = await packed(work, person, (done, of) => fill(document.body, { export_busy: word("rescue_packing", { done, of }) }));
    need("#transfer-code").replaceChildren(...inFours(made.code).map((four) => Object.assign(document.createElement("span"), { textContent: four })));
    fill(document.body, {
      package_size: word("rescue_size", { size: sizeText(made.file.size) }),
      package_missing: made.missing ? word("rescue_missing", { count: made.missing }) : "",
    });
    offer(made.file);
    show("#package", true);
    need("#package-title").focus();
  } catch (problem) {
    console.error(problem);
    fill(document.body, { export_problem: word("rescue_failed") });
  } finally {
    button.disabled = false;
    fill(document.body, { export_busy: "" });
  }
}

/** @param {unknown} problem @returns {string} */
function sentence(problem) {
  if (problem instanceof NotAPackage) return word("package_unfit");
  if (problem instanceof DoesNotOpen) return word("package_code_wrong");
  throw problem;
}

/** @param {HTMLFormElement} form */
async function openPackage(form) {
  const given = new FormData(form);
  const [file, code] = [/** @type {File} */ (given.get("package")), codeDigits(String(given.get("code")))];
  if (!file?.size) return void fill(form, { open_problem: word("package_choose") });
  if (code.length !== 12) return void fill(form, { open_problem: word("package_code_short") });
  fill(form, { open_problem: "", open_busy: word("package_opening") });
  try {
    opened = await opening(file, (header) => keyByCode(header, code));
  } catch (problem) {
    fill(form, { open_problem: sentence(problem) });
  } finally {
    fill(form, { open_busy: "" });
  }
}

async function importPackage() {
  if (!opened) return;
  const { file, header, key, contents } = opened;
  const button = /** @type {HTMLButtonElement} */ (need("[data-action=import]"));
  button.disabled = true;
  fill(document.body, { imported: word("package_importing") });
  try {
    const results = await takenIn(file, header, key, person);
    for (const { uuid } of [...contents.records, ...contents.drafts]) {
      const { outcome, missing } = results.get(uuid) ?? { outcome: "damaged", missing: 0 };
      tellOutcome(uuid, outcome, { count: missing });
    }
    const whole = [...results.values()].filter(({ outcome }) => outcome !== "not_yours").length;
    const lost = contents.records.length + contents.drafts.length - results.size;
    fill(document.body, { imported: word(lost > 0 ? "package_imported_part" : "package_imported", { count: whole, lost }) });
    await drawUnsent();
    await (await import("../sync/engine.js")).sendNow();
  } catch (problem) {
    console.error(problem);
    fill(document.body, { imported: word("package_import_failed") });
  } finally {
    button.disabled = false;
  }
}

export async function open() {
  openFrame();
  if (await seated()) person = await unlocked();
  await drawUnsent();
  need("[data-action=export]").addEventListener("click", () => void makePackage());
  for (const button of all("[data-action=unlock]")) {
    button.addEventListener("click", async () => {
      person = await unlocked();
      await drawUnsent();
    });
  }
  const form = /** @type {HTMLFormElement} */ (need("#open-package"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void openPackage(form);
  });
  need("[data-action=import]").addEventListener("click", () => void importPackage());
}
