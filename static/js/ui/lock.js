/**
 * Whose work is on the screen. Several people share a tablet: each unlocks with
 * the PIN, offline too, and leaving the tablet alone locks it again. Locking
 * hides; what is written stays where it is.
 */

import { WrongPin, openedKey } from "../domain/keys.js";
import * as device from "../store/device.js";
import { all, copyOf, drawList, fill, need, show, word } from "./page.js";

/** @typedef {import("../store/device.js").Person} Person */

const IDLE_MS = 30 * 60_000;
const FREE_TRIES = 4;
const SEAT = "zhencha-seat";

/** This PIN may be tried again only later. */
export class PinPaused extends Error {
  /** @param {number} until */
  constructor(until) {
    super();
    this.until = until;
  }
}

/**
 * The person's signing key, opened by the PIN; wrong tries are counted and slow down.
 * @param {string} uuid @param {string} pin @returns {Promise<CryptoKey>}
 */
export async function openKey(uuid, pin) {
  const person = await device.person(uuid);
  if (!person) throw new WrongPin();
  if (person.locked_until > Date.now()) throw new PinPaused(person.locked_until);
  try {
    const key = await openedKey(person.kid, person.wrapped, pin);
    if (person.wrong_pins) await device.savePerson({ ...person, wrong_pins: 0, locked_until: 0 });
    return key;
  } catch (problem) {
    const wrong_pins = person.wrong_pins + 1;
    const pause = wrong_pins > FREE_TRIES ? 15_000 * 2 ** Math.min(wrong_pins - FREE_TRIES, 8) : 0;
    await device.savePerson({ ...person, wrong_pins, locked_until: pause ? Date.now() + pause : 0 });
    throw problem;
  }
}

/** @param {unknown} problem @returns {string} what to tell the person about a PIN that did not open */
export function pinProblem(problem) {
  if (problem instanceof PinPaused) return word("pin_paused", { seconds: Math.ceil((problem.until - Date.now()) / 1000) });
  if (problem instanceof WrongPin) return word("pin_wrong");
  throw problem;
}

/** @returns {string | null} who sits at the tablet, unless it was left alone too long */
function seated() {
  const [uuid, touched] = (sessionStorage.getItem(SEAT) ?? "").split(" ");
  return uuid && Date.now() - Number(touched) < IDLE_MS ? uuid : null;
}

/** @param {string} uuid */
export function takeSeat(uuid) {
  sessionStorage.setItem(SEAT, `${uuid} ${Date.now()}`);
}

export function leaveSeat() {
  sessionStorage.removeItem(SEAT);
}

/** @param {Person} person */
function keepSeat(person) {
  let noted = 0;
  const touch = () => {
    if (Date.now() - noted < 10_000) return;
    if (!seated()) return void location.reload();
    noted = Date.now();
    takeSeat(person.uuid);
  };
  addEventListener("pointerdown", touch, { capture: true });
  addEventListener("keydown", touch, { capture: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && !seated()) location.reload();
  });
  for (const button of all("[data-action=lock]")) {
    button.hidden = false;
    button.addEventListener("click", () => { leaveSeat(); location.assign("/tablet/"); });
  }
  for (const place of all("[data-person]")) place.textContent = person.name;
}

/** @param {Person[]} people @returns {Promise<Person>} once somebody has opened the lock */
function askWho(people) {
  const panel = need("#lock");
  const form = need("form", panel);
  const pin = /** @type {HTMLInputElement} */ (need("[name=pin]", panel));
  panel.hidden = false;
  show("[data-locked]", false);
  show("[data-nobody]", people.length === 0, panel);
  form.hidden = people.length === 0;
  drawList("lock-people", people, (person) => {
    const row = fill(copyOf("lock-person"), { name: person.name, unit: person.unit });
    const radio = /** @type {HTMLInputElement} */ (need("input", row));
    radio.value = person.uuid;
    radio.checked = people.length === 1;
    radio.addEventListener("change", () => pin.focus());
    return row;
  });
  return new Promise((resolve) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const chosen = people.find(({ uuid }) => uuid === new FormData(/** @type {HTMLFormElement} */ (form)).get("person"));
      if (!chosen) return void fill(panel, { pin_problem: word("choose_person") });
      try {
        await openKey(chosen.uuid, pin.value);
      } catch (problem) {
        pin.value = "";
        fill(panel, { pin_problem: pinProblem(problem) });
        return pin.focus();
      }
      pin.value = "";
      takeSeat(chosen.uuid);
      panel.hidden = true;
      show("[data-locked]", true);
      resolve(chosen);
    });
  });
}

/** @returns {Promise<Person>} whoever works here; asks for the PIN when nobody is seated */
export async function unlocked() {
  const people = await device.people();
  const uuid = seated();
  const person = people.find((one) => one.uuid === uuid) ?? await askWho(people);
  show("[data-locked]", true);
  keepSeat(person);
  return person;
}
