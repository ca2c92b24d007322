/**
 * Keeping the draft: taps at once, words after 300 ms and when the page goes
 * away. "Saved" is shown only after the database says so.
 */

import { stamp } from "../domain/times.js";
import { saveDraft, saveWithBytes } from "../store/person.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../store/person.js").KeptBytes} KeptBytes */
/**
 * @typedef {{now: () => Promise<void>, soon: () => void,
 *   withBytes: (kind: "photos" | "inks", kept: KeptBytes) => Promise<void>}} Saver
 */

const PAUSE_MS = 300;

/**
 * @param {string} person @param {Draft} draft the one object that the page changes
 * @param {(state: "saving" | "saved" | "save_failed", at?: Date) => void} report
 * @returns {Saver}
 */
export function saverOf(person, draft, report) {
  let timer = 0;
  let seen = performance.now();
  let writing = Promise.resolve();

  const touch = () => {
    const now = performance.now();
    draft.elapsed_ms += Math.min(now - seen, 60_000);
    seen = now;
    draft.updated_at = stamp();
  };

  /** @param {() => Promise<unknown>} work @returns {Promise<void>} writes follow one another, and one failure stops none */
  const inTurn = (work) => {
    clearTimeout(timer);
    report("saving");
    const turn = writing.then(work).then(() => report("saved", new Date()));
    writing = turn.catch(() => report("save_failed"));
    return turn;
  };

  const now = () => inTurn(() => { touch(); return saveDraft(person, draft); });
  const soon = () => {
    clearTimeout(timer);
    report("saving");
    timer = window.setTimeout(() => void now().catch(() => undefined), PAUSE_MS);
  };
  const flush = () => {
    if (document.visibilityState === "hidden") void now().catch(() => undefined);
  };
  addEventListener("pagehide", () => void now().catch(() => undefined));
  document.addEventListener("visibilitychange", flush);
  return {
    now, soon,
    withBytes: (kind, kept) => inTurn(() => { touch(); return saveWithBytes(person, draft, kind, kept); }),
  };
}
