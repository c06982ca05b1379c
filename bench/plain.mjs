/** The workloads that need no database: on the plain workerd binary. */

import { createHmac } from 'node:crypto';

import { startPlainWorkerd } from '../scripts/lib/workerd.mjs';
import { bundled } from './lib/bundles.mjs';
import { sides } from './lib/measure.mjs';
import { routeTable } from './routes.mjs';

export const secrets = {
  JWT_SECRET: 'a-secret-of-the-bench-and-of-nothing-else-0123456789',
  JWT_ISSUER: 'bench',
  JWT_AUDIENCE: 'bench-api',
  STRIPE_SECRET_KEY: 'sk_test_bench',
  STRIPE_WEBHOOK_SECRET: 'whsec_bench_bench_bench_bench_bench',
  CORS_ORIGINS: 'https://app.example',
};
const rateLimiter = 'bench/peers/rate_limiter.js';

/** The entries of each side, by what they serve. @param {string} of @returns {Record<string, {main: string, minify?: boolean}>} */
export const entries = (of) => ({
  limit: { main: `bench/peers/limit/${of.replace(/-\d+$/, '')}.js` },
  hono: { main: `bench/peers/hono/${of}.js`, minify: true },
  isthmus: { main: `bench/isthmus/${of}.js` },
});

/**
 * Starts the three sides, or only these.
 * @param {string} of such as "workloads" or "routes-150" @param {string} path @param {string[]} only
 */
