/** The lock panel 锁屏: who works here, and their PIN. Loaded only when somebody must be asked. */

import { beginNewLog } from "../store/database.js";
import * as device from "../store/device.js";
import { useDataKey } from "../store/person.js";
import { all, copyOf, drawList, fill, need, show, word } from "./page.js";
import { PinPaused, noteRest, openKeys, pinProblem, restOf } from "./pin.js";
import { takeSeat } from "./seat.js";

/** @typedef {import("../store/device.js").Person} Person */

const NOTED_EVERY_S = 5;

/** Work of before was not moved; it lies where it was. */
class WorkNotMoved extends Error {}

/** @param {string} person whose data key is in place */
async function movePlainWork(person) {
  if ((await device.meta(`work:${person}`))?.state === "sealed") return;
  const { takeOver } = await import("../store/plainwork.js");
  await takeOver(person).catch((problem) => { throw new WorkNotMoved(String(problem)); });
}

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
  const key = { person: uuid, kid: /** @type {{kid: string}} */ (person.data).kid, key: data };
  useDataKey(key);
  await movePlainWork(uuid);
  takeSeat(key);
  return person;
}

/** @param {unknown} problem @returns {string} */
function sentence(problem) {
  if (!(problem instanceof WorkNotMoved)) return pinProblem(problem);
  console.error(problem);
  return word("work_not_moved");
}

/** The keys of the pad write where a keyboard would. @param {HTMLElement} panel @param {HTMLInputElement} pin */
function bindPad(panel, pin) {
  for (const key of all("[data-digit]", panel)) {
    key.addEventListener("click", () => {
      pin.value = key.dataset.digit ? (pin.value + key.dataset.digit).slice(0, pin.maxLength) : pin.value.slice(0, -1);
    });
  }
}

/** A rest is shown as it passes, and kept for the next page. @param {HTMLElement} panel @param {HTMLButtonElement} open @param {() => Person | undefined} chosen */
function countRest(panel, open, chosen) {
  let seconds = 0;
  let shown = false;
  const draw = () => {
    const person = chosen();
    const left = person ? restOf(person) : 0;
    open.disabled = left > 0;
    if (left || shown) fill(panel, { pin_problem: left ? pinProblem(new PinPaused(left)) : "" });
    shown = left > 0;
    if (person && left && (seconds += 1) % NOTED_EVERY_S === 0) void noteRest(person.uuid);
  };
  draw();
  return { draw, timer: setInterval(draw, 1000) };
}

/** @param {Person[]} people @returns {Promise<Person>} once somebody has opened the lock */
export function askWho(people) {
  const panel = need("#lock");
  const form = /** @type {HTMLFormElement} */ (need("form", panel));
  const pin = /** @type {HTMLInputElement} */ (need("[name=pin]", panel));
  const open = /** @type {HTMLButtonElement} */ (need("button[type=submit]", form));
  const chosen = () => people.find(({ uuid }) => uuid === new FormData(form).get("person"));
  panel.hidden = false;
  document.body.classList.add("is-locked");
  document.body.classList.toggle("is-nobodys", people.length === 0);
  show("[data-locked]", false);
  show("[data-nobody]", people.length === 0, panel);
  form.hidden = people.length === 0;
  drawList("lock-people", people, (person) => {
    const row = fill(copyOf("lock-person"), { name: person.name, unit: person.unit });
    const radio = /** @type {HTMLInputElement} */ (need("input", row));
    radio.value = person.uuid;
    radio.checked = people.length === 1;
    return row;
  });
  bindPad(panel, pin);
  const ready = beginNewLog().catch(console.error); // a PIN is asked for after every start of the browser
  const rest = countRest(panel, open, chosen);
  form.addEventListener("change", rest.draw);
  return new Promise((resolve) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const person = chosen();
      if (!person || open.disabled) return void fill(panel, { pin_problem: person ? "" : word("choose_person") });
      open.disabled = true;
      await ready;
      try {
        const seated = await opened(person.uuid, pin.value);
        clearInterval(rest.timer);
        panel.hidden = true;
        document.body.classList.remove("is-locked");
        resolve(seated);
      } catch (problem) {
        open.disabled = false;
        fill(panel, { pin_problem: sentence(problem) });
        rest.draw();
      } finally {
        pin.value = "";
      }
    });
  });
}
