/**
 * The desk by keyboard: in a list, j and k move from row to row, Enter opens.
 * That works without this file; it only spares the mouse. Pages whose work is
 * done in the browser, because the server must not see it, bring a part of their own.
 */

const PAGES = /** @type {Record<string, () => Promise<{open: () => Promise<void>}>>} */ ({
  audit: () => import("./desk/audit.js"),
  charts: () => import("./desk/charts.js"),
  invitation: () => import("./desk/invitation.js"),
  push: () => import("./desk/push.js"),
  recoveries: () => import("./desk/recoveries.js"),
  rescue: () => import("./desk/rescue.js"),
  step: () => import("./desk/step.js"),
});

const name = /** @type {HTMLElement | null} */ (document.querySelector("[data-desk]"))?.dataset.desk ?? "";
PAGES[name]?.().then((page) => page.open()).then(
  () => { document.documentElement.dataset.ready = name; },
  (problem) => { document.documentElement.dataset.ready = "failed"; console.error(problem); },
);

const TYPING = "input, select, textarea, button, [contenteditable]";

/** @type {HTMLAnchorElement[]} */
const links = [...document.querySelectorAll("[data-row-keys] a[data-row-link]")].filter(
  (link) => link instanceof HTMLAnchorElement,
);

/** @param {number} place */
function stand(place) {
  links.forEach((link, index) => link.closest("tr")?.classList.toggle("is-current", index === place));
  links[place]?.focus({ preventScroll: true });
  links[place]?.closest("tr")?.scrollIntoView({ block: "nearest" });
}

/** @returns {number} the row that has the focus, or -1 */
function present() {
  return links.findIndex((link) => link.closest("tr")?.contains(document.activeElement) ?? false);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || links.length === 0) return;
  if (event.target instanceof Element && event.target.matches(TYPING)) return;
  const step = { j: 1, k: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  stand(Math.min(Math.max(present() + step, 0), links.length - 1));
});
