/** Changing one's PIN 改 PIN: both keys stay and are wrapped anew, in one write. Works without a network. */

import { rewrappedRing } from "../domain/newkeys.js";
import * as device from "../store/device.js";
import { completed } from "../ui/completing.js";
import { pinFault } from "../ui/newpin.js";
import { fill, need, word } from "../ui/page.js";
import { openKeys, pinProblem } from "../ui/pin.js";

/** @param {string} uuid @param {string} oldPin @param {string} newPin */
async function change(uuid, oldPin, newPin) {
  const { person } = await openKeys(uuid, oldPin);
  const whole = person.data ? person : (await completed(person, oldPin, null)).person;
  const ring = /** @type {Required<import("../domain/newkeys.js").Ring>} */ (whole);
  const fresh = await rewrappedRing(uuid, ring, oldPin, newPin);
  await device.updatePerson(uuid, (now) => (now.kid === fresh.kid && now.data?.kid === fresh.data.kid ? fresh : {}));
}

/** @param {import("../store/device.js").Person} person whose PIN it is */
export function offerChange(person) {
  const form = /** @type {HTMLFormElement} */ (need("#pin-change"));
  form.reset();
  form.hidden = false;
  fill(form, { pin_of: word("pin_change_of", { name: person.name }), change_problem: "" });
  fill(document.body, { changed: "" });
  form.onsubmit = async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const fault = pinFault(given);
    fill(form, { change_problem: fault });
    if (fault) return;
    try {
      await change(person.uuid, String(given.get("old_pin")), String(given.get("pin")));
      form.hidden = true;
      fill(document.body, { changed: word("pin_changed") });
    } catch (problem) {
      fill(form, { change_problem: pinProblem(problem) });
    }
    form.reset();
  };
  need("[name=old_pin]", form).focus();
}
