/**
 * Reading QR codes from the camera 扫码: by the browser itself where it can, else
 * by a worker that alone may run WebAssembly (its own answer's policy says so).
 * Fetched when somebody scans; what a code means is the page's business.
 */

import { scriptUrl } from "./scripts.js";

const LONGEST = 1280;
const BETWEEN_MS = 120;
const CAMERA = { audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } };

/** @typedef {{read: (video: HTMLVideoElement) => Promise<string>, close: () => void}} Reader `read` answers "" while there is no code */

/** @returns {Promise<Reader | null>} null where the browser reads no QR codes */
async function ownReader() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  const formats = await Detector?.getSupportedFormats().catch(() => []);
  if (!formats?.includes("qr_code")) return null;
  const detector = new Detector({ formats: ["qr_code"] });
  return { read: async (video) => (await detector.detect(video))[0]?.rawValue ?? "", close: () => undefined };
}

/** @param {CanvasRenderingContext2D} context @param {HTMLVideoElement} video @returns {ImageData} the frame, no larger than needed */
function frameOf(context, video) {
  const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
  const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
  Object.assign(context.canvas, { width, height });
  context.drawImage(video, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** @returns {Reader} */
function workerReader() {
  const worker = new Worker(scriptUrl("/static/dist/qr.js"), { type: "module" });
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d", { willReadFrequently: true }));
  return {
    read: (video) => new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.problem ? reject(new TypeError(data.problem)) : resolve(data.text));
      worker.onerror = () => reject(new TypeError("the worker did not start"));
      const { data, width, height } = frameOf(context, video);
      worker.postMessage({ pixels: data.buffer, width, height }, [data.buffer]);
    }),
    close: () => worker.terminate(),
  };
}

/**
 * @param {HTMLVideoElement} video shows what the camera sees
 * @param {(text: string) => boolean} found a code was read; true ends the scan
 * @returns {Promise<() => void>} ends it. Rejects with what getUserMedia says, or TypeError when no reader could be had
 */
export async function startScan(video, found) {
  if (!navigator.mediaDevices) throw new DOMException("no camera", "NotFoundError");
  const reader = (await ownReader()) ?? workerReader();
  /** @type {MediaStream | null} */
  let stream = null;
  let going = true;
  const stop = () => {
    going = false;
    reader.close();
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  };
  const look = async () => {
    const text = video.videoWidth ? await reader.read(video) : "";
    if (!going) return;
    if (text && found(text)) return stop();
    setTimeout(() => void look(), BETWEEN_MS);
  };
  try {
    stream = await navigator.mediaDevices.getUserMedia(CAMERA);
    video.srcObject = stream;
    await video.play();
    await look(); // the first look tells whether the reader works at all
  } catch (problem) {
    stop();
    throw problem;
  }
  return stop;
}
