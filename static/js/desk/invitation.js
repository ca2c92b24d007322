/**
 * An invitation on the office's screen: counts down, and asks now and then
 * whether a tablet has used it. Without this file the page says how long it lasts.
 */

const ASK_EVERY_MS = 4000;

/** @param {HTMLElement} shown @param {"open" | "used" | "expired"} state */
function turnTo(shown, state) {
  for (const part of shown.querySelectorAll("[data-while]")) {
    if (part instanceof HTMLElement) part.hidden = part.dataset.while !== state;
  }
}

/** @param {string} address @returns {Promise<boolean>} */
async function isUsed(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
    return answer.ok && (await answer.json()).used === true;
  } catch {
    return false;
  }
}

/** @param {HTMLElement} shown */
function follow(shown) {
  const ends = performance.now() + Number(shown.dataset.seconds) * 1000;
  const place = shown.querySelector("[data-left]");
  let asked = performance.now();
  const timer = setInterval(async () => {
    const now = performance.now();
    const left = Math.max(0, Math.ceil((ends - now) / 1000));
    if (place) place.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left === 0) {
      clearInterval(timer);
      return turnTo(shown, "expired");
    }
    if (now - asked < ASK_EVERY_MS) return;
    asked = now;
    if (!(await isUsed(shown.dataset.invitation ?? ""))) return;
    clearInterval(timer);
    turnTo(shown, "used");
  }, 500);
}

export async function open() {
  const shown = document.querySelector("[data-invitation]");
  if (shown instanceof HTMLElement) follow(shown);
}
