/**
 * The service worker: keeps every page and file of one version of the app, so
 * that a cold start needs no network. The server sets `ZHENCHA` before this
 * text (version, pages); the build sets FILES. Knows no person and no record.
 */

/** @typedef {{version: string, pages: string[]}} Edition */
/* global FILES, ZHENCHA */

const PREFIX = "zhencha-";
const CACHE = PREFIX + ZHENCHA.version;
const SETTINGS = PREFIX + "settings";
const FORM = /^\/checklists\/[^/]+\/\d+\/form\/[0-9a-f]{64}\/(zh|en)$/;
const FORMS_OPEN = /^\/(checklists\/.*\/form\/|tablet\/review)/;
const SHELL = /^\/tablet\/[a-z]*$/;
const self_ = /** @type {any} */ (self);

/** Form pages that an earlier version keeps: drafts may be pinned to them. */
async function formsKept() {
  const kept = new Set();
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === SETTINGS) continue;
    for (const request of await (await caches.open(name)).keys()) {
      const path = new URL(request.url).pathname;
      if (FORM.test(path)) kept.add(path);
    }
  }
  return kept;
}

/** @param {string} url always the server's own fresh copy, drawn for nobody */
function fresh(url) {
  return new Request(url, { cache: "reload", credentials: "omit", redirect: "error" });
}

/** One file that fails fails the whole installation: the former version stays whole. */
async function install() {
  const urls = new Set([...FILES, ...ZHENCHA.pages, ...(await formsKept())]);
  const cache = await caches.open(CACHE);
  try {
    await cache.addAll([...urls].map(fresh));
  } catch (problem) {
    await caches.delete(CACHE);
    throw problem;
  }
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE && name !== SETTINGS) await caches.delete(name);
  }
  await self_.clients.claim();
}

/** @returns {Promise<string>} the language that shells are shown in */
async function language() {
  const set = await (await caches.open(SETTINGS)).match("/language");
  return set ? set.text() : "zh";
}

/** @param {URL} url @returns {Promise<Response | undefined>} the page kept for this address */
async function keptPage(url) {
  const cache = await caches.open(CACHE);
  if (SHELL.test(url.pathname)) {
    return cache.match(url.pathname.replace("/tablet/", `/tablet/${await language()}/`), { ignoreVary: true });
  }
  return FORM.test(url.pathname) ? cache.match(url.pathname, { ignoreVary: true }) : undefined;
}

/** @param {Request} request @param {URL} url */
async function navigate(request, url) {
  const kept = await keptPage(url).catch(() => undefined);
  if (kept) return kept;
  try {
    return await fetch(request);
  } catch {
    return Response.redirect("/tablet/");
  }
}

/** @param {Request} request */
async function file(request) {
  const kept = await (await caches.open(CACHE)).match(request, { ignoreSearch: true, ignoreVary: true }).catch(() => undefined);
  return kept ?? fetch(request).catch(() => Response.error());
}

/** A newer version takes over only when nobody is in a form. */
async function takeOver() {
  const pages = await self_.clients.matchAll({ type: "window", includeUncontrolled: true });
  const busy = pages.some((/** @type {{url: string}} */ page) => FORMS_OPEN.test(new URL(page.url).pathname));
  if (!busy) await self_.skipWaiting();
}

self_.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
self_.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
self_.addEventListener("message", (/** @type {any} */ event) => {
  if (event.data === "take-over") event.waitUntil(takeOver());
});
self_.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(request, url));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request));
});
