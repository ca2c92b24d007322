/** Undo instead of "are you sure": one strip that takes the last tap back. */

import { fill, need } from "../ui/page.js";

const SHOWN_MS = 10_000;

/** @typedef {(words: string, takeBack: () => void) => void} OfferUndo */

/** @returns {OfferUndo} */
export function undoStrip() {
  const strip = need("#undo");
  let timer = 0;
  /** @type {(() => void) | null} */
  let takeBack = null;
  const hide = () => { strip.hidden = true; takeBack = null; };
  need("[data-action=undo]", strip).addEventListener("click", () => {
    takeBack?.();
    hide();
  });
  return (words, action) => {
    takeBack = action;
    fill(strip, { undo: words });
    strip.hidden = false;
    clearTimeout(timer);
    timer = window.setTimeout(hide, SHOWN_MS);
  };
}
