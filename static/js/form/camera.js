/**
 * From the camera key to bytes in the draft: downscaled in a worker, stored
 * before anything is shown. The worker is started by the first photo.
 */

import { stamp } from "../domain/times.js";
import { scriptUrl } from "../ui/scripts.js";

/** @typedef {{sha256: string, type: string, size: number, bytes: ArrayBuffer}} SmallPhoto */
/** @typedef {import("../domain/draft.js").Photo} Photo */

/** @type {Worker | null} */
let worker = null;
let asked = 0;

/** @param {Blob} picture @returns {Promise<SmallPhoto>} */
function small(picture) {
  worker ??= new Worker(scriptUrl("/static/dist/photo.js"), { type: "module" });
  const busy = worker;
  const number = ++asked;
  return new Promise((resolve, reject) => {
    /** @param {MessageEvent} event */
    const answered = ({ data }) => {
      if (data.number !== number) return;
      busy.removeEventListener("message", answered);
      if (data.photo) resolve(data.photo);
      else reject(new Error(data.problem));
    };
    busy.addEventListener("message", answered);
    busy.addEventListener("error", () => reject(new Error("the photo worker stopped")), { once: true });
    busy.postMessage({ number, picture });
  });
}

/**
 * @param {import("./sheet.js").Sheet} sheet
 * @param {File} picture
 * @param {{item: string, finding: string, moment: Photo["moment"]}} place
 */
export async function takeIn(sheet, picture, { item, finding, moment }) {
  const { bytes, sha256, type, size } = await small(picture);
  const known = sheet.draft.photos.some((photo) => photo.sha256 === sha256 && photo.finding === finding && photo.moment === moment);
  if (!known) sheet.draft.photos.push({ sha256, type, size, taken_at: stamp(), finding, item, moment, caption: "" });
  await sheet.saver.withBytes("photos", { sha256, type, size, bytes });
}
