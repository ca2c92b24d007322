/**
 * The pad for a drawn signature 手写签名. Keeps strokes with their times, and
 * keeps them when the tablet is turned: the ink is scaled, never cropped, and
 * turning back brings back its size, because it is scaled from how it was written.
 */

import SignaturePad from "signature_pad";
import { fitted, isBlank } from "../domain/ink.js";

/** @typedef {import("../domain/ink.js").Ink} Ink */
/** @typedef {{ink: () => Ink, isBlank: () => boolean, clear: () => void, undo: () => void, close: () => void}} InkPad */

/** @param {import("signature_pad").PointGroup[]} groups @param {number} width @param {number} height @returns {Ink} */
function inkOf(groups, width, height) {
  const began = Math.min(...groups.flatMap((group) => group.points.map((point) => point.time)));
  const strokes = groups.map((group) => group.points.map((point) =>
    /** @type {import("../domain/ink.js").Point} */ ([Math.round(point.x), Math.round(point.y), Math.round(point.time - began)])));
  return { width, height, strokes };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {() => void} changed after every stroke, also when one is taken back
 * @returns {InkPad}
 */
export function inkPad(canvas, changed) {
  const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3.2, penColor: "#1A1F24" });
  let size = { width: 0, height: 0 };
  let written = { ...size, groups: pad.toData() };

  const keep = () => { written = { ...size, groups: pad.toData() }; };

  const fit = () => {
    const { width, height } = canvas.getBoundingClientRect();
    if (!width || (Math.round(width) === size.width && Math.round(height) === size.height)) return;
    const { groups } = written;
    const moved = fitted({ ...written, strokes: groups.map((group) => group.points.map(({ x, y, time }) => [x, y, time])) }, width, height);
    size = { width: Math.round(width), height: Math.round(height) };
    const ratio = Math.max(1, devicePixelRatio);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.getContext("2d")?.scale(ratio, ratio);
    pad.clear();
    pad.fromData(groups.map((group, at) => ({
      ...group,
      points: group.points.map((point, index) => ({ ...point, x: moved.strokes[at][index][0], y: moved.strokes[at][index][1] })),
    })));
    if (!groups.length) keep();
  };

  const observer = new ResizeObserver(fit);
  observer.observe(canvas);
  fit();
  pad.addEventListener("endStroke", () => { keep(); changed(); });
  const redraw = (/** @type {import("signature_pad").PointGroup[]} */ groups) => {
    pad.clear();
    pad.fromData(groups);
    keep();
    changed();
  };
  return {
    ink: () => inkOf(pad.toData(), size.width, size.height),
    isBlank: () => isBlank(inkOf(pad.toData(), size.width, size.height)),
    clear: () => redraw([]),
    undo: () => redraw(pad.toData().slice(0, -1)),
    close: () => { observer.disconnect(); pad.off(); },
  };
}
