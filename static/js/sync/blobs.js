/**
 * One photo or ink file to the server: ask how much it has, send the rest in
 * pieces. Nothing has to be remembered here, so any crash resumes by asking.
 */

import { Unreachable, call } from "./api.js";

export const PIECE_BYTES = 256 * 1024;

/** @typedef {{complete: boolean, offset: number}} Progress */

/** @param {Response} response @returns {Progress} */
function progressOf(response) {
  const complete = response.headers.get("Upload-Complete");
  const offset = response.headers.get("Upload-Offset");
  if (complete === null && offset === null) throw new Unreachable("no upload headers: not our server");
  return { complete: complete === "?1", offset: Number(offset ?? 0) };
}

/**
 * @param {string} sha256 @param {ArrayBuffer} bytes
 * @param {(sent: number) => void} onProgress bytes the server has of this blob
 */
export async function sendBlob(sha256, bytes, onProgress) {
  let progress = progressOf(await call("HEAD", `/blobs/${sha256}`));
  while (!progress.complete) {
    onProgress(progress.offset);
    const piece = bytes.slice(progress.offset, progress.offset + PIECE_BYTES);
    const before = progress.offset;
    const response = await call("PATCH", `/blobs/${sha256}`, {
      body: piece, also: [409],
      headers: {
        "Content-Type": "application/partial-upload",
        "Upload-Offset": String(before), "Upload-Length": String(bytes.byteLength),
      },
    });
    progress = progressOf(response);
    if (!progress.complete && progress.offset === before && response.status !== 409) {
      throw new Unreachable("the upload does not advance");
    }
  }
  onProgress(bytes.byteLength);
}
