/** What was decided of each hazard 复查结果, as it stands before anybody signs: outcome first, with its photos. */

import { lookedAt, photosOf } from "../domain/draft.js";
import { outcomes } from "../domain/reinspection.js";
import { copyOf, drawList, fill, need, setIcon, show, word } from "../ui/page.js";
import { drawShots } from "./photos.js";

/** @param {import("./photos.js").Album} album @param {import("../domain/draft.js").LookedAt} hazard @returns {HTMLElement} */
function card(album, hazard) {
  const drawn = fill(copyOf("review-hazard"), {
    item: hazard.item, title: hazard.title, level: word(hazard.level), outcome: word(`outcome_${hazard.outcome}`),
    what: hazard.summary, requirement: hazard.requirement, words: hazard.words.trim(),
    deadline: hazard.outcome === "returned" ? word("new_deadline", { date: hazard.deadline_on ?? "–" }) : "",
  });
  need("[data-level]", drawn).className = `level level-${hazard.level}`;
  const status = need("[data-status]", drawn);
  status.classList.add(hazard.outcome === "passed" ? "status-pass" : "status-fail");
  setIcon(need(".icon", status), hazard.outcome === "passed" ? "check" : "cross");
  drawShots(need("[data-photos]", drawn), album, photosOf(album.draft, hazard.uuid, "after"));
  return drawn;
}

/** @param {import("./photos.js").Album} album */
export function drawLookedAt(album) {
  const { draft } = album;
  const decided = lookedAt(draft);
  const left = (draft.hazards ?? []).filter(({ gone }) => !gone).length - decided.length;
  show("[data-found]", false);
  show("[data-looked]", true);
  fill(document.body, {
    counts: word("reinspection_counts", outcomes(draft)), left_out: left ? word("left_out", { count: left }) : "",
  });
  drawList("review-hazards", decided, (hazard) => card(album, hazard));
}
