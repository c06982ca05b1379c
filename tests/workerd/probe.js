import module from '../../.build/wasm-release/probe.wasm';
import { serve } from '../../worker-shim/worker.js';

const { counters, ...worker } = serve(module);

export default {
  ...worker,
  /** What is alive in the instance is told from outside of it, so that asking does not count. */
  fetch(request, env, ctx) {
    if (request.url.endsWith('/_counters')) return Response.json(counters() ?? null);
    return worker.fetch(request, env, ctx);
  },
};
