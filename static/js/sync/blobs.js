/**
 * One photo or ink file to the server: ask how much it has, send the rest in
 * pieces as large as the network takes in a few seconds. Nothing has to be
 * remembered here, so any crash resumes by asking.
 */

import { SMALLEST_PIECE, nextPiece } from "../domain/backoff.js";
import { sha256 as digestOf } from "../domain/encoding.js";
import { Refused, Unreachable, call } from "./api.js";

/** @typedef {{complete: boolean, offset: number}} Progress */

/** What is kept under this digest is no longer the file that was sealed. */
export class BytesLost extends Error {}

let pieceBytes = 4 * SMALLEST_PIECE;

/** @param {Response} response @returns {Progress} */
function progressOf(response) {
  const complete = response.headers.get("Upload-Complete");
  const offset = response.headers.get("Upload-Offset");
  if (complete === null && offset === null) throw new Unreachable("no upload headers: not our server");
  return { complete: complete === "?1", offset: Number(offset ?? 0) };
}

/** @param {string} sha256 @param {ArrayBuffer} bytes @param {number} offset @returns {Promise<Progress>} */
async function sendPiece(sha256, bytes, offset) {
  const piece = bytes.slice(offset, offset + pieceBytes);
  const began = performance.now();
  try {
    const response = await call("PATCH", `/blobs/${sha256}`, {
      body: piece, also: [409],
      headers: {
        "Content-Type": "application/partial-upload",
        "Upload-Offset": String(offset), "Upload-Length": String(bytes.byteLength),
      },
    });
    const progress = progressOf(response);
    if (!progress.complete && progress.offset === offset) throw new Unreachable("the upload does not advance");
    pieceBytes = nextPiece(pieceBytes, performance.now() - began);
    return progress;
  } catch (problem) {
    if (problem instanceof Unreachable) pieceBytes = SMALLEST_PIECE;
    const damaged = problem instanceof Refused && problem.code === "blob_digest_mismatch";
    if (damaged && (await digestOf(new Uint8Array(bytes))) !== sha256) throw new BytesLost(sha256);
    throw damaged ? new Unreachable("damaged on the way: it starts over") : problem;
  }
}

/**
 * @param {string} sha256 @param {ArrayBuffer} bytes
 * @param {(sent: number) => void} onProgress bytes the server has of this blob
 */
export async function sendBlob(sha256, bytes, onProgress) {
  let progress = progressOf(await call("HEAD", `/blobs/${sha256}`));
  while (!progress.complete) {
    onProgress(progress.offset);
    progress = await sendPiece(sha256, bytes, progress.offset);
  }
  onProgress(bytes.byteLength);
}
