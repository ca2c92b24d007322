/**
 * The check when the home page opens 开机核对: an empty list is shown only when
 * nothing is missing. Drafts that do not open here, photos that are not where a
 * draft names them, drafts that this tablet noted and no longer finds: each is
 * told with the way back. Nothing here deletes a draft.
 */

import { uuidTime } from "../domain/uuid.js";
import { shortMoment } from "../domain/times.js";
import { keysOf } from "../store/database.js";
import * as device from "../store/device.js";
import { saveDraft, snapshots, work, workOf } from "../store/person.js";
import { askBack, takeBack } from "../sync/recovering.js";
import { copyOf, drawList, fill, need, show, word } from "../ui/page.js";

/** @typedef {import("../store/person.js").Draft} Draft */
/** @typedef {import("../store/person.js").DraftRow} DraftRow */
/** @typedef {{title: string, note: string, act?: {words: string, now: () => Promise<unknown>}}} Report */

/** @param {string} uuid */
const begun = (uuid) => word("begun_at", { time: shortMoment(uuidTime(uuid)) });

/** @param {import("../store/device.js").Person} person @param {DraftRow} row @param {() => Promise<void>} again @returns {Promise<Report>} */
async function unopened(person, row, again) {
  const former = person.former?.find(({ kid }) => kid === row.key);
  const title = word("unopened", { begun: begun(row.uuid) });
  if (former?.recovery) return { title, note: word(former.asked_for === person.data?.kid ? "unopened_asked" : "unopened_to_ask") };
  if (former) return { title, note: word("unopened_no_recovery") };
  const [last] = await snapshots(person.uuid, row.uuid);
  if (!last) return { title, note: word("unopened_damaged") };
  const words = word("use_copy", { time: shortMoment(last.at) });
  return { title, note: word("unopened_copy"), act: { words, now: async () => { await saveDraft(person.uuid, last.draft); await again(); } } };
}

/** @param {string} person @param {Draft[]} drafts @returns {Promise<Report[]>} */
async function photosMissing(person, drafts) {
  const there = new Set((await keysOf(workOf(person), "photos")).map((key) => /** @type {string[]} */ (key).join(" ")));
  return drafts.flatMap((draft) => {
    const count = draft.photos.filter(({ sha256 }) => !there.has(`${draft.uuid} ${sha256}`)).length;
    return count ? [{ title: word("photos_missing", { unit: draft.unit.name, count }), note: word("photos_missing_note") }] : [];
  });
}

/**
 * The tablet's own list, in another database: what stood there and is neither a draft nor a record is missing.
 * @param {string} person @param {string[]} present @param {() => Promise<void>} again @returns {Promise<Report[]>}
 */
async function draftsMissing(person, present, again) {
  const noted = /** @type {string[]} */ ((await device.meta(`drafts:${person}`)) ?? []);
  const known = new Set([...present, ...(await device.outbox()).map(({ uuid }) => uuid)]);
  const missing = noted.filter((uuid) => !known.has(uuid));
  await device.setMeta(`drafts:${person}`, [...present, ...missing]);
  const settle = async () => { await device.setMeta(`drafts:${person}`, present); await again(); };
  return missing.length ? [{
    title: word("drafts_missing", { count: missing.length, begun: missing.map(begun).join(word("list_separator")) }),
    note: word("drafts_missing_note"), act: { words: word("noted"), now: settle },
  }] : [];
}

/** @param {Report} report */
function reportCell({ title, note, act }) {
  const cell = fill(copyOf("report-cell"), { title, note });
  const button = /** @type {HTMLButtonElement} */ (need("button", cell));
  button.hidden = !act;
  button.textContent = act?.words ?? "";
  button.addEventListener("click", () => void act?.now());
  return cell;
}

/** @param {string} uuid seated @param {() => Promise<void>} redraw the home page, when something came back */
export async function examine(uuid, redraw) {
  const { drafts, discarded, unopened: closed } = await work(uuid);
  if (closed.length && (await takeBack(uuid))) return redraw();
  if (closed.length) await askBack(uuid).catch(() => undefined);
  const person = /** @type {import("../store/device.js").Person} */ (await device.person(uuid));
  const again = async () => { await redraw(); };
  const present = [...drafts, ...discarded, ...closed].map((one) => one.uuid);
  drawList("reports", [
    ...(await Promise.all(closed.map((row) => unopened(person, row, again)))),
    ...(await photosMissing(uuid, drafts)), ...(await draftsMissing(uuid, present, again)),
  ], reportCell);
  const { hidden } = need("#reports");
  need("#reports-block").hidden = hidden;
  if (!hidden) show('[data-empty-of="drafts"]', false);
}
