/**
 * One tab writes a draft; a second one may look, says so, and takes over when
 * the first is closed. The form and the signing of a draft are one thing here:
 * going from one to the other lets nobody in between.
 */

/** An earlier page of the same tab lets go within this time. */
const PATIENCE_MS = 1_000;

/** Free twice in a row is closed; free once may be on its way to the next page. @param {string} name */
function takeOverLater(name) {
  let free = 0;
  setInterval(async () => {
    const { held } = await navigator.locks.query();
    free = held?.some((lock) => lock.name === name) ? 0 : free + 1;
    if (free > 1 && document.visibilityState === "visible") location.reload();
  }, PATIENCE_MS);
}

/** @param {string} uuid of the draft @returns {Promise<boolean>} whether this page may write it */
export function holdDraft(uuid) {
  const name = `draft:${uuid}`;
  addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
  return new Promise((resolve) => {
    navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => {
      resolve(true);
      return new Promise((letGo) => addEventListener("pagehide", letGo, { once: true }));
    }).catch(() => {
      resolve(false);
      takeOverLater(name);
    });
  });
}
