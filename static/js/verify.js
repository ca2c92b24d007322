/**
 * Verification: computes the SHA-256 of the chosen file in the browser, asks the server what it
 * knows of that digest, and leaves it to the reader whether to send the file for the whole
 * examination. Without this file, or where the browser offers no SubtleCrypto, the form is a plain
 * upload.
 */

const LARGEST_BYTES = 50 * 1024 * 1024;
const PATIENCE_MILLISECONDS = 15_000;

const form = document.querySelector("[data-verify]");
const file = form?.querySelector("input[type=file]");
const posted = form?.querySelector("input[name=digest]");

/** @param {string} name @returns {HTMLElement} the part of the form with this data attribute */
function part(name) {
  const found = form?.querySelector(`[data-${name}]`);
  if (!(found instanceof HTMLElement)) throw new Error(`the form has no data-${name}`);
  return found;
}

/** @param {ArrayBuffer} bytes @returns {Promise<string>} lower-case hex */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the server says of a digest; null when it could not be asked. @param {string} digest @returns {Promise<{known: boolean, said: string, facts: string[]} | null>} */
async function asked(digest) {
  try {
    const answer = await fetch(`/verify/digest?sha256=${digest}`, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // no network, too slow, or no answer of ours: sending the file still works
  }
}

/** @param {{known: boolean, said: string, facts: string[]}} answer */
function tell(answer) {
  part("said").textContent = answer.said;
  part("facts").replaceChildren(
    ...answer.facts.map((sentence) => Object.assign(document.createElement("p"), { textContent: sentence })),
  );
  for (const mark of form?.querySelectorAll("[data-mark]") ?? []) {
    if (mark instanceof HTMLElement) mark.hidden = mark.dataset.mark !== (answer.known ? "passed" : "unknown");
  }
  part("answer").hidden = false;
}

/** @param {HTMLInputElement} input @param {HTMLInputElement} digestField */
async function show(input, digestField) {
  const chosen = input.files?.[0];
  for (const name of ["digest", "answer", "asked-nobody", "too-large"]) part(name).hidden = true;
  digestField.value = "";
  if (!chosen) return;
  const changed = () => input.files?.[0] !== chosen; // another file was chosen meanwhile
  part("digest-value").textContent = "";
  part("digest-size").textContent = new Intl.NumberFormat(document.documentElement.lang).format(chosen.size);
  part("working").hidden = false;
  part("digest").hidden = false;
  if (chosen.size > LARGEST_BYTES) {
    part("working").hidden = true;
    part("too-large").hidden = false;
    return;
  }
  const digest = await sha256(await chosen.arrayBuffer());
  if (changed()) return;
  digestField.value = digest;
  part("digest-value").textContent = digest;
  const answer = await asked(digest);
  if (changed()) return;
  part("working").hidden = true;
  if (answer) tell(answer);
  else part("asked-nobody").hidden = false;
}

if (file instanceof HTMLInputElement && posted instanceof HTMLInputElement && crypto.subtle) {
  file.addEventListener("change", () => show(file, posted));
}
