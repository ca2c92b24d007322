/**
 * Putting the app on the home screen 装到主屏幕. Where the system offers it, one
 * button; on iPad and iPhone instructions, because Safari clears what a page
 * keeps after seven days without use, and an installed app is spared. Before work
 * is begun there it insists; what waits to be sent is never in its way.
 */

import { all, need, show } from "./page.js";

const SAID = "zhencha-in-browser";
/** Pages where work begins; all others stay as they are. */
const BEGINNING = new Set(["start", "enrol"]);

/** iPads and iPhones have this property, and nobody else. @returns {boolean} */
const onApple = () => "standalone" in navigator;

/** @returns {boolean} whether the app runs from the home screen */
function installed() {
  return matchMedia("(display-mode: standalone)").matches || Boolean(/** @type {any} */ (navigator).standalone);
}

/** @param {any} prompt the system's own offer */
function offerSystemPrompt(prompt) {
  prompt.preventDefault();
  show("#install, [data-install=system]", true);
  need("[data-action=install]").onclick = async () => {
    await prompt.prompt();
    show("#install", false);
  };
}

/** Work stands behind the instructions until somebody says that it must begin here all the same. */
function insist() {
  document.documentElement.dataset.installing = "first";
  show("[data-action=in-browser]", true);
  need("[data-action=in-browser]").onclick = () => {
    sessionStorage.setItem(SAID, "yes");
    delete document.documentElement.dataset.installing;
  };
}

/** @param {string} page its name */
export async function offerInstalling(page) {
  if (installed() || !all("#install").length) return;
  if (page === "home") addEventListener("beforeinstallprompt", (prompt) => offerSystemPrompt(prompt));
  if (!onApple() || (await navigator.storage?.persisted?.().catch(() => false))) return;
  need("main").prepend(need("#install"));
  show("#install, [data-install=apple]", true);
  if (BEGINNING.has(page) && !sessionStorage.getItem(SAID)) insist();
}
