/**
 * Earlier photos of the hazards that the reader has to look at again: fetched
 * after everything of one's own is sent, newest first, within bounds, and let
 * go of when the hazard is closed. A photo that does not come is tried later.
 */

import { leftMs } from "../domain/backoff.js";
import { sha256 as digestOf } from "../domain/encoding.js";
import { photosKept, photosWanted } from "../domain/reinspection.js";
import { assigned, hazardPhotosHere, keepHazardPhoto, letGoOfPhotos } from "../store/assigned.js";
import * as device from "../store/device.js";
import { Refused, call } from "./api.js";
import { tell } from "./news.js";

const RESERVE_BYTES = 500 * 1024 * 1024;

/** @typedef {import("../domain/reinspection.js").WantedPhoto} WantedPhoto */

/** What inspectors write and take comes before what can be fetched again. */
async function roomIsScarce() {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  return Boolean(estimate?.quota) && Number(estimate?.quota) - Number(estimate?.usage) < RESERVE_BYTES;
}

/** Something of one's own waits to be sent: that goes first. */
async function somethingWaits() {
  return (await device.outbox()).some((item) => item.state === "waiting" && leftMs(item, Date.now()) === 0);
}

/** @param {WantedPhoto} wanted @returns {Promise<boolean>} whether it came */
async function fetchOne({ sha256, type, hazard }) {
  try {
    const bytes = await (await call("GET", `/hazards/${hazard}/photos/${sha256}`)).arrayBuffer();
    if (await digestOf(bytes) !== sha256) return false;
    await keepHazardPhoto({ sha256, type, size: bytes.byteLength, bytes });
    return true;
  } catch (problem) {
    if (problem instanceof Refused && problem.status === 404) return false; // its bytes are still on another tablet
    throw problem;
  }
}

/** @param {string} reader uuid of the person signed in: only their hazards may be fetched */
export async function fetchHazardPhotos(reader) {
  const hazards = await assigned();
  const kept = photosKept(hazards);
  const here = new Set(await hazardPhotosHere());
  const left = [...here].filter((sha256) => !kept.has(sha256));
  if (left.length) await letGoOfPhotos(left);
  const missing = photosWanted(hazards, reader).filter(({ sha256 }) => !here.has(sha256));
  let came = 0;
  for (const wanted of missing) {
    if (await somethingWaits() || await roomIsScarce()) break;
    if (await fetchOne(wanted)) came += 1;
  }
  if (came) tell({ type: "reference" });
}
