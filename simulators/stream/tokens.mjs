import { createHmac, timingSafeEqual } from 'node:crypto';

import { StreamError } from './errors.mjs';

/**
 * Who calls: ourselves, or one user.
 *
 * @param {string | undefined} token as sent, without any scheme before it
 * @param {string} secret
 * @param {number} now milliseconds
 * @returns {{server: true} | {server: false, userId: string}}
 */
export function callerOf(token, secret, now) {
  const refuse = (message) => new StreamError(401, 'authentication', message);
  if (!token) throw refuse('Authorization header is missing');
  if (/\s/.test(token)) throw refuse('the token stands alone in the header, without Bearer');
  const [header, payload, signature] = token.split('.');
  if (!signature) throw refuse('the token is no JWT');
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refuse('signature is not valid');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  if (JSON.parse(Buffer.from(header, 'base64url').toString()).alg !== 'HS256')
    throw refuse('the algorithm is not HS256');
  const seconds = now / 1000;
  if (claims.exp !== undefined && claims.exp < seconds) throw refuse('token is expired');
  if (claims.iat !== undefined && claims.iat > seconds + 1) throw refuse('token used before issue at (iat)');
  if (claims.server === true || claims.resource === '*') return { server: true };
  if (typeof claims.user_id !== 'string' || !claims.user_id) throw refuse('user_id is missing in the token');
  return { server: false, userId: claims.user_id };
}
