/** What a rescue package holds, as a list: records and drafts with whose they are and what became of each. */

import { entriesOf, headerOf } from "../domain/rescue.js";
import { shortMoment } from "../domain/times.js";
import { copyOf, drawList, fill, hasWord, need, setIcon, show, word } from "./page.js";

/** @typedef {import("../domain/rescue.js").Header} Header */
/** @typedef {{file: Blob, header: Header, key: CryptoKey, contents: any}} Opened */
/** @typedef {{uuid: string, unit: string, title: string, by: string, signed_at?: string, updated_at?: string, photos: number}} Listed */

/** @param {Listed} listed @returns {HTMLElement} */
function cell(listed) {
  const when = listed.signed_at ? word("signed_at", { time: shortMoment(listed.signed_at) }) : word("touched", { time: shortMoment(String(listed.updated_at)) });
  const drawn = fill(copyOf("package-cell"), {
    title: listed.unit, note: listed.title, kind: word(listed.signed_at ? "package_record" : "package_draft", { person: listed.by }),
    facts: `${when} · ${word("photos_count", { count: listed.photos })}`, outcome: "",
  });
  drawn.dataset.packed = listed.uuid;
  return drawn;
}

/**
 * Open a package and show what is in it. Rejects with what domain/rescue.js says of a file that does not open.
 * @param {File} file @param {(header: Header) => Promise<CryptoKey>} keyFrom @returns {Promise<Opened>}
 */
export async function opening(file, keyFrom) {
  show("#package-opened", false);
  const header = await headerOf(file);
  const key = await keyFrom(header);
  const first = (await entriesOf(file, header, key).next()).value;
  const contents = first?.facts.type === "contents" ? first.facts : { records: [], drafts: [] };
  const from = first === undefined ? "package_nothing" : contents.type ? "package_from" : "package_list_lost";
  drawList("package-contents", [...contents.records, ...contents.drafts], cell);
  fill(document.body, { package_from: word(from, { label: contents.label ?? "" }), imported: "" });
  show("#package-opened", true);
  need("[data-action=import]").focus();
  return { file, header, key, contents };
}

/** What became of one. @param {string} uuid @param {string} outcome a word's key after package_ @param {{count?: number, seq?: number, code?: string, reason?: string}} [values] */
export function tellOutcome(uuid, outcome, values = {}) {
  const drawn = /** @type {HTMLElement | null} */ (document.querySelector(`[data-packed="${CSS.escape(uuid)}"]`));
  if (!drawn) return;
  drawn.dataset.outcome = outcome;
  const good = ["came", "here", "completed", "delivered", "signed"].includes(outcome) && !values.count;
  const icon = drawn.querySelector("svg");
  if (icon) setIcon(icon, good ? "done" : "alert");
  const key = values.count && hasWord(`package_${outcome}_missing`) ? `package_${outcome}_missing` : `package_${outcome}`;
  fill(drawn, { outcome: word(key, values) });
}
