/** One request (or one run of cron) on its way through the module. */
export class Exchange {
  /**
   * @param {number} id @param {Request | undefined} request absent for cron
   * @param {any} env the bindings of the Worker
   * @param {ExecutionContext} [ctx]
   */
  constructor(id, request, env, ctx) {
    this.id = id;
    this.request = /** @type {Request} */ (request);
    this.env = env;
    this.ctx = ctx;
    this.startedAt = Date.now();
    /** @type {D1DatabaseSession | undefined} made for the first batch */
    this.session = undefined;
    /** What is measured of it: see metrics.js. */
    this.measured = { route: 'none', code: '', roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
    /** @type {Outcome | undefined} */
    this.outcome = undefined;
    this.finished = false;
    /** @type {PromiseWithResolvers<Outcome> | undefined} made when the module did not answer at once */
    this.answered = undefined;
    /** @type {PromiseWithResolvers<void> | undefined} */
    this.ended = undefined;
    /** @type {Map<number, ReadableStream> | undefined} */
    this.streams = undefined;
    /** @type {ReadableStream | undefined} what is left of the body once it was looked at */
    this.rest = undefined;
  }

  /** Reading it again cannot change anything, so it may be sent through a fresh instance. */
  get isSafe() {
    return this.request?.method === 'GET' || this.request?.method === 'HEAD';
  }

  /** The request's body, to be streamed. @returns {ReadableStream} */
  get body() {
    this.rest ??= this.request.body ?? new Blob([]).stream();
    return this.rest;
  }

  /** @param {ReadableStream} stream @returns {number} a name for it, never 0 */
  keepStream(stream) {
    this.streams ??= new Map();
    this.streams.set(this.streams.size + 1, stream);
    return this.streams.size;
  }
  /** @param {number} name */
  stream(name) {
    return this.streams?.get(name);
  }

  /** The first outcome counts. @param {Outcome} outcome */
  settle(outcome) {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.answered?.resolve(outcome);
  }
  finish() {
    this.finished = true;
    this.ended?.resolve();
  }
}

/**
 * How an exchange ends: with the module's answer, or because of what happened to its instance. The answer of a failure
 * is made by who waits for it: a Response belongs to the request in whose run it was made.
 * @typedef {Response | 'failed' | 'unavailable' | 'again'} Outcome
 */
