/** How often each route goes to the database at most, over all unit tests. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { buildUnitTests, publish, run } from './published.mjs';

const { values: options } = parseArgs({
  options: { publish: { type: 'boolean' }, preset: { type: 'string', default: 'native-debug' } },
});

const folder = await mkdtemp(join(tmpdir(), 'round-trips-'));
const results = join(folder, 'routes.json');
run([await buildUnitTests(options.preset), '--no-colors', '--minimal'], { ISTHMUS_ROUND_TRIPS: results });
/** @type {{app: string, route: string, reads: number, writes: number, afterwards: number}[]} */
const routes = JSON.parse(await readFile(results, 'utf8')).filter(({ app }) => app === 'peerloop');
await rm(folder, { recursive: true });

/** @type {Map<string, typeof routes>} */
const groups = new Map();
for (const route of routes) {
  const key = `${route.reads} ${route.writes}`;
  groups.set(key, [...(groups.get(key) ?? []), route]);
}
const rows = [...groups]
  .sort(([one], [other]) => other.localeCompare(one))
  .map(([key, group]) => {
    const [reads, writes] = key.split(' ');
    const names = group.map(({ route, afterwards }) => `\`${route}\`${afterwards > 0 ? ` (+${afterwards})` : ''}`);
    const shown = Number(reads) + Number(writes) > 2 ? names.join(', ') : `${names.length} routes`;
    return `| ${reads} | ${writes} | ${shown} |`;
  });
const table = [
  `The most that each of PeerLoop's ${routes.length} routes takes, as \`scripts/round-trips\` found it over all unit tests. In brackets what its work behind the answer takes at most.`,
  '',
  '| reads | writes | routes |',
  '| --: | --: | --- |',
  ...rows,
].join('\n');
console.log(table);
if (options.publish) await publish('docs/data.md', 'scripts/round-trips', table);
