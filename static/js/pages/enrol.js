/**
 * Enrolling 登记: a signed-in person makes a key on this tablet, wrapped under a
 * PIN of their own, and the server learns its public half. Needs a network once.
 */

import { compact, signerOf } from "../domain/jose.js";
import { newRing } from "../domain/newkeys.js";
import { stamp } from "../domain/times.js";
import * as device from "../store/device.js";
import { takeOver } from "../store/plainwork.js";
import { Refused, Unreachable, callJson } from "../sync/api.js";
import { askBack } from "../sync/recovering.js";
import { pinFault } from "../ui/newpin.js";
import { copyOf, drawList, fill, need, show, word } from "../ui/page.js";
import { openKeys, pinProblem } from "../ui/pin.js";
import { handOver, takeSeat } from "../ui/seat.js";
import { askToPersist } from "../ui/status.js";
import { openFrame } from "./frame.js";
import { acceptInvitations, codeInAddress } from "./invited.js";

/** How long the service worker may take to fetch the whole app before enrolling is called done. */
const WORKER_PATIENCE_MS = 15_000;

/** The organisation cannot get lost work back yet: nobody may start work that could be lost. */
class NoRecoveryKey extends Error {}

/** @returns {Promise<{person: any, recovery_key: import("../domain/newkeys.js").RecoveryKey | null} | null>} null when nobody is signed in */
async function whoAmI() {
  try {
    return await callJson("GET", "/me");
  } catch (problem) {
    if (problem instanceof Refused && problem.status === 401) return null;
    throw problem;
  }
}

/**
 * @param {{uuid: string}} me @param {string} pin @param {string} label
 * @param {string} oldPin of somebody who enrols again and knows it: their drafts stay open
 */
async function enrol(me, pin, label, oldPin) {
  const recovery = (await whoAmI())?.recovery_key;
  if (!recovery) throw new NoRecoveryKey();
  const known = oldPin ? (await openKeys(me.uuid, oldPin)).person : undefined;
  const { ring, jwk, signing, data } = await newRing(me.uuid, pin, recovery, known && { ring: known, pin: oldPin });
  const { kid } = ring;
  const uuid = await device.deviceUuid();
  const proof = await compact(
    { alg: "ES256", kid, typ: "zhencha.enrolment+jws" },
    { person: me.uuid, device: uuid, kid, at: stamp() },
    signerOf(signing),
  );
  const answer = await callJson("POST", "/keys", {
    body: JSON.stringify({ jwk, device: uuid, device_label: label, proof }),
    headers: { "Content-Type": "application/json" },
  });
  if (answer.kid !== kid) throw new Unreachable("the answer names another key");
  const { person, server_keys } = answer;
  const before = await device.person(person.uuid);
  await device.savePerson({
    uuid: person.uuid, name: person.name, badge: person.badge ?? "", unit: person.unit ?? "", roles: person.roles ?? [],
    ...ring, former: [...(before?.former ?? []), ...(before?.data && before.data.kid !== ring.data.kid ? [before.data] : [])],
    server_keys, enrolled_at: new Date().toISOString(), wrong_pins: 0, pause_ms: 0,
  });
  await device.setMeta("label", label);
  await device.setMeta("recovery_key", recovery);
  takeSeat({ person: person.uuid, kid: ring.data.kid, key: data });
  await handOver(WORKER_PATIENCE_MS);
  await takeOver(person.uuid).catch(console.error); // and again when the PIN is next entered
  await askBack(person.uuid).catch(console.error); // and again from the home page
}

/** @param {unknown} problem @returns {string} */
function sentence(problem) {
  if (problem instanceof NoRecoveryKey) return word("enrol_no_recovery");
  if (problem instanceof Refused) return problem.detail || word("enrol_refused", { code: problem.code });
  if (problem instanceof Unreachable) return word("enrol_offline");
  return pinProblem(problem);
}

/** @type {any} whoever is signed in; an invitation may bring the next one while the page is open */
let me = null;

function bindForm() {
  const form = /** @type {HTMLFormElement} */ (need("#enrol-form"));
  const button = /** @type {HTMLButtonElement} */ (need("button[type=submit]", form));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const fault = pinFault(given);
    fill(form, { enrol_problem: fault });
    if (fault) return;
    button.disabled = true;
    fill(form, { enrol_busy: word("making_key") });
    try {
      await enrol(me, String(given.get("pin")), String(given.get("label") ?? "").trim(), String(given.get("old_pin") ?? ""));
      askToPersist();
      show("#enrol-form", false);
      show("#enrol-again", false);
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
  drawList("enrolled-people", await device.people(), (person) => {
    const cell = fill(copyOf("enrolled-person"), { title: person.name, note: person.unit, badge: person.badge });
    need("[data-action=change-pin]", cell).addEventListener("click", async () => (await import("./pinchange.js")).offerChange(person));
    return cell;
  });
}

/** Show the form to whoever is signed in, or how to sign in. @param {boolean} again somebody known here wants a new key */
async function meet(again = false) {
  try {
    me = (await whoAmI())?.person ?? null;
  } catch {
    return show("#enrol-offline", true);
  }
  show("#enrol-sign-in", me === null);
  const known = Boolean(me && (await device.person(me.uuid))?.data);
  show("#enrol-again", known && !again);
  show("#enrol-form", me !== null && (!known || again));
  show("[data-again]", known);
  if (me) fill(document.body, { enrol_name: me.name, enrol_unit: me.unit ?? "" });
}

/** After an invitation: the next person's PIN is asked for. */
async function meetInvited() {
  show("#enrolled", false);
  for (const pin of ["pin", "pin_again"]) /** @type {HTMLInputElement} */ (need(`[name=${pin}]`)).value = "";
  await meet(true);
  scrollTo(0, 0);
  need("[name=pin]").focus();
}

export async function open() {
  const arrived = codeInAddress();
  openFrame();
  if (!(await device.usable())) return show("#no-storage", true);
  const label = /** @type {HTMLInputElement} */ (need("[name=label]"));
  label.value = (await device.meta("label")) ?? label.value;
  await drawPeople();
  bindForm();
  need("#again").addEventListener("click", () => void meet(true));
  acceptInvitations(arrived, meetInvited);
  await meet();
}
