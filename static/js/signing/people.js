/** Who signs a record, in the order the tablet is handed round 签字顺序. */

import { inspectorsNeeded } from "../domain/record.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../domain/draft.js").Signatory} Signatory */
/** @typedef {import("../store/device.js").Person} Person */

/** The party first, then who saw it; inspectors last, so that their signatures cover a refusal too. */
const ORDER = ["p3", "p4", "p2", "p1"];

/** @param {string} ref @param {Person} person @returns {Signatory} */
export function inspector(ref, person) {
  return { ref, role: "inspector", name: person.name, account: person.uuid, badge: person.badge, unit: person.unit };
}

/** @param {string} ref @param {"party" | "witness"} role @param {string} name @param {string} title @returns {Signatory} */
export function guest(ref, role, name, title) {
  return { ref, role, name: name.trim(), account: null, title: title.trim() };
}

/** @param {Draft} draft @param {string} ref @returns {Signatory | undefined} */
export function personOf(draft, ref) {
  return draft.signing.people.find((one) => one.ref === ref);
}

/** @param {Draft} draft @returns {Signatory[]} in the order of their turns */
export function turns(draft) {
  return ORDER.flatMap((ref) => personOf(draft, ref) ?? []);
}

/** @param {Draft} draft @returns {Signatory | undefined} whose turn it is */
export function nextTurn(draft) {
  const done = new Set(draft.signing.signatures.map(({ person }) => person));
  return turns(draft).find(({ ref }) => !done.has(ref));
}

/** @param {Draft} draft @returns {string[]} codes of what is missing before signing may begin */
export function missingPeople(draft) {
  const inspectors = draft.signing.people.filter(({ role }) => role === "inspector").length;
  const missing = inspectors < inspectorsNeeded(draft.kind) ? ["inspectors_missing"] : [];
  return personOf(draft, "p3")?.name ? missing : [...missing, "party_missing"];
}
