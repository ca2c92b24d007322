/**
 * A report's page while the worker still examines its file: asks now and then, and
 * says when the verdict is there. It never turns the page by itself: somebody may be
 * reading or writing.
 */

import { need } from "../ui/page.js";

const EVERY_MS = 2000;
const TRIES = 60;

/** Begin to ask. */
export async function open() {
  const page = need("[data-verdict]");
  const link = need("[data-verdict-ready]");
  let tries = 0;
  const ask = async () => {
    const answer = await fetch(page.dataset.verdict ?? "").catch(() => undefined);
    const told = answer?.ok ? await answer.json() : { known: false };
    if (told.known) link.classList.add("button");
    else if (++tries < TRIES) setTimeout(ask, EVERY_MS);
  };
  setTimeout(ask, EVERY_MS);
}
