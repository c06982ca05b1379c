/**
 * @typedef {object} Call One HTTP request as handlers see it.
 * @property {string} method
 * @property {string} path Decoded only by the router, never here.
 * @property {URLSearchParams} query
 * @property {Record<string, string>} headers Lower-case names.
 * @property {Buffer} body
 * @property {Record<string, string>} params What the route's `:names` matched, percent-decoded.
 * @property {() => Promise<void>} pause Waits as long as a simulated slowness asks for.
 *
 * @typedef {{size: number, read: () => Iterable<Buffer>}} Stream A body that is made while it is sent.
 * @typedef {{status: number, headers?: Record<string, string>, body?: string | Buffer, stream?: Stream}} Answer
 * @typedef {(call: Call) => Answer | Promise<Answer>} Handler
 */

const MAX_BODY_BYTES = 42 * 1024 * 1024; // Resend takes mails of 40 MB including attachments.
const MAX_FORM_DEPTH = 12;

export class BodyTooLarge extends Error {}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<Buffer>}
 */
export async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads `a[b][0][c]=1` into nested objects, and objects whose keys are all array indexes into arrays.
 *
 * @param {string} text
 * @returns {Record<string, any>}
 */
export function parseForm(text) {
  const root = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) place(root, namesOf(name), value);
  return arraysOf(root);
}

function namesOf(name) {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!match) return [name];
  const names = [match[1], ...[...match[2].matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1])];
  return names.length > MAX_FORM_DEPTH ? [name] : names;
}

function place(target, names, value) {
  let at = target;
  names.forEach((name, index) => {
    const key = name === '' ? String(Object.keys(at).length) : name;
    if (index === names.length - 1) at[key] = value;
    else {
      if (typeof at[key] !== 'object') at[key] = Object.create(null);
      at = at[key];
    }
  });
}

function arraysOf(value) {
  if (typeof value !== 'object') return value;
  const keys = Object.keys(value);
  for (const key of keys) value[key] = arraysOf(value[key]);
  const isList = keys.length > 0 && keys.every((key) => /^\d{1,4}$/.test(key));
  return isList ? keys.sort((a, b) => a - b).map((key) => value[key]) : value;
}

/** @returns {Answer} */
export function json(status, value, headers = {}) {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value, null, 2) };
}

/** @returns {Answer} */
export function page(status, markup, headers = {}) {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // form-action stays open: browsers apply it to redirects too, and a payment ends on the shop's own address.
      'content-security-policy': "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      ...headers,
    },
    body: String(markup),
  };
}

/**
 * 303, so that a browser continues with GET after a form.
 *
 * @returns {Answer}
 */
export function seeOther(location) {
  return { status: 303, headers: { location, 'cache-control': 'no-store' } };
}

/** A table of routes; the first that fits wins. */
export class Router {
  #routes = [];

  /**
   * @param {string} method
   * @param {string} pattern `/v1/charges/:id`; a name never matches a slash.
   * @param {Handler} handler
   */
  on(method, pattern, handler) {
    const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:(\w+)/g, '(?<$1>[^/]+)');
    this.#routes.push({ method, expression: new RegExp(`^${source}$`), handler });
    return this;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @returns {{handler: Handler, params: Record<string, string>} | {allowed: string[]}}
   */
  find(method, path) {
    const allowed = [];
    for (const route of this.#routes) {
      const match = route.expression.exec(path);
      if (!match) continue;
      if (route.method === method || (method === 'HEAD' && route.method === 'GET'))
        return { handler: route.handler, params: decodedGroups(match.groups ?? {}) };
      allowed.push(route.method);
    }
    return { allowed };
  }
}

function decodedGroups(groups) {
  const decoded = {};
  for (const [name, value] of Object.entries(groups)) {
    try {
      decoded[name] = decodeURIComponent(value);
    } catch {
      decoded[name] = value;
    }
  }
  return decoded;
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {Answer} answer
 */
export function write(response, { status, headers = {}, body = '', stream }) {
  if (stream) {
    response.writeHead(status, { ...headers, 'content-length': stream.size });
    pour(response, stream.read(), Infinity).then(() => response.end());
    return;
  }
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.end(bytes);
}

/**
 * Announces the whole body, sends half of it and cuts the connection.
 *
 * @param {import('node:http').ServerResponse} response
 * @param {Answer} answer
 */
export async function writeHalf(response, { status, headers = {}, body = '', stream }) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  const size = stream?.size ?? bytes.length;
  response.writeHead(status, { ...headers, 'content-length': size });
  await pour(response, stream?.read() ?? [bytes], Math.floor(size / 2));
  // The half must leave before the reset overtakes it.
  setTimeout(() => response.destroy(), 20);
}

/** Writes pieces as fast as the other side takes them, up to so many bytes, or until it goes away. */
async function pour(response, pieces, most) {
  for (const piece of pieces) {
    if (most <= 0 || response.destroyed) return;
    const taken = response.write(piece.subarray(0, Math.min(piece.length, most)));
    most -= piece.length;
    if (taken) continue;
    await new Promise((resume) => {
      const done = () => {
        response.off('drain', done).off('close', done);
        resume();
      };
      response.on('drain', done).on('close', done);
    });
  }
}
