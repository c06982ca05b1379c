/** A load on loopback, over kept connections and without an HTTP library: the client must cost less than the server. */

import { connect } from 'node:net';

/**
 * Sends GET requests and counts the statuses that come back. Answers must carry a Content-Length.
 * @param {object} options
 * @param {string} options.url the origin
 * @param {(index: number) => string} options.path
 * @param {number} options.count
 * @param {number} [options.connections]
 * @returns {Promise<Record<string, number>>}
 */
export async function load({ url, path, count, connections = 16 }) {
  const { hostname, port } = new URL(url);
  /** @type {Record<string, number>} */
  const statuses = {};
  let next = 0;
  const worker = () =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      let buffered = '';
      const send = () => {
        if (next >= count) return socket.end();
        socket.write(`GET ${path(next)} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
        next += 1;
      };
      socket.setEncoding('latin1');
      socket.on('connect', send);
      socket.on('data', (chunk) => {
        buffered += chunk;
        const end = buffered.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = /content-length: (\d+)/i.exec(buffered.slice(0, end));
        if (!length) return reject(new Error(`no length: ${buffered.slice(0, end)}`));
        if (buffered.length < end + 4 + Number(length[1])) return;
        const status = buffered.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        buffered = '';
        send();
      });
      socket.on('error', reject);
      socket.on('close', resolve);
    });
  await Promise.all(Array.from({ length: connections }, worker));
  return statuses;
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
