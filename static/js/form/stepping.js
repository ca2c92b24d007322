/**
 * Moving through the items: 上一项, 下一项, the place one was at. The address
 * after # is the place, so links of the overview are plain links and the
 * system's back key closes the overview. On a phone only the current item shows;
 * in the overview the bar leads on to review and signing, wherever one has scrolled.
 */

import { all, need, painted } from "../ui/page.js";
import { itemCodes, itemElement } from "./sheet.js";

/** @typedef {import("../domain/draft.js").Spot} Spot */
/**
 * @typedef {{current: () => string, goTo: (code: string) => void, advance: (from: string) => void,
 *   drawBar: () => void, spot: () => Spot | undefined}} Steps `spot`: nothing while the overview is shown
 */
/**
 * @typedef {{start: string | null, spot: Spot | undefined, moved: (code: string) => void, left: () => void,
 *   answered: (code: string) => boolean, done: () => boolean}} Journey
 *   `left`: the reader went on by hand; `answered`, `done`: what the draft says
 */

const OVERVIEW = "#overview";
const TEXTS = "textarea, input[type=text]";

/** @param {Journey} journey @returns {Steps} */
export function steps({ start, spot, moved, left, answered, done }) {
  const codes = itemCodes();
  let current = start && codes.includes(start) ? start : codes[0];
  let still = 0;

  const drawBar = () => {
    const shown = location.hash === OVERVIEW;
    const last = current === codes.at(-1);
    const onward = shown || (last && done());
    /** @type {HTMLButtonElement} */ (need("[data-action=previous]")).disabled = current === codes[0];
    need("[data-bar-next]").hidden = last;
    need("[data-bar-last]").hidden = !last;
    need("[data-action=previous]").hidden = shown;
    need("[data-action=resume]").hidden = !shown;
    need("[data-action=next]").hidden = onward;
    need("[data-review]").hidden = !onward;
  };
  const mark = (/** @type {string} */ code) => {
    itemElement(current).classList.remove("is-current");
    current = code;
    itemElement(code).classList.add("is-current");
    moved(code);
    void painted().then(drawBar);
  };
  const arrive = (/** @type {string} */ code) => {
    still = Date.now() + 600;
    history.replaceState(null, "", `#${code}`);
    showOverview(false);
    mark(code);
  };
  const goTo = (/** @type {string} */ code) => {
    arrive(code);
    itemElement(code).scrollIntoView({ block: "start" });
    itemElement(code).focus({ preventScroll: true });
  };
  const advance = (/** @type {string} */ from) => {
    const onward = codes.slice(codes.indexOf(from) + 1).find((code) => !answered(code));
    if (!onward) return;
    const keys = (/** @type {string} */ code) => need("[data-key]", itemElement(code)).getBoundingClientRect().top;
    const under = keys(from);
    arrive(onward);
    scrollBy({ top: keys(onward) - under, behavior: "instant" });
    itemElement(onward).focus({ preventScroll: true });
  };
  const follow = () => {
    const place = decodeURIComponent(location.hash.slice(1));
    left();
    if (codes.includes(place)) return goTo(place);
    showOverview(location.hash === OVERVIEW);
    drawBar();
  };
  const move = (/** @type {string | undefined} */ code) => {
    left();
    if (code) goTo(code);
    else location.hash = OVERVIEW;
  };

  need("[data-action=previous]").addEventListener("click", () => move(codes[Math.max(0, codes.indexOf(current) - 1)]));
  need("[data-action=next]").addEventListener("click", () => move(codes[codes.indexOf(current) + 1]));
  need("[data-action=resume]").addEventListener("click", () => move(current));
  need("[data-action=overview]").addEventListener("click", () => move(location.hash === OVERVIEW ? current : undefined));
  for (const code of codes) {
    const here = () => { if (current !== code) { still = Date.now() + 600; mark(code); } };
    itemElement(code).addEventListener("pointerdown", here);
    itemElement(code).addEventListener("focusin", here);
  }
  addEventListener("hashchange", follow);
  watchScrolling(codes, () => Date.now() > still && location.hash !== OVERVIEW, mark);
  const place = decodeURIComponent(location.hash.slice(1));
  if (location.hash === OVERVIEW) { mark(current); showOverview(true); }
  else if (codes.includes(place) && place !== start) goTo(place);
  else {
    goTo(current);
    if (spot) settle(itemElement(current), spot);
  }
  const there = () => (location.hash === OVERVIEW ? undefined : spotOf(itemElement(current)));
  return { current: () => current, goTo, advance, drawBar, spot: there };
}

/** @param {HTMLElement} element of the current item @returns {Spot} where on it the reader is, and in which text */
function spotOf(element) {
  const writing = /** @type {HTMLInputElement | null} */ (document.activeElement);
  const at = all(TEXTS, element).findIndex((text) => text === writing);
  return { top: Math.round(element.getBoundingClientRect().top), text: at, caret: at < 0 ? 0 : writing?.selectionStart ?? 0 };
}

/** Back to the line that one was writing. @param {HTMLElement} element @param {Spot} spot */
function settle(element, { top, text, caret }) {
  scrollBy({ top: element.getBoundingClientRect().top - top, behavior: "instant" });
  const area = /** @type {HTMLInputElement | undefined} */ (all(TEXTS, element)[text]);
  area?.focus({ preventScroll: true });
  area?.setSelectionRange(caret, caret);
}

/** @param {boolean} shown */
function showOverview(shown) {
  need("#overview").hidden = !shown;
  need("#items").hidden = shown;
  need("[data-action=overview]").setAttribute("aria-expanded", String(shown));
  if (!shown) return;
  scrollTo(0, 0);
  need("#overview").focus({ preventScroll: true });
}

/** The item under the reader's eyes becomes the current one. @param {string[]} codes @param {() => boolean} listening @param {(code: string) => void} mark */
function watchScrolling(codes, listening, mark) {
  const observer = new IntersectionObserver((entries) => {
    if (!listening()) return;
    const seen = entries.find((entry) => entry.isIntersecting);
    if (seen) mark(String(/** @type {HTMLElement} */ (seen.target).dataset.item));
  }, { rootMargin: "-30% 0px -65% 0px" });
  for (const code of codes) observer.observe(itemElement(code));
}
