/**
 * The service worker: keeps every page and file of one version of the app, so
 * that a cold start needs no network. The server sets `ZHENCHA` before this
 * text (version, pages); the build sets FILES. Knows no person and no record;
 * what it sends when the network is back stands in js/sync/background.js.
 */

import { sendInBackground } from "./js/sync/background.js";

/** @typedef {{version: string, pages: string[]}} Edition */
/* global FILES, ZHENCHA */

const OURS = /^zhencha-[0-9a-f]{16}$/;
const CACHE = `zhencha-${ZHENCHA.version}`;
const SETTINGS = "zhencha-settings";
const FORM = /^\/checklists\/[^/]+\/\d+\/form\/[0-9a-f]{64}\/(zh|en)$/;
const WORKPLACE = /^\/(checklists\/.*\/form\/|tablet\/)/;
const HOME = /^\/tablet\/((zh|en)\/)?$/;
const SHELL = /^\/tablet\/[a-z]*$/;
const BUILT = "/static/dist/";
/** A new version may not take the last space that answers and photos need. */
const RESERVE_BYTES = 16 * 1024 * 1024;
const self_ = /** @type {any} */ (self);

/** @param {{url: string}} place a request or a page @returns {string} */
const pathOf = ({ url }) => new URL(url).pathname;

/** @returns {Promise<string[]>} the caches of all versions that lie here, ours included */
async function versions() {
  return (await caches.keys()).filter((name) => OURS.test(name));
}

/** Form pages that any version keeps: drafts are pinned to them, so no version may do without. */
async function formsKept() {
  const kept = [];
  for (const name of await versions()) kept.push(...(await (await caches.open(name)).keys()).map(pathOf));
  return kept.filter((path) => FORM.test(path));
}

/** @param {string} url always the server's own fresh copy, drawn for nobody */
function fresh(url) {
  return new Request(url, { cache: "reload", credentials: "omit", redirect: "error" });
}

/** @param {Cache} cache @param {string[]} paths @returns {Promise<string[]>} those that it lacks */
async function lacking(cache, paths) {
  const kept = new Set((await cache.keys()).map(pathOf));
  return [...new Set(paths)].filter((path) => !kept.has(path));
}

/** Files have stable names: a server that was exchanged meanwhile would mix two versions. */
async function stillServed() {
  const script = await (await fetch(fresh("/sw.js"))).text();
  if (!script.includes(`"${ZHENCHA.version}"`)) throw new Error("another version is served by now");
}

/** A form that the server has forgotten is kept as it was: a draft needs it. @param {Cache} cache @param {string} path */
async function keepForm(cache, path) {
  const answer = await fetch(fresh(path));
  const page = answer.status === 404 ? await caches.match(path, { ignoreVary: true }) : answer;
  if (!page?.ok) throw new TypeError(`${path} was answered ${answer.status}`);
  await cache.put(path, page);
}

async function roomToInstall() {
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  if (quota - usage < RESERVE_BYTES) throw new Error("the space that is left belongs to answers and photos");
}

/** One file that fails fails the whole installation: the former version stays whole. */
async function install() {
  await roomToInstall();
  const here = await caches.has(CACHE);
  const listed = [...FILES, ...ZHENCHA.pages];
  const forms = (await formsKept()).filter((path) => !ZHENCHA.pages.includes(path));
  try {
    const cache = await caches.open(CACHE);
    await cache.addAll((await lacking(cache, listed)).map(fresh));
    await Promise.all((await lacking(cache, forms)).map((path) => keepForm(cache, path)));
    await stillServed();
    const lost = await lacking(await caches.open(CACHE), [...listed, ...forms]);
    if (lost.length) throw new Error(`not kept: ${lost}`);
  } catch (problem) {
    if (!here) await caches.delete(CACHE);
    throw problem;
  }
}

/** Former versions go when this one is whole, unless a newer one is just being made: its cache is one of them. */
async function activate() {
  const whole = (await lacking(await caches.open(CACHE), [...FILES, ...ZHENCHA.pages])).length === 0;
  for (const name of whole && !self_.registration.installing ? await versions() : []) {
    if (name !== CACHE) await caches.delete(name);
  }
  await self_.clients.claim();
}

