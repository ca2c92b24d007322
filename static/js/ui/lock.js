/**
 * Whose work is on the screen. Several people share a tablet: each unlocks with
 * the PIN, offline too, and leaving the tablet alone locks it again. Locking
 * hides; what is written stays where it is. The panel itself is panel.js.
 */

import * as device from "../store/device.js";
import { all, show } from "./page.js";
import { keepSeat, leaveSeat, seated, sit } from "./seat.js";

/** @typedef {import("../store/device.js").Person} Person */

/** Whoever is at the tablet, if the worker still has their key and it is their present one. @param {Person[]} people */
async function sitting(people) {
  const seat = await seated();
  const person = people.find(({ uuid, data }) => seat && uuid === seat.data.person && data?.kid === seat.data.kid);
  if (seat && person) sit(seat);
  return person;
}

/** @returns {Promise<Person>} whoever works here; asks for the PIN when nobody is seated */
export async function unlocked() {
  const people = await device.people();
  const person = (await sitting(people)) ?? await (await import("./panel.js")).askWho(people);
  show("[data-locked]", true);
  keepSeat();
  for (const button of all("[data-action=lock]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await leaveSeat();
      location.assign("/tablet/");
    });
  }
  for (const place of all("[data-person]")) place.textContent = person.name;
  if (await device.revocation(person.kid)) (await import("./revoked.js")).tellRevoked(await device.revocation(person.uuid));
  return person;
}
