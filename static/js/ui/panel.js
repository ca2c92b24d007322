/** The lock panel 锁屏: who works here, and their PIN. Loaded only when somebody must be asked. */

import * as device from "../store/device.js";
import { copyOf, drawList, fill, need, show, word } from "./page.js";
import { openKeys, pinProblem } from "./pin.js";
import { takeSeat } from "./seat.js";

/** @typedef {import("../store/device.js").Person} Person */

/**
 * Keys of before get what they lack while the PIN is at hand, and work of before is moved.
 * @param {string} uuid @param {string} pin @returns {Promise<Person>} seated
 */
async function opened(uuid, pin) {
  let { person, data } = await openKeys(uuid, pin);
  const recovery = (await device.meta("recovery_key")) ?? null;
  if (!person.data || !data || (recovery && person.data.recovery?.kid !== recovery.kid)) {
    const { completed } = await import("./completing.js");
    ({ person, data } = await completed(person, pin, recovery));
  }
  takeSeat({ person: uuid, kid: /** @type {{kid: string}} */ (person.data).kid, key: data });
  return person;
}

/** @param {Person[]} people @returns {Promise<Person>} once somebody has opened the lock */
export function askWho(people) {
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
        const person = await opened(chosen.uuid, pin.value);
        pin.value = "";
        panel.hidden = true;
        resolve(person);
      } catch (problem) {
        pin.value = "";
        fill(panel, { pin_problem: pinProblem(problem) });
        pin.focus();
      }
    });
  });
}
