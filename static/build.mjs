/**
 * Bundles static/js and static/css into static/dist: stable names for what
 * pages refer to, a hash over all of it as the version, and dist/sw.js with
 * its precache list, which is the list of the tablet's files and nothing else.
 * Prints sizes; `node static/build.mjs` needs only what npm ci installed.
 */

import * as esbuild from "esbuild";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const DIST = path.join(HERE, "dist");
const MAKING = path.join(HERE, `dist.making.${process.pid}`);
const TARGET = ["chrome109", "safari16.4", "firefox115"];

/** Pages of the desk need no service worker; these entries stay out of the precache. */
const DESK_ONLY = ["desk.js", "desk.css", "trial.js", "verify.js", "verifier.html"];
const SCRIPTS = ["js/app.js", "js/workers/photo.js", "js/workers/qr.js"];
/** Bundled on their own, so that what the desk shares with the tablet does not cut the tablet's files smaller. */
const DESK_SCRIPTS = ["js/desk.js", "js/trial.js", "js/verify.js"];
/** Scanning an invitation needs a network anyway: fetched when somebody scans, kept by no tablet, counted on its own. */
const SCANNING = ["js/ui/scanning.js", "js/workers/qr.js"];
const ZXING = "zxing_reader.wasm";
const APP = "js/app.js";
/** The form page at work: what an inspector waits for before the first answer. */
const FORM_PAGE = [APP, "js/pages/form.js", "js/sync/engine.js"];
/** Files of an ordinary day without a network: begin, inspect with photos, sign, send. The rest loads when it is asked for. */
const DAY = [...FORM_PAGE, ...["pages/home", "pages/start", "pages/review", "pages/queue", "sync/round", "form/photos", "form/findings", "form/camera",
  "form/viewing", "workers/photo"].map((source) => `js/${source}.js`)];
const GROUPS = ["form", "day", "rare"];
const STYLES = ["css/app.css", "css/desk.css"];

/** @param {string[]} entries relative to static/ @returns {string[]} those that exist */
const present = (entries) => entries.map((entry) => path.join(HERE, entry)).filter((file) => existsSync(file));

const shared = {
  bundle: true, minify: true, target: TARGET, outdir: MAKING, entryNames: "[name]", chunkNames: "part-[name]-[hash]",
  metafile: true, legalComments: "none", charset: "utf8", logLevel: "warning",
};

/** @param {string} file @returns {string} the address it is served under */
const address = (file) => `/static/dist/${file}`;

/** Which built files a file loads before anything is lazy; with `lazy`, those too that it may load later. @param {import("esbuild").Metafile} metafile @param {string} file @param {{lazy?: boolean}} [also] @param {Set<string>} [seen] */
function parts(metafile, file, { lazy = false } = {}, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { path: part, kind } of metafile.outputs[file]?.imports ?? []) {
    if (kind === "import-statement" || (lazy && kind === "dynamic-import")) parts(metafile, part, { lazy }, seen);
  }
  return seen;
}

/** What these sources' own chunks load. @param {import("esbuild").Metafile} metafile @param {string[]} sources @param {{lazy?: boolean}} [also] */
function pageFiles(metafile, sources, also = {}) {
  const files = new Set();
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint && sources.some((source) => entryPoint.endsWith(source))) parts(metafile, file, also, files);
  }
  return [...files].map((file) => path.basename(file));
}

/** @param {string[]} files @returns {number} bytes, each file gzipped on its own as it travels */
const gzipped = (files) => files.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(MAKING, file)), { level: 9 }).length, 0);

/** Sources that a source loads at once. @param {import("esbuild").Metafile} metafile @param {string} source @param {Set<string>} [seen] */
function loadedBy({ inputs }, source, seen = new Set()) {
  if (seen.has(source)) return seen;
  seen.add(source);
  for (const { kind, path: next } of inputs[source].imports) if (kind === "import-statement") loadedBy({ inputs }, next, seen);
  return seen;
}

/**
 * What several pages share, in three groups: what the form page loads anyway, what an ordinary day needs besides, the rest.
 * @param {import("esbuild").Metafile} metafile
 */
function groupsOf(metafile) {
  const lazy = Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ kind }) => kind === "dynamic-import"));
  const entries = new Set([APP, ...lazy.map(({ path: source }) => source)]);
  const counts = new Map();
  for (const entry of entries) for (const source of loadedBy(metafile, entry)) counts.set(source, (counts.get(source) ?? 0) + 1);
  const loaded = (/** @type {string[]} */ sources) => new Set(sources.filter((one) => one in metafile.inputs).flatMap((one) => [...loadedBy(metafile, one)]));
  const [form, day] = [loaded(FORM_PAGE), loaded(DAY)];
  const groupOf = (/** @type {string} */ source) => (form.has(source) ? "form" : day.has(source) ? "day" : "rare");
  const several = [...counts.keys()].filter((source) => counts.get(source) > 1 && !entries.has(source) && !SCANNING.includes(source));
  const sourcesOf = (/** @type {string} */ group) => several.filter((source) => groupOf(source) === group);
  return { entries, groupOf, sourcesOf };
}

/**
 * Bundled in few files: esbuild makes a file for every set of pages that share something, seventy in all, each compressed
 * without knowing the others. Told that every page wants its group and those below, it makes one file of each group.
 * @param {string[]} entryPoints
 */
