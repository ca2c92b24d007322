/**
 * One tab writes a draft; a second one may look, says so, and takes over when
 * the first is closed. The form and the signing of a draft are one thing here.
 */

/** An earlier page of the same tab lets go within this time. */
const PATIENCE_MS = 1_000;

/** @param {string} uuid of the draft @returns {Promise<boolean>} whether this page may write it */
export function holdDraft(uuid) {
  return new Promise((resolve) => {
    let looking = false;
    const look = setTimeout(() => { looking = true; resolve(false); }, PATIENCE_MS);
    void navigator.locks.request(`draft:${uuid}`, () => {
      clearTimeout(look);
      if (looking) location.reload();
      resolve(true);
      return new Promise((letGo) => addEventListener("pagehide", letGo, { once: true }));
    });
    addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
  });
}
