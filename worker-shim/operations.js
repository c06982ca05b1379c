/** The numbered operations that the module may ask for: the same list as wasm/abi.h. */
export const operations = Object.freeze({
  sleep: 1,
  read_body: 2,
  peek_body: 3,
  database_batch: 4,
  key_value_get: 5,
  key_value_put: 6,
  key_value_remove: 7,
  bucket_open: 8,
  bucket_put_body: 9,
  bucket_put: 10,
  bucket_remove: 11,
  http_send: 12,
  rate_limit: 13,
});
