/** The tablet app's one entry: which page is this? */

const PAGES = /** @type {Record<string, () => Promise<{open: () => Promise<void>}>>} */ ({
  home: () => import("./pages/home.js"),
  start: () => import("./pages/start.js"),
  form: () => import("./pages/form.js"),
  reinspection: () => import("./pages/reinspection.js"),
  review: () => import("./pages/review.js"),
  queue: () => import("./pages/queue.js"),
  enrol: () => import("./pages/enrol.js"),
  rescue: () => import("./pages/rescue.js"),
  moving: () => import("./pages/moving.js"),
});

const root = document.documentElement;
const name = /** @type {HTMLElement | null} */ (document.querySelector("[data-page]"))?.dataset.page ?? "";

PAGES[name]?.().then((page) => page.open()).then(
  () => { root.dataset.ready = name; },
  (problem) => {
    root.dataset.ready = "failed";
    console.error(problem);
    const panel = document.getElementById("broken");
    if (panel) panel.hidden = false;
  },
);
