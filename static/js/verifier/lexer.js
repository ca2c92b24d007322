/** PDF objects from bytes (ISO 32000-2 §7.3): numbers, names, strings, arrays, dictionaries, references. */

const DEEPEST = 60;
const SPACE = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITERS = new Set([..."()<>[]{}/%"].map((letter) => letter.charCodeAt(0)));
const code = (/** @type {string} */ letter) => letter.charCodeAt(0);
const ESCAPES = new Map([["n", 10], ["r", 13], ["t", 9], ["b", 8], ["f", 12]].map(([letter, byte]) => [code(String(letter)), Number(byte)]));

/** A name, such as /Root. */
export class Name {
  /** @param {string} value */
  constructor(value) {
    this.value = value;
  }
}

/** A reference to an object by its number, such as 12 0 R. */
export class Ref {
  /** @param {number} number */
  constructor(number) {
    this.number = number;
  }
}

export class Lexer {
  /** @param {Uint8Array} bytes @param {number} at */
  constructor(bytes, at) {
    if (!(at >= 0 && at < bytes.length)) throw new Error("outside the file");
    this.bytes = bytes;
    this.at = at;
  }

  skip() {
    while (this.at < this.bytes.length) {
      if (this.bytes[this.at] === code("%")) while (this.at < this.bytes.length && ![10, 13].includes(this.bytes[this.at])) this.at++;
      else if (!SPACE.has(this.bytes[this.at])) return;
      else this.at++;
    }
  }

  /** Take this keyword, if it stands here. @param {string} word */
  keyword(word) {
    this.skip();
    const end = this.at + word.length;
    if (end > this.bytes.length || [...word].some((letter, step) => this.bytes[this.at + step] !== code(letter))) return false;
    if (end < this.bytes.length && !SPACE.has(this.bytes[end]) && !DELIMITERS.has(this.bytes[end])) return false;
    this.at = end;
    return true;
  }

  /** Where the line after `stream` begins. */
  afterLine() {
    if (this.bytes[this.at] === 13) this.at++;
    if (this.bytes[this.at] === 10) this.at++;
    return this.at;
  }

  /** @param {number} [depth] @returns {any} null for what is no object */
  object(depth = 0) {
    if (depth > DEEPEST) throw new Error("too deep");
    this.skip();
    const byte = this.bytes[this.at];
    if (byte === code("/")) return this.name();
    if (byte === code("(")) return this.string();
    if (byte === code("[")) return this.array(depth);
    if (byte === code("<")) return this.bytes[this.at + 1] === byte ? this.dictionary(depth) : this.hex();
    const word = this.word();
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) throw new Error("no object");
    return /^\d+$/.test(word) ? this.reference(Number(word)) : Number(word);
  }

  word() {
    const begin = this.at;
    while (this.at < this.bytes.length && !SPACE.has(this.bytes[this.at]) && !DELIMITERS.has(this.bytes[this.at])) this.at++;
    return String.fromCharCode(...this.bytes.subarray(begin, Math.min(this.at, begin + 200)));
  }

  /** A number, or the reference that it begins. @param {number} number */
  reference(number) {
    const before = this.at;
    this.skip();
    if (/^\d+$/.test(this.word()) && this.keyword("R")) return new Ref(number);
    this.at = before;
    return number;
  }

  name() {
    this.at++;
    return new Name(this.word().replaceAll(/#([0-9A-Fa-f]{2})/g, (_, pair) => String.fromCharCode(parseInt(pair, 16))));
  }

  /** @param {number} depth */
  array(depth) {
    this.at++;
    const found = [];
    for (this.skip(); this.bytes[this.at] !== code("]"); this.skip()) found.push(this.object(depth + 1));
    this.at++;
    return found;
  }

  /** @param {number} depth */
  dictionary(depth) {
    this.at += 2;
    const found = new Map();
    for (this.skip(); this.bytes[this.at] !== code(">"); this.skip()) {
      const key = this.object(depth + 1);
      if (!(key instanceof Name)) throw new Error("no name");
      found.set(key.value, this.object(depth + 1));
    }
    this.at += 2;
    return found;
  }

  hex() {
    this.at++;
    let digits = "";
    while (this.at < this.bytes.length && this.bytes[this.at] !== code(">")) digits += String.fromCharCode(this.bytes[this.at++]);
    this.at++;
    const plain = digits.replaceAll(/\s/g, "");
    return Uint8Array.from((plain.length % 2 ? `${plain}0` : plain).match(/../g) ?? [], (pair) => parseInt(pair, 16));
  }

  string() {
    this.at++;
    const found = [];
    for (let open = 1; this.at < this.bytes.length; this.at++) {
      let byte = this.bytes[this.at];
      if (byte === code("(")) open++;
      if (byte === code(")") && --open === 0) break;
      if (byte === code("\\")) {
        const escaped = this.escape();
        if (escaped === null) continue;
        byte = escaped;
      }
      found.push(byte);
    }
    this.at++;
    return Uint8Array.from(found);
  }

  /** The byte that a backslash begins; null for a line that goes on. Leaves `at` on its last character. */
  escape() {
    const next = this.bytes[++this.at];
    if (next === 10 || next === 13) {
      if (next === 13 && this.bytes[this.at + 1] === 10) this.at++;
      return null;
    }
    if (next < code("0") || next > code("7")) return ESCAPES.get(next) ?? next;
    let value = 0;
    for (let step = 0; step < 3 && this.bytes[this.at] >= code("0") && this.bytes[this.at] <= code("7"); step++) value = value * 8 + this.bytes[this.at++] - code("0");
    this.at--;
    return value & 255;
  }
}
