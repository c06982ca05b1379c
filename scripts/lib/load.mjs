/** A load on loopback, over kept connections and without an HTTP library: the client must cost less than the server. */

import { connect } from 'node:net';

/**
 * A request as it goes over the wire, made before the clock runs.
 * @param {{method?: string, path: string, headers?: Record<string, string>, body?: string}} request
 */
export function wireRequest({ method = 'GET', path, headers = {}, body }) {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

/**
 * Sends requests one after the other over each connection, and counts the statuses that come back. Answers must carry a
 * Content-Length.
 * @param {object} options
 * @param {string} options.url the origin
 * @param {(index: number) => Buffer} options.request
 * @param {number} options.count
 * @param {number} [options.connections]
 */
export async function drive({ url, request, count, connections = 16 }) {
  const { hostname, port } = new URL(url);
  /** @type {Record<string, number>} */
  const statuses = {};
  const millis = new Float64Array(count);
  let next = 0;
  let answered = 0;
  const connection = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: Number(port), host: hostname, noDelay: true });
      let buffered = '';
      let sentAt = 0;
      const send = () => {
        if (next >= count) return socket.end();
        sentAt = performance.now();
        socket.write(request(next));
        next += 1;
      };
      socket.setEncoding('latin1');
      socket.on('connect', send);
      socket.on('data', (chunk) => {
        buffered = buffered === '' ? String(chunk) : buffered + chunk;
        const end = buffered.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = /content-length: (\d+)/i.exec(buffered);
        if (!length || length.index > end) return reject(new Error(`no length: ${buffered.slice(0, end)}`));
        if (buffered.length < end + 4 + Number(length[1])) return;
        const status = buffered.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        millis[answered] = performance.now() - sentAt;
        answered += 1;
        buffered = '';
        send();
      });
      socket.on('error', reject);
      socket.on('close', resolve);
    });
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, connection));
  return { statuses, millis: millis.subarray(0, answered), seconds: (performance.now() - started) / 1000 };
}

/**
 * Sends GET requests and counts the statuses that come back.
 * @param {{url: string, path: (index: number) => string, count: number, connections?: number}} options
 * @returns {Promise<Record<string, number>>}
 */
export async function load({ path, ...options }) {
  return (await drive({ ...options, request: (index) => wireRequest({ path: path(index) }) })).statuses;
}

/**
 * Opens a connection, sends a request, and hangs up after a while without reading.
 * @param {string} url @param {string} path @param {number} afterMillis
 */
export function hangUp(url, path, afterMillis) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
      // A reset, as a proxy passes on that its client went away: after a mere end of what it sends, a client may still read.
      setTimeout(() => socket.resetAndDestroy(), afterMillis);
    });
    socket.on('error', () => {});
    socket.on('close', resolve);
  });
}
