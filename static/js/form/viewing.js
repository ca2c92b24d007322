/**
 * A photo on the whole screen 看照片: its caption below it, never over it; a tap
 * makes it larger. On the form it can be given words, drawn upon and taken away.
 */

import { all, copyOf, fill, need, show, word } from "../ui/page.js";
import { pictureOf } from "./developing.js";
import { captionOf } from "./photos.js";

/** @typedef {import("../domain/draft.js").Photo} Photo */
/** @typedef {import("./photos.js").Album} Album */
/** @typedef {import("./sheet.js").Sheet} Sheet */

/** A tap shows three times the size, around the place that was tapped. @param {HTMLElement} zoom */
function bindZoom(zoom) {
  const frame = /** @type {HTMLElement} */ (zoom.parentElement);
  zoom.addEventListener("click", (event) => {
    const large = zoom.getAttribute("aria-pressed") !== "true";
    const { width, height, left, top } = zoom.getBoundingClientRect();
    const [x, y] = event.detail ? [(event.clientX - left) / width, (event.clientY - top) / height] : [0.5, 0.5];
    zoom.setAttribute("aria-pressed", String(large));
    frame.scrollTo(x * frame.scrollWidth - frame.clientWidth / 2, y * frame.scrollHeight - frame.clientHeight / 2);
  });
}

/** @param {HTMLElement} stage @param {Sheet} sheet @param {Photo} photo */
function bindWords(stage, { saver }, photo) {
  const words = /** @type {HTMLTextAreaElement} */ (need("[data-caption]", stage));
  words.value = photo.caption;
  words.addEventListener("input", () => {
    photo.caption = words.value;
    saver.soon();
  });
}

/** @param {Sheet} sheet @param {Photo} photo @param {() => void} settled */
function remove(sheet, photo, settled) {
  const at = sheet.draft.photos.indexOf(photo);
  const keep = () => { settled(); void sheet.saver.now().catch(() => undefined); };
  sheet.draft.photos.splice(at, 1);
  sheet.offerUndo(word("photo_removed"), () => {
    sheet.draft.photos.splice(at, 0, photo);
    keep();
  });
  keep();
}

/**
 * @param {Album} album @param {Photo} photo
 * @param {Sheet} [sheet] where it may be changed @param {() => void} [settled] after a change
 */
export async function view(album, photo, sheet, settled = () => undefined) {
  const stage = /** @type {HTMLDialogElement} */ (copyOf("photo-view"));
  const image = /** @type {HTMLImageElement} */ (need("img", stage));
  const draw = async () => {
    const [facts, ...notes] = captionOf(album, photo);
    fill(stage, { shot_facts: facts, shot_notes: notes.join("\n"), shot_words: sheet ? "" : photo.caption.trim() });
    const picture = await pictureOf(album.person, album.draft, photo);
    show("[data-picture-lost]", !picture, stage);
    if (!picture) return;
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(picture);
  };
  show("[data-editing]", Boolean(sheet), stage);
  document.body.append(stage);
  stage.showModal();
  bindZoom(need("[data-action=zoom]", stage));
  for (const key of all("[data-action=close-photo]", stage)) key.addEventListener("click", () => stage.close());
  stage.addEventListener("close", () => {
    URL.revokeObjectURL(image.src);
    stage.remove();
    settled();
  });
  if (sheet) {
    bindWords(stage, sheet, photo);
    need("[data-action=remove-photo]", stage).addEventListener("click", () => { remove(sheet, photo, settled); stage.close(); });
    need("[data-action=annotate]", stage).addEventListener("click", async () => {
      await (await import("./annotating.js")).annotate(sheet, photo);
      await draw();
    });
  }
  await draw();
}
