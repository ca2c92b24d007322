/**
 * Verification: shows the SHA-256 of the chosen file before anything leaves the
 * computer, then lets the reader agree to send it. Without this file, or where
 * the browser offers no SubtleCrypto, the form is a plain upload.
 */

const form = document.querySelector("[data-verify]");
const file = form?.querySelector("input[type=file]");
const shown = form?.querySelector("[data-digest]");
const value = form?.querySelector("[data-digest-value]");
const size = form?.querySelector("[data-digest-size]");
const posted = form?.querySelector("input[name=digest]");

/** @param {ArrayBuffer} bytes @returns {Promise<string>} lower-case hex */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function show() {
  if (!(file instanceof HTMLInputElement) || !(shown instanceof HTMLElement)) return;
  if (!(posted instanceof HTMLInputElement) || !value || !size) return;
  const chosen = file.files?.[0];
  shown.hidden = true;
  posted.value = "";
  if (!chosen) return;
  const digest = await sha256(await chosen.arrayBuffer());
  if (file.files?.[0] !== chosen) return; // another file was chosen meanwhile
  posted.value = digest;
  value.textContent = digest;
  size.textContent = new Intl.NumberFormat(document.documentElement.lang).format(chosen.size);
  shown.hidden = false;
}

if (file && crypto.subtle) file.addEventListener("change", show);
