/**
 * Drawn ink 手写签名 as strokes with times: its file format and what counts as
 * blank. The same rules stand in inspection/domain/ink.py; both are held to
 * tests/vectors/ink.json.
 */

import { utf8 } from "./encoding.js";

/** @typedef {[number, number, number]} Point x, y and milliseconds since the first point */
/** @typedef {{width: number, height: number, strokes: Point[][]}} Ink */

export const FEWEST_POINTS = 8;
export const SMALLEST_SPAN = 60;

/** @param {Ink} ink @returns {boolean} true when nobody could call this a signature */
export function isBlank(ink) {
  const points = ink.strokes.flat();
  if (points.length < FEWEST_POINTS) return true;
  const across = points.map(([x]) => x);
  const down = points.map(([, y]) => y);
  const span = Math.max(...across) - Math.min(...across) + Math.max(...down) - Math.min(...down);
  return span < SMALLEST_SPAN;
}

/** @param {Ink} ink @returns {Uint8Array<ArrayBuffer>} the bytes of the ink file, made once */
export function inkFile(ink) {
  const strokes = ink.strokes.map((stroke) => stroke.map((point) => point.map(Math.round)));
  const file = { format: "zhencha.ink/1", width: Math.round(ink.width), height: Math.round(ink.height), strokes };
  return utf8(JSON.stringify(file));
}

/**
 * The same ink on a pad of another size: scaled evenly, never cropped.
 * @param {Ink} ink @param {number} width @param {number} height @returns {Ink}
 */
export function fitted(ink, width, height) {
  if (!ink.width || !ink.height) return { ...ink, width, height };
  const scale = Math.min(width / ink.width, height / ink.height);
  const strokes = ink.strokes.map((stroke) =>
    stroke.map(([x, y, t]) => /** @type {Point} */ ([x * scale, y * scale, t])));
  return { width, height, strokes };
}
