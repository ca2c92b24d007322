/**
 * The seat 座位: whoever opened the lock keeps the data key in this page's memory
 * and in the service worker's, from where the next page takes it. It is in no
 * storage: a worker that forgot means that the PIN is asked again. Leaving the
 * tablet alone for half an hour, or locking it, drops it in both.
 */

import { useDataKey } from "../store/person.js";

/** @typedef {import("../domain/keys.js").DataKey} DataKey */
/** @typedef {{sitting: string, data: DataKey}} Seat one sitting of one person, in as many tabs as they open */

const IDLE_MS = 30 * 60_000;
const BEAT_MS = 15_000;
const PATIENCE_MS = 5_000; // a worker that has to be started first on a slow tablet

const room = new BroadcastChannel("zhencha-seat");

/** @type {Seat | null} */
let held = null;
let touched = { running: performance.now(), at: Date.now() };

/** A clock set back does not stretch it: the longer of both counts. */
const idleMs = () => Math.max(performance.now() - touched.running, Date.now() - touched.at);

const touch = () => { touched = { running: performance.now(), at: Date.now() }; };

/** The worker answers whether pages are kept by it or not. @returns {Promise<ServiceWorker | null>} */
async function keeper() {
  const { serviceWorker } = navigator;
  return serviceWorker?.controller ?? (await serviceWorker?.getRegistration())?.active ?? null;
}

/** @returns {Promise<Seat | null>} who sits at this tablet */
export async function seated() {
  const worker = await keeper().catch(() => null);
  if (!worker) return null;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => resolve(null), PATIENCE_MS);
    port1.addEventListener("message", ({ data }) => { clearTimeout(giveUp); resolve(data); });
    port1.start();
    worker.postMessage({ seat: "ask" }, [port2]);
  });
}

/** @param {ServiceWorker | null} [worker] */
function hand(worker = navigator.serviceWorker?.controller) {
  if (held && idleMs() < IDLE_MS) worker?.postMessage({ seat: "keep", held, idle_ms: idleMs() });
}

/** Once the worker is there, it has the key: before this a next page would ask for the PIN. @param {number} patience */
export async function handOver(patience) {
  const late = new Promise((resolve) => { setTimeout(resolve, patience, null); });
  hand((await Promise.race([navigator.serviceWorker?.ready, late]))?.active);
}

/** Whoever enters a PIN sits down anew; others of this tablet's pages follow. @param {DataKey} data @returns {Seat} */
export function takeSeat(data) {
  const seat = { sitting: crypto.randomUUID(), data };
  sit(seat);
  room.postMessage(data.person);
  return seat;
}

/** @param {Seat} seat */
export function sit(seat) {
  held = seat;
  useDataKey(seat.data);
  touch();
  hand();
}

/** What is written stays where it is; this page keeps its key until it has gone. */
function standUp() {
  held = null;
  location.reload();
}

export async function leaveSeat() {
  const worker = await keeper();
  worker?.postMessage({ seat: "drop", sitting: held?.sitting });
  held = null;
  room.postMessage(null);
}

/** While this page is open: beats, idleness, and what other pages do. */
export function keepSeat() {
  const beat = () => {
    if (held && idleMs() >= IDLE_MS) return void leaveSeat().then(() => location.reload());
    if (document.visibilityState === "visible") hand();
  };
  setInterval(beat, BEAT_MS);
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => { if (held && idleMs() < IDLE_MS) touch(); else beat(); }, { capture: true });
  document.addEventListener("visibilitychange", () => { beat(); hand(); });
  addEventListener("pagehide", () => hand());
  addEventListener("pageshow", async ({ persisted }) => {
    if (persisted && (await seated())?.sitting !== held?.sitting) standUp();
  });
  navigator.serviceWorker?.addEventListener("controllerchange", () => hand());
  room.addEventListener("message", ({ data }) => { if (held && held.data.person !== data) standUp(); });
}
