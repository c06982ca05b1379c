/** The tables of PeerLoop's database as diagrams in Mermaid, one a domain: see scripts/schema-diagram. */

import { readFile, readdir, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

const migrations = new URL('../../schema/peerloop/', import.meta.url);
export const page = new URL('../../docs/peerloop-schema.md', import.meta.url);

/** What belongs together. A table that is in none fails the drawing. */
const domains = [
  {
    title: 'People',
    tables: ['users', 'user_roles', 'expertise', 'follows', 'auth_sessions', 'refresh_tokens', 'one_time_tokens'],
  },
  {
    title: 'Courses',
    tables: [
      'categories',
      'courses',
      'course_objectives',
      'modules',
      'lessons',
      'course_materials',
      'course_teachers',
      'course_documents',
    ],
  },
  { title: 'Learning', tables: ['enrollments', 'lesson_progress', 'certificates', 'reviews'] },
  {
    title: 'Payments',
    tables: ['transactions', 'payment_splits', 'refunds', 'refund_requests', 'disputes'],
  },
  {
    title: 'Payouts and the books',
    tables: [
      'transfers',
      'transfer_reversals',
      'payouts',
      'ledger_movements',
      'ledger_entries',
      'ledger_months',
      'earning_totals',
    ],
  },
  {
    title: 'Sessions',
    tables: ['sessions', 'availability', 'availability_rules', 'availability_exceptions', 'calendar_links'],
  },
  { title: 'Rooms and recordings', tables: ['session_rooms', 'session_attendance', 'recordings', 'recording_parts'] },
  {
    title: 'Feeds and messages',
    tables: ['posts', 'post_flags', 'conversations', 'conversation_members', 'messages', 'blocks', 'notifications'],
  },
  {
    title: 'Operations',
    tables: [
      'idempotency_keys',
      'rate_limits',
      'webhook_events',
      'event_cursors',
      'outbox',
      'emails',
      'audit_log',
      'batch_guard',
      'daily_figures',
    ],
  },
];

/** @typedef {{name: string, type: string, required: boolean, isKey: boolean, isUnique: boolean, refersTo?: string}} Column */
/** @typedef {{name: string, columns: Column[], relations: {column: Column, to: string}[]}} Table */

/** @param {DatabaseSync} db @returns {Map<string, Table>} without what keeps the search index */
function tablesOf(db) {
  const names = db
    .prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all();
  const tables = new Map();
  for (const name of names.map((row) => String(row.name)).sort()) tables.set(name, tableOf(db, name));
  return tables;
}

/** @param {DatabaseSync} db @param {string} name @returns {Table} */
function tableOf(db, name) {
  const uniqueAlone = new Set(
    db
      .prepare(
        `SELECT min(c.name) AS column FROM pragma_index_list(?) i, pragma_index_info(i.name) c
         WHERE i."unique" AND NOT i.partial GROUP BY i.name HAVING count(*) = 1`,
      )
      .all(name)
      .map((row) => row.column),
  );
  const columns = db
    .prepare('SELECT name, type, "notnull" OR pk > 0 AS required, pk FROM pragma_table_info(?) ORDER BY cid')
    .all(name)
    .map((row) => ({
      name: String(row.name),
      type: String(row.type || 'ANY').toLowerCase(),
      required: row.required === 1,
      isKey: Number(row.pk) > 0,
      isUnique: uniqueAlone.has(row.name),
    }));
  const relations = db
    .prepare('SELECT "from" AS source, "table" AS target FROM pragma_foreign_key_list(?) ORDER BY source, target')
    .all(name)
    .map((row) => ({
      column: /** @type {Column} */ (columns.find((column) => column.name === row.source)),
      to: String(row.target),
    }));
  return { name, columns, relations };
}

/** @param {Table} table */
function drawTable({ name, columns, relations }) {
  const foreign = new Set(relations.map(({ column }) => column));
  const lines = columns.map((column) => {
    const marks = [column.isKey && 'PK', foreign.has(column) && 'FK', column.isUnique && !column.isKey && 'UK'];
    return `    ${column.type} ${column.name} ${marks.filter(Boolean).join(', ')}`.trimEnd();
  });
  return [`  ${name} {`, ...lines, '  }'];
}

/** @param {Table} table */
function drawRelations({ name, relations }) {
  return relations.map(({ column, to }) => {
    const one = column.required ? '||' : '|o';
    const many = column.isUnique ? 'o|' : 'o{';
    return `  ${to} ${one}--${many} ${name} : ${column.name}`;
  });
}

/** @returns {Promise<string>} the whole page */
export async function drawPage() {
  const db = new DatabaseSync(':memory:');
  const files = (await readdir(migrations)).filter((name) => name.endsWith('.sql')).sort();
  for (const file of files) db.exec(await readFile(new URL(file, migrations), 'utf8'));
  const tables = tablesOf(db);
  const named = domains.flatMap((domain) => domain.tables);
  const left = [...tables.keys()].filter((name) => !named.includes(name));
  if (left.length > 0) throw new Error(`no domain in scripts/lib/schema-diagram.mjs has ${left.join(', ')}`);

  const sections = domains.map(({ title, tables: names }) => {
    const shown = names.map((name) => {
      const table = tables.get(name);
      if (!table) throw new Error(`there is no table ${name}: see scripts/lib/schema-diagram.mjs`);
      return table;
    });
    const lines = [...shown.flatMap(drawRelations), ...shown.flatMap(drawTable)];
    return `## ${title}\n\n\`\`\`mermaid\nerDiagram\n${lines.join('\n')}\n\`\`\`\n`;
  });
  return `# PeerLoop's tables

${tables.size} tables, drawn from the migrations by \`scripts/schema-diagram\`. A line leads from a row to those that refer to it, and is named after the column that does; a table without columns stands in another diagram. \`PK\` is part of the primary key, \`FK\` refers to another table, \`UK\` is unique by itself. Times are milliseconds, money is cents. What the database guarantees beyond that is in [schema/peerloop/README.md](../schema/peerloop/README.md); the full-text index \`course_search\` is left out.

${sections.join('\n')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(page, await drawPage());
