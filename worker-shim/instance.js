import { Exchange } from './exchange.js';
import { PackReader } from './pack.js';
import { handlers } from './ports/index.js';

/**
 * One instance of the module: its memory, and the requests that are in it. A trap leaves its memory in any state, so
 * an instance that trapped is never entered again.
 */
export class Instance {
  #exports;
  #encoder = new TextEncoder();
  #bytes = new Uint8Array();
  /** True while the module runs. Found true when it is entered, the run before it never came back. */
  #entered = false;
  #lastRequest = 0;
  /** @type {Map<number, string>} header names by their address: literals of the module, which never move */
  #headerNames = new Map();
  /** @type {Map<number, Exchange>} */
  exchanges = new Map();
  dead = false;

  /** @param {WebAssembly.Module} module @param {any} env */
  constructor(module, env) {
    const instance = new WebAssembly.Instance(module, { isthmus: this.#imports() });
    this.#exports = /** @type {any} */ (instance.exports);
    this.#exports._initialize?.();
    for (const [name, value] of Object.entries(env)) if (typeof value === 'string') this.#set(name, value);
  }

  /** False once it trapped, also where the runtime ended its last run from outside. */
  isUsable() {
    if (this.#entered) this.#die(-1, new Error('the runtime ended the last run'));
    return !this.dead;
  }
  get memory() {
    return this.#exports.memory;
  }
  /** Where the runtime writes its warning that the CPU time is nearly used up. */
  get signalAddress() {
    return this.#exports.__instance_signal?.value ?? 0;
  }
  /** What is alive in the module: frames, requests, host calls, buffers. */
  counters() {
    const at = this.#exports.isthmus_counters();
    const [frames, requests, hostCalls, buffers] = new Uint32Array(this.#exports.memory.buffer, at, 4);
    return { frames, requests, hostCalls, buffers, memoryBytes: this.memory.buffer.byteLength };
  }

  /** @param {Request} request @param {any} env @returns {Exchange} answered already, or on its way */
  start(request, env) {
    const exchange = this.#open(request, env);
    const { method, url } = request;
    const target = url.slice(url.indexOf('/', url.indexOf('//') + 2));
    this.#enter(exchange.id, () => {
      const [at, size] = this.#write(method + target);
      this.#exports.isthmus_start(exchange.id, at, method.length, size);
    });
    return exchange;
  }

  /** @param {string} cron @param {any} env */
  runScheduled(cron, env) {
    const exchange = this.#open(undefined, env);
    this.#enter(exchange.id, () => this.#exports.isthmus_scheduled(exchange.id, ...this.#write(cron)));
    return exchange;
  }

  /** Destroys all that a request holds. @param {Exchange} exchange */
  cancel(exchange) {
    if (this.dead || exchange.finished) return;
    this.exchanges.delete(exchange.id);
    this.#enter(exchange.id, () => this.#exports.isthmus_cancel(exchange.id));
    exchange.finish();
  }

  /** @param {Request | undefined} request @param {any} env */
  #open(request, env) {
    this.#lastRequest = (this.#lastRequest + 1) >>> 0;
    const exchange = new Exchange(this.#lastRequest, request, env);
    this.exchanges.set(exchange.id, exchange);
    return exchange;
  }

  /** Runs a part of the module on behalf of a request. @param {number} request @param {() => void} run */
  #enter(request, run) {
    if (!this.isUsable()) return;
    this.#entered = true;
    try {
      run();
    } catch (error) {
      this.#die(request, error);
    }
    this.#entered = false;
  }

  /**
   * The request in which the module trapped fails; the others that read go on in a fresh instance; those that write are
   * told to try again, since nobody knows how far they came.
   * @param {number} culprit @param {unknown} error
   */
  #die(culprit, error) {
    this.dead = true;
    // Tells the runtime that nobody listens at this memory any more, so that it can be collected.
    const flag = this.#exports.__instance_terminated?.value;
    if (flag !== undefined) new Uint32Array(this.#exports.memory.buffer, flag, 1)[0] = 1;
    const requests = this.exchanges.size;
    console.error(JSON.stringify({ level: 'error', message: 'the module trapped', cause: String(error), requests }));
    for (const exchange of this.exchanges.values()) {
      if (exchange.id === culprit) exchange.settle('failed');
      else exchange.settle(exchange.isSafe ? 'again' : 'unavailable');
      exchange.finish();
    }
    this.exchanges.clear();
  }

  /** @returns {Record<string, (...args: number[]) => number | void>} what the module asks of its host: see wasm/abi.h */
  #imports() {
    return {
      call: (operation, request, call, at, size) => this.#call(operation, request, call, at, size),
      respond: (request, at, size) => this.#respond(request, at, size),
      finish: (request) => this.#finish(request),
      header: (request, name, nameSize, out, capacity) => this.#header(request, name, nameSize, out, capacity),
      log: (level, at, size) => writeLine(level, this.#text(at, size)),
      now: () => Date.now(),
      random: (at, size) => void crypto.getRandomValues(this.#memory().subarray(at, at + size)),
    };
  }

  /** The module's memory; a view dies when the memory grows. */
  #memory() {
    if (this.#bytes.length === 0 || this.#bytes.buffer !== this.#exports.memory.buffer)
      this.#bytes = new Uint8Array(this.#exports.memory.buffer);
    return this.#bytes;
  }

  /** Copies a text into memory that the module will free. @param {string} text @returns {[number, number]} */
  #write(text) {
    const at = this.#exports.isthmus_allocate(text.length * 3);
    return [at, this.#encoder.encodeInto(text, this.#memory().subarray(at)).written];
  }

  /** @param {string} name @param {string} value */
  #set(name, value) {
    const [at, size] = this.#write(name + value);
    this.#exports.isthmus_set(at, this.#encoder.encode(name).length, size);
  }

  /** @param {number} at @param {number} size */
  #text(at, size) {
    return new TextDecoder().decode(this.#memory().subarray(at, at + size));
  }

  /** @param {number} operation @param {number} request @param {number} call @param {number} at @param {number} size */
  #call(operation, request, call, at, size) {
    const exchange = /** @type {Exchange} */ (this.exchanges.get(request));
    const args = new PackReader(this.#exports.memory.buffer, at, size);
    handlers[operation](exchange, args).then(
      (answer) => this.#complete(exchange, call, 1, answer ?? new Uint8Array()),
      (error) => this.#complete(exchange, call, 0, this.#encoder.encode(String(error?.message ?? error))),
    );
  }

  /** @param {Exchange} exchange @param {number} call @param {0 | 1} succeeded @param {Uint8Array} answer */
  #complete(exchange, call, succeeded, answer) {
    if (this.dead || exchange.finished) return;
    this.#enter(exchange.id, () => {
      const at = this.#exports.isthmus_allocate(answer.length);
      this.#memory().set(answer, at);
      this.#exports.isthmus_complete(call, succeeded, at, answer.length);
    });
  }

  /** @param {number} request @param {number} at @param {number} size */
  #respond(request, at, size) {
    const exchange = this.exchanges.get(request);
    const packed = new PackReader(this.#exports.memory.buffer, at, size);
    const status = packed.word();
    const stream = packed.word();
    const lines = packed.text().split('\n');
    const headers = new Headers();
    for (let i = 0; i + 1 < lines.length; i += 2) headers.append(lines[i], lines[i + 1]);
    const body = stream === 0 ? packed.bytes().slice() : exchange?.stream(stream);
    const hasBody = status !== 204 && status !== 304 && exchange?.request.method !== 'HEAD';
    exchange?.settle(new Response(hasBody ? body : null, { status, headers }));
  }

  /** @param {number} request */
  #finish(request) {
    this.exchanges.get(request)?.finish();
    this.exchanges.delete(request);
  }

  /**
   * @param {number} request @param {number} name @param {number} nameSize @param {number} out @param {number} capacity
   * @returns {number} the length in bytes; more than the capacity where it did not fit, -1 where there is none
   */
  #header(request, name, nameSize, out, capacity) {
    let text = this.#headerNames.get(name);
    if (text === undefined) {
      text = this.#text(name, nameSize);
      this.#headerNames.set(name, text);
    }
    const value = this.exchanges.get(request)?.request.headers.get(text) ?? null;
    if (value === null) return -1;
    const { read, written } = this.#encoder.encodeInto(value, this.#memory().subarray(out, out + capacity));
    return read === value.length ? written : this.#encoder.encode(value).length;
  }
}

/** @param {number} level @param {string} line */
function writeLine(level, line) {
  if (level === 2) console.error(line);
  else if (level === 1) console.warn(line);
  else console.log(line);
}
