/**
 * Moving through the items: 上一项, 下一项, the place one was at. The address
 * after # is the place, so links of the overview are plain links and the
 * system's back key closes the overview. On a phone only the current item shows;
 * in the overview the bar leads on to review and signing, wherever one has scrolled.
 */

import { all, need } from "../ui/page.js";
import { itemCodes, itemElement } from "./sheet.js";

/** @typedef {{current: () => string, goTo: (code: string) => void}} Steps */

const OVERVIEW = "#overview";

/**
 * @param {string | null} start item to resume at
 * @param {(code: string) => void} moved
 * @returns {Steps}
 */
export function steps(start, moved) {
  const codes = itemCodes();
  let current = start && codes.includes(start) ? start : codes[0];
  let still = 0;

  const mark = (/** @type {string} */ code) => {
    itemElement(current).classList.remove("is-current");
    current = code;
    itemElement(code).classList.add("is-current");
    const at = codes.indexOf(code);
    /** @type {HTMLButtonElement} */ (need("[data-action=previous]")).disabled = at === 0;
    need("[data-next]").hidden = at === codes.length - 1;
    need("[data-last]").hidden = at !== codes.length - 1;
    moved(code);
  };
  const goTo = (/** @type {string} */ code) => {
    still = Date.now() + 600;
    showOverview(false);
    mark(code);
    history.replaceState(null, "", `#${code}`);
    itemElement(code).scrollIntoView({ block: "start" });
  };
  const follow = () => {
    const place = decodeURIComponent(location.hash.slice(1));
    if (location.hash === OVERVIEW) showOverview(true);
    else if (codes.includes(place)) goTo(place);
    else showOverview(false);
  };

  need("[data-action=previous]").addEventListener("click", () => goTo(codes[Math.max(0, codes.indexOf(current) - 1)]));
  need("[data-action=next]").addEventListener("click", () => {
    const at = codes.indexOf(current);
    if (at === codes.length - 1) location.hash = OVERVIEW;
    else goTo(codes[at + 1]);
  });
  need("[data-action=resume]").addEventListener("click", () => goTo(current));
  need("[data-action=overview]").addEventListener("click", () => {
    if (location.hash === OVERVIEW) goTo(current);
    else location.hash = OVERVIEW;
  });
  for (const code of codes) {
    const here = () => { if (current !== code) { still = Date.now() + 600; mark(code); } };
    itemElement(code).addEventListener("pointerdown", here);
    itemElement(code).addEventListener("focusin", here);
  }
  addEventListener("hashchange", follow);
  watchScrolling(codes, () => Date.now() > still && location.hash !== OVERVIEW, mark);
  if (location.hash === OVERVIEW) { mark(current); showOverview(true); }
  else goTo(codes.includes(decodeURIComponent(location.hash.slice(1))) ? decodeURIComponent(location.hash.slice(1)) : current);
  return { current: () => current, goTo };
}

/** @param {boolean} shown */
function showOverview(shown) {
  need("#overview").hidden = !shown;
  need("#items").hidden = shown;
  need("[data-action=overview]").setAttribute("aria-expanded", String(shown));
  for (const step of all("[data-action=previous], [data-action=next]")) step.hidden = shown;
  for (const way of all("[data-action=resume], [data-review]")) way.hidden = !shown;
  if (shown) scrollTo(0, 0);
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
