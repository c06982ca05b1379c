/** Compares a request that our Worker sent with what an official SDK sends for the same call. */

import assert from 'node:assert/strict';

/**
 * Headers that say how bytes travel or which program sends them, and nothing about the call.
 * @type {Record<string, string>}
 */
const ofTransport = {
  host: 'the same simulator, under two of its names',
  connection: "the HTTP client's",
  'content-length': 'follows from the body',
  'transfer-encoding': "the HTTP client's",
  'accept-encoding': "the HTTP client's",
  'accept-language': "the HTTP client's",
  'sec-fetch-mode': "the HTTP client's",
  'cf-connecting-ip': 'set by the runtime for every subrequest',
  'cf-ew-via': 'set by the runtime for every subrequest',
  'cf-worker': 'set by the runtime for every subrequest',
  'cdn-loop': 'set by the runtime for every subrequest',
  'mf-loopback': 'set by the runtime for every subrequest',
};

/**
 * @typedef {{method: string, path: string, query: object, headers: Record<string, string>, params: any, body: string}} Recorded
 */

/**
 * Asserts that the two requests are the same call: method, path, query, parameters, and every header but those that
 * are allowed to differ, each for a reason. A reason for a header that does not differ fails as well.
 * @param {Recorded} ours @param {Recorded} theirs
 * @param {Record<string, string>} allowed names of headers, each with the reason why it differs
 */
export function isTheSameCall(ours, theirs, allowed) {
  assert.equal(`${ours.method} ${ours.path}`, `${theirs.method} ${theirs.path}`);
  assert.deepEqual(ours.query, theirs.query);
  assert.deepEqual(ours.params, theirs.params);
  const names = Object.keys({ ...ours.headers, ...theirs.headers }).filter((name) => !(name in ofTransport));
  const different = names.filter((name) => ours.headers[name] !== theirs.headers[name]);
  assert.deepEqual(
    different.sort(),
    Object.keys(allowed).sort(),
    different.map((name) => `${name}: ${ours.headers[name]} | ${theirs.headers[name]}`).join('\n'),
  );
}

/** The last thing that a provider was asked. @param {any} control @param {string} provider @returns {Recorded} */
export function lastRequest(control, provider) {
  const request = control.requests(provider).at(-1);
  assert.ok(request, `${provider} was asked nothing`);
  return request;
}
