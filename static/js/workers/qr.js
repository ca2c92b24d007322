/**
 * Reads a QR code from a picture with ZXing, off the main thread. The one script
 * of this app that runs WebAssembly: its own answer carries the policy that lets
 * it, so that no page needs 'wasm-unsafe-eval'. Fetched only to scan; not kept offline.
 */

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

// Compressed already when it was built; the server says so and the browser unpacks it.
prepareZXingModule({ overrides: { locateFile: () => "/static/dist/zxing_reader.wasm.gz" } });

self.onmessage = async (event) => {
  const { pixels, width, height } = event.data;
  try {
    const picture = new ImageData(new Uint8ClampedArray(pixels), width, height);
    const [found] = await readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true });
    self.postMessage({ text: found?.text ?? "" });
  } catch (problem) {
    self.postMessage({ problem: String(problem) });
  }
};
