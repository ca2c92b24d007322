/**
 * Develops pictures off the main thread, one at a time: upright, longest side
 * 1600 px unless it is kept at full size, drawn upon when there are marks,
 * always JPEG (WebKit answers PNG when asked for WebP), with a thumbnail.
 * Re-encoding drops EXIF; the record keeps time and place itself.
 */

import { drawMarks } from "../domain/marks.js";

/** @typedef {{picture: Blob | ImageBitmap, full?: boolean, marks?: import("../domain/marks.js").Mark[], smallOnly?: boolean}} Order */

const LONGEST = 1600;
const SMALL = 400;
const MOST_PIXELS = 50_000_000;
/** What WebKit draws at least; beyond it a canvas may stay blank. */
const SURE_PIXELS = 16_000_000;
/** The server takes files up to 20 MB. */
const MOST_BYTES = 18 * 1024 * 1024;

/** @param {Blob} picture @returns {Promise<number>} its pixels as a JPEG or PNG states them, 0 when it states none: known before anything is decoded */
async function statedPixels(picture) {
  const view = new DataView(await picture.slice(0, 512 * 1024).arrayBuffer());
  if (view.byteLength > 24 && view.getUint32(0) === 0x89504e47) return view.getUint32(16) * view.getUint32(20);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return 0;
  for (let at = 2; at + 9 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker < 0xff01) return 0;
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && marker !== 0xffc4 && marker !== 0xffc8 && marker !== 0xffcc;
    if (isFrame) return view.getUint16(at + 5) * view.getUint16(at + 7);
  }
  return 0;
}

/** @param {CanvasImageSource} source @param {number} width @param {number} height @param {number} most pixels */
function drawn(source, width, height, most) {
  const scale = Math.min(1, Math.sqrt(most / (width * height)));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#FFFFFF";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return { canvas, context };
}

/** @param {ImageBitmap} bitmap @param {number} [longest] */
function copied(bitmap, longest = Infinity) {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  const copy = drawn(bitmap, width, height, MOST_PIXELS);
  const isBlank = width * height > SURE_PIXELS && copy.context.getImageData(0, 0, 1, 1).data[3] === 0;
  return isBlank ? drawn(bitmap, width, height, SURE_PIXELS) : copy;
}

/** @param {OffscreenCanvas} canvas @param {number[]} qualities tried in turn until the file is small enough */
async function file(canvas, qualities) {
  for (const quality of qualities) {
    const jpeg = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (jpeg.type !== "image/jpeg") throw new Error(jpeg.type);
    if (jpeg.size > MOST_BYTES) continue;
    const bytes = await jpeg.arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const sha256 = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return { sha256, type: jpeg.type, size: bytes.byteLength, bytes };
  }
  throw new Error("too_large");
}

/** @param {Order} order */
async function developed({ picture, full, marks, smallOnly }) {
  if (picture instanceof Blob && (await statedPixels(picture)) > MOST_PIXELS) throw new Error("too_large");
  const bitmap = picture instanceof Blob ? await createImageBitmap(picture, { imageOrientation: "from-image" }) : picture;
  if (bitmap.width * bitmap.height > MOST_PIXELS) throw new Error("too_large");
  const { canvas, context } = copied(bitmap, smallOnly ? SMALL : full || marks ? undefined : LONGEST);
  bitmap.close();
  if (marks) drawMarks(context, marks, canvas.width, canvas.height);
  const scale = Math.min(1, SMALL / Math.max(canvas.width, canvas.height));
  const small = await file(drawn(canvas, canvas.width * scale, canvas.height * scale, MOST_PIXELS).canvas, [0.7]);
  return smallOnly ? { small } : { small, photo: await file(canvas, full || marks ? [0.9, 0.8, 0.6, 0.4] : [0.8]) };
}

let turn = Promise.resolve();

self.onmessage = ({ data: { number, ...order } }) => {
  turn = turn.then(() => developed(order)).then(
    (made) => self.postMessage({ number, made }, { transfer: Object.values(made).map(({ bytes }) => bytes) }),
    (problem) => self.postMessage({ number, problem: problem.message === "too_large" ? "too_large" : String(problem) }),
  );
};
