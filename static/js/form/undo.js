/**
 * Undo instead of "are you sure": taps are taken back one by one, the last
 * first. The strip goes away by itself; the overview keeps the last step.
 */

import { all, fill, need } from "../ui/page.js";

const SHOWN_MS = 6_000;
const MOST_STEPS = 30;

/** @typedef {(words: string, takeBack: () => void) => void} OfferUndo */
/** @typedef {{offer: OfferUndo, rest: () => void}} Undo */

/** @returns {Undo} */
export function undoStrip() {
  const strip = need("#undo");
  let timer = 0;
  /** @type {{words: string, takeBack: () => void}[]} */
  const steps = [];
  const rest = () => { strip.hidden = true; };
  const draw = () => {
    const last = steps.at(-1);
    fill(document.body, { undo: last?.words ?? "", undo_count: steps.length > 1 ? steps.length : "" });
    strip.hidden = !last;
    for (const place of all("[data-undo-last]")) place.hidden = !last;
    clearTimeout(timer);
    timer = window.setTimeout(() => { if (!strip.matches(":hover, :focus-within")) rest(); }, SHOWN_MS);
  };
  const takeBack = () => {
    steps.pop()?.takeBack();
    draw();
  };
  for (const button of all("[data-action=undo]")) button.addEventListener("click", takeBack);
  addEventListener("keydown", (event) => {
    const typing = /** @type {Element} */ (event.target).matches("textarea, input:not([type=radio], [type=checkbox])");
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || typing || !steps.length) return;
    event.preventDefault();
    takeBack();
  });
  return {
    rest,
    offer(words, action) {
      steps.push({ words, takeBack: action });
      steps.splice(0, steps.length - MOST_STEPS);
      draw();
    },
  };
}
