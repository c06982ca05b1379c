import { Exchange } from './exchange.js';
import { deadlineMillis, guard } from './guard.js';
import { PackReader, PackWriter } from './pack.js';
import { handlers } from './ports/index.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Refuses what is not UTF-8 and keeps what there is. */
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A body up to this many bytes becomes a Response sooner as a string; a longer one as bytes. */
const longestText = 32 << 10;
/** How often the old requests are looked for. */
const lookMillis = 1_000;

/** Where answers are packed before they are copied into a module's memory. */
const out = new PackWriter();

/**
 * One instance of the module: its memory, and the requests that are in it. A trap leaves its memory in any state, so
 * an instance that trapped is never entered again.
 */
export class Instance {
  #exports;
  // Views of the memory, made anew when it has grown.
  #bytes = new Uint8Array();
  #view = new DataView(new ArrayBuffer(0));
  #scratch = new Uint8Array();
  #scratchAt;
  #scratchSize;
  /** @type {string[]} the headers that come with every request */
  #commonHeaders;
  /** True while the module runs. Found true when it is entered, the run before it never came back. */
  #entered = false;
  #written = 0;
  #lastRequest = 0;
  #lookedAt = 0;
  /** @type {Map<number, string>} literals of the module by their address, which never move */
  #literals = new Map();
  /** @type {Map<number, {headers: Headers, isTyped: boolean}>} blocks of headers by their address, which never move */
  #headerBlocks = new Map();
  /** @type {Map<number, Exchange>} the oldest first */
  exchanges = new Map();
  dead = false;

  /** @param {WebAssembly.Module} module @param {any} env */
  constructor(module, env) {
    const instance = new WebAssembly.Instance(module, { isthmus: this.#imports() });
    this.#exports = /** @type {any} */ (instance.exports);
    this.#exports._initialize?.();
    const layout = new Uint32Array(this.memory.buffer, this.#exports.isthmus_layout(), 4);
    [this.#scratchAt, this.#scratchSize] = layout;
    this.#commonHeaders = this.#text(layout[2], layout[3]).split('\n');
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

  /**
   * @param {Request} request @param {any} env @param {ExecutionContext} [ctx]
   * @returns {Exchange} answered already, or on its way
   */
  start(request, env, ctx) {
    const exchange = this.#open(request, env, ctx);
    const { method, url, headers } = request;
    let lines = `${method}\n${url.slice(url.indexOf('/', url.indexOf('//') + 2))}`;
    for (const name of this.#commonHeaders) lines += `\n${headers.get(name) ?? ''}`;
    this.#enter(exchange.id, () => {
      const at = this.#write(lines);
      this.#exports.isthmus_start(exchange.id, at, this.#written);
    });
    return exchange;
  }

  /** @param {string} cron @param {any} env */
  runScheduled(cron, env) {
    const exchange = this.#open(undefined, env);
    this.#enter(exchange.id, () => {
      const at = this.#write(cron);
      this.#exports.isthmus_scheduled(exchange.id, at, this.#written);
    });
    return exchange;
  }

  /** Ends a request that nobody waits for any more, or that took too long. @param {Exchange} exchange */
  giveUp(exchange) {
    exchange.settle('unavailable');
    this.cancel(exchange);
  }

  /** Destroys all that a request holds. @param {Exchange} exchange */
  cancel(exchange) {
    if (this.dead || exchange.finished) return;
    this.exchanges.delete(exchange.id);
    this.#enter(exchange.id, () => this.#exports.isthmus_cancel(exchange.id));
    exchange.finish();
  }

  /** @param {Request | undefined} request @param {any} env @param {ExecutionContext} [ctx] */
  #open(request, env, ctx) {
    this.#lastRequest = (this.#lastRequest + 1) >>> 0;
    const exchange = new Exchange(this.#lastRequest, request, env, ctx);
    if (exchange.startedAt - this.#lookedAt > lookMillis) this.#endOld(exchange.startedAt);
    this.exchanges.set(exchange.id, exchange);
    return exchange;
  }

  /** Ends the requests that no guard ended: see guard.js. @param {number} now */
  #endOld(now) {
    this.#lookedAt = now;
    for (const exchange of this.exchanges.values()) {
      if (now - exchange.startedAt < deadlineMillis) return;
      if (exchange.request) this.giveUp(exchange);
    }
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
      call: (operation, request, call, at) => this.#call(operation, request, call, at),
      respond: (request, at, _size, body, bodySize) => this.#respond(request, at, body, bodySize),
      finish: (request) => this.#finish(request),
      header: (request, name, nameSize, at, capacity) => this.#header(request, name, nameSize, at, capacity),
      log: (level, at, size) => writeLine(level, this.#text(at, size)),
      now: () => Date.now(),
      random: (at, size) => void crypto.getRandomValues(this.#span(at, size)),
    };
  }

  /** Views die when the memory grows. */
  #refresh() {
    if (this.#bytes.length > 0) return;
    const { buffer } = this.#exports.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#scratch = new Uint8Array(buffer, this.#scratchAt, this.#scratchSize);
  }

  /** A part of the module's memory. @param {number} at @param {number} size */
  #span(at, size) {
    this.#refresh();
    return this.#bytes.subarray(at, at + size);
  }

  /**
   * Copies a text to where the module reads it.
   * @param {string} text @returns {number} its address; its size is in `#written`
   */
  #write(text) {
    const at = this.#place(text.length * 3);
    const there = at === this.#scratchAt ? this.#scratch : this.#bytes.subarray(at, at + text.length * 3);
    this.#written = encoder.encodeInto(text, there).written;
    return at;
  }

  /** Room for what is handed over: the scratch, or memory that the module will free. @param {number} size */
  #place(size) {
    const at = size <= this.#scratchSize ? this.#scratchAt : this.#exports.isthmus_allocate(size);
    this.#refresh();
    return at;
  }

