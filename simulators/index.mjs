import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { clientPages } from './client/pages.mjs';
import { Control, controlRoutes } from './control.mjs';
import { Faults } from './faults.mjs';
import { BodyTooLarge, json, page, readBody, Router, write } from './http.mjs';
import { html, layout } from './markup.mjs';
import { overviewRoutes } from './pages.mjs';
import { PlugNmeet } from './plugnmeet/index.mjs';
import { roomPages } from './plugnmeet/pages.mjs';
import { Requests } from './requests.mjs';
import { Resend } from './resend/index.mjs';
import { inboxRoutes } from './resend/pages.mjs';
import { Stream } from './stream/index.mjs';
import { feedPages } from './stream/pages.mjs';
import { Stripe } from './stripe/index.mjs';
import { paymentPages } from './stripe/pages.mjs';
import { Webhooks } from './webhooks.mjs';

const SWEEP_MS = 1000;

/**
 * @typedef {object} SimulatorOptions
 * @property {number} [port] 0 for any free one; default 8788
 * @property {string} [host] the address to listen on; default 127.0.0.1, since anyone who can reach it can control it
 * @property {string} [publicUrl] how browsers reach it; default http://localhost:<port>
 * @property {string | null} [appUrl] the Worker's base URL, where webhooks go; none: they are logged and not sent
 * @property {{stripeWebhook?: string, stripeConnectWebhook?: string, resendWebhook?: string,
 *   streamKey?: string, streamSecret?: string, plugnmeetKey?: string, plugnmeetSecret?: string}} [secrets] those absent
 *   are made up for this run and found in the result; the Connect secret defaults to the other Stripe secret
 * @property {() => number} [clock] milliseconds since the epoch
 * @property {{retryDelaysMs?: number[], timeoutMs?: number}} [webhooks] the pauses before the second, third, … attempt
 * @property {string} [stripeApiVersion] of the webhook endpoint
 *
 * @typedef {object} Simulators
 * @property {string} url
 * @property {{stripeWebhook: string, stripeConnectWebhook: string, resendWebhook: string, streamKey: string,
 *   streamSecret: string, plugnmeetKey: string, plugnmeetSecret: string}} secrets
 * @property {Control} control what the control routes do, for tests in the same process
 * @property {() => Promise<void>} close
 */

/**
 * Starts the outside services on one port.
 *
 * @param {SimulatorOptions} [options]
 * @returns {Promise<Simulators>}
 */
