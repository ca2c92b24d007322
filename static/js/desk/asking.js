/**
 * Forms of the desk whose work is done in the browser: busy while it works,
 * and a problem said in place, where the reader looks.
 */

import { NotARecoveryKey, WrongKey, WrongPassphrase } from "../domain/recoverykey.js";
import { Refused, Unreachable } from "../sync/api.js";
import { fill, need, word } from "../ui/page.js";

/** @param {unknown} problem @returns {string} */
export function sentence(problem) {
  if (problem instanceof NotARecoveryKey) return word("key_file_unfit");
  if (problem instanceof WrongPassphrase) return word("passphrase_wrong");
  if (problem instanceof WrongKey) return word("key_wrong");
  if (problem instanceof Refused) return problem.detail || word("refused", { code: problem.code });
  if (problem instanceof Unreachable) return word("unreachable");
  throw problem;
}

/**
 * One form and what it does: busy while it works, its problem said in place.
 * @param {HTMLFormElement} form @param {string} busy @param {(given: FormData) => Promise<void>} act
 */
export function bind(form, busy, act) {
  const button = /** @type {HTMLButtonElement} */ (need("button[type=submit]", form));
  form.noValidate = true; // what is wrong is said in our words, never in a browser's bubble
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    fill(form, { problem: "", busy });
    try {
      await act(new FormData(form));
    } catch (problem) {
      fill(form, { problem: sentence(problem) });
    } finally {
      button.disabled = false;
      fill(form, { busy: "" });
    }
  });
}
