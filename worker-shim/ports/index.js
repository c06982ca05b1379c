/** What answers each operation. A handler gives packed bytes, or nothing; what it throws becomes a failed call. */

import { operations } from '../operations.js';
import * as bucket from './bucket.js';
import * as database from './database.js';
import * as httpClient from './http_client.js';
import * as incoming from './incoming.js';
import * as keyValue from './key_value.js';
import * as rateLimiter from './rate_limiter.js';
import * as upload from './upload.js';

/** @typedef {(exchange: import('../exchange.js').Exchange, args: import('../pack.js').PackReader) => Promise<Uint8Array | void>} Handler */

/** @type {Record<number, Handler>} */
export const handlers = {
  [operations.sleep]: (_exchange, args) => scheduler.wait(args.number()),
  [operations.read_body]: incoming.readBody,
  [operations.peek_body]: incoming.peekBody,
  [operations.database_batch]: database.batch,
  [operations.key_value_get]: keyValue.get,
  [operations.key_value_put]: keyValue.put,
  [operations.key_value_remove]: keyValue.remove,
  [operations.bucket_open]: bucket.open,
  [operations.bucket_put_body]: bucket.putBody,
  [operations.bucket_put]: bucket.put,
  [operations.bucket_remove]: bucket.remove,
  [operations.http_send]: httpClient.send,
  [operations.rate_limit]: rateLimiter.limit,
  [operations.upload_begin]: upload.begin,
  [operations.upload_part]: upload.copyPart,
  [operations.upload_finish]: upload.finish,
  [operations.upload_abort]: upload.abort,
};
