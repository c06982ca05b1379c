/** D1: a batch is the transaction. */

import { count } from '../metrics.js';

/**
 * @param {import('../exchange.js').Exchange} exchange @param {import('../pack.js').PackReader} args
 * @returns {Promise<D1Result[]>}
 */
export async function batch(exchange, args) {
  const database = opened(exchange, args.word());
  const statements = [];
  for (let n = args.word(); n > 0; n -= 1) {
    const statement = database.prepare(args.text());
    const values = [];
    for (let left = args.word(); left > 0; left -= 1) values.push(args.value());
    statements.push(values.length > 0 ? statement.bind(...values) : statement);
  }
  const results = statements.length === 1 ? [await statements[0].all()] : await database.batch(statements);
  if (exchange.env.METRICS) count(exchange, results);
  return results;
}

/** Where reading begins, by `ReadFrom` of src/ports/database.h; from 2 on the client's bookmark goes before it. */
const starts = ['', 'first-primary', 'first-primary', 'first-unconstrained'];
/** Anything else did not come from D1, which would fail on it, and counts as none. */
const bookmark = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;

/**
 * What a request asks: one session of D1, so that each of its batches sees what the one before it saw.
 * @param {import('../exchange.js').Exchange} exchange @param {number} from @returns {D1Database | D1DatabaseSession}
 */
function opened(exchange, from) {
  if (from === 0) return exchange.env.DB;
  const seen = (from > 1 && exchange.request.headers.get('x-d1-bookmark')) || '';
  return (exchange.session ??= exchange.env.DB.withSession(bookmark.test(seen) ? seen : starts[from]));
}

/** @param {D1Result<Record<string, unknown>>[]} results @param {import('../pack.js').PackWriter} out */
export function packBatch(results, out) {
  out.word(results.length);
  for (const { results: rows } of results) {
    const columns = Object.keys(rows?.[0] ?? {});
    out.word(columns.length).word(rows?.length ?? 0);
    for (const row of rows ?? []) for (const column of columns) out.value(row[column]);
  }
}
