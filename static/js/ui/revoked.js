/** Told to whoever unlocked: the office took this key back. Drafts and unsent records are all still here. */

import { show } from "./page.js";

/** @param {{type: string} | undefined} dismissal the account was closed, not this key alone */
export function tellRevoked(dismissal) {
  show("[data-revoked=key]", !dismissal);
  show("[data-revoked=person]", Boolean(dismissal));
}
