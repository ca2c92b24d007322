/** What every tablet page does: keep the app current, run the sync engine, keep the head bar true. */

import * as device from "../store/device.js";
import { listen } from "../sync/news.js";
import { all } from "../ui/page.js";
import { showLink, showStorage, showWaiting } from "../ui/status.js";
import { chooseLanguage, followLanguage, keepUpdated } from "../ui/updates.js";

async function countWaiting() {
  const items = await device.outbox();
  showWaiting(
    items.filter(({ state }) => state === "waiting").length,
    items.filter(({ state }) => state === "attention").length,
  );
}

/** @param {{takeOver?: boolean, online?: () => void}} [options] what to do once the server has been reached */
export function openFrame({ takeOver = false, online } = {}) {
  showLink("unknown", null);
  listen((news) => {
    if (news.type === "link") showLink(news.link, news.next_try_at);
    if (news.type === "link" && news.link === "reached") online?.();
    if (news.type === "outbox") void countWaiting();
  });
  void followLanguage();
  for (const button of all("[data-choose-language]")) {
    button.addEventListener("click", () => void chooseLanguage(button.dataset.chooseLanguage === "en" ? "en" : "zh"));
  }
  void keepUpdated({ takeOver });
  void showStorage();
  void countWaiting();
  void import("../sync/engine.js").then((engine) => engine.start());
}

/** @returns {string} version of the app that drew this page */
export function appVersion() {
  return /** @type {HTMLElement | null} */ (document.querySelector("[data-app-version]"))?.dataset.appVersion ?? "0";
}
