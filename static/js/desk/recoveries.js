/**
 * The administrator's recovery key: made here, closed here, proven here; only
 * then is its public half put in force. Requests of lost PINs are answered with
 * private halves that were opened from their files and are forgotten with the page.
 */

import { SHORTEST_PASSPHRASE, newKeyFile, openedKeyFile, resealed } from "../domain/recoverykey.js";
import { callJson } from "../sync/api.js";
import { all, fill, need, show, word } from "../ui/page.js";
import { bind, sentence } from "./asking.js";

/** @typedef {import("../domain/recoverykey.js").KeyFile} KeyFile */

/** @type {Map<string, CryptoKey>} private halves that are open, by name */
const opened = new Map();

/** @param {string} path @param {unknown} value */
function put(path, value) {
  return callJson("PUT", path, { body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });
}

/** @param {KeyFile} made */
function offerDownload(made) {
  const link = /** @type {HTMLAnchorElement} */ (need("#key-download"));
  link.download = `zhencha-recovery-key-${made.kid.slice(0, 8)}.json`;
  link.href = URL.createObjectURL(new Blob([JSON.stringify(made, null, 1), "\n"], { type: "application/json" }));
  link.click();
}

function bindMaking() {
  /** @type {KeyFile | null} */
  let made = null;
  const making = /** @type {HTMLFormElement} */ (need("#make-key"));
  bind(making, word("making_key"), async (given) => {
    const passphrase = String(given.get("passphrase"));
    const fault = passphrase.length < SHORTEST_PASSPHRASE ? "passphrase_short" : passphrase === given.get("again") ? "" : "passphrase_differs";
    if (fault) return void fill(making, { problem: word(fault) });
    made = await newKeyFile(passphrase);
    making.reset();
    show("#make-key", false);
    show("#prove-key", true);
    fill(need("#prove-key"), { made_kid: made.kid });
    offerDownload(made);
    need("#proof-file").focus();
  });
  const proving = /** @type {HTMLFormElement} */ (need("#prove-key"));
  bind(proving, word("opening_key"), async (given) => {
    const key = await openedKeyFile(await /** @type {File} */ (given.get("file")).text(), String(given.get("passphrase")));
    if (!made || key.kid !== made.kid) return void fill(proving, { problem: word("key_other") });
    await put("/recovery-key", { jwk: key.jwk });
    location.assign("/recoveries");
  });
}

/** @param {HTMLElement} row @param {"old" | "new"} which @returns {import("../domain/recoverykey.js").WrappedDataKey} */
function wrappedOf(row, which) {
  return JSON.parse(String(row.dataset[which]));
}

/** Which requests the open keys answer. */
function drawRequests() {
  for (const row of all("[data-recovery]")) {
    if (row.dataset.answered) continue;
    const needed = [wrappedOf(row, "old").recovery_kid, wrappedOf(row, "new").recovery_kid];
    const missing = needed.filter((kid) => !opened.has(kid));
    /** @type {HTMLButtonElement} */ (need("button", row)).disabled = missing.length > 0;
    fill(row, { needs: missing.length ? word("needs_key", { kid: missing[0].slice(0, 8) }) : "" });
  }
}

/** @param {HTMLElement} row */
async function answer(row) {
  const button = /** @type {HTMLButtonElement} */ (need("button", row));
  button.disabled = true;
  try {
    const sealed = await resealed(wrappedOf(row, "old"), wrappedOf(row, "new"), (kid) => opened.get(kid));
    await put(`/recoveries/${row.dataset.recovery}/answer`, sealed);
    row.dataset.answered = "true";
    button.hidden = true;
    fill(row, { problem: "", done: word("handed_over") });
  } catch (problem) {
    button.disabled = false;
    fill(row, { problem: sentence(problem) });
  }
}

function bindAnswering() {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("#open-key"));
  if (!form) return;
  bind(form, word("opening_key"), async (given) => {
    const key = await openedKeyFile(await /** @type {File} */ (given.get("file")).text(), String(given.get("passphrase")));
    opened.set(key.kid, key.key);
    form.reset();
    fill(form, { opened: word("key_open", { kid: key.kid.slice(0, 8) }) });
    drawRequests();
  });
  for (const row of all("[data-recovery]")) need("button", row).addEventListener("click", () => void answer(row));
  drawRequests();
}

export async function open() {
  const able = Boolean(globalThis.crypto?.subtle);
  show("#no-crypto", !able);
  show("[data-needs-crypto]", able);
  if (!able) return;
  bindMaking();
  bindAnswering();
}
