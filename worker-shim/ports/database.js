/** D1: a batch is the transaction. */

import { PackWriter } from '../pack.js';

/** @param {import('../exchange.js').Exchange} exchange @param {import('../pack.js').PackReader} args */
export async function batch({ env }, args) {
  const count = args.word();
  const statements = [];
  for (let i = 0; i < count; i += 1) {
    const statement = env.DB.prepare(args.text());
    const values = [];
    for (let left = args.word(); left > 0; left -= 1) values.push(args.value());
    statements.push(values.length > 0 ? statement.bind(...values) : statement);
  }
  const results = count === 1 ? [await statements[0].all()] : await env.DB.batch(statements);
  const out = new PackWriter();
  out.word(results.length);
  for (const { results: rows } of results) writeRows(out, rows ?? []);
  return out.finish();
}

/** @param {PackWriter} out @param {Record<string, unknown>[]} rows */
function writeRows(out, rows) {
  const columns = rows.length > 0 ? Object.keys(rows[0]) : [];
  out.word(columns.length).word(rows.length);
  for (const row of rows) for (const column of columns) out.value(row[column]);
}
