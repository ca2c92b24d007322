/**
 * Push messages to this browser: asks it for an address and keys, and sends
 * them with the page's form. Without this file the page says that it cannot.
 */

import { scriptUrl } from "../ui/scripts.js";

/** @param {Element} root @param {"" | "-denied" | "-failed" | "-missing"} shown */
function show(root, shown) {
  for (const part of ["", "-denied", "-failed", "-missing"]) {
    const element = root.querySelector(`[data-push${part}]`);
    if (element instanceof HTMLElement) element.hidden = part !== shown;
  }
}

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
function bytes(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}

/** @param {string} key the server's public key @returns {Promise<PushSubscriptionJSON>} */
async function subscribed(key) {
  await navigator.serviceWorker.register(scriptUrl("/sw.js"), { updateViaCache: "none" });
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe(); // it may be for another server's key
  return (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })).toJSON();
}

/** Offer the button where the browser can do it. */
export async function open() {
  const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-desk='push']"));
  const form = /** @type {HTMLFormElement | null | undefined} */ (root?.querySelector("form[data-push]"));
  if (!root || !form || !("serviceWorker" in navigator) || !("PushManager" in globalThis)) return;
  show(root, Notification.permission === "denied" ? "-denied" : "");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await Notification.requestPermission() !== "granted") return show(root, "-denied");
    try {
      const { endpoint, keys } = await subscribed(root.dataset.key ?? "");
      for (const [name, value] of Object.entries({ endpoint, ...keys })) {
        const input = form.elements.namedItem(name);
        if (input instanceof HTMLInputElement) input.value = value ?? "";
      }
      form.submit();
    } catch {
      show(root, "-failed");
    }
  });
}