async function inFewFiles(entryPoints) {
  const split = { ...shared, entryPoints, format: /** @type {const} */ ("esm"), splitting: true, absWorkingDir: HERE };
  const { entries, groupOf, sourcesOf } = groupsOf((await esbuild.build({ ...split, write: false })).metafile);
  return esbuild.build({ ...split, plugins: [{
    name: "groups",
    setup(build) {
      build.onResolve({ filter: /^group:/ }, ({ path: group }) => ({ path: group, namespace: "groups" }));
      build.onLoad({ filter: /./, namespace: "groups" }, ({ path: group }) => ({
        contents: sourcesOf(group.slice(6)).map((source) => `import ${JSON.stringify(path.join(HERE, source))};`).join(""), resolveDir: HERE,
      }));
      build.onLoad({ filter: /\.js$/ }, ({ path: file }) => {
        const source = path.relative(HERE, file).replaceAll(path.sep, "/");
        if (!entries.has(source) || SCANNING.includes(source)) return undefined;
        const wanted = GROUPS.slice(0, GROUPS.indexOf(groupOf(source)) + 1);
        return { contents: wanted.map((group) => `import "group:${group}";`).join("") + readFileSync(file, "utf8") };
      });
    },
  }] });
}

/**
 * The offline verifier: page, style and script in one file that carries its own policy. Whoever downloads it can
 * open it anywhere: it may run this script and this style, and reach nothing.
 */
async function oneFile() {
  const folder = path.join(HERE, "js/verifier");
  const bundled = async (/** @type {string} */ entry, /** @type {import("esbuild").BuildOptions} */ more = {}) => {
    const { outputFiles } = await esbuild.build({ ...shared, entryPoints: [path.join(folder, entry)], outdir: undefined, write: false, ...more });
    return outputFiles[0].text.trim();
  };
  const [script, style] = [await bundled("page.js", { format: "iife" }), await bundled("verifier.css")];
  if (/<\/(script|style)/i.test(script + style)) throw new Error("script or style would end too early");
  const source = (/** @type {string} */ text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = ["default-src 'none'", `script-src ${source(script)}`, `style-src ${source(style)}`, "base-uri 'none'", "form-action 'none'",
    "require-trusted-types-for 'script'", "trusted-types 'none'"].join("; ");
  const page = readFileSync(path.join(folder, "verifier.html"), "utf8");
  const parts = { policy, style, script };
  writeFileSync(path.join(MAKING, "verifier.html"), page.replaceAll(/\{\{(policy|style|script)\}\}/g, (_, name) => parts[name]));
}

rmSync(MAKING, { recursive: true, force: true });
mkdirSync(MAKING);
const built = await inFewFiles(present(SCRIPTS));
const desk = await esbuild.build({ ...shared, entryPoints: present(DESK_SCRIPTS), format: "esm", splitting: true });
await esbuild.build({ ...shared, entryPoints: present(STYLES) });
await oneFile();
if (existsSync(path.join(HERE, "icons"))) cpSync(path.join(HERE, "icons"), path.join(MAKING, "icons"), { recursive: true });

const zxing = readFileSync(path.join(HERE, "../node_modules/zxing-wasm/dist/reader", ZXING));
writeFileSync(path.join(MAKING, `${ZXING}.gz`), gzipSync(zxing, { level: 9 }));

const files = readdirSync(MAKING, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(MAKING, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
  .sort();
const deskParts = new Set(pageFiles(desk.metafile, DESK_SCRIPTS, { lazy: true }));
const tabletParts = new Set(pageFiles(built.metafile, ["js/app.js"], { lazy: true }));
const ownParts = new Set(pageFiles(built.metafile, ["js/app.js", "js/pages/enrol.js", "js/pages/form.js", "js/workers/photo.js"]));
const qrFiles = [...pageFiles(built.metafile, SCANNING).filter((file) => !ownParts.has(file)), `${ZXING}.gz`];
const precached = files.filter((file) => !DESK_ONLY.includes(file) && !qrFiles.includes(file) && !(deskParts.has(file) && !tabletParts.has(file)));

const worker = await esbuild.build({
  entryPoints: [path.join(HERE, "sw.js")], bundle: true, minify: true, target: TARGET, write: false, legalComments: "none",
  define: { FILES: JSON.stringify([...precached.map(address), "/manifest.webmanifest"]) },
});
const hash = createHash("sha256").update(worker.outputFiles[0].contents);
for (const file of files) hash.update(file).update(readFileSync(path.join(MAKING, file)));
const version = hash.digest("hex").slice(0, 16);

const scripts = precached.filter((file) => file.endsWith(".js"));
const formPage = pageFiles(built.metafile, FORM_PAGE);
const qr = gzipped(qrFiles.filter((file) => !file.endsWith(".gz"))) + statSync(path.join(MAKING, `${ZXING}.gz`)).size;
const sizes = {
  form_page_js: gzipped(formPage), day_js: gzipped(pageFiles(built.metafile, DAY)), tablet_js: gzipped(scripts), qr,
  worker_js: gzipSync(worker.outputFiles[0].contents, { level: 9 }).length,
  tablet_css: gzipped(files.filter((file) => file === "app.css")), desk_css: gzipped(files.filter((file) => file === "desk.css")),
};
writeFileSync(path.join(MAKING, "sw.js"), worker.outputFiles[0].contents);
writeFileSync(path.join(MAKING, "build.json"), `${JSON.stringify({ version, precached: precached.map(address), sizes }, null, 1)}\n`);

rmSync(DIST, { recursive: true, force: true });
renameSync(MAKING, DIST);
console.log(`client ${version}: ${files.length} files; gzip ${Object.entries(sizes).map(([name, size]) => `${name} ${(size / 1024).toFixed(1)} KB`).join(", ")}`);
