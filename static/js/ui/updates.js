/**
 * The service worker: registered once; a newer version of the app takes over
 * only while nobody is at work in any window. What is said to be kept is kept.
 */

import { fill, language, word } from "./page.js";
import { scriptUrl } from "./scripts.js";

const SETTINGS = "zhencha-settings";
const COOKIE = /(?:^|; )zhencha_language=(zh|en)/;
const OFFER_MS = 2000;
const LOOK_MS = 30 * 60_000;
const PATIENCE_MS = 4000;

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

/**
 * Exchanging the page would take what is being typed; and a page that does not hold the
 * seat yet (seat.js) could not hand it to the new worker, which would ask for the PIN again.
 */
const atRest = () => "ready" in document.documentElement.dataset
  && !document.activeElement?.matches("input:not([type=radio]), textarea");

/** An installed app may stay open for weeks: it looks for a newer version when it is taken up again. @param {ServiceWorkerRegistration} registration */
function lookNowAndThen(registration) {
  let looked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - looked < LOOK_MS) return;
    looked = Date.now();
    registration.update().catch(() => undefined);
  });
}

/** @param {{takeOver: boolean}} options whether this page may be exchanged for a newer one */
export async function keepUpdated({ takeOver }) {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(scriptUrl("/sw.js"), { updateViaCache: "none" }).catch(() => null);
  if (!registration) return;
  lookNowAndThen(registration);
  if (!takeOver) return;
  const hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => { if (hadOne) location.reload(); });
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data === "update-waits") fill(document.body, { update: word("update_waits") });
  });
  const offer = () => { if (atRest()) registration.waiting?.postMessage("take-over"); };
  offer();
  setInterval(offer, OFFER_MS);
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
}

/** Nobody is at work yet: what is begun now is begun with the newest version that lies here. */
export async function newestVersion() {
  const waiting = (await navigator.serviceWorker?.getRegistration())?.waiting;
  if (!waiting) return;
  const { serviceWorker } = navigator;
  const settled = new Promise((resolve) => {
    for (const event of ["controllerchange", "message"]) serviceWorker.addEventListener(event, resolve, { once: true });
    setTimeout(resolve, PATIENCE_MS);
  });
  waiting.postMessage("take-over");
  await settled;
}

/** @param {string[]} paths @returns {Promise<boolean>} whether all lie on this tablet */
export async function areKept(paths) {
  const found = await Promise.all(paths.map((path) => caches.match(path, { ignoreVary: true }).catch(() => undefined)));
  return found.every(Boolean);
}

/**
 * Form pages that are not here are fetched: a draft may have come from another tablet, a list be offered anew.
 * Settles when that was tried, or never, when there is nobody to try.
 * @param {string[]} forms
 */
export async function keepForms(forms) {
  const registration = await navigator.serviceWorker?.getRegistration();
  const { port1, port2 } = new MessageChannel();
  registration?.active?.postMessage({ keep: forms }, [port2]);
  await new Promise((resolve) => { port1.onmessage = resolve; });
}

/** @param {string[]} forms of all lists @returns {Promise<boolean>} whether this tablet can be worked with without a network */
export async function readyOffline(forms) {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration?.active || !forms.length) return false;
  const pages = ["", "start", "review", "queue"].map((page) => `/tablet/${language()}/${page}`);
  return areKept([...pages, "/static/dist/app.js", "/static/dist/app.css", ...forms]);
}
