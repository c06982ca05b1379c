/**
 * What stands behind the D1 binding here: SQLite in a Durable Object, spoken to by workerd's own D1 client. The same
 * for all three sides, in the same process, so that what a side leaves to the database is counted as well.
 */

import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers';

/** @typedef {{sql: string, params?: (null | number | string | number[])[]}} Query */

export class Database extends DurableObject {
  /** @param {Query[]} queries */
  run(queries) {
    return this.ctx.storage.transactionSync(() => queries.map((query) => this.#one(query)));
  }

  /** @param {Query} query */
  #one({ sql, params = [] }) {
    const values = params.map((value) => (Array.isArray(value) ? new Uint8Array(value).buffer : value));
    const cursor = this.ctx.storage.sql.exec(sql, ...values);
    const rows = [...cursor.raw()].map((row) =>
      row.map((value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value)),
    );
    return {
      success: true,
      results: { columns: cursor.columnNames, rows },
      meta: {
        served_by: 'bench',
        duration: 0,
        changes: cursor.rowsWritten,
        last_row_id: 0,
        changed_db: cursor.rowsWritten > 0,
        size_after: 0,
        rows_read: cursor.rowsRead,
        rows_written: cursor.rowsWritten,
      },
    };
  }
}

export default class extends WorkerEntrypoint {
  /** @param {Request} request */
  async fetch(request) {
    const sent = /** @type {Query | Query[]} */ (await request.json());
    const queries = Array.isArray(sent) ? sent : [sent];
    const database = /** @type {any} */ (this.env).DATABASE;
    try {
      return Response.json(await database.get(database.idFromName('bench')).run(queries));
    } catch (error) {
      return Response.json({ success: false, error: error instanceof Error ? error.message : String(error) });
    }
  }
}
