/** Truths about the whole client: floors, words, budgets, and what the service worker keeps. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const JS = path.join(ROOT, "static/js");
const DIST = path.join(ROOT, "static/dist");

/** Lowest first; packages of one floor do not know one another (types may be named across). */
const FLOORS = [["domain", "verifier"], ["store"], ["sync", "ui"], ["form", "signing"], ["pages", "desk"], ["."]];

/** @returns {{file: string, folder: string, source: string}[]} */
function modules() {
  return readdirSync(JS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => path.relative(JS, path.join(entry.parentPath, entry.name)))
    .map((file) => ({ file, folder: path.dirname(file), source: readFileSync(path.join(JS, file), "utf8") }));
}

const floorOf = (/** @type {string} */ folder) => FLOORS.findIndex((floor) => floor.includes(folder));

test("modules import only from floors below their own", () => {
  for (const { file, folder, source } of modules()) {
    if (folder === "workers" || !source.includes("import ")) continue;
    const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, "");
    for (const [, target] of code.matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
      const reached = path.dirname(path.normalize(path.join(folder, target)));
      const allowed = reached === folder || floorOf(reached) < floorOf(folder);
      assert.ok(allowed, `${file} imports ${target}`);
    }
  }
});

test("domain touches neither page, nor database, nor network", () => {
  for (const { file, folder, source } of modules()) {
    if (folder !== "domain") continue;
    const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, "");
    assert.doesNotMatch(code, /\b(document|window|indexedDB|fetch|localStorage|navigator)\b/, file);
  }
});

test("no sentence is written in JavaScript", () => {
  for (const { file, source } of modules()) {
    const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\/\/.*/g, "");
    assert.doesNotMatch(code, /[\u3400-\u9fff]/, file);
  }
});

test("every word that scripts ask for stands in the template", () => {
  const pages = ["tablet/words", "tablet/package_words", "recoveries/words", "rescue/words"];
  const template = pages.map((page) => readFileSync(path.join(ROOT, `templates/web/${page}.html`), "utf8")).join("\n");
  const known = new Set([...template.matchAll(/"([a-z_]+)": _\(/g)].map(([, key]) => key));
  for (const { file, source } of modules()) {
    for (const [, key] of source.matchAll(/\bword\("([a-z_]+)"/g)) assert.ok(known.has(key), `${file}: ${key}`);
  }
});

test("every template and field that scripts fill is drawn", () => {
  const pages = ["web/tablet", "web/checklists"].flatMap((folder) =>
    readdirSync(path.join(ROOT, "templates", folder)).map((name) => readFileSync(path.join(ROOT, "templates", folder, name), "utf8"))).join("\n");
  for (const { file, source } of modules()) {
    for (const [, id] of source.matchAll(/copyOf\("([^"]+)"\)/g)) assert.ok(pages.includes(`id="${id}"`), `${file}: template ${id}`);
    for (const [, id] of source.matchAll(/drawList\("([^"]+)"/g)) assert.ok(pages.includes(`id="${id}"`), `${file}: list ${id}`);
  }
});

test("the service worker keeps exactly the built files of the tablet", () => {
  const built = JSON.parse(readFileSync(path.join(DIST, "build.json"), "utf8"));
  const files = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `/static/dist/${path.relative(DIST, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/")}`);
  const worker = readFileSync(path.join(DIST, "sw.js"), "utf8");
  for (const file of built.precached) {
    assert.ok(files.includes(file), `${file} is kept but not built`);
    assert.ok(worker.includes(`"${file}"`), `${file} is not in sw.js`);
  }
  const listed = [...worker.matchAll(/"(\/static\/dist\/[^"]+)"/g)].map(([, file]) => file);
  assert.deepEqual([...new Set(listed)].sort(), [...built.precached].sort());
  const left = files.filter((file) => !built.precached.includes(file)).map((file) => path.basename(file));
  for (const name of left) assert.match(name, /^(sw\.js|build\.json|desk\.(js|css)|verify\.js|trial\.js|verifier\.html|qr\.js|zxing_reader\.wasm\.gz|part-.*\.js)$/, name);
});

// ECharts brings HTML tooltips and tools that we never ask for: trusted types refuse them in the browser,
// where tests/e2e/test_charts.py sees that nothing was refused.
const ECHARTS = "__ec_primitive__";

test("no built file could be taken for a script that a strict policy refuses", () => {
  for (const name of readdirSync(DIST).filter((file) => file.endsWith(".js"))) {
    const source = readFileSync(path.join(DIST, name), "utf8");
    if (source.includes(ECHARTS)) continue;
    assert.doesNotMatch(source, /\beval\(|new Function\(|\.innerHTML|insertAdjacentHTML|document\.write/, name);
  }
});
