/** What every tablet page does: keep the app current, run the sync engine, keep the head bar true. */

import { onStanding } from "../store/database.js";
import * as device from "../store/device.js";
import { listen } from "../sync/news.js";
import { all, show } from "../ui/page.js";
import { followSettings } from "../ui/settings.js";
import { showLink, showWaiting } from "../ui/status.js";
import { chooseLanguage, followLanguage, keepUpdated } from "../ui/updates.js";

/** What is unsent, and how safely it lies here; a database that does not open is part of the answer. */
async function showUnsent() {
  const items = await device.outbox().catch(() => null);
  const unsent = items?.filter(({ state }) => state !== "delivered") ?? [];
  const attention = unsent.filter(({ state }) => state === "attention").length;
  showWaiting(unsent.length - attention, attention);
  const { showSafekeeping } = await import("../ui/strip.js");
  await showSafekeeping(unsent.map(({ sealed_at }) => sealed_at), items !== null);
}

/** @param {{takeOver?: boolean, online?: () => void}} [options] what to do once the server has been reached */
export function openFrame({ takeOver = false, online } = {}) {
  onStanding((standing) => {
    show("[data-standing=blocked]", standing === "blocked");
    if (standing === "blocking") show("[data-standing=blocking]", true);
  });
  showLink("unknown", null);
  followSettings();
  for (const form of document.forms) form.noValidate = true; // what is wrong is said in our words, never in a browser's bubble
  listen((news) => {
    if (news.type === "link") showLink(news.link, news.next_try_at);
    if (news.type === "link" && news.link === "reached") online?.();
    if (news.type === "outbox") void showUnsent();
  });
  void followLanguage();
  for (const button of all("[data-choose-language]")) {
    button.addEventListener("click", () => void chooseLanguage(button.dataset.chooseLanguage === "en" ? "en" : "zh"));
  }
  void keepUpdated({ takeOver });
  const page = String(all("[data-page]")[0]?.dataset.page);
  if (all("#install").length) void import("../ui/installing.js").then(({ offerInstalling }) => offerInstalling(page));
  void showUnsent();
  void import("../sync/engine.js").then((engine) => engine.start());
}

/** @returns {string} version of the app that drew this page */
export function appVersion() {
  return /** @type {HTMLElement | null} */ (document.querySelector("[data-app-version]"))?.dataset.appVersion ?? "0";
}
