import { failure } from './failure.js';
import { Instance } from './instance.js';
import { record } from './metrics.js';

/** A request that only reads goes through at most so many instances, should one after the other trap under it. */
const mostTries = 3;
/** A memory never shrinks; an instance that grew beyond this is replaced as soon as nobody is in it. */
const retireBytes = 48 << 20;

/**
 * Makes a Worker of a module.
 * @param {WebAssembly.Module} module
 */
export function serve(module) {
  /** @type {Instance | undefined} */
  let current;

  /** @param {any} env */
  function instance(env) {
    if (current?.isUsable() && (current.exchanges.size > 0 || current.memory.buffer.byteLength < retireBytes))
      return current;
    current = new Instance(module, env);
    return current;
  }

  /**
   * @param {Request} request @param {any} env @param {ExecutionContext} ctx @param {number} tries
   * @returns {Response | Promise<Response>}
   */
  function answer(request, env, ctx, tries = 1) {
    const exchange = instance(env).start(request, env, ctx);
    if (exchange.outcome !== undefined || exchange.finished) return conclude(exchange.outcome, exchange, tries);
    exchange.answered = Promise.withResolvers();
    return exchange.answered.promise.then((outcome) => conclude(outcome, exchange, tries));
  }

  /**
   * @param {import('./exchange.js').Outcome | undefined} outcome @param {import('./exchange.js').Exchange} exchange
   * @param {number} tries
   */
  function conclude(outcome, exchange, tries) {
    const { request, env, ctx } = exchange;
    if (outcome === 'again' && tries < mostTries)
      return answer(request, env, /** @type {ExecutionContext} */ (ctx), tries + 1);
    const response = outcome instanceof Response ? outcome : failure(outcome);
    if (env.METRICS) record(exchange, response.status);
    return response;
  }

  return {
    /** @param {Request} request @param {any} env @param {ExecutionContext} ctx */
    fetch: (request, env, ctx) => answer(request, env, ctx),

    /** @param {ScheduledController} controller @param {any} env @param {ExecutionContext} ctx */
    async scheduled(controller, env, ctx) {
      const exchange = instance(env).runScheduled(controller.cron, env);
      if (exchange.finished) return;
      exchange.ended = Promise.withResolvers();
      ctx.waitUntil(exchange.ended.promise);
      await exchange.ended.promise;
    },

    /** What is alive in the present instance. */
    counters: () => current?.counters(),
  };
}
