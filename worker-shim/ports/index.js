/** What answers each operation. What it throws becomes a failed call. */

import { operations } from '../operations.js';
import * as bucket from './bucket.js';
import * as database from './database.js';
import * as httpClient from './http_client.js';
import * as incoming from './incoming.js';
import * as keyValue from './key_value.js';
import * as rateLimiter from './rate_limiter.js';
import * as upload from './upload.js';

/**
 * @typedef {import('../exchange.js').Exchange} Exchange
 * @typedef {import('../pack.js').PackReader} PackReader
 * @typedef {import('../pack.js').PackWriter} PackWriter
 * @typedef {object} Handler
 * @property {(exchange: Exchange, args: PackReader) => Promise<any>} start an async function, so that all it throws is a failure of
 *   the call; it reads its arguments before it awaits
 * @property {(result: any, out: PackWriter) => Uint8Array | void} pack gives the answer, or has packed it
 * @property {boolean} [isShort] so many requests make this call, and so rarely does it take long, that they are not
 *   guarded for its sake: see guard.js
 */

/**
 * An operation that gives what packs its answer, or nothing.
 * @param {(exchange: Exchange, args: PackReader) => Promise<void | ((out: PackWriter) => unknown)>} start
 * @returns {Handler}
 */
const packing = (start) => ({ start, pack: (write, out) => void write?.(out) });

/** @type {Record<number, Handler>} */
export const handlers = {
  [operations.sleep]: packing((_exchange, args) => scheduler.wait(args.number())),
  [operations.read_body]: { start: incoming.readBody, pack: incoming.packBody, isShort: true },
  [operations.peek_body]: packing(incoming.peekBody),
  [operations.database_batch]: { start: database.batch, pack: database.packBatch },
  [operations.key_value_get]: packing(keyValue.get),
  [operations.key_value_put]: packing(keyValue.put),
  [operations.key_value_remove]: packing(keyValue.remove),
  [operations.bucket_open]: packing(bucket.open),
  [operations.bucket_put_body]: packing(bucket.putBody),
  [operations.bucket_put]: packing(bucket.put),
  [operations.bucket_remove]: packing(bucket.remove),
  [operations.http_send]: packing(httpClient.send),
  [operations.rate_limit]: { start: rateLimiter.limit, pack: rateLimiter.packLimit, isShort: true },
  [operations.upload_begin]: packing(upload.begin),
  [operations.upload_part]: packing(upload.copyPart),
  [operations.upload_finish]: packing(upload.finish),
  [operations.upload_abort]: packing(upload.abort),
};
