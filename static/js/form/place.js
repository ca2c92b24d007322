/**
 * Where the tablet is 位置, when its holder lets us know. Asked for with one
 * sentence when an inspection begins; everything works without an answer, and
 * nothing ever waits for one.
 */

import { fill, need, show, word } from "../ui/page.js";

/** @typedef {{latitude: string, longitude: string, accuracy_m: number}} Whereabouts */

const FRESH_MS = 120_000;
const PATIENCE_MS = 15_000;
const BEGINNING_MS = 30 * 60_000;

/** @type {{spot: Whereabouts, at: number} | null} */
let last = null;
/** @type {Promise<Whereabouts | null> | null} */
let asking = null;

/** @returns {Promise<string>} granted, prompt or denied */
async function permission() {
  if (!navigator.geolocation) return "denied";
  const status = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  return status?.state ?? "prompt";
}

/** @returns {Promise<Whereabouts | null>} */
function locate() {
  asking ??= new Promise((/** @type {(found: Whereabouts | null) => void} */ resolve) => {
    navigator.geolocation.getCurrentPosition(({ coords: { latitude, longitude, accuracy } }) => {
      last = { spot: { latitude: latitude.toFixed(6), longitude: longitude.toFixed(6), accuracy_m: Math.max(1, Math.round(accuracy)) }, at: Date.now() };
      resolve(last.spot);
    }, () => resolve(null), { enableHighAccuracy: true, maximumAge: FRESH_MS, timeout: PATIENCE_MS });
  }).finally(() => { asking = null; });
  return asking;
}

/** @returns {Promise<Whereabouts | null>} at most two minutes old; null where it may not be known; asks nobody */
export async function whereabouts() {
  if (last && Date.now() - last.at < FRESH_MS) return last.spot;
  return (await permission()) === "granted" ? locate() : null;
}

/** The one question, where it was not answered yet; its sentence stands on the page. @param {HTMLElement} place */
export async function askForPlace(place) {
  place.hidden = (await permission()) !== "prompt";
  const key = need("[data-action=note-place]", place);
  key.onclick = async () => {
    const spot = await locate();
    show("[data-action=note-place]", false, place);
    fill(place, { place_noted: spot ? word("place_noted", { metres: spot.accuracy_m }) : word("place_unknown") });
  };
}

/** Where an inspection began, noted in its draft once. @param {Pick<import("./sheet.js").Sheet, "draft" | "saver">} sheet */
export async function notePlace({ draft, saver }) {
  if (draft.place.latitude || Date.now() - Date.parse(draft.started_at) > BEGINNING_MS) return;
  const spot = await whereabouts();
  if (!spot) return;
  Object.assign(draft.place, spot);
  saver.soon();
}
