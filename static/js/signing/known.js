/**
 * Who signed at this unit before 上次签字的人, from the records that this tablet
 * still holds: offered to one tap, never filled in by itself.
 */

import { fromBase64url, text } from "../domain/encoding.js";
import * as device from "../store/device.js";
import { copyOf, drawList, fill, need, word } from "../ui/page.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {{name: string, title: string}} Party */

const MOST = 3;

/** @param {import("../store/device.js").Outgoing} item its bytes go once it has been delivered long enough @returns {Promise<Party[]>} the inspected side of a sealed record */
async function partiesOf(item) {
  const jws = await device.jwsOf(item);
  if (!jws) return [];
  const { payload } = JSON.parse(text(jws));
  const { people } = JSON.parse(text(fromBase64url(payload)));
  return people.filter((/** @type {{role: string}} */ { role }) => role === "party");
}

/** @param {Draft} draft @param {string} person @param {(party: Party) => void} choose */
export async function offerParties(draft, person, choose) {
  const unit = (await device.units(person)).find(({ uuid }) => uuid === draft.unit.uuid);
  const here = (await device.outbox()).filter(({ unit_name }) => unit_name === draft.unit.name).reverse();
  const known = (await Promise.all(here.slice(0, MOST).map(partiesOf))).flat();
  if (unit?.principal) known.push({ name: unit.principal, title: word("principal") });
  const different = known.filter((party, at) => known.findIndex(({ name }) => name === party.name) === at).slice(0, MOST);
  drawList("known-parties", different, (party) => {
    const key = fill(copyOf("known-party"), { party: [party.name, party.title].filter(Boolean).join(" · ") });
    need("button", key).addEventListener("click", () => choose(party));
    return key;
  });
}

/** @param {string} owner @param {import("../store/device.js").Person[]} others @returns {Promise<string>} who signed beside the owner the last time */
export async function lastPartner(owner, others) {
  const mine = (await device.outbox()).filter(({ person }) => person === owner).reverse();
  const partners = mine.flatMap(({ signers }) => signers.filter((uuid) => others.some((one) => one.uuid === uuid)));
  return partners[0] ?? "";
}
