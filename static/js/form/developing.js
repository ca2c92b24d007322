/**
 * From a picture to bytes in the draft: made small in a worker, one at a time,
 * and stored together with the draft that names it before anything is shown.
 * The worker is started by the first photo.
 */

import { madeSince } from "../domain/times.js";
import { bytesOf } from "../store/person.js";
import { roomForPhoto } from "../store/reserve.js";
import { scriptUrl } from "../ui/scripts.js";
import { whereabouts } from "./place.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../domain/draft.js").Photo} Photo */
/** @typedef {import("../store/person.js").KeptBytes} KeptBytes */
/** @typedef {import("./sheet.js").Sheet} Sheet */
/** @typedef {{small: KeptBytes, photo: KeptBytes}} Developed */
/** @typedef {Pick<Photo, "item" | "finding" | "moment">} Subject */

/** The tablet has no room for another photo. */
export class NoRoom extends Error {}

/** @type {Worker | null} */
let worker = null;
let asked = 0;
/** @type {Promise<unknown>} */
let turn = Promise.resolve();

/**
 * @param {import("../workers/photo.js").Order} order
 * @returns {Promise<Developed>} without `photo` where only the thumbnail was asked for
 */
function developed(order) {
  const busy = worker ??= new Worker(scriptUrl("/static/dist/photo.js"), { type: "module" });
  const number = ++asked;
  return new Promise((resolve, reject) => {
    const stopped = () => {
      if (worker === busy) worker = null;
      reject(new Error("the photo worker stopped"));
    };
    /** @param {MessageEvent} event */
    const answered = ({ data }) => {
      if (data.number !== number) return;
      busy.removeEventListener("message", answered);
      busy.removeEventListener("error", stopped);
      if (data.made) resolve(data.made);
      else reject(new Error(data.problem));
    };
    busy.addEventListener("message", answered);
    busy.addEventListener("error", stopped);
    busy.postMessage({ number, ...order }, order.picture instanceof Blob ? [] : [order.picture]);
  });
}

const nameOf = (/** @type {KeptBytes} */ { sha256, type, size }) => ({ sha256, type, size });

/** The thumbnail is kept beside the photo, and made anew wherever it is missing. @param {Sheet} sheet @param {KeptBytes} small */
function keepSmall({ saver }, small) {
  return saver.withBytes("photos", small).catch(() => undefined);
}

/**
 * @param {Sheet} sheet @param {Blob | ImageBitmap} picture @param {Subject} subject
 * @param {{taken_at: string, full: boolean, fresh: boolean}} shot `fresh`: taken here and now, so where we are is where it was taken
 */
async function store(sheet, picture, subject, { taken_at, full, fresh }) {
  if (!(await roomForPhoto())) throw new NoRoom();
  const near = fresh ? whereabouts() : null;
  const { photo: bytes, small } = await developed({ picture, full });
  const { draft, saver } = sheet;
  const known = draft.photos.some(({ sha256, finding, moment }) => sha256 === bytes.sha256 && finding === subject.finding && moment === subject.moment);
  if (known) return;
  const file_at = picture instanceof File ? madeSince(picture.lastModified, taken_at) : null;
  /** @type {Photo} */
  const photo = { ...nameOf(bytes), taken_at, ...subject, caption: "", small: nameOf(small), ...(file_at && { file_at }) };
  try {
    await saver.withBytes("photos", bytes, () => void draft.photos.push(photo));
  } catch (problem) {
    draft.photos = draft.photos.filter((one) => one !== photo);
    throw /** @type {Error} */ (problem).name === "QuotaExceededError" ? new NoRoom() : problem;
  }
  await keepSmall(sheet, small);
  const spot = await Promise.race([near, undefined]);
  if (spot) Object.assign(photo, spot);
  else void near?.then((late) => late && Object.assign(photo, late) && saver.soon());
}

/** One after the other; a photo that fails stops none. @type {typeof store} */
export function takeIn(...order) {
  const turned = turn.then(() => store(...order));
  turn = turned.catch(() => undefined);
  return turned;
}

/**
 * Marks are drawn on a copy; the original stays. Without marks the original is the photo again.
 * @param {Sheet} sheet @param {Photo} photo @param {import("../domain/marks.js").Mark[]} marks
 */
export async function keepMarks(sheet, photo, marks) {
  const former = { ...photo };
  const original = photo.original ?? { sha256: photo.sha256, type: photo.type, size: photo.size };
  if (!marks.length) {
    Object.assign(photo, original, { original: null, marks, small: undefined });
    return sheet.saver.now();
  }
  if (!(await roomForPhoto())) throw new NoRoom();
  const kept = await bytesOf(sheet.person, "photos", sheet.draft.uuid, original.sha256);
  if (!kept) throw new Error("the original is not there");
  const { photo: bytes, small } = await developed({ picture: new Blob([kept.bytes], { type: kept.type }), marks });
  try {
    await sheet.saver.withBytes("photos", bytes, () => void Object.assign(photo, nameOf(bytes), { original, marks, small: nameOf(small) }));
  } catch (problem) {
    Object.assign(photo, { original: null, marks: [] }, former);
    throw /** @type {Error} */ (problem).name === "QuotaExceededError" ? new NoRoom() : problem;
  }
  await keepSmall(sheet, small);
}

/** @param {KeptBytes | undefined} kept @returns {Blob | null} */
const blobOf = (kept) => (kept ? new Blob([kept.bytes], { type: kept.type }) : null);

/** @param {string} person @param {Draft} draft @param {import("../domain/draft.js").PhotoFile} file @returns {Promise<Blob | null>} */
export async function pictureOf(person, draft, { sha256 }) {
  return blobOf(await bytesOf(person, "photos", draft.uuid, sha256).catch(() => undefined));
}

/** @param {string} person @param {Draft} draft @param {Photo} photo @returns {Promise<Blob | null>} its thumbnail */
export async function smallPicture(person, draft, photo) {
  const kept = photo.small && (await pictureOf(person, draft, photo.small));
  if (kept) return kept;
  const whole = await pictureOf(person, draft, photo);
  return whole && blobOf((await developed({ picture: whole, smallOnly: true })).small);
}
