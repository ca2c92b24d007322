/**
 * Makes a camera picture small enough to send, off the main thread: longest
 * side 1600 px, JPEG 0.8, upright. Always JPEG: WebKit answers PNG when asked
 * for WebP. Re-encoding drops EXIF; the record keeps time and place itself.
 */

const LONGEST = 1600;
const QUALITY = 0.8;

/** @param {Blob} picture @returns {Promise<Blob>} */
async function downscaled(picture) {
  const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

/** @param {ArrayBuffer} bytes */
async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

self.onmessage = async (event) => {
  const { number, picture } = event.data;
  try {
    const small = await downscaled(picture);
    if (small.type !== "image/jpeg") throw new Error(small.type);
    const bytes = await small.arrayBuffer();
    const photo = { type: small.type, size: bytes.byteLength, sha256: await digest(bytes), bytes };
    self.postMessage({ number, photo }, { transfer: [bytes] });
  } catch (problem) {
    self.postMessage({ number, problem: String(problem) });
  }
};