/** @returns {Promise<string>} the language that shells are shown in */
async function language() {
  const set = await (await caches.open(SETTINGS)).match("/language");
  return set ? set.text() : "zh";
}

/** Ours first; another version's page is better than none. @param {string} path @returns {Promise<Response | undefined>} */
async function kept(path) {
  const options = { ignoreSearch: true, ignoreVary: true };
  return (await (await caches.open(CACHE)).match(path, options)) ?? caches.match(path, options);
}

/** @param {string} path @returns {Promise<Response | undefined>} the page kept for this address */
async function keptPage(path) {
  if (SHELL.test(path)) return kept(path.replace("/tablet/", `/tablet/${await language()}/`));
  return FORM.test(path) ? kept(path) : undefined;
}

/** @param {any} event @param {string} path */
async function navigate(event, path) {
  const page = await keptPage(path).catch(() => undefined);
  if (page) return page;
  if (FORM.test(path)) event.waitUntil(keepForms([path]).catch(() => undefined));
  try {
    return await fetch(event.request);
  } catch {
    return HOME.test(path) ? Response.error() : Response.redirect("/tablet/");
  }
}

/** @param {Request} request @param {string} path */
async function file(request, path) {
  return (await kept(path).catch(() => undefined)) ?? fetch(request).catch(() => Response.error());
}

/** Forms that drafts on this tablet need or its people are offered, and no edition lists, or not yet. @param {string[]} paths */
async function keepForms(paths) {
  const cache = await caches.open(CACHE);
  const wanted = await lacking(cache, paths.filter((path) => FORM.test(path)));
  if (!wanted.length) return;
  await stillServed();
  await Promise.all(wanted.map((path) => keepForm(cache, path)));
}

/** A newer version takes over only when nobody is at work in another window. @param {any} source the page that asks */
async function takeOver(source) {
  const pages = await self_.clients.matchAll({ type: "window", includeUncontrolled: true });
  const busy = pages.some((/** @type {{id: string, url: string}} */ page) =>
    page.id !== source.id && WORKPLACE.test(pathOf(page)) && !HOME.test(pathOf(page)));
  if (busy) source.postMessage("update-waits");
  else await self_.skipWaiting();
}

// --- The seat 座位 (static/js/ui/seat.js): whose data key the next page takes over. In memory only. ---

const SEAT_IDLE_MS = 30 * 60_000;
/** @type {{held: {sitting: string, data: object}, since: number} | null} */
let seat = null;
const left = new Set();

/** @param {{seat: string, held?: any, idle_ms?: number, sitting?: string}} wish @param {MessagePort} [port] */
function atSeat({ seat: wish, held, idle_ms = 0, sitting }, port) {
  if (wish === "keep" && !left.has(held.sitting)) seat = { held, since: performance.now() - idle_ms };
  if (wish === "drop") {
    left.add(sitting ?? seat?.held.sitting);
    seat = null;
  }
  if (seat && performance.now() - seat.since > SEAT_IDLE_MS) seat = null;
  if (wish === "ask") port?.postMessage(seat?.held ?? null);
}

// --- end of the seat ---

self_.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
self_.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
self_.addEventListener("message", (/** @type {any} */ event) => {
  if (event.data === "take-over") event.waitUntil(takeOver(event.source));
  if (event.data?.seat) atSeat(event.data, event.ports[0]);
  if (event.data?.keep) event.waitUntil(keepForms(event.data.keep).catch(() => undefined).then(() => event.ports[0]?.postMessage("looked")));
});
self_.addEventListener("sync", (/** @type {any} */ event) => 
  event.waitUntil(self_.clients.matchAll({ type: "window" }).then(sendInBackground)));
self_.addEventListener("push", (/** @type {any} */ event) => {
  const { title, number } = event.data?.json() ?? {};
  if (title) event.waitUntil(self_.registration.showNotification(title, { body: number, tag: `${number} ${title}` }));
});
self_.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(self_.clients.openWindow("/inbox"));
});
self_.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const path = url.pathname;
  if (request.mode === "navigate") event.respondWith(navigate(event, path));
  else if (FILES.includes(path) || path.startsWith(BUILT) || FORM.test(path)) event.respondWith(file(request, path));
});
