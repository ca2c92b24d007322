/**
 * The service worker: registered once, and a new version of the app taken over
 * only while no form or signature is open.
 */

import { language } from "./page.js";
import { scriptUrl } from "./scripts.js";

const SETTINGS = "zhencha-settings";
const COOKIE = /(?:^|; )zhencha_language=(zh|en)/;

/** Kept pages follow the language that was chosen, here or at the desk. */
export async function followLanguage() {
  if (!("caches" in globalThis)) return;
  const settings = await caches.open(SETTINGS);
  const kept = await (await settings.match("/language"))?.text();
  const wanted = COOKIE.exec(document.cookie)?.[1] ?? kept ?? language();
  if (wanted === kept) return;
  await settings.put("/language", new Response(wanted));
  if (wanted !== language() && location.pathname.startsWith("/tablet/")) location.reload();
}

/** @param {"zh" | "en"} wanted */
export async function chooseLanguage(wanted) {
  document.cookie = `zhencha_language=${wanted}; path=/; max-age=31536000; samesite=lax`;
  await followLanguage();
}

/** @param {{takeOver: boolean}} options whether this page may be exchanged for a newer one */
export async function keepUpdated({ takeOver }) {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(scriptUrl("/sw.js"), { updateViaCache: "none" }).catch(() => null);
  if (!registration || !takeOver) return;
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (hadOne) location.reload(); });
  const offer = () => registration.waiting?.postMessage("take-over");
  offer();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
}

/** @returns {Promise<boolean>} whether pages are kept on this tablet for work without a network */
export async function readyOffline() {
  if (!("serviceWorker" in navigator)) return false;
  const registration = await navigator.serviceWorker.getRegistration();
  return Boolean(registration?.active);
}
