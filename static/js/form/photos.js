/**
 * The photos of a finding: a strip of thumbnails, the camera's key and the
 * files' key. Comes with the first finding. A hundred photos are a hundred
 * small pictures, each opened when it comes into sight.
 */

import { photosOf } from "../domain/draft.js";
import { minuteText, stamp } from "../domain/times.js";
import { person as personOf } from "../store/device.js";
import { roomForPhoto } from "../store/reserve.js";
import { all, copyOf, fill, need, word } from "../ui/page.js";
import { NoRoom, smallPicture, takeIn } from "./developing.js";

/** @typedef {import("../domain/draft.js").Draft} Draft */
/** @typedef {import("../domain/draft.js").Finding} Finding */
/** @typedef {import("../domain/draft.js").Photo} Photo */
/** @typedef {import("./sheet.js").Sheet} Sheet */
/** @typedef {{person: string, name: string, draft: Draft}} Album whose photos, with the inspector's name */

/** A file this new was taken just now, so where we are is where it was taken. */
const JUST_NOW_MS = 10 * 60_000;

/** @type {WeakMap<Element, () => Promise<void>>} */
const unseen = new WeakMap();
const sight = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    sight.unobserve(target);
    void unseen.get(target)?.();
  }
}, { rootMargin: "200px" });

/** @param {Album} album @param {Photo} photo @returns {string[]} what stands below the picture: time, place, inspector; then what else is known */
export function captionOf({ draft, name }, photo) {
  const { taken_at, file_at, latitude, longitude, accuracy_m, original } = photo;
  const time = minuteText(new Date(taken_at));
  return [
    [file_at ? word("photo_chosen_at", { time }) : time, draft.place.text, name].filter(Boolean).join(" · "),
    latitude ? word("photo_spot", { latitude, longitude: longitude ?? "", metres: accuracy_m ?? "" }) : "",
    file_at ? word("photo_file_at", { time: minuteText(new Date(file_at)) }) : "",
    original ? word("photo_marked") : "",
  ].filter(Boolean);
}

/** @param {Pick<Album, "person" | "draft">} album @param {Photo} photo @param {() => void} opened @returns {HTMLElement} */
function thumbnail({ person, draft }, photo, opened) {
  const figure = copyOf("photo");
  figure.dataset.photo = photo.sha256;
  const image = /** @type {HTMLImageElement} */ (need("img", figure));
  const shows = draft.hazards ? "photo_now" : photo.moment === "after" ? "photo_after" : "photo_before";
  image.alt = [word(shows), photo.caption].filter(Boolean).join(" ");
  need("button", figure).addEventListener("click", opened);
  unseen.set(figure, async () => {
    const picture = await smallPicture(person, draft, photo).catch(() => null);
    if (!picture) return void (figure.dataset.lost = "");
    image.src = URL.createObjectURL(picture);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  });
  sight.observe(figure);
  return figure;
}

/** Photos as they will be signed, each with its caption below. @param {HTMLElement} strip @param {Album} album @param {Photo[]} photos */
export function drawShots(strip, album, photos) {
  strip.replaceChildren(...photos.map((photo) => fill(
    thumbnail(album, photo, async () => (await import("./viewing.js")).view(album, photo)),
    { shot_words: photo.caption.trim(), shot_facts: captionOf(album, photo).join("\n") })));
}

/** @param {unknown} problem @returns {string} */
function problemWords(problem) {
  if (problem instanceof NoRoom) return word("photo_no_room");
  console.error(problem);
  return word(/** @type {Error} */ (problem).message === "too_large" ? "photo_too_large" : "photo_failed");
}

/** @param {Sheet} sheet @param {HTMLElement} block @param {Pick<Finding, "uuid" | "item">} finding @param {Photo["moment"]} moment */
function bindMoment(sheet, block, finding, moment) {
  const strip = need(`[data-strip=${moment}]`, block);
  const input = /** @type {HTMLInputElement} */ (need(`[data-camera=${moment}]`, block));
  const key = /** @type {HTMLButtonElement} */ (need(`[data-shoot=${moment}]`, block));
  const subject = { item: finding.item, finding: finding.uuid, moment };
  const full = () => /** @type {HTMLInputElement} */ (need("[data-full-size]", block)).checked;
  const say = (/** @type {string} */ words) => void fill(block, { photo_problem: words });

  const album = async () => ({ person: sheet.person, draft: sheet.draft, name: (await personOf(sheet.person))?.name ?? "" });
  const drawn = () => {
    const known = new Map(all("[data-photo]", strip).map((figure) => [figure.dataset.photo, figure]));
    strip.replaceChildren(...photosOf(sheet.draft, finding.uuid, moment).map((photo) => known.get(photo.sha256)
      ?? thumbnail(sheet, photo, async () => (await import("./viewing.js")).view(await album(), photo, sheet, settled))));
  };
  const settled = () => {
    drawn();
    sheet.changed(finding.item);
  };
  /** Whatever kills this page while a camera is open finds the draft whole, and at this item. */
  const beforehand = async () => {
    say("");
    sheet.draft.at = finding.item;
    await sheet.saver.now();
  };

  key.addEventListener("click", async () => {
    try {
      await beforehand();
      if (!(await roomForPhoto())) throw new NoRoom();
      const { shoot } = await import("./camera.js");
      const shot = await shoot({
        full: full(),
        take: async (picture, shown) => { await takeIn(sheet, picture, subject, { ...shown, fresh: true }); settled(); },
        problemWords,
      });
      if (!shot) say(word("no_camera"));
    } catch (problem) {
      say(problemWords(problem));
    }
  });
  input.addEventListener("pointerdown", () => void beforehand().catch(() => undefined));
  input.addEventListener("change", async () => {
    const taken_at = stamp();
    say("");
    for (const picture of input.files ?? []) {
      const fresh = Date.now() - picture.lastModified < JUST_NOW_MS;
      await takeIn(sheet, picture, subject, { taken_at, full: full(), fresh }).then(settled, (problem) => say(problemWords(problem)));
    }
    input.value = "";
  });
  drawn();
}

/** The moments that the block has a strip for. @param {Sheet} sheet @param {HTMLElement} block @param {Pick<Finding, "uuid" | "item">} finding */
export function bindPhotos(sheet, block, finding) {
  for (const strip of all("[data-strip]", block)) bindMoment(sheet, block, finding, /** @type {Photo["moment"]} */ (strip.dataset.strip));
  void roomForPhoto();
}
