/**
 * Room on the tablet: known before a photo is taken, not after. 20 MB are held
 * back in zhencha-device and given up when the storage is full, so that words
 * and answers can still be stored when photos cannot. Browsers tell little
 * (Chromium names a quota that is not the disk's), so what is held is the proof.
 */

import { forgetMeta, holdMeta, metaKeys } from "./device.js";

const RESERVE_BYTES = 20 * 1024 * 1024;
const PIECES = 5;
const BLOCK_BYTES = 64 * 1024;

/** Writes that found no room together are tried again together. */
const JUST_NOW_MS = 5_000;

let held = false;
let gaveUpAt = 0;
const keys = () => IDBKeyRange.bound("reserve:", "reserve:\uffff");

/** @returns {Promise<number>} bytes that may still be stored; without end where the browser does not say */
async function freeBytes() {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  return estimate?.quota === undefined ? Infinity : estimate.quota - (estimate.usage ?? 0);
}

/** @returns {ArrayBuffer} a piece that no compression makes smaller */
function piece() {
  const block = crypto.getRandomValues(new Uint8Array(BLOCK_BYTES));
  const bytes = new Uint8Array(RESERVE_BYTES / PIECES);
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) bytes.set(block, at);
  return bytes.buffer;
}

/** Held in pieces that keep nobody waiting. @returns {Promise<boolean>} whether all of it is held */
async function hold() {
  const there = await metaKeys(keys());
  for (let at = 0; at < PIECES; at += 1) {
    if (there.includes(`reserve:${at}`)) continue;
    if ((await freeBytes()) < RESERVE_BYTES) return false;
    await holdMeta(`reserve:${at}`, piece());
  }
  return true;
}

/** @returns {Promise<boolean>} whether another photo may be taken: what words may need is held, and there is more */
export async function roomForPhoto() {
  held ||= await hold().catch(() => false);
  return held && (await freeBytes()) >= RESERVE_BYTES;
}

/** @returns {Promise<boolean>} whether there is room now that was held back a moment ago */
export async function giveUp() {
  if ((await metaKeys(keys())).length) {
    held = false;
    await forgetMeta(keys());
    gaveUpAt = Date.now();
  }
  return Date.now() - gaveUpAt < JUST_NOW_MS;
}
