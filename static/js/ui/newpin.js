/** Choosing a PIN: at enrolment, and when it is changed. */

import { PIN_PATTERN } from "../domain/keys.js";
import { word } from "./page.js";

/** @param {FormData} given @returns {string} what is wrong with the PIN, as a sentence */
export function pinFault(given) {
  const pin = String(given.get("pin") ?? "");
  if (!PIN_PATTERN.test(pin)) return word("pin_short");
  if (/^(\d)\1+$/.test(pin) || "01234567890".includes(pin) || "9876543210".includes(pin)) return word("pin_simple");
  return pin === given.get("pin_again") ? "" : word("pin_differs");
}
