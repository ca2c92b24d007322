/**
 * Hazards that somebody on this tablet has to look at again 复查, and their
 * earlier photos. The device's database holds no others; closed ones leave it.
 */

import { read, readAll, withDb, write } from "./database.js";
import { SHAPE } from "./device.js";

/** @typedef {import("../domain/reinspection.js").Hazard} Hazard */
/** @typedef {{sha256: string, type: string, size: number, bytes: ArrayBuffer}} HazardPhoto */

/** @param {string} [person] anybody when left out @returns {Promise<Hazard[]>} */
export async function assigned(person) {
  const all = /** @type {Partial<Hazard>[]} */ (await readAll(SHAPE, "hazards"));
  return /** @type {Hazard[]} */ (all.filter((one) => one.checklist && (person ? one.assigned?.includes(person) : one.assigned?.length)));
}

/** @param {string} sha256 @returns {Promise<HazardPhoto | undefined>} */
export function hazardPhoto(sha256) {
  return read(SHAPE, "hazard_photos", sha256);
}

/** @param {HazardPhoto} photo */
export function keepHazardPhoto(photo) {
  return write(SHAPE, ["hazard_photos"], (store) => store("hazard_photos").put(photo));
}

/** @returns {Promise<string[]>} digests of those that are here */
export function hazardPhotosHere() {
  return withDb(SHAPE, (database) => /** @type {Promise<string[]>} */ (database.getAllKeys("hazard_photos")));
}

/** They can be fetched again; nothing of an inspector's own is here. @param {string[]} digests */
export function letGoOfPhotos(digests) {
  return write(SHAPE, ["hazard_photos"], async (store) => {
    for (const sha256 of digests) await store("hazard_photos").delete(sha256);
  });
}
