/**
 * Enrolling 登记: a signed-in person makes a key on this tablet, wrapped under a
 * PIN of their own, and the server learns its public half. Needs a network once.
 */

import { compact, signerOf } from "../domain/jose.js";
import { PIN_PATTERN, newKey } from "../domain/keys.js";
import { stamp } from "../domain/times.js";
import * as device from "../store/device.js";
import { Refused, Unreachable, callJson, signedIn } from "../sync/api.js";
import { takeSeat } from "../ui/lock.js";
import { copyOf, drawList, fill, need, show, word } from "../ui/page.js";
import { askToPersist } from "../ui/status.js";
import { openFrame } from "./frame.js";

/** @param {FormData} given @returns {string} what is wrong with the PIN, as a sentence */
function pinFault(given) {
  const pin = String(given.get("pin") ?? "");
  if (!PIN_PATTERN.test(pin)) return word("pin_short");
  if (/^(\d)\1+$/.test(pin) || "01234567890".includes(pin) || "9876543210".includes(pin)) return word("pin_simple");
  return pin === given.get("pin_again") ? "" : word("pin_differs");
}

/** @param {{uuid: string}} me @param {string} pin @param {string} label */
async function enrol(me, pin, label) {
  const { kid, jwk, wrapped, key } = await newKey(pin);
  const uuid = await device.deviceUuid();
  const proof = await compact(
    { alg: "ES256", kid, typ: "zhencha.enrolment+jws" },
    { person: me.uuid, device: uuid, kid, at: stamp() },
    signerOf(key),
  );
  const answer = await callJson("POST", "/keys", {
    body: JSON.stringify({ jwk, device: uuid, device_label: label, proof }),
    headers: { "Content-Type": "application/json" },
  });
  if (answer.kid !== kid) throw new Unreachable("the answer names another key");
  const { person, server_keys } = answer;
  await device.savePerson({
    uuid: person.uuid, name: person.name, badge: person.badge ?? "", unit: person.unit ?? "", roles: person.roles ?? [],
    kid, wrapped, server_keys, enrolled_at: new Date().toISOString(), wrong_pins: 0, locked_until: 0,
  });
  await device.setMeta("label", label);
  takeSeat(person.uuid);
}

/** @param {unknown} problem @returns {string} */
function sentence(problem) {
  if (problem instanceof Refused) return problem.detail || word("enrol_refused", { code: problem.code });
  if (problem instanceof Unreachable) return word("enrol_offline");
  throw problem;
}

/** @param {any} me */
function bindForm(me) {
  const form = /** @type {HTMLFormElement} */ (need("#enrol-form"));
  const button = /** @type {HTMLButtonElement} */ (need("button[type=submit]", form));
  fill(document.body, { enrol_name: me.name, enrol_unit: me.unit ?? "" });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const fault = pinFault(given);
    fill(form, { enrol_problem: fault });
    if (fault) return;
    button.disabled = true;
    fill(form, { enrol_busy: word("making_key") });
    try {
      await enrol(me, String(given.get("pin")), String(given.get("label") ?? "").trim());
      askToPersist();
      show("#enrol-form", false);
      show("#enrolled", true);
      await (await import("../sync/engine.js")).sendNow();
      await drawPeople();
    } catch (problem) {
      fill(form, { enrol_problem: sentence(problem) });
    } finally {
      button.disabled = false;
      fill(form, { enrol_busy: "" });
    }
  });
}

async function drawPeople() {
  drawList("enrolled-people", await device.people(), (person) =>
    fill(copyOf("enrolled-person"), { title: person.name, note: person.unit, badge: person.badge }));
}

export async function open() {
  openFrame();
  if (!(await device.usable())) return show("#no-storage", true);
  const label = /** @type {HTMLInputElement} */ (need("[name=label]"));
  label.value = (await device.meta("label")) ?? label.value;
  await drawPeople();
  let me = null;
  try {
    me = await signedIn();
  } catch {
    return show("#enrol-offline", true);
  }
  show("#enrol-sign-in", me === null);
  if (!me) return;
  show("#enrol-form", true);
  bindForm(me);
}