export async function startSides(of, path, only = sides) {
  const running = [];
  const stop = async () => {
    for (const server of running) await server.stop();
  };
  try {
    const servers = /** @type {any} */ ({});
    for (const side of only) {
      servers[side] = await startPlainWorkerd({
        bundled: await bundled(entries(of)[side]),
        vars: secrets,
        path,
        rateLimiter,
      });
      running.push(servers[side]);
    }
    return { servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const userId = '0197b3c5-6c3a-7c3e-9a4b-0d3f5a6b7c8d';
const roles = ['student', 'creator'];

const base64url = (/** @type {unknown} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An access token as PeerLoop signs them. */
export function accessToken(now = Math.floor(Date.now() / 1000)) {
  const header = base64url({ alg: 'HS256', typ: 'at+jwt', kid: 'bench' });
  const claims = base64url({
    iss: secrets.JWT_ISSUER,
    sub: userId,
    aud: secrets.JWT_AUDIENCE,
    exp: now + 86_400,
    iat: now,
    jti: '0197b3c5-6c3a-7c3e-9a4b-0d3f5a6b7c8e',
    roles,
    ver: 3,
  });
  const tag = createHmac('sha256', secrets.JWT_SECRET).update(`${header}.${claims}`).digest('base64url');
  return `${header}.${claims}.${tag}`;
}

/** What a browser and Cloudflare put before every request. */
export const browserHeaders = {
  'CF-Connecting-IP': '203.0.113.7',
  Origin: 'https://app.example',
  Accept: 'application/json',
  'Accept-Language': 'en-GB,en;q=0.8',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};
const signedInHeaders = () => ({ ...browserHeaders, Authorization: `Bearer ${accessToken()}` });

const newCourse = JSON.stringify({
  title: 'Ten evenings of C++',
  description: 'From the first program to coroutines, one evening at a time.',
  categoryId: '0197b3c5-6c3a-7c3e-9a4b-0d3f5a6b7c8f',
  level: 'beginner',
  priceCents: 45_000,
  currency: 'usd',
  objectives: ['Read other people’s code', 'Write tests first', 'Know where time goes'],
});

/** A paid checkout, as long as asked for. @param {number} bytes */
function stripeEvent(bytes) {
  const event = {
    id: 'evt_1RbenchbenchbenchbenchBench',
    object: 'event',
    api_version: '2026-10-29.dahlia',
    created: 1_790_000_000,
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'checkout.session.completed',
    data: {
      object: {
        id: 'cs_test_a1BenchBenchBenchBenchBenchBenchBench',
        object: 'checkout.session',
        amount_subtotal: 45_000,
        amount_total: 45_000,
        client_reference_id: userId,
        currency: 'usd',
        customer_details: { email: 'ada@example.com', name: 'Ada', address: { country: 'GB' }, tax_ids: [] },
        expires_at: 1_790_086_400,
        mode: 'payment',
        payment_intent: 'pi_3RbenchBenchBenchBench',
        payment_method_types: ['card'],
        payment_status: 'paid',
        status: 'complete',
        success_url: 'https://app.example/done',
        metadata: /** @type {Record<string, string>} */ ({}),
        line_items: /** @type {object[]} */ ([]),
      },
    },
  };
  const size = () => Buffer.byteLength(JSON.stringify(event, null, 2));
  for (let i = 0; size() < bytes - 400; i += 1)
    event.data.object.line_items.push({
      id: `li_bench${i}`,
      object: 'item',
      amount_total: 45_000 + i,
      description: `Lesson ${i}: “where time goes”`,
      price: { id: `price_bench${i}`, currency: 'usd', unit_amount: 45_000, active: i % 2 === 0, tax_behavior: null },
      quantity: 1,
    });
  event.data.object.metadata.padding = 'x'.repeat(Math.max(bytes - size() - 24, 0));
  return JSON.stringify(event, null, 2);
}

/** @param {string} body */
function stripeSignature(body, now = Math.floor(Date.now() / 1000)) {
  const tag = createHmac('sha256', secrets.STRIPE_WEBHOOK_SECRET).update(`${now}.${body}`).digest('hex');
  return `t=${now},v1=${tag}`;
}

/** @param {string} name @param {number} bytes @param {number} count @returns {import('./lib/measure.mjs').Workload} */
export function webhook(name, bytes, count) {
  const body = stripeEvent(bytes);
  return {
    name,
    count,
    // Signed anew for every workload: a signature is good for five minutes.
    request: () => ({
      method: 'POST',
      path: '/webhooks/stripe',
      headers: {
        'CF-Connecting-IP': '203.0.113.7',
        Origin: 'https://app.example',
        'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'Content-Type': 'application/json; charset=utf-8',
        'Stripe-Signature': stripeSignature(body),
      },
      body,
    }),
    expected: () => ({
      status: 200,
      body: { type: 'checkout.session.completed', paymentStatus: 'paid', reference: userId },
    }),
  };
}

/** @returns {import('./lib/measure.mjs').Workload[]} */
export function plainWorkloads() {
  return [
    {
      name: 'hello',
      count: 20_000,
      request: () => ({ path: '/hello', headers: browserHeaders }),
      expected: () => ({ status: 200, body: { message: 'Hello' } }),
    },
    {
      name: 'jwt',
      count: 20_000,
      request: () => ({ path: '/me', headers: signedInHeaders() }),
      expected: () => ({ status: 200, body: { userId, roles } }),
    },
    {
      name: 'validate-jwt',
      count: 20_000,
      request: () => ({
        method: 'POST',
        path: '/courses',
        headers: { ...signedInHeaders(), 'Content-Type': 'application/json' },
        body: newCourse,
      }),
      expected: () => ({
        status: 201,
        body: { title: 'Ten evenings of C++', creatorId: userId, priceCents: 45_000, objectiveCount: 3 },
      }),
    },
    webhook('webhook-4k', 4 << 10, 15_000),
    webhook('webhook-64k', 64 << 10, 3_000),
  ];
}

/**
 * Every row of the table that is read with GET, one after the other.
 * @param {string} name @param {number} rows @param {number} count @returns {import('./lib/measure.mjs').Workload}
 */
export function routesWorkload(name, rows, count) {
  const table = routeTable(rows).filter(({ method }) => method === 'GET');
  const row = (/** @type {number} */ index) => table[index % table.length];
  const parameter = (/** @type {string} */ part) => (part === ':id' ? 'one' : 'two');
  return {
    name,
    count,
    different: table.length,
    checks: table.length,
    request: (index) => ({
      path: row(index).path.replaceAll(/:\w+/g, parameter),
      headers: row(index).access === 'user' ? signedInHeaders() : browserHeaders,
    }),
    expected: (side, index) => {
      const { path } = side === 'limit' ? { path: '/api/users/:id' } : row(index);
      return { status: 200, body: { path, id: /:id\b/.test(path) ? 'one' : '' } };
    },
  };
}

/**
 * Milliseconds from starting the process to its first answer, which is the one that needs everything.
 * @param {string} of @param {string} side @param {string} path
 */
export async function coldStart(of, side, path) {
  const worker = await startPlainWorkerd({
    bundled: await bundled(entries(of)[side]),
    vars: secrets,
    path,
    rateLimiter,
  });
  await worker.stop();
  return worker.firstAnswerMillis;
}
