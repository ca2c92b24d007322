/** What somebody kept of a server: its public keys (keys.json) and its checkpoints (checkpoints.jsonl). */

import { parsed } from "./bytes.js";
import { statement } from "./proof.js";
import { grown } from "./tree.js";

/** @typedef {import("./jws.js").Jwk} Jwk */

/** The keys in a text: a key set (RFC 7517 §5), one key, or none. @param {string} text @returns {Jwk[]} */
export function keysIn(text) {
  try {
    const said = parsed(text);
    const keys = Array.isArray(said?.keys) ? said.keys : [said];
    return keys.filter((/** @type {any} */ key) => key?.kty === "EC" && typeof key.x === "string" && typeof key.y === "string");
  } catch {
    return [];
  }
}

/** The checkpoints in a text, line by line; empty when it is no mirror. @param {string} text @returns {string[]} each JWS */
export function checkpointsIn(text) {
  try {
    const lines = text.split("\n").filter((line) => line.trim());
    const found = lines.map((line) => parsed(line).jws);
    return found.every((jws) => typeof jws === "string") ? found : [];
  } catch {
    return [];
  }
}

/**
 * Whether each checkpoint continues the ones before it, and how far a proof's checkpoint is borne out by them.
 * @param {string[]} mirror @param {Jwk[]} keys @param {string} jws the proof's checkpoint
 * @returns {Promise<{lines: number, broken: number, standing: "kept" | "contradicted" | "not_kept"}>} `broken` is the first line that does not fit, 0 for none
 */
export async function compared(mirror, keys, jws) {
  const own = await statement(jws, keys);
  let [broken, standing] = [0, mirror.includes(jws) ? "kept" : "not_kept"];
  /** @type {Map<number, string[]>} */
  const peaksAt = new Map([[0, []]]);
  for (const [number, line] of mirror.entries()) {
    const said = await statement(line, keys);
    if (!said || !(await continues(said, peaksAt))) {
      broken = number + 1;
      break;
    }
    if (said.format !== "zhencha.checkpoint/1") peaksAt.set(said.seq, said.peaks);
    if (own && said.seq === own.seq && said.link !== own.link) standing = "contradicted";
  }
  return { lines: mirror.length, broken, standing: /** @type {"kept" | "contradicted" | "not_kept"} */ (standing) };
}

/** @param {import("./proof.js").Statement} said @param {Map<number, string[]>} peaksAt */
async function continues(said, peaksAt) {
  if (said.format === "zhencha.checkpoint/1") return true;
  const before = peaksAt.get(said.after);
  if (!before || (said.after === 0 && peaksAt.size > 1)) return false;
  try {
    return (await grown(said.after, before, said.grown, said.seq)).join() === said.peaks.join();
  } catch {
    return false;
  }
}
