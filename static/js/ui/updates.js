/**
 * The service worker: registered once, and a new version of the app taken over
 * only while no form or signature is open.
 */

import { scriptUrl } from "./scripts.js";

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
