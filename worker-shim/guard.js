/** A request that takes longer is ended: its client is told to try again, and all that it holds is destroyed. */
export const deadlineMillis = 30_000;

/**
 * Keeps the runtime from ending a request before its work is done, and ends it when its client goes away or it takes
 * too long. The timer, the listener and the promise cost about as much as all the rest of a short request, so that they
 * are made for the first call that may take long. Until then a request is only ended by `Instance`, which looks for old
 * ones when new ones come.
 * @param {import('./exchange.js').Exchange} exchange @param {import('./instance.js').Instance} instance
 */
export function guard(exchange, instance) {
  const { request, ctx } = exchange;
  if (exchange.ended || !ctx) return;
  exchange.ended = Promise.withResolvers();
  const timer = setTimeout(() => instance.giveUp(exchange), deadlineMillis - (Date.now() - exchange.startedAt));
  // Once it is answered, what follows (mails, say) is no longer the client's to stop.
  const gone = () => exchange.outcome === undefined && instance.giveUp(exchange);
  request.signal?.addEventListener('abort', gone, { once: true });
  ctx.waitUntil(
    exchange.ended.promise.finally(() => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', gone);
    }),
  );
}
