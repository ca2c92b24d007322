/**
 * Drawing on a photo 标注: arrows, circles and words, on a copy. What was drawn
 * is kept beside the original, so it can be taken back one by one, also later.
 */

import { drawMarks, isSeen } from "../domain/marks.js";
import { copyOf, fill, need, show, word } from "../ui/page.js";
import { NoRoom, keepMarks, pictureOf } from "./developing.js";

/** @typedef {import("../domain/marks.js").Mark} Mark */

const LONGEST = 1600;

/** @param {Blob} picture @returns {Promise<ImageBitmap>} no larger than the screen needs */
async function preview(picture) {
  const whole = await createImageBitmap(picture);
  const scale = LONGEST / Math.max(whole.width, whole.height);
  return scale >= 1 ? whole : createImageBitmap(whole, { resizeWidth: Math.round(whole.width * scale), resizeHeight: Math.round(whole.height * scale) });
}

/** @param {HTMLElement} stage @param {string} name @returns {string} what is chosen among the radios of this name */
const chosen = (stage, name) => /** @type {HTMLInputElement} */ (need(`[name=${name}]:checked`, stage)).value;

/** @param {HTMLElement} stage @param {HTMLCanvasElement} canvas @param {Mark[]} marks @param {() => void} drawn after every change */
function bindPen(stage, canvas, marks, drawn) {
  const words = /** @type {HTMLInputElement} */ (need("[data-mark-words]", stage));
  /** @param {PointerEvent} event @returns {import("../domain/marks.js").Spot} */
  const spot = ({ clientX, clientY }) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };
  /** @type {Mark | null} */
  let mark = null;
  canvas.addEventListener("pointerdown", (event) => {
    const kind = /** @type {Mark["kind"]} */ (chosen(stage, "mark-kind"));
    if (kind === "text" && !words.value.trim()) return words.focus();
    canvas.setPointerCapture(event.pointerId);
    const from = spot(event);
    mark = { kind, colour: /** @type {Mark["colour"]} */ (chosen(stage, "mark-colour")), from, to: from, ...(kind === "text" && { words: words.value.trim() }) };
    marks.push(mark);
    drawn();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!mark) return;
    mark.to = spot(event);
    if (mark.kind === "text") mark.from = mark.to;
    drawn();
  });
  const lifted = () => {
    if (mark && !isSeen(mark)) marks.splice(marks.indexOf(mark), 1);
    if (mark?.kind === "text") words.value = "";
    mark = null;
    drawn();
  };
  canvas.addEventListener("pointerup", lifted);
  canvas.addEventListener("pointercancel", lifted);
  stage.addEventListener("change", () => {
    show("[data-words-row]", chosen(stage, "mark-kind") === "text", stage);
    if (chosen(stage, "mark-kind") === "text") words.focus();
  });
}

/**
 * @param {import("./sheet.js").Sheet} sheet @param {import("../domain/draft.js").Photo} photo
 * @returns {Promise<void>} once it is kept or left as it was
 */
export async function annotate(sheet, photo) {
  const picture = await pictureOf(sheet.person, sheet.draft, photo.original ?? photo);
  if (!picture) return;
  const bitmap = await preview(picture);
  const stage = /** @type {HTMLDialogElement} */ (copyOf("photo-marks"));
  const canvas = /** @type {HTMLCanvasElement} */ (need("canvas", stage));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const undo = /** @type {HTMLButtonElement} */ (need("[data-action=undo-mark]", stage));
  const marks = structuredClone(photo.marks ?? []);
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  let due = 0;
  const draw = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      context.drawImage(bitmap, 0, 0);
      drawMarks(context, marks, canvas.width, canvas.height);
      undo.disabled = !marks.length;
    });
  };
  document.body.append(stage);
  stage.showModal();
  draw();
  bindPen(stage, canvas, marks, draw);
  undo.addEventListener("click", () => { marks.pop(); draw(); });
  need("[data-action=drop-marks]", stage).addEventListener("click", () => stage.close());
  const done = /** @type {HTMLButtonElement} */ (need("[data-action=keep-marks]", stage));
  done.addEventListener("click", async () => {
    done.disabled = true;
    try {
      await keepMarks(sheet, photo, marks);
      stage.close();
    } catch (problem) {
      console.error(problem);
      fill(stage, { shot_problem: word(problem instanceof NoRoom ? "photo_no_room" : "marks_failed") });
    }
    done.disabled = false;
  });
  await new Promise((closed) => stage.addEventListener("close", closed, { once: true }));
  bitmap.close();
  stage.remove();
}
