import { routePath } from 'hono/route';

import { routeTable } from '../../routes.mjs';
import { newApp, signedIn } from './pipeline.js';

/** @param {number} count */
export function routesApp(count) {
  const app = newApp();
  /** @type {import('hono').Handler} */
  const answerRow = (c) => c.json({ path: routePath(c), id: c.req.param('id') ?? '' });
  for (const { method, path, access } of routeTable(count)) {
    if (access === 'user') app.on(method, path, signedIn, answerRow);
    else app.on(method, path, answerRow);
  }
  return app;
}
