/**
 * Moving a draft to another revision of its list 换版: what stays, what has to
 * be tapped again, what leaves. An item is known by its code. Nothing is lost:
 * the draft keeps what it was, and can go back. Vectors: tests/vectors/moving.json.
 */

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./draft.js").ItemWords & {code: string, check: string}} SheetItem an item as its form page words it */
/** @typedef {"changed" | "new" | "dropped" | "moved" | "kept"} Fate */
/** @typedef {{fate: Fate, item: SheetItem, former?: SheetItem}} Row `former`: how the draft's revision words it */
/** @typedef {Pick<Draft, "checklist" | "title" | "form">} List */
/** @typedef {{code: string, title: string, revision: number, answer: import("./draft.js").Answer, findings: string[], photos: number}} Note */
/**
 * @typedef {{former: Content | null, left: Content | null, dropped: Note[], confirm: Record<string, import("./draft.js").Answer>}} Moving
 *   `former`: what one can go back to; `left`: what stood here when one went back; `confirm`: answers to former words
 */
/** @typedef {Partial<Draft>} Content */

const CONTENT = /** @type {const} */ (["checklist", "title", "form", "items", "words", "answers", "jotted", "findings", "photos"]);

/** @type {Moving} */
const UNMOVED = { former: null, left: null, dropped: [], confirm: {} };

/** @param {Draft} draft @returns {Content} */
function contentOf(draft) {
  return structuredClone(Object.fromEntries(CONTENT.map((name) => [name, draft[name]])));
}

/** @param {SheetItem} one @param {SheetItem} other @returns {boolean} whether an answer to one answers the other */
function asksTheSame(one, other) {
  const tags = (/** @type {SheetItem} */ item) => JSON.stringify(Object.entries(item.tags).sort());
  return one.title === other.title && one.check === other.check && tags(one) === tags(other);
}

/**
 * Those that kept their order: the longest run of places that rises. An item put
 * in at the top moves nobody.
 * @param {number[]} places @returns {Set<number>}
 */
function unmoved(places) {
  /** @type {number[][]} */
  const runs = [];
  places.forEach((place, at) => {
    const before = runs.filter((run) => /** @type {number} */ (run.at(-1)) < place);
    runs[at] = [...before.reduce((longest, run) => (run.length > longest.length ? run : longest), []), place];
  });
  return new Set(runs.reduce((longest, run) => (run.length > longest.length ? run : longest), []));
}

/**
 * @param {SheetItem[]} from the draft's revision @param {SheetItem[]} to the other one
 * @returns {Row[]} every item of the other revision in its order, then those that it no longer has
 */
export function compared(from, to) {
  const places = new Map(from.map(({ code }, place) => [code, place]));
  const steady = unmoved(to.flatMap(({ code }) => places.get(code) ?? []));
  const rows = to.map((item) => {
    const place = places.get(item.code);
    if (place === undefined) return { fate: /** @type {Fate} */ ("new"), item };
    const former = from[place];
    const stays = steady.has(place) && former.section === item.section;
    return { fate: /** @type {Fate} */ (!asksTheSame(former, item) ? "changed" : stays ? "kept" : "moved"), item, former };
  });
  const there = new Set(to.map(({ code }) => code));
  return [...rows, ...from.filter(({ code }) => !there.has(code)).map((item) => ({ fate: /** @type {Fate} */ ("dropped"), item }))];
}

/**
 * Tags that say something else by now become words.
 * @param {Draft} draft @param {Row} row @param {string} separator
 */
function rewordFindings(draft, { item, former }, separator) {
  for (const finding of draft.findings.filter((one) => one.item === item.code)) {
    const stale = finding.tags.filter((tag) => item.tags[tag] !== former?.tags[tag]);
    finding.tags = finding.tags.filter((tag) => !stale.includes(tag));
    finding.words = [finding.words.trim(), ...stale.map((tag) => former?.tags[tag] ?? tag)].filter(Boolean).join(separator);
  }
}

/** What was answered at an item that leaves, as it can be read. @param {Draft} draft @param {SheetItem} item @param {string} separator @returns {Note} */
function noteOf(draft, { code, title, tags }, separator) {
  const findings = draft.findings.filter((finding) => finding.item === code);
  return {
    code, title, revision: draft.checklist.revision, answer: draft.answers[code],
    findings: findings.map((finding) => [...finding.tags.map((tag) => tags[tag] ?? tag), finding.words.trim()].filter(Boolean).join(separator)),
    photos: draft.photos.filter((photo) => photo.item === code).length,
  };
}

/** An answer that was given to these very words before one went back. @param {Draft} draft @param {string} code @param {Content} left */
function bringBack(draft, code, { answers = {}, findings = [], photos = [] }) {
  const others = (/** @type {{item: string}} */ one) => one.item !== code;
  const its = (/** @type {{item: string}} */ one) => one.item === code;
  draft.answers[code] = answers[code];
  draft.findings = [...draft.findings.filter(others), ...findings.filter(its)];
  draft.photos = [...draft.photos.filter(others), ...photos.filter(its)];
}

/**
 * @param {Draft} draft not signed by anybody @param {Row[]} rows from `compared` @param {List} list the other revision
 * @param {string} separator between words of a finding
 */
export function move(draft, rows, list, separator) {
  const { left, dropped, ...past } = draft.moving ?? UNMOVED;
  const former = /** @type {Content} */ ({ ...contentOf(draft), moving: draft.moving && { ...past, dropped, left: null } });
  const again = left?.checklist?.digest === list.checklist.digest ? structuredClone(left) : {};
  /** @type {Moving} */
  const moving = { former, left: null, dropped: [...dropped], confirm: {} };
  for (const row of rows.filter(({ fate }) => fate !== "kept" && fate !== "moved")) {
    const { code } = row.item;
    const given = draft.answers[code];
    if (row.fate === "changed") rewordFindings(draft, row, separator);
    if (row.fate === "changed" && given) moving.confirm[code] = given;
    if (row.fate === "dropped" && given) moving.dropped.push(noteOf(draft, row.item, separator));
    delete draft.answers[code];
    if (row.fate !== "dropped" && again.answers?.[code]) bringBack(draft, code, again);
  }
  const [items, words] = wordsOf(rows);
  Object.assign(draft, structuredClone(list), { items, words, moving });
}

/** @param {Row[]} rows @returns {[string[], Draft["words"]]} as the form page would say them */
function wordsOf(rows) {
  const items = rows.filter(({ fate }) => fate !== "dropped").map(({ item }) => item);
  return [items.map(({ code }) => code), Object.fromEntries(items.map(({ code, title, section, tags }) => [code, { title, section, tags }]))];
}

/** Exactly what it was before the move; what stood here is kept. @param {Draft} draft */
export function moveBack(draft) {
  const { former } = draft.moving ?? UNMOVED;
  if (!former) return;
  const left = contentOf(draft);
  const { moving = UNMOVED, ...content } = structuredClone(former);
  const nothing = Object.fromEntries(CONTENT.map((name) => [name, undefined]));
  Object.assign(draft, nothing, content, { moving: { ...moving, left } });
}