export async function startSimulators({
  port = 8788,
  host = '127.0.0.1',
  publicUrl,
  appUrl = null,
  secrets: given = {},
  clock = Date.now,
  webhooks: { retryDelaysMs = [1_000, 5_000, 30_000, 120_000, 600_000], timeoutMs = 15_000 } = {},
  stripeApiVersion,
} = {}) {
  const secrets = completeSecrets(given);
  const addresses = { app: withoutSlash(appUrl), own: '' };
  const endpoint = (path) => () => (addresses.app ? `${addresses.app}${path}` : null);
  const webhooks = new Webhooks({ clock, retryDelaysMs, timeoutMs });
  const providers = {
    stripe: new Stripe({
      clock,
      webhooks,
      publicUrl: () => addresses.own,
      endpoint: endpoint('/api/webhooks/stripe'),
      secrets: { account: secrets.stripeWebhook, connect: secrets.stripeConnectWebhook },
      apiVersion: stripeApiVersion,
    }),
    resend: new Resend({
      clock,
      webhooks,
      endpoint: endpoint('/api/webhooks/resend'),
      secret: secrets.resendWebhook,
    }),
    stream: new Stream({
      clock,
      webhooks,
      endpoint: endpoint('/api/webhooks/stream'),
      key: secrets.streamKey,
      secret: secrets.streamSecret,
    }),
    plugnmeet: new PlugNmeet({
      clock,
      webhooks,
      endpoint: endpoint('/api/webhooks/plugnmeet'),
      publicUrl: () => addresses.own,
      key: secrets.plugnmeetKey,
      secret: secrets.plugnmeetSecret,
    }),
  };
  const faults = new Faults();
  const requests = new Requests();
  const control = new Control({ ...providers, webhooks, faults, requests, addresses, clock });

  const own = new Router();
  const parts = { ...providers, webhooks, faults, requests, addresses, control };
  for (const add of [controlRoutes, overviewRoutes, paymentPages, inboxRoutes, feedPages, roomPages, clientPages])
    add(own, parts);

  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      if (response.headersSent || request.destroyed) return response.destroy();
      if (error instanceof BodyTooLarge) return write(response, json(413, { error: 'The body is too large.' }));
      console.error(error);
      write(response, json(500, { error: `The simulator failed: ${error.message}` }));
    });
  });

  async function serve(request, response) {
    const target = `http://simulator${request.url}`;
    if (!URL.canParse(target)) return write(response, json(400, { error: 'The request target is no path.' }));
    const url = new URL(target);
    /** @type {import('./http.mjs').Call} */
    const call = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: await readBody(request),
      params: {},
      pause: async () => {},
    };
    const name = providerOf(url.pathname);
    if (name) return serveProvider(name, call, response);
    const found = own.find(call.method, call.path);
    if ('handler' in found) return write(response, await found.handler({ ...call, params: found.params }));
    write(response, notFound(call.path, found.allowed));
  }

  async function serveProvider(name, call, response) {
    const provider = providers[name];
    const record = requests.record(name, call, clock());
    record.status = await faults.respond(
      faults.take(name, call.path),
      response,
      (status) => provider.refusal(status),
      (pauseMs) => provider.handle({ ...call, pause: () => new Promise((resume) => setTimeout(resume, pauseMs)) }),
    );
  }

  server.listen(port, host);
  await once(server, 'listening');
  addresses.own = withoutSlash(publicUrl) ?? `http://localhost:${server.address().port}`;
  const sweep = setInterval(() => control.sweep(), SWEEP_MS).unref();

  return {
    url: addresses.own,
    secrets,
    control,
    async close() {
      clearInterval(sweep);
      webhooks.clear();
      faults.clear();
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
      await webhooks.settled();
    },
  };
}

function providerOf(path) {
  if (path.startsWith('/v1/')) return 'stripe';
  if (path.startsWith('/api/v2/feeds/') || path.startsWith('/api/v1.0/')) return 'stream';
  if (/^\/plugnmeet\/(auth|download)\//.test(path)) return 'plugnmeet';
  return path === '/emails' || path.startsWith('/emails/') ? 'resend' : null;
}

function completeSecrets(given) {
  const { stripeWebhook, stripeConnectWebhook, resendWebhook } = given;
  const { streamKey, streamSecret, plugnmeetKey, plugnmeetSecret } = given;
  const madeUp = () => `whsec_${randomBytes(24).toString('base64')}`;
  if (resendWebhook && !/^whsec_[A-Za-z0-9+/]+=*$/.test(resendWebhook))
    throw new Error('secrets.resendWebhook must be whsec_ followed by Base64');
  const account = stripeWebhook || madeUp();
  return {
    stripeWebhook: account,
    stripeConnectWebhook: stripeConnectWebhook || account,
    resendWebhook: resendWebhook || madeUp(),
    streamKey: streamKey || randomBytes(6).toString('hex'),
    streamSecret: streamSecret || randomBytes(32).toString('hex'),
    plugnmeetKey: plugnmeetKey || 'plugnmeet',
    plugnmeetSecret: plugnmeetSecret || randomBytes(24).toString('base64url'),
  };
}

function withoutSlash(url) {
  return url ? url.replace(/\/+$/, '') : null;
}

function notFound(path, allowed) {
  if (path.startsWith('/_sim/') || allowed.length)
    return json(allowed.length ? 405 : 404, {
      error: allowed.length ? `Use ${allowed.join(' or ')}.` : 'No such route.',
    });
  return page(
    404,
    layout(
      { title: 'Not found' },
      html`<h1>Nothing here</h1>
        <p>No page has the address <code>${path}</code>.</p>`,
    ),
  );
}
