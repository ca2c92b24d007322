/**
 * Keeping the draft: taps at once, words within 300 ms and when the page goes
 * away. "Saved" is shown only after the database says so and while nothing
 * newer waits. What could not be stored stays here and is tried again.
 */

import { stamp } from "../domain/times.js";
import { putSealed, saveDraft, saveWithBytes, sealedDraft } from "../store/person.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../store/person.js").KeptBytes} KeptBytes */
/**
 * @typedef {{now: () => Promise<void>, soon: () => void,
 *   withBytes: (kind: "photos" | "inks", kept: KeptBytes, naming?: () => void) => Promise<void>}} Saver
 *   `naming`: the change by which the draft names the bytes, made when both are written and not before
 */

const PAUSE_MS = 300;
const RETRY_MS = 3_000;

/**
 * @param {string} person @param {Draft} draft the one object that the page changes
 * @param {(state: "saving" | "saved" | "save_failed", at?: Date, problem?: any) => void} report
 * @param {() => void} [notice] what to note down in the draft just before it is written
 * @returns {Saver}
 */
export function saverOf(person, draft, report, notice = () => undefined) {
  let timer = 0;
  let running = 0;
  let failed = false;
  let seen = performance.now();
  let writing = Promise.resolve();
  /** @type {Promise<void> | null} a write that has not begun, and so will hold what is changed now */
  let next = null;
  /** @type {import("../store/person.js").DraftRow | null} the words so far, sealed while there is time */
  let ready = null;

  const touch = () => {
    const now = performance.now();
    draft.elapsed_ms += Math.min(now - seen, 60_000);
    seen = now;
    draft.updated_at = stamp();
    notice();
  };

  const later = (/** @type {number} */ ms) => {
    timer ||= window.setTimeout(() => void now().catch(() => undefined), ms);
  };

  /** @param {() => Promise<unknown>} work @returns {Promise<void>} writes follow one another, and one failure stops none */
  const inTurn = (work) => {
    clearTimeout(timer);
    timer = 0;
    ready = null;
    running += 1;
    report("saving");
    const turn = writing.then(() => { next = null; touch(); return work(); }).then(() => {
      running -= 1;
      failed = false;
      if (!running && !timer) report("saved", new Date());
    }, (problem) => {
      running -= 1;
      failed = true;
      report("save_failed", undefined, problem);
      later(RETRY_MS);
      throw problem;
    });
    writing = turn.catch(() => undefined);
    return turn;
  };

  const now = () => next ??= inTurn(() => saveDraft(person, draft));
  const soon = () => {
    report("saving");
    later(PAUSE_MS);
    void sealedDraft(person, draft).then((row) => { if (timer) ready = row; }, () => undefined);
  };
  const flush = () => { if (timer) void now().catch(() => undefined); };
  /** A page that goes away waits for nothing, not even for sealing: what is sealed is put at once. */
  const leave = () => {
    if (ready) void putSealed(person, ready).catch(() => undefined);
    void now().catch(() => undefined);
  };
  addEventListener("focusout", flush);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  addEventListener("beforeunload", (event) => { if (failed) event.preventDefault(); });
  addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a");
    if (!link || (!timer && !running) || link.pathname === location.pathname) return;
    event.preventDefault();
    now().then(() => location.assign(link.href), () => undefined);
  });
  return { now, soon, withBytes: (kind, kept, naming) => inTurn(() => {
    naming?.();
    return saveWithBytes(person, draft, kind, kept);
  }) };
}
