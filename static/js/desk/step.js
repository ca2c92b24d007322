/**
 * Photos of a step are sent as soon as they are chosen, made small first, one at a
 * time: a weak connection carries them while somebody writes, and a form that comes
 * back still has them. Without this file the form carries them itself.
 */

import { all, need } from "../ui/page.js";
import { scriptUrl } from "../ui/scripts.js";

const PATIENCE_MS = 20_000;

/** @param {File} file @returns {Promise<Blob>} its picture made small, or the file as it is where that does not work */
async function small(file) {
  const worker = new Worker(scriptUrl("/static/dist/photo.js"), { type: "module" });
  try {
    return await new Promise((resolve) => {
      setTimeout(() => resolve(file), PATIENCE_MS);
      worker.onerror = () => resolve(file);
      worker.onmessage = ({ data }) => resolve(data.made ? new Blob([data.made.photo.bytes], { type: data.made.photo.type }) : file);
      worker.postMessage({ number: 1, picture: file });
    });
  } finally {
    worker.terminate();
  }
}

/** @param {HTMLElement} place @param {File} file @returns {Promise<string>} what is wrong, in a sentence; nothing when it is kept */
async function send(place, file) {
  const body = new FormData();
  body.set("csrf_token", need("[name=csrf_token]", need("form[data-desk]")).getAttribute("value") ?? "");
  body.set("photos", await small(file), file.name);
  const answer = await fetch(place.dataset.photos ?? "", { method: "POST", body }).catch(() => undefined);
  const told = await answer?.json().catch(() => undefined);
  if (!answer?.ok || !told) return told?.sentence ?? need("[data-words]", place).dataset.failed ?? "";
  show(place, String(told.kept[0]));
  return "";
}

/** @param {HTMLElement} place @param {string} token */
function show(place, token) {
  const [digest, seal] = token.split(".");
  const one = /** @type {HTMLTemplateElement} */ (need("[data-one]", place)).content.cloneNode(true);
  const photo = /** @type {DocumentFragment} */ (one);
  need("[name=kept]", photo).setAttribute("value", token);
  need("img", photo).setAttribute("src", `${place.dataset.photos}/${digest}?seal=${seal}`);
  if (!all("[name=kept]", place).some((each) => each.getAttribute("value") === token)) need("[data-kept]", place).append(photo);
}

/** Begin to watch the keys that choose photos. */
export async function open() {
  for (const place of all("[data-photos]")) {
    let turn = Promise.resolve();
    place.addEventListener("change", ({ target }) => {
      if (!(target instanceof HTMLInputElement) || !target.files?.length || target.type !== "file") return;
      const files = [...target.files];
      target.value = "";
      turn = turn.then(() => take(place, files));
    });
  }
}

/** @param {HTMLElement} place @param {File[]} files */
async function take(place, files) {
  const told = need("[data-told]", place);
  const button = /** @type {HTMLButtonElement} */ (need("form[data-desk] button[type=submit]"));
  const troubles = [];
  button.disabled = true;
  told.textContent = need("[data-words]", place).dataset.sending ?? "";
  for (const file of files) troubles.push(await send(place, file));
  told.textContent = troubles.filter(Boolean).join(" ");
  button.disabled = false;
}
