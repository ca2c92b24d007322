/** The tree over the ledger's links, as in inspection/ledger/tree.py; both are held by tests/vectors/tree.json. */

import { fromHex, joined, sha256 } from "./bytes.js";

/** @param {string} link @returns {Promise<string>} */
export const leaf = (link) => sha256(joined(Uint8Array.of(0), fromHex(link)));

/** @param {string} left @param {string} right @returns {Promise<string>} */
export const node = (left, right) => sha256(joined(Uint8Array.of(1), fromHex(left), fromHex(right)));

/** Sizes of the fewest full trees that cover entries begin + 1 to end, from left to right. @param {number} begin @param {number} end @returns {number[]} */
export function sizes(begin, end) {
  const found = [];
  for (let at = begin; at < end; at += found[found.length - 1]) {
    let size = 1;
    while (at % (2 * size) === 0 && at + 2 * size <= end) size *= 2;
    found.push(size);
  }
  return found;
}

/** The peaks after the ledger grew; throws when there are too few or too many of either. @param {number} before @param {string[]} peaks @param {string[]} nodes @param {number} after @returns {Promise<string[]>} */
export async function grown(before, peaks, nodes, after) {
  const all = [...sizes(0, before), ...sizes(before, after)];
  const given = [...peaks, ...nodes];
  if (all.length !== given.length || peaks.length !== sizes(0, before).length) throw new RangeError("not as many nodes as spans");
  /** @type {{size: number, hash: string}[]} */
  const stack = [];
  for (const [number, each] of given.entries()) {
    let [size, hash] = [all[number], each];
    while (stack.length && stack[stack.length - 1].size === size) {
      hash = await node(/** @type {{hash: string}} */ (stack.pop()).hash, hash);
      size *= 2;
    }
    stack.push({ size, hash });
  }
  return stack.map(({ hash }) => hash);
}

/** Whether `path` leads from the entry with this link and place to a peak over `size` entries. @param {string} link @param {number} seq @param {string[]} path @param {number} size @param {string[]} peaks */
export async function stands(link, seq, path, size, peaks) {
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(size) || seq < 1 || seq > size) return false;
  const trees = sizes(0, size);
  if (peaks.length !== trees.length) return false;
  let [begin, number] = [0, 0];
  while (seq > begin + trees[number]) begin += trees[number++];
  if (2 ** path.length !== trees[number]) return false;
  let [climbed, place] = [await leaf(link), seq - 1 - begin];
  for (const beside of path) {
    climbed = place % 2 ? await node(beside, climbed) : await node(climbed, beside);
    place = Math.floor(place / 2);
  }
  return climbed === peaks[number];
}
