/**
 * Reaching into the page that the server drew: its words, its templates, its
 * marked places. No sentence is written in JavaScript; all come from here.
 */

/** @typedef {Record<string, string | number>} Values */

/**
 * @param {string} key @param {Values} [values] what stands for {names} in the sentence
 * @returns {string} the sentence, in the language the page was drawn in
 */
export function word(key, values = {}) {
  const words = /** @type {HTMLTemplateElement | null} */ (document.getElementById("words"));
  const found = words?.content.querySelector(`[data-word="${CSS.escape(key)}"]`);
  return (found?.textContent ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** @param {string} key @returns {boolean} whether the page has a sentence for this */
export function hasWord(key) {
  const words = /** @type {HTMLTemplateElement | null} */ (document.getElementById("words"));
  return Boolean(words?.content.querySelector(`[data-word="${CSS.escape(key)}"]`));
}

/**
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} selector @param {ParentNode} [root]
 * @returns {E} an element that the page must have
 */
export function need(selector, root = document) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return /** @type {E} */ (found);
}

/**
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} selector @param {ParentNode} [root]
 * @returns {E[]}
 */
export function all(selector, root = document) {
  return /** @type {E[]} */ ([...root.querySelectorAll(selector)]);
}

/** @param {string} id of a template @returns {HTMLElement} its first element, copied */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (need(`template#${id}`));
  return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
}

/**
 * Texts into the places marked data-field; an empty text hides its place.
 * @param {HTMLElement} root @param {Values} texts @returns {HTMLElement}
 */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const place of all(`[data-field="${name}"]`, root)) {
      place.textContent = String(text);
      place.hidden = text === "";
    }
  }
  return root;
}

/** @param {string} selector @param {boolean} shown @param {ParentNode} [root] */
export function show(selector, shown, root = document) {
  for (const element of all(selector, root)) element.hidden = !shown;
}

/**
 * A list drawn from a template, one copy for each thing; the empty state of the
 * list (data-empty-of) shows when there is none.
 * @template T
 * @param {string} id of the list @param {T[]} things @param {(thing: T) => HTMLElement} draw
 */
export function drawList(id, things, draw) {
  need(`#${id}`).replaceChildren(...things.map(draw));
  show(`#${id}`, things.length > 0);
  show(`[data-empty-of="${id}"]`, things.length === 0);
}

/** Point an icon at another symbol of the sprite. @param {Element} icon @param {string} name */
export function setIcon(icon, name) {
  icon.querySelector("use")?.setAttribute("href", `#i-${name}`);
}

/** @returns {"zh" | "en"} */
export function language() {
  return document.documentElement.lang.startsWith("en") ? "en" : "zh";
}

/** @param {string | {zh: string, en: string} | undefined} text @returns {string} */
export function inLanguage(text) {
  return typeof text === "object" ? text[language()] ?? text.zh : text ?? "";
}

/** @param {number} bytes @returns {string} 1.4 MB */
export function sizeText(bytes) {
  const units = ["KB", "MB", "GB"];
  let [size, unit] = [bytes / 1024, 0];
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.max(1, Math.round(size))} ${units[unit]}`;
}

/** @returns {Promise<void>} when what has changed so far is on the screen; in a hidden page, soon */
export function painted() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });
}
