/**
 * Reads what is embedded in a PDF: just enough of ISO 32000-2 §7 to follow the cross-reference tables from the end of
 * the file to its embedded files, in the state of the last revision. Nothing is drawn and nothing is run. Everything is
 * bounded: a hostile file costs some memory and a refusal, never a hanging page.
 */

import { Lexer, Name, Ref } from "./lexer.js";

const LARGEST_INFLATED = 64 * 1024 * 1024;
const MOST_SECTIONS = 500;
const MOST_OBJECTS = 500_000;
const MOST_FILES = 200;

/** @typedef {{name: string, data: Uint8Array<ArrayBuffer>}} EmbeddedFile */
/** @typedef {{dict: Map<string, any>, raw: Uint8Array<ArrayBuffer>}} Stream */

/** Whether these bytes call themselves a PDF. @param {Uint8Array} bytes */
export const isPdf = (bytes) => find(bytes, "%PDF-", 0, Math.min(bytes.length, 1024)) >= 0;

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<EmbeddedFile[]>} throws when the file cannot be followed */
export async function embeddedFiles(bytes) {
  const document = new Document(bytes);
  await document.open();
  return document.files();
}

class Document {
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    /** @type {Map<number, {at: number} | {inside: number, index: number}>} */
    this.places = new Map();
    /** @type {Map<number, any[]>} */
    this.unpacked = new Map();
    this.inflated = 0;
    /** @type {any} */
    this.root = null;
  }

  async open() {
    const tail = Math.max(0, this.bytes.length - 2048);
    const start = findLast(this.bytes, "startxref", tail);
    if (start < 0) throw new Error("no startxref");
    let next = new Lexer(this.bytes, start + 9).object();
    const seen = new Set();
    while (typeof next === "number") {
      if (seen.has(next) || seen.size >= MOST_SECTIONS) throw new Error("sections without end");
      seen.add(next);
      const trailer = await this.section(next);
      this.root ??= trailer.get("Root");
      const hybrid = trailer.get("XRefStm");
      if (typeof hybrid === "number") await this.section(hybrid);
      next = trailer.get("Prev");
    }
    this.root = await this.resolved(this.root);
    if (!(this.root instanceof Map)) throw new Error("no catalogue");
  }

  /** One section of the cross-reference, a table or a stream; what came first, counted from the end, stands. @param {number} at */
  async section(at) {
    const lexer = new Lexer(this.bytes, at);
    if (lexer.keyword("xref")) return this.table(lexer);
    const { dict, raw } = this.streamAt(at);
    if (nameOf(dict.get("Type")) !== "XRef") throw new Error("no cross-reference");
    const data = await this.decoded({ dict, raw });
    const [type, second, third] = dict.get("W");
    const index = dict.get("Index") ?? [0, dict.get("Size")];
    const width = type + second + third;
    const field = (/** @type {number} */ from, /** @type {number} */ size) => data.subarray(from, from + size).reduce((sum, byte) => sum * 256 + byte, 0);
    let row = 0;
    for (let pair = 0; pair < index.length; pair += 2) {
      for (let number = index[pair]; number < index[pair] + index[pair + 1] && row + width <= data.length; number++, row += width) {
        const kind = type ? field(row, type) : 1;
        const [two, three] = [field(row + type, second), field(row + type + second, third)];
        if (kind === 1) this.place(number, { at: two });
        else if (kind === 2) this.place(number, { inside: two, index: three });
        else this.place(number, { at: 0 });
      }
    }
    return dict;
  }

  /** @param {Lexer} lexer */
  table(lexer) {
    while (!lexer.keyword("trailer")) {
      const [first, count] = [lexer.object(), lexer.object()];
      if (typeof first !== "number" || typeof count !== "number" || count > MOST_OBJECTS) throw new Error("no table");
      for (let number = first; number < first + count; number++) {
        const at = lexer.object();
        lexer.object();
        if (lexer.keyword("n")) this.place(number, { at: Number(at) });
        else if (lexer.keyword("f")) this.place(number, { at: 0 });
        else throw new Error("no table");
      }
    }
    const trailer = lexer.object();
    if (!(trailer instanceof Map)) throw new Error("no trailer");
    return trailer;
  }

  /** @param {number} number @param {{at: number} | {inside: number, index: number}} place */
  place(number, place) {
    if (this.places.size > MOST_OBJECTS) throw new Error("too many objects");
    if (!this.places.has(number)) this.places.set(number, place);
  }

  /** @param {any} value @returns {Promise<any>} what a reference stands for; a stream as {dict, raw} */
  async resolved(value) {
    for (let steps = 0; value instanceof Ref && steps < 20; steps++) value = await this.numbered(value.number);
    return value instanceof Ref ? null : value;
  }

  /** @param {number} number */
  async numbered(number) {
    const place = this.places.get(number);
    if (!place) return null;
    if ("inside" in place) return (await this.contents(place.inside))[place.index] ?? null;
    if (!place.at) return null;
    const lexer = new Lexer(this.bytes, place.at);
    if (lexer.object() !== number) throw new Error("an object is not where it should be");
    return this.indirect(new Lexer(this.bytes, place.at));
  }

  /** @param {number} number @returns {Promise<any[]>} the objects in an object stream */
  async contents(number) {
    const known = this.unpacked.get(number);
    if (known) return known;
    const place = this.places.get(number);
    if (!place || !("at" in place)) throw new Error("no object stream");
    const stream = this.streamAt(place.at);
    const data = await this.decoded(stream);
    const [count, first] = [stream.dict.get("N"), stream.dict.get("First")];
    if (!(count <= MOST_OBJECTS)) throw new Error("too many objects");
    const heads = new Lexer(data, 0);
    const starts = Array.from({ length: count }, () => (heads.object(), heads.object()));
    const found = starts.map((start) => new Lexer(data, first + start).object());
    this.unpacked.set(number, found);
    return found;
  }

  /** @param {number} at @returns {Stream} */
  streamAt(at) {
    const found = this.indirect(new Lexer(this.bytes, at));
    if (!found || !("raw" in Object(found))) throw new Error("no stream");
    return found;
  }

  /** What stands between `obj` and `endobj`. @param {Lexer} lexer @returns {any} */
  indirect(lexer) {
    lexer.object();
    lexer.object();
    if (!lexer.keyword("obj")) throw new Error("no object");
    const value = lexer.object();
    if (!(value instanceof Map) || !lexer.keyword("stream")) return value;
    const begin = lexer.afterLine();
    const length = this.lengthOf(value.get("Length"));
    if (!(length >= 0 && begin + length <= this.bytes.length)) throw new Error("a stream runs out of the file");
    return { dict: value, raw: this.bytes.subarray(begin, begin + length) };
  }

  /** A length may stand in an object of its own, plainly. @param {any} value @returns {number} */
  lengthOf(value) {
    if (!(value instanceof Ref)) return value;
    const place = this.places.get(value.number);
    if (!place || !("at" in place) || !place.at) throw new Error("a length is hidden");
    const lexer = new Lexer(this.bytes, place.at);
    lexer.object();
    lexer.object();
    if (!lexer.keyword("obj")) throw new Error("no object");
    return Number(lexer.object());
  }

  /** @param {Stream} stream @returns {Promise<Uint8Array<ArrayBuffer>>} */
  async decoded({ dict, raw }) {
    const filters = [dict.get("Filter") ?? []].flat().map(nameOf);
    const parms = [dict.get("DecodeParms") ?? []].flat()[0];
    if (!filters.length) return raw;
    if (filters.length > 1 || filters[0] !== "FlateDecode") throw new Error("a filter that is not used here");
    const data = await this.inflate(raw);
    return parms instanceof Map && parms.get("Predictor") >= 10 ? unpredicted(data, parms.get("Columns") ?? 1) : data;
  }

  /** @param {Uint8Array<ArrayBuffer>} raw */
  async inflate(raw) {
    const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
    const parts = [];
    const reader = stream.getReader();
    for (let { value } = await reader.read(); value; { value } = await reader.read()) {
      this.inflated += value.length;
      if (this.inflated > LARGEST_INFLATED) {
        await reader.cancel();
        throw new Error("too much to unpack");
      }
      parts.push(value);
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  }

  /** @returns {Promise<EmbeddedFile[]>} */
  async files() {
    const names = await this.resolved(this.root.get("Names"));
    const tree = names instanceof Map ? await this.resolved(names.get("EmbeddedFiles")) : null;
    const files = [];
    for (const specification of await this.leaves(tree, 0)) {
      const found = await this.embedded(await this.resolved(specification));
      if (found) files.push(found);
    }
    return files;
  }

  /** The values of a name tree. @param {any} tree @param {number} depth @returns {Promise<any[]>} */
  async leaves(tree, depth) {
    if (!(tree instanceof Map) || depth > 10) return [];
    const pairs = (await this.resolved(tree.get("Names"))) ?? [];
    const found = pairs.filter((/** @type {any} */ _, /** @type {number} */ at) => at % 2);
    for (const kid of (await this.resolved(tree.get("Kids"))) ?? []) {
      if (found.length > MOST_FILES) throw new Error("too many files");
      found.push(...(await this.leaves(await this.resolved(kid), depth + 1)));
    }
    return found;
  }

  /** @param {any} specification @returns {Promise<EmbeddedFile | null>} */
  async embedded(specification) {
    if (!(specification instanceof Map)) return null;
    const holder = await this.resolved(specification.get("EF"));
    const stream = holder instanceof Map ? await this.resolved(holder.get("UF") ?? holder.get("F")) : null;
    const name = await this.resolved(specification.get("UF") ?? specification.get("F"));
    if (!stream?.raw || !(name instanceof Uint8Array)) return null;
    return { name: text(name), data: await this.decoded(stream) };
  }
}

