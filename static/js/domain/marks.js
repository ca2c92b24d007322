/**
 * What an inspector draws on a copy of a photo 标注: arrows, circles, words.
 * Places are shares of the picture's width and height, so that the same marks
 * stand at the same spot on the screen and in the picture that is kept.
 */

/** @typedef {[number, number]} Spot */
/** @typedef {"red" | "yellow" | "white"} Colour */
/** @typedef {{kind: "arrow" | "circle" | "text", colour: Colour, from: Spot, to: Spot, words?: string}} Mark */
/**
 * @typedef {Pick<OffscreenCanvasRenderingContext2D, "beginPath" | "moveTo" | "lineTo" | "ellipse" | "stroke" | "fillText" |
 *   "strokeText" | "lineWidth" | "strokeStyle" | "fillStyle" | "lineCap" | "lineJoin" | "font" | "textBaseline">} Pen
 */

/** Each colour with the one around it: together they can be read on any picture. */
const INKS = { red: ["#E5231B", "#FFFFFF"], yellow: ["#FFD60A", "#14181C"], white: ["#FFFFFF", "#14181C"] };

/** Shorter than this share of the picture, a drag was a slip. */
const SLIP = 0.012;

/** @param {Mark} mark @returns {boolean} whether there is anything to see */
export function isSeen({ kind, from, to, words }) {
  return kind === "text" ? Boolean(words?.trim()) : Math.hypot(to[0] - from[0], to[1] - from[1]) > SLIP;
}

/** @param {Pen} pen @param {number} x @param {number} y @param {number} toX @param {number} toY @param {number} head */
function arrow(pen, x, y, toX, toY, head) {
  const angle = Math.atan2(toY - y, toX - x);
  pen.moveTo(x, y);
  pen.lineTo(toX, toY);
  for (const side of [-0.5, 0.5]) {
    pen.moveTo(toX, toY);
    pen.lineTo(toX - head * Math.cos(angle + side), toY - head * Math.sin(angle + side));
  }
}

/** @param {Pen} pen @param {Mark[]} marks @param {number} width of the picture @param {number} height */
export function drawMarks(pen, marks, width, height) {
  const line = Math.max(width, height) / 160;
  pen.lineCap = pen.lineJoin = "round";
  pen.textBaseline = "top";
  pen.font = `600 ${line * 6}px sans-serif`;
  for (const { kind, colour, from, to, words = "" } of marks) {
    const [x, y, toX, toY] = [from[0] * width, from[1] * height, to[0] * width, to[1] * height];
    const [ink, rim] = INKS[colour];
    for (const [style, wide] of /** @type {[string, number][]} */ ([[rim, line * 2], [ink, line]])) {
      pen.strokeStyle = pen.fillStyle = style;
      pen.lineWidth = wide;
      pen.beginPath();
      if (kind === "arrow") arrow(pen, x, y, toX, toY, line * 6);
      if (kind === "circle") pen.ellipse((x + toX) / 2, (y + toY) / 2, Math.abs(toX - x) / 2, Math.abs(toY - y) / 2, 0, 0, 2 * Math.PI);
      if (kind !== "text") pen.stroke();
      else if (style === rim) pen.strokeText(words, x, y);
      else pen.fillText(words, x, y);
    }
  }
}
