/** A character that the report could not print is named while it is written; it is stored all the same. */

import { unprintable } from "../domain/glyphs.js";
import { copyOf, word } from "../ui/page.js";

/** @param {HTMLInputElement} text that has been written in */
export function warn(text) {
  const found = unprintable(text.value);
  const next = text.nextElementSibling;
  const drawn = next instanceof HTMLElement && next.matches("[data-unprintable]") ? next : copyOf("unprintable");
  drawn.textContent = word("unprintable", { characters: found.join(" ") });
  text.toggleAttribute("data-warned", found.length > 0);
  if (found.length) text.after(drawn);
  else drawn.remove();
}
