/**
 * The camera in the page 拍照: nothing leaves the browser, so nothing can push
 * it out of memory. Several shots in a row; each is on its way to the draft
 * before the next one is taken.
 */

import { stamp } from "../domain/times.js";
import { copyOf, fill, need, show, word } from "../ui/page.js";

/** @typedef {{taken_at: string, full: boolean}} Shot */
/**
 * @typedef {{full: boolean, take: (picture: Blob | ImageBitmap, shot: Shot) => Promise<void>,
 *   problemWords: (problem: unknown) => string}} Shooting
 */

const WANTED = { facingMode: "environment", width: { ideal: 2560 }, height: { ideal: 1920 } };
/** So many shots may wait for the tablet to store them. */
const MOST_WAITING = 3;

/** At full size the camera's own picture is asked for; where it is not offered, what is seen is taken. @param {HTMLVideoElement} video @param {MediaStreamTrack} track @param {boolean} full @returns {Promise<Blob | ImageBitmap>} */
async function still(video, track, full) {
  const Capture = /** @type {any} */ (globalThis).ImageCapture;
  const own = full && Capture ? await new Capture(track).takePhoto().catch(() => null) : null;
  return own ?? createImageBitmap(video);
}

/** @param {HTMLDialogElement} stage @param {MediaStreamTrack} track */
function bindTorch(stage, track) {
  const key = need("[data-action=torch]", stage);
  key.hidden = !(/** @type {any} */ (track.getCapabilities?.())?.torch);
  key.addEventListener("click", () => {
    const torch = key.getAttribute("aria-pressed") !== "true";
    key.setAttribute("aria-pressed", String(torch));
    void track.applyConstraints({ advanced: [/** @type {any} */ ({ torch })] }).catch(() => undefined);
  });
}

/** @param {HTMLDialogElement} stage @param {MediaStreamTrack} track @param {Shooting} shooting */
function bindShutter(stage, track, { full, take, problemWords }) {
  const video = /** @type {HTMLVideoElement} */ (need("video", stage));
  const shutter = /** @type {HTMLButtonElement} */ (need("[data-action=shutter]", stage));
  const whole = /** @type {HTMLInputElement} */ (need("[data-full-size]", stage));
  whole.checked = full;
  const count = { shot: 0, waiting: 0 };
  const draw = () => {
    shutter.disabled = count.waiting >= MOST_WAITING;
    stage.dataset.waiting = String(count.waiting);
    fill(stage, { shot_count: word(count.waiting ? "shots_waiting" : count.shot ? "shots_stored" : "shots_none", count) });
  };
  shutter.addEventListener("click", async () => {
    const shot = { taken_at: stamp(), full: whole.checked };
    count.waiting += 1;
    draw();
    fill(stage, { shot_problem: "" });
    video.classList.toggle("is-shot");
    try {
      await take(await still(video, track, shot.full), shot);
      count.shot += 1;
    } catch (problem) {
      fill(stage, { shot_problem: problemWords(problem) });
    }
    count.waiting -= 1;
    draw();
  });
  draw();
}

/**
 * @param {Shooting} shooting @returns {Promise<boolean>} once the camera is closed; false where it could not be opened
 */
export async function shoot(shooting) {
  const stream = await navigator.mediaDevices?.getUserMedia({ video: WANTED, audio: false }).catch(() => null);
  const track = stream?.getVideoTracks()[0];
  if (!stream || !track) return false;
  const stage = /** @type {HTMLDialogElement} */ (copyOf("photo-camera"));
  const video = /** @type {HTMLVideoElement} */ (need("video", stage));
  const close = () => stage.close();
  document.body.append(stage);
  stage.showModal();
  video.srcObject = stream;
  bindTorch(stage, track);
  need("[data-action=close-camera]", stage).addEventListener("click", close);
  track.addEventListener("ended", close);
  document.addEventListener("visibilitychange", close, { once: true });
  await video.play().catch(() => undefined);
  show("[data-opening]", false, stage);
  bindShutter(stage, track, shooting);
  await new Promise((closed) => stage.addEventListener("close", closed, { once: true }));
  document.removeEventListener("visibilitychange", close);
  track.stop();
  stage.remove();
  return true;
}
