import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * @param {string} prefix
 * @param {number} [length] of what follows the prefix
 */
export function newId(prefix, length = 24) {
  let id = prefix;
  // A remainder would favour the first letters, which harms nobody here: these ids are names, not secrets.
  for (const byte of randomBytes(length)) id += ALPHABET[byte % ALPHABET.length];
  return id;
}
