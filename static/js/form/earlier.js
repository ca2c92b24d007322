/** Back to a former state 恢复到以前, and discarding a draft 丢弃: both seldom, both undone. */

import { tally } from "../domain/answers.js";
import { takeBackTo } from "../domain/draft.js";
import { shortMoment } from "../domain/times.js";
import { discardDraft, snapshots } from "../store/person.js";
import { copyOf, drawList, fill, need, word } from "../ui/page.js";

/** @typedef {import("./sheet.js").Sheet} Sheet */

/** @param {Sheet} sheet @param {import("../domain/draft.js").Draft} former what to go back to; what stands here now is one step of undo */
async function restore(sheet, former) {
  const present = structuredClone(sheet.draft);
  const back = (/** @type {import("../domain/draft.js").Draft} */ state) => {
    takeBackTo(sheet.draft, state);
    for (const item of sheet.draft.items) sheet.changed(item);
    return sheet.saver.now();
  };
  sheet.offerUndo(word("went_back"), () => void back(present));
  await back(former);
}

/** @param {Sheet} sheet the list of former states, newest first */
export async function drawEarlier(sheet) {
  const { digest } = sheet.draft.checklist;
  const former = (await snapshots(sheet.person, sheet.draft.uuid)).filter(({ draft }) => draft.checklist.digest === digest && tally(draft).answered);
  drawList("snapshots", former, ({ at, draft }) => {
    const counts = tally(draft);
    const row = fill(copyOf("snapshot"), {
      title: shortMoment(at),
      note: word("snapshot_counts", { answered: counts.answered, total: counts.total, failed: counts.failed, photos: draft.photos.length }),
    });
    need("button", row).addEventListener("click", async () => {
      await restore(sheet, draft);
      await drawEarlier(sheet);
    });
    return row;
  });
}

/** @param {Sheet} sheet */
export async function discard(sheet) {
  await sheet.saver.now();
  await discardDraft(sheet.person, sheet.draft.uuid);
  location.replace(`/tablet/#discarded=${sheet.draft.uuid}`);
}