/** PNG prediction (ISO 32000-2 §7.4.4.4), one byte a sample; only none and up are written for tables. @param {Uint8Array} data @param {number} columns */
function unpredicted(data, columns) {
  const rows = Math.floor(data.length / (columns + 1));
  const plain = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const kind = data[row * (columns + 1)];
    if (kind !== 0 && kind !== 2) throw new Error("a prediction that is not used here");
    for (let column = 0; column < columns; column++) {
      const above = kind && row ? plain[(row - 1) * columns + column] : 0;
      plain[row * columns + column] = data[row * (columns + 1) + 1 + column] + above;
    }
  }
  return plain;
}

/** @param {any} value @returns {string} */
const nameOf = (value) => (value instanceof Name ? value.value : "");

/** A text string (§7.9.2.2): UTF-16 with its mark, or near enough to Latin. @param {Uint8Array} bytes */
function text(bytes) {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes.subarray(2));
  return String.fromCharCode(...bytes.subarray(0, 500));
}

/** @param {Uint8Array} bytes @param {string} wanted @param {number} from @param {number} to */
function find(bytes, wanted, from, to) {
  for (let at = from; at + wanted.length <= to; at++) {
    if ([...wanted].every((letter, step) => bytes[at + step] === letter.charCodeAt(0))) return at;
  }
  return -1;
}

/** @param {Uint8Array} bytes @param {string} wanted @param {number} from */
function findLast(bytes, wanted, from) {
  let [found, at] = [-1, find(bytes, wanted, from, bytes.length)];
  while (at >= 0) [found, at] = [at, find(bytes, wanted, at + 1, bytes.length)];
  return found;
}
