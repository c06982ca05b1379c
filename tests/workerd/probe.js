import module from '../../.build/wasm-release/probe.wasm';
import { serve } from '../../worker-shim/worker.js';

const { counters, ...worker } = serve(module);

/** What was written to the stand-in of Analytics Engine, and what was asked of D1. */
const points = [];
const sessions = [];

/** The bindings, with two of them watched. The database is the real one. */
function watched(env) {
  const METRICS = env.IS_MEASURED === 'yes' ? { writeDataPoint: (point) => points.push(point) } : undefined;
  const DB = {
    prepare: (sql) => env.DB.prepare(sql),
    batch: (statements) => env.DB.batch(statements),
    withSession(start) {
      const session = env.DB.withSession(start);
      sessions.push(start);
      return session;
    },
  };
  return { ...env, DB, METRICS };
}

export default {
  ...worker,
  /** What is alive in the instance, and what was watched, is told from outside of it, so that asking does not count. */
  fetch(request, env, ctx) {
    if (request.url.endsWith('/_counters')) return Response.json(counters() ?? null);
    if (request.url.endsWith('/_watched'))
      return Response.json({ points: points.splice(0), sessions: sessions.splice(0) });
    return worker.fetch(request, watched(env), ctx);
  },
};
