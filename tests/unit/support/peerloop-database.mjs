import { readFileSync, readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { demoStatements } from '../../../scripts/lib/peerloop-demo.mjs';

const folder = new URL('../../../schema/peerloop/', import.meta.url);

/** PeerLoop's migrations in the order in which wrangler applies them. */
export const migrations = readdirSync(folder)
  .filter((name) => /^\d{4}_.+\.sql$/.test(name))
  .sort()
  .map((name) => ({ name, sql: readFileSync(new URL(name, folder), 'utf8') }));

/**
 * A fresh database in memory, with the migrations that are wanted. Foreign keys are enforced, as they are on D1.
 * @param {(migration: { name: string }) => boolean} wanted
 */
export function emptyDatabase(wanted = () => true) {
  const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
  for (const { sql } of migrations.filter(wanted)) db.exec(sql);
  return db;
}

/** @param {DatabaseSync} db */
export async function loadDemo(db) {
  const sizes = [];
  for await (const sql of demoStatements({ password: 'unused', hashPassword: () => '$demo$' })) {
    db.exec(sql);
    sizes.push(Buffer.byteLength(sql));
  }
  return sizes;
}

/** @param {(migration: { name: string }) => boolean} [wanted] */
export async function demoDatabase(wanted) {
  const db = emptyDatabase(wanted);
  await loadDemo(db);
  return db;
}

/**
 * D1's batch(): all statements or none.
 * @param {DatabaseSync} db
 * @param {...(string | [string, ...import('node:sqlite').SQLInputValue[]])} statements
 */
export function batch(db, ...statements) {
  db.exec('BEGIN');
  try {
    for (const statement of statements) {
      const [sql, ...values] = typeof statement === 'string' ? [statement] : statement;
      db.prepare(sql).run(...values);
    }
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/** An id that no demo row has. */
export const id = (/** @type {number} */ n) => `01a00000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** A moment after all demo data. */
export const now = Date.UTC(2026, 10, 20, 12);
