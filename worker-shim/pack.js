/** Packed arguments and answers: 32-bit little-endian words, 64-bit floats, texts as length and bytes. See wasm/pack.h. */

const decoder = new TextDecoder();
const encoder = new TextEncoder();

const tag = Object.freeze({ null: 0, number: 1, text: 2, blob: 3 });

export class PackReader {
  #view;
  #bytes;
  #at;

  /** @param {ArrayBuffer} memory @param {number} start @param {number} size */
  constructor(memory, start, size) {
    this.#view = new DataView(memory, start, size);
    this.#bytes = new Uint8Array(memory, start, size);
    this.#at = 0;
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
    return decoder.decode(this.bytes());
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

export class PackWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  /** @param {number} count */
  #reserve(count) {
    if (this.#size + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#size + count));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
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
    this.word(bytes.length);
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
