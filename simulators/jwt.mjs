import { createHmac, timingSafeEqual } from 'node:crypto';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signature = (text, secret) => createHmac('sha256', secret).update(text).digest();

/** An HS256 token. @param {object} claims @param {string} secret */
export function signJwt(claims, secret) {
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${signature(text, secret).toString('base64url')}`;
}

/**
 * The claims of an HS256 token whose signature and times are good.
 *
 * @param {string} token
 * @param {string} secret
 * @param {number} seconds unix time
 * @returns {Record<string, any> | null}
 */
export function verifyJwt(token, secret, seconds) {
  const [header, claims, tag, ...more] = token.split('.');
  if (!tag || more.length) return null;
  const expected = signature(`${header}.${claims}`, secret);
  const given = Buffer.from(tag, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  try {
    if (JSON.parse(Buffer.from(header, 'base64url').toString()).alg !== 'HS256') return null;
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return seconds < read.exp && seconds >= (read.nbf ?? 0) ? read : null;
  } catch {
    return null;
  }
}
