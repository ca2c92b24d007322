/**
 * Which revision this draft is on: the offer of a newer one, and after a move
 * the way back, what has to be tapped again and what the list no longer asks.
 */

import { addressOf } from "../domain/draft.js";
import { moveBack } from "../domain/moving.js";
import * as device from "../store/device.js";
import { copyOf, drawList, fill, need, show, word } from "../ui/page.js";
import { itemElement } from "./sheet.js";

/** @typedef {import("./sheet.js").Sheet} Sheet */

/** Stands at the item until it is answered; static/css hides it then. @param {string} code @param {import("../domain/draft.js").Answer} given */
function drawFormer(code, given) {
  const line = fill(copyOf("former-answer"), { former_answer: word("confirm_answer", { answer: word(given.value) }) });
  need("[data-key]", itemElement(code)).before(line);
}

/** @param {Sheet} sheet @param {import("../domain/moving.js").Moving} moving */
function drawMoved(sheet, { former, dropped, confirm }) {
  const { draft, saver } = sheet;
  for (const [code, given] of Object.entries(confirm)) if (draft.items.includes(code)) drawFormer(code, given);
  show("#moved", Boolean(former));
  if (former?.checklist) {
    fill(need("#moved"), {
      moved_to: word("moved_to", { revision: draft.checklist.revision, count: Object.keys(confirm).length }),
      move_back: word("move_back", { revision: former.checklist.revision }),
    });
  }
  need("[data-action=move-back]").addEventListener("click", async () => {
    moveBack(draft);
    await saver.now();
    location.replace(`${addressOf(draft)}#overview`);
  });
  show("#dropped-block", dropped.length > 0);
  drawList("dropped", dropped, ({ code, title, revision, answer, findings, photos }) => fill(copyOf("dropped-note"), {
    code, title, answer: word("dropped_answer", { revision, answer: word(answer.value) }),
    said: [answer.reason, answer.note, ...findings].filter(Boolean).join(word("list_separator")),
    photos: photos ? word("photos_taken", { count: photos }) : "",
  }));
}

/** @param {Sheet} sheet */
export async function drawRevision(sheet) {
  const { draft } = sheet;
  const list = (await device.checklists()).find(({ slug }) => slug === draft.checklist.slug);
  const newer = list && list.revision > draft.checklist.revision;
  show("#newer", Boolean(newer));
  if (newer) {
    fill(need("#newer"), { newer: word("newer_revision", { revision: list.revision }) });
    /** @type {HTMLAnchorElement} */ (need("#newer a")).href = `/tablet/moving?draft=${draft.uuid}`;
  }
  if (draft.moving) drawMoved(sheet, draft.moving);
}