  /** @param {string} name @param {string} value */
  #set(name, value) {
    const at = this.#write(name + value);
    this.#exports.isthmus_set(at, encoder.encode(name).length, this.#written);
  }

  /** @param {number} at @param {number} size */
  #text(at, size) {
    return decoder.decode(this.#span(at, size));
  }

  /** A text that the module never moves nor changes. @param {number} at @param {number} size */
  #literal(at, size) {
    if (!this.#literals.has(at)) this.#literals.set(at, this.#text(at, size));
    return /** @type {string} */ (this.#literals.get(at));
  }

  /** @param {number} at */
  #reader(at) {
    this.#refresh();
    return new PackReader(this.#view, this.#bytes, at);
  }

  /** @param {number} operation @param {number} request @param {number} call @param {number} at */
  #call(operation, request, call, at) {
    const exchange = /** @type {Exchange} */ (this.exchanges.get(request));
    const { start, pack, isShort } = handlers[operation];
    if (!isShort) guard(exchange, this);
    // No closure here has a name: the bundler would record it at every call.
    start(exchange, this.#reader(at))
      .then((result) => this.#complete(exchange, call, 1, pack(result, out.clear()) ?? out.finish()))
      .catch((error) => this.#complete(exchange, call, 0, encoder.encode(String(error?.message ?? error))));
  }

  /** @param {Exchange} exchange @param {number} call @param {0 | 1} succeeded @param {Uint8Array} answer */
  #complete(exchange, call, succeeded, answer) {
    if (this.dead || exchange.finished) return;
    this.#enter(exchange.id, () => {
      const at = this.#place(answer.length);
      this.#bytes.set(answer, at);
      this.#exports.isthmus_complete(call, succeeded, at, answer.length);
    });
  }

  /** @param {number} request @param {number} at @param {number} bodyAt @param {number} bodySize */
  #respond(request, at, bodyAt, bodySize) {
    const exchange = this.exchanges.get(request);
    const head = this.#reader(at);
    const status = head.word();
    const stream = head.word();
    const block = this.#headerBlock(head.word(), head.text());
    const lines = head.text();
    if (exchange?.env.METRICS) {
      exchange.measured.route = this.#literal(head.word(), head.word()) || 'none';
      exchange.measured.code = this.#literal(head.word(), head.word());
    }
    let body;
    if (status !== 204 && status !== 304 && exchange?.request.method !== 'HEAD')
      body = stream === 0 ? this.#body(bodyAt, bodySize, block?.isTyped) : exchange?.stream(stream);
    const response = new Response(body, { status, headers: block?.headers });
    if (lines !== '') appendLines(response.headers, lines);
    const bookmark = exchange?.session?.getBookmark();
    if (bookmark) response.headers.set('x-d1-bookmark', bookmark);
    exchange?.settle(response);
  }

  /** @param {number} address @param {string} lines empty where it is known @returns what many answers share */
  #headerBlock(address, lines) {
    if (lines === '') return this.#headerBlocks.get(address);
    const headers = appendLines(new Headers(), lines);
    const block = { headers, isTyped: headers.has('content-type') };
    this.#headerBlocks.set(address, block);
    return block;
  }

  /**
   * A string without a type would make the runtime invent one.
   * @param {number} at @param {number} size @param {boolean} [isTyped]
   */
  #body(at, size, isTyped = false) {
    const bytes = this.#span(at, size);
    if (!isTyped || size > longestText) return bytes.slice();
    try {
      return strictDecoder.decode(bytes);
    } catch {
      return bytes.slice();
    }
  }

  /** @param {number} request */
  #finish(request) {
    this.exchanges.get(request)?.finish();
    this.exchanges.delete(request);
  }

  /**
   * @param {number} request @param {number} name @param {number} nameSize @param {number} at @param {number} capacity
   * @returns {number} the length in bytes; more than the capacity where it did not fit, -1 where there is none
   */
  #header(request, name, nameSize, at, capacity) {
    const text = this.#literal(name, nameSize);
    const value = this.exchanges.get(request)?.request.headers.get(text) ?? null;
    if (value === null) return -1;
    const { read, written } = encoder.encodeInto(value, this.#span(at, capacity));
    return read === value.length ? written : encoder.encode(value).length;
  }
}

/** @param {Headers} headers @param {string} lines name, value, name, value */
function appendLines(headers, lines) {
  const parts = lines.split('\n');
  for (let i = 0; i + 1 < parts.length; i += 2) headers.append(parts[i], parts[i + 1]);
  return headers;
}

/** @param {number} level @param {string} line */
function writeLine(level, line) {
  if (level === 2) console.error(line);
  else if (level === 1) console.warn(line);
  else console.log(line);
}
