/** Packed arguments and answers: 32-bit little-endian words, 64-bit floats, texts as length and bytes. See wasm/pack.h. */

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A writer that grew beyond `keptSize` begins anew. */
const usualSize = 4096;
const keptSize = 256 << 10;

const tag = Object.freeze({ null: 0, number: 1, text: 2, blob: 3 });

/** Reads what the module packed, in the module's own memory: all of it before anything is awaited. */
export class PackReader {
  #view;
  #bytes;
  #at;

  /** @param {DataView} view @param {Uint8Array} bytes both of the whole memory @param {number} at */
  constructor(view, bytes, at) {
    this.#view = view;
    this.#bytes = bytes;
    this.#at = at;
  }
  word() {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }
  number() {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }
  /** A borrowed view: copy it before the module runs again. */
  bytes() {
    const size = this.word();
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
  text() {
    const size = this.word();
    if (size === 0) return '';
    this.#at += size;
    return decoder.decode(this.#bytes.subarray(this.#at - size, this.#at));
  }
  /** @returns {null | number | string | Uint8Array} a value as SQLite has it */
  value() {
    switch (this.word()) {
      case tag.number:
        return this.number();
      case tag.text:
        return this.text();
      case tag.blob:
        return this.bytes().slice();
      default:
        return null;
    }
  }
}

/** Packs an answer. One is used again and again: `finish` gives a view that is good until the next answer is packed. */
export class PackWriter {
  #bytes = new Uint8Array(usualSize);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  /** Begins anew. */
  clear() {
    this.#size = 0;
    if (this.#bytes.length > keptSize) this.#use(new Uint8Array(usualSize));
    return this;
  }
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  #use(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
  /** @param {number} count */
  #reserve(count) {
    if (this.#size + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#size + count));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#use(larger);
  }
  /** @param {number} value */
  word(value) {
    this.#reserve(4);
    this.#view.setUint32(this.#size, value, true);
    this.#size += 4;
    return this;
  }
  /** @param {number} value */
  number(value) {
    this.#reserve(8);
    this.#view.setFloat64(this.#size, value, true);
    this.#size += 8;
    return this;
  }
  /** @param {string} text */
  text(text) {
    this.#reserve(4 + text.length * 3);
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.#size + 4));
    this.#view.setUint32(this.#size, written, true);
    this.#size += 4 + written;
    return this;
  }
  /** @param {Uint8Array} bytes */
  bytes(bytes) {
    return this.word(bytes.length).raw(bytes);
  }
  /** Without a length before it: the last of an answer. @param {Uint8Array} bytes */
  raw(bytes) {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
    return this;
  }
  /** @param {unknown} value as D1 hands it over */
  value(value) {
    if (typeof value === 'number') return this.word(tag.number).number(value);
    if (typeof value === 'string') return this.word(tag.text).text(value);
    if (typeof value === 'boolean') return this.word(tag.number).number(value ? 1 : 0);
    if (value instanceof ArrayBuffer) return this.word(tag.blob).bytes(new Uint8Array(value));
    // D1 hands blobs over as lists of numbers.
    if (Array.isArray(value)) return this.word(tag.blob).bytes(Uint8Array.from(value));
    return this.word(tag.null);
  }
  finish() {
    return this.#bytes.subarray(0, this.#size);
  }
}
