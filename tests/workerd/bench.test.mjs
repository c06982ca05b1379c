// The sides of the bench answer alike: what scripts/bench looks at before it times anything.
import { after, test } from 'node:test';

import { databaseWorkloads, startDatabaseSides } from '../../bench/database.mjs';
import { removeBundles } from '../../bench/lib/bundles.mjs';
import { check } from '../../bench/lib/measure.mjs';
import { plainWorkloads, routesWorkload, startSides } from '../../bench/plain.mjs';

after(removeBundles);

const suites = {
  'without a database': [() => startSides('workloads', '/hello'), plainWorkloads()],
  'with a database': [startDatabaseSides, databaseWorkloads()],
  'by 150 routes': [() => startSides('routes-150', '/hello'), [routesWorkload('routes-150', 150, 1)]],
};

for (const [name, [start, workloads]] of Object.entries(suites))
  test(`all sides answer alike ${name}`, async (t) => {
    const { servers, stop } = await start();
    t.after(stop);
    for (const workload of workloads) await t.test(workload.name, () => check(workload, servers));
  });
