/**
 * One person's turn to sign 签字: what they put their name to, the pad, and for
 * account holders the PIN. Refused, absent and deputy are proper endings.
 */

import { countedFindings, sign } from "../domain/draft.js";
import { sha256 } from "../domain/encoding.js";
import { inkFile } from "../domain/ink.js";
import { outcomes } from "../domain/reinspection.js";
import { stamp } from "../domain/times.js";
import { inkPad } from "../ui/inkpad.js";
import { all, fill, need, show, word } from "../ui/page.js";
import { openKey, pinProblem } from "../ui/pin.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../domain/draft.js").Signatory} Signatory */
/** @typedef {import("../domain/draft.js").Signature} Signature */
/** @typedef {{draft: Draft, author: string, saver: import("../form/saving.js").Saver, keys: Map<string, CryptoKey>}} Ceremony */

/** @param {Ceremony} ceremony @param {Signatory} person @returns {Record<string, string>} */
function textsFor({ draft, author }, person) {
  const findings = countedFindings(draft);
  const values = { unit: draft.unit.name, title: draft.title, items: draft.items.length, findings: findings.length, name: person.name };
  return {
    turn_name: person.name, turn_role: word(`role_${person.role}`),
    turn_text: draft.hazards ? word(`text_${person.role}_again`, { ...values, ...outcomes(draft) })
      : word(findings.length ? `text_${person.role}` : `text_${person.role}_clean`, values),
    turn_author: word("record_author", { name: author }), turn_pin_of: word("pin_of", { name: person.name }),
    turn_proof: word(person.account ? "proof_device_key" : "proof_drawn"),
    turn_problem: "",
  };
}

/** @param {HTMLElement} view @param {Draft} draft who may have seen a refusal */
function offerWitnesses(view, draft) {
  const select = /** @type {HTMLSelectElement} */ (need("[name=witness]", view));
  const witnesses = draft.signing.people.filter(({ role }) => role !== "party");
  select.replaceChildren(...witnesses.map(({ ref, name }) => new Option(name, ref)));
}

/**
 * Show a turn; resolves when it has ended and is saved.
 * @param {HTMLElement} view @param {Ceremony} ceremony @param {Signatory} person
 */
export function takeTurn(view, ceremony, person) {
  const form = /** @type {HTMLFormElement} */ (need("form", view));
  form.reset();
  fill(view, textsFor(ceremony, person));
  offerWitnesses(view, ceremony.draft);
  show("[data-guest-only]", person.account === null, view);
  show("[data-account-only]", person.account !== null, view);
  view.hidden = false;
  scrollTo(0, 0);
  const confirm = /** @type {HTMLButtonElement} */ (need("[data-action=confirm]", view));
  const pad = inkPad(/** @type {HTMLCanvasElement} */ (need("canvas", view)), () => follow());
  const outcome = () => (person.account ? "signed" : String(new FormData(form).get("outcome")));

  const follow = () => {
    const inked = outcome() === "signed" || outcome() === "deputy";
    show("[data-ink]", inked, view);
    show("[data-reasoned]", outcome() !== "signed", view);
    show("[data-deputy]", outcome() === "deputy", view);
    show("[data-ink-hint]", inked && pad.ink().strokes.length === 0, view);
    fill(view, { confirm: word(`confirm_${outcome()}`) });
  };
  follow();

  return /** @type {Promise<void>} */ (new Promise((resolve) => {
    const ending = new AbortController();
    const listen = (/** @type {string} */ selector, /** @type {string} */ event, /** @type {(event: Event) => void} */ react) => {
      for (const element of all(selector, view)) element.addEventListener(event, react, { signal: ending.signal });
    };
    listen("[data-action=clear-ink]", "click", () => pad.clear());
    listen("[data-action=undo-ink]", "click", () => pad.undo());
    listen("[name=outcome]", "change", follow);
    listen("form", "submit", async (event) => {
      event.preventDefault();
      confirm.disabled = true;
      const problem = await confirmed(form, ceremony, person, /** @type {Signature["outcome"]} */ (outcome()), pad);
      confirm.disabled = false;
      fill(view, { turn_problem: problem?.words ?? "" });
      if (problem) return need(problem.where, view).focus();
      ending.abort();
      pad.clear();
      pad.close();
      view.hidden = true;
      resolve();
    });
  }));
}

/** @typedef {{words: string, where: string}} Problem what is missing, and the place where one mends it */

/** @param {FormData} given @param {Signature["outcome"]} outcome @param {import("../ui/inkpad.js").InkPad} pad @returns {Problem | null} */
function missing(given, outcome, pad) {
  const text = (/** @type {string} */ name) => String(given.get(name) ?? "").trim();
  const inked = outcome === "signed" || outcome === "deputy";
  if (inked && pad.isBlank()) return { words: word(pad.ink().strokes.length ? "ink_blank" : "ink_empty"), where: "[data-ink]" };
  if (outcome !== "signed" && !text("reason")) return { words: word("reason_needed"), where: "[name=reason]" };
  if (outcome === "deputy" && !text("deputy_name")) return { words: word("deputy_needed"), where: "[name=deputy_name]" };
  return null;
}

/**
 * @param {HTMLFormElement} form @param {Ceremony} ceremony @param {Signatory} person
 * @param {Signature["outcome"]} outcome @param {import("../ui/inkpad.js").InkPad} pad
 * @returns {Promise<Problem | null>} nothing when the signature is saved
 */
async function confirmed(form, { draft, saver, keys }, person, outcome, pad) {
  const given = new FormData(form);
  const problem = missing(given, outcome, pad);
  if (problem) return problem;
  if (person.account) {
    const pin = /** @type {HTMLInputElement} */ (need("[name=turn_pin]", form));
    if (!pin.value) return { words: word("pin_empty", { name: person.name }), where: "[name=turn_pin]" };
    try {
      keys.set(person.account, await openKey(person.account, pin.value));
    } catch (wrong) {
      return { words: pinProblem(wrong), where: "[name=turn_pin]" };
    } finally {
      pin.value = "";
    }
  }
  const signed_at = stamp();
  const reasons = outcome === "signed" ? {} : { reason: String(given.get("reason")).trim(), witness: String(given.get("witness")) };
  const deputy = outcome === "deputy" ? { deputy_name: String(given.get("deputy_name")).trim() } : {};
  if (outcome !== "signed" && outcome !== "deputy") {
    sign(draft, { person: person.ref, outcome, ...reasons, signed_at });
    await saver.now();
    return null;
  }
  const bytes = inkFile(pad.ink());
  const ink = { sha256: await sha256(bytes), size: bytes.byteLength };
  const before = structuredClone(draft.signing);
  sign(draft, { person: person.ref, outcome, ink, grade: person.account ? "device_key" : "drawn", ...reasons, ...deputy, signed_at });
  try {
    await saver.withBytes("inks", { ...ink, type: "application/json", bytes: bytes.buffer });
  } catch {
    draft.signing = before;
    return { words: word("signature_unsaved"), where: "[data-action=confirm]" };
  }
  return null;
}
