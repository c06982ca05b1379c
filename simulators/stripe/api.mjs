import { json, parseForm, Router } from '../http.mjs';
import { fingerprintOf, IdempotencyKeys } from '../idempotency.mjs';
import { newId } from '../ids.mjs';
import { accountRoutes } from './accounts.mjs';
import { balanceRoutes } from './balance.mjs';
import { checkoutRoutes } from './checkout.mjs';
import { disputeRoutes } from './disputes.mjs';
import { badParameter, notSimulated, StripeError } from './errors.mjs';
import { eventRoutes } from './events.mjs';
import { expand, shape } from './parameters.mjs';
import { refundRoutes } from './refunds.mjs';
import { transferRoutes } from './transfers.mjs';

const MAX_KEY = 255;

/** Stripe's HTTP manners: who may call, which version, what is a parameter, which request is a repetition. */
export class StripeApi {
  #router = new Router();
  #keys;

  /** @param {import('./index.mjs').Stripe} stripe */
  constructor(stripe) {
    this.stripe = stripe;
    this.#keys = new IdempotencyKeys(stripe.clock);
    const resources = [
      checkoutRoutes,
      refundRoutes,
      disputeRoutes,
      accountRoutes,
      transferRoutes,
      balanceRoutes,
      eventRoutes,
    ];
    for (const { method, path, takes = {}, run } of resources.flatMap((routes) => routes(stripe)))
      this.#router.on(method, path, { read: shape({ expand, ...takes }), run });
  }

  /**
   * @param {import('../http.mjs').Call} call
   * @returns {Promise<import('../http.mjs').Answer>}
   */
  async handle(call) {
    const requestId = newId('req_', 14);
    const headers = {
      'request-id': requestId,
      'stripe-version': call.headers['stripe-version'] ?? this.stripe.apiVersion,
    };
    const key = call.headers['idempotency-key'];
    if (key !== undefined && call.method === 'POST') headers['idempotency-key'] = key;
    try {
      const apiKey = authorized(call);
      checkVersion(headers['stripe-version']);
      if (call.headers['stripe-account'] !== undefined)
        throw notSimulated(undefined, 'requests on behalf of a connected account (Stripe-Account)');
      const answer =
        call.method === 'POST' && key !== undefined
          ? await this.#once(call, { apiKey, key, requestId })
          : await this.#execute(call, { requestId, key: null });
      return { ...answer, headers: { ...answer.headers, ...headers } };
    } catch (error) {
      return { ...refusal(error), headers: { ...refusal(error).headers, ...headers } };
    }
  }

  clear() {
    this.#keys.clear();
  }

  async #once(call, { apiKey, key, requestId }) {
    if (key.length > MAX_KEY || key === '')
      throw new StripeError(400, {
        message: `Idempotency keys must have between 1 and ${MAX_KEY} characters. You provided one with ${key.length}.`,
      });
    const endpoint = `${call.method} ${call.path}`;
    const fingerprint = `${endpoint}\n${fingerprintOf(parseForm(call.body.toString()))}`;
    const scope = [apiKey, key].join('\n');
    const result = await this.#keys.run(scope, fingerprint, async () => {
      const answer = await this.#execute(call, { requestId, key });
      return { answer: { ...answer, first: requestId }, keep: !answer.beforeExecution };
    });
    if (result.outcome === 'running')
      throw new StripeError(409, {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this Idempotency Key: ${key}. Please try again later.`,
      });
    if (result.outcome === 'mismatch') throw mismatch(key, endpoint, result.first.split('\n')[0]);
    const { first, ...answer } = result.answer;
    if (result.outcome === 'replayed')
      answer.headers = { ...answer.headers, 'idempotent-replayed': 'true', 'original-request': first };
    return answer;
  }

  async #execute(call, { requestId, key }) {
    await call.pause();
    try {
      const found = this.#router.find(call.method, call.path);
      if (!('handler' in found)) throw unknownUrl(call);
      const parameters = found.handler.read(formOf(call));
      const object = found.handler.run({
        id: found.params.id,
        params: found.params,
        parameters,
        cause: { id: requestId, idempotency_key: key },
      });
      return json(200, this.stripe.store.expanded(object, parameters.expand));
    } catch (error) {
      return refusal(error);
    }
  }
}

/** An error of this status as Stripe would word it. */
export function stripeRefusal(status) {
  const limited = status === 429;
  return refusal(
    new StripeError(status, {
      type: status >= 500 ? 'api_error' : 'invalid_request_error',
      ...(limited ? { code: 'rate_limit' } : {}),
      message: limited
        ? 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.'
        : 'An unknown error occurred',
    }),
  );
}

function refusal(error) {
  if (!(error instanceof StripeError)) throw error;
  const headers = error.status === 409 ? { 'stripe-should-retry': 'true' } : {};
  return { ...json(error.status, { error: error.error }, headers), beforeExecution: error.beforeExecution };
}

function authorized({ headers }) {
  const [scheme, credentials = ''] = (headers.authorization ?? '').split(' ');
  const key =
    scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString().split(':')[0] : credentials;
  if (!key)
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  // A live key has no business here: refused, and not repeated.
  if (!/^(sk|rk)_test_\w+$/.test(key)) throw unauthorized(`Invalid API Key provided: ${key.slice(0, 8)}****`);
  return key;
}

function unauthorized(message) {
  return new StripeError(401, { message }, { beforeExecution: true });
}

function checkVersion(version) {
  if (!/^20\d\d-\d\d-\d\d(\.\w+)?(;.*)?$/.test(version))
    throw new StripeError(400, { message: `Invalid Stripe API version: ${version}` }, { beforeExecution: true });
}

function formOf({ method, headers, body, query }) {
  if (method === 'GET' || method === 'DELETE' || method === 'HEAD') return parseForm(query.toString());
  const type = headers['content-type'] ?? '';
  if (body.length && !type.startsWith('application/x-www-form-urlencoded'))
    throw badParameter(
      undefined,
      'Invalid request (check that your POST content type is application/x-www-form-urlencoded).',
    );
  return parseForm(body.toString());
}

function unknownUrl({ method, path }) {
  return new StripeError(
    404,
    { message: `Unrecognized request URL (${method}: ${path}). The simulator does not offer it.` },
    { beforeExecution: true },
  );
}

function mismatch(key, endpoint, firstEndpoint) {
  const what =
    endpoint === firstEndpoint
      ? 'with the same parameters they were first used with'
      : `for the same endpoint they were first used for ('${endpoint.split(' ')[1]}' vs '${firstEndpoint.split(' ')[1]}')`;
  return new StripeError(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used ${what}. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}
