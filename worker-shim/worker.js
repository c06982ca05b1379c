import { failure } from './failure.js';
import { Instance } from './instance.js';

/** A request that takes longer is ended: its client is told to try again, and all that it holds is destroyed. */
const deadlineMillis = 30_000;
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
    const here = instance(env);
    const exchange = here.start(request, env);
    if (!exchange.finished) waitFor(exchange, here, request, ctx);
    const finish = (/** @type {import('./exchange.js').Outcome | undefined} */ outcome) => {
      if (outcome === 'again' && tries < mostTries) return answer(request, env, ctx, tries + 1);
      return outcome instanceof Response ? outcome : failure(outcome === undefined || outcome === 'failed' ? 500 : 503);
    };
    return exchange.outcome === undefined && exchange.answered
      ? exchange.answered.promise.then(finish)
      : finish(exchange.outcome);
  }

  return {
    /** @param {Request} request @param {any} env @param {ExecutionContext} ctx */
    fetch: (request, env, ctx) => answer(request, env, ctx),

    /** @param {ScheduledController} controller @param {any} env @param {ExecutionContext} ctx */
    async scheduled(controller, env, ctx) {
      const here = instance(env);
      const exchange = here.runScheduled(controller.cron, env);
      if (exchange.finished) return;
      exchange.ended = Promise.withResolvers();
      ctx.waitUntil(exchange.ended.promise);
      await exchange.ended.promise;
    },

    /** What is alive in the present instance. */
    counters: () => current?.counters(),
  };
}

/**
 * Keeps the runtime from ending a request before its work is done, and ends it when its client goes away or it takes
 * too long.
 * @param {import('./exchange.js').Exchange} exchange @param {Instance} here @param {Request} request
 * @param {ExecutionContext} ctx
 */
function waitFor(exchange, here, request, ctx) {
  exchange.answered = Promise.withResolvers();
  exchange.ended = Promise.withResolvers();
  const timer = setTimeout(() => {
    exchange.settle('unavailable');
    here.cancel(exchange);
  }, deadlineMillis);
  const gone = () => {
    // Once it is answered, what follows (mails, say) is no longer the client's to stop.
    if (exchange.outcome !== undefined) return;
    exchange.settle('unavailable');
    here.cancel(exchange);
  };
  request.signal?.addEventListener('abort', gone, { once: true });
  ctx.waitUntil(
    exchange.ended.promise.finally(() => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', gone);
    }),
  );
}
