/** D1: a batch is the transaction. */

/** @typedef {import('../pack.js').PackWriter} PackWriter */

/**
 * @param {import('../exchange.js').Exchange} exchange @param {import('../pack.js').PackReader} args
 * @returns {Promise<D1Result | D1Result[]>}
 */
export async function batch({ env }, args) {
  const count = args.word();
  const statements = [];
  for (let i = 0; i < count; i += 1) {
    const statement = env.DB.prepare(args.text());
    const values = [];
    for (let left = args.word(); left > 0; left -= 1) values.push(args.value());
    statements.push(values.length > 0 ? statement.bind(...values) : statement);
  }
  return count === 1 ? statements[0].all() : env.DB.batch(statements);
}

/** @param {D1Result | D1Result[]} results @param {PackWriter} out */
export function packBatch(results, out) {
  const sets = Array.isArray(results) ? results : [results];
  out.word(sets.length);
  for (const { results: rows } of sets) writeRows(out, /** @type {Record<string, unknown>[]} */ (rows ?? []));
}

/** @param {PackWriter} out @param {Record<string, unknown>[]} rows */
function writeRows(out, rows) {
  const columns = rows.length > 0 ? Object.keys(rows[0]) : [];
  out.word(columns.length).word(rows.length);
  for (const row of rows) for (const column of columns) out.value(row[column]);
}
