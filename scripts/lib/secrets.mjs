/** Development secrets: made once, kept in .dev.vars, which git ignores. */

import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

const webhookSecret = () => `whsec_${randomBytes(24).toString('base64')}`;

/** @type {Record<string, () => string>} */
const makers = {
  JWT_SECRET: () => randomBytes(32).toString('base64url'),
  STRIPE_SECRET_KEY: () => `sk_test_${randomBytes(12).toString('hex')}`,
  STRIPE_WEBHOOK_SECRET: webhookSecret,
  RESEND_API_KEY: () => `re_${randomBytes(12).toString('hex')}`,
  RESEND_WEBHOOK_SECRET: webhookSecret,
  STREAM_API_KEY: () => randomBytes(6).toString('hex'),
  STREAM_API_SECRET: () => randomBytes(32).toString('hex'),
  PLUGNMEET_API_KEY: () => `API${randomBytes(6).toString('hex')}`,
  PLUGNMEET_API_SECRET: () => randomBytes(24).toString('base64url'),
};

/** A fresh set, for a run that keeps nothing. @returns {Record<string, string>} */
export function freshSecrets() {
  return Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()]));
}

/**
 * Reads the file and adds what it lacks.
 * @param {string} file @returns {Promise<Record<string, string>>}
 */
export async function developmentSecrets(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  const known = Object.fromEntries(
    text
      .split('\n')
      .map((line) => /^([A-Z_]+)="?([^"]*)"?$/.exec(line.trim()))
      .filter((match) => match !== null)
      .map(([, name, value]) => [name, value]),
  );
  const all = { ...freshSecrets(), ...known };
  const missing = Object.keys(makers).filter((name) => !(name in known));
  if (missing.length > 0) {
    const lines = missing.map((name) => `${name}="${all[name]}"\n`).join('');
    await writeFile(file, text === '' || text.endsWith('\n') ? text + lines : `${text}\n${lines}`, { mode: 0o600 });
  }
  return all;
}
