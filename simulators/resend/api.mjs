import { json, Router } from '../http.mjs';
import { fingerprintOf, IdempotencyKeys } from '../idempotency.mjs';
import { ResendError } from './errors.mjs';
import { readMessage, schedule } from './message.mjs';

const MAX_KEY = 256;
const MAX_BATCH = 100;

/** Resend's HTTP manners and its `/emails` endpoints. */
export class ResendApi {
  #router = new Router();
  #keys;

  /** @param {{clock: () => number, mailbox: import('./mailbox.mjs').Mailbox}} parts */
  constructor({ clock, mailbox }) {
    Object.assign(this, { clock, mailbox });
    this.#keys = new IdempotencyKeys(clock);
    this.#router
      .on('POST', '/emails', (call) => this.#once(call, () => this.#sendOne(call)))
      .on('POST', '/emails/batch', (call) => this.#once(call, () => this.#sendBatch(call)))
      .on('GET', '/emails', (call) => this.#list(call))
      .on('GET', '/emails/:id', ({ params }) => json(200, emailObject(this.#mail(params.id))))
      .on('PATCH', '/emails/:id', (call) => this.#reschedule(call))
      .on('POST', '/emails/:id/cancel', ({ params }) => this.#cancel(params.id));
  }

  /**
   * @param {import('../http.mjs').Call} call
   * @returns {Promise<import('../http.mjs').Answer>}
   */
  async handle(call) {
    // The edge before Resend refuses nameless clients, in its own words and not in JSON.
    if (!call.headers['user-agent'])
      return { status: 403, headers: { 'content-type': 'text/plain; charset=UTF-8' }, body: 'error code: 1010' };
    try {
      authorize(call.headers.authorization);
      const found = this.#router.find(call.method, call.path);
      if (!('handler' in found))
        throw found.allowed.length
          ? new ResendError(405, 'method_not_allowed', 'Method is not allowed for the requested path.')
          : new ResendError(404, 'not_found', 'The requested endpoint does not exist.');
      return await found.handler({ ...call, params: found.params });
    } catch (error) {
      if (error instanceof ResendError) return error.answer();
      throw error;
    }
  }

  clear() {
    this.#keys.clear();
  }

  async #once(call, send) {
    const key = call.headers['idempotency-key'];
    if (key === undefined) {
      await call.pause();
      return send();
    }
    if (key.length < 1 || key.length > MAX_KEY)
      throw new ResendError(400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.');
    const fingerprint = `${call.path}\n${fingerprintOf(payloadOf(call))}`;
    const result = await this.#keys.run(key, fingerprint, async () => {
      await call.pause();
      return { answer: send(), keep: true };
    });
    if (result.outcome === 'running')
      throw new ResendError(
        409,
        'concurrent_idempotent_requests',
        'Same idempotency key used while original request is still in progress.',
      );
    if (result.outcome === 'mismatch')
      throw new ResendError(
        409,
        'invalid_idempotent_request',
        'Same idempotency key used with a different request payload.',
      );
    return result.answer;
  }

  #sendOne(call) {
    const message = readMessage(payloadOf(call), { now: this.clock() });
    return json(200, { id: this.mailbox.accept(message).id });
  }

  #sendBatch(call) {
    const payload = payloadOf(call);
    if (!Array.isArray(payload)) throw new ResendError(422, 'validation_error', 'The payload must be an array.');
    if (payload.length < 1 || payload.length > MAX_BATCH)
      throw new ResendError(422, 'validation_error', `A batch may have between 1 and ${MAX_BATCH} emails.`);
    const permissive = call.headers['x-batch-validation'] === 'permissive';
    const messages = [];
    const errors = [];
    payload.forEach((each, index) => {
      try {
        messages.push(readMessage(each, { now: this.clock(), inBatch: true }));
      } catch (error) {
        if (!permissive || !(error instanceof ResendError)) throw error;
        errors.push({ index, message: error.message });
      }
    });
    const data = messages.map((message) => ({ id: this.mailbox.accept(message).id }));
    return json(200, permissive ? { data, errors } : { data });
  }

  #list({ query }) {
    const limit = Number(query.get('limit') ?? 20);
    const mails = this.mailbox.all();
    const from = query.has('after') ? mails.findIndex(({ id }) => id === query.get('after')) + 1 : 0;
    const rows = mails.slice(from, from + limit);
    return json(200, {
      object: 'list',
      has_more: mails.length > from + limit,
      data: rows.map((mail) => {
        const { object, html, text, tags, ...listed } = emailObject(mail);
        return listed;
      }),
    });
  }

  #reschedule(call) {
    const mail = this.#scheduled(call.params.id, 'update');
    this.mailbox.reschedule(mail, schedule(payloadOf(call)?.scheduled_at, this.clock()));
    return json(200, { object: 'email', id: mail.id });
  }

  #cancel(id) {
    const mail = this.#scheduled(id, 'cancel');
    this.mailbox.cancel(mail);
    return json(200, { object: 'email', id });
  }

  #scheduled(id, act) {
    this.mailbox.sweep();
    const mail = this.#mail(id);
    if (mail.lastEvent !== 'scheduled')
      throw new ResendError(422, 'validation_error', `Cannot ${act} an email that is not scheduled.`);
    return mail;
  }

  #mail(id) {
    const mail = this.mailbox.find(id);
    if (!mail) throw new ResendError(404, 'not_found', 'Email not found');
    return mail;
  }
}

function authorize(header) {
  const [scheme, key] = (header ?? '').split(' ');
  if (scheme.toLowerCase() !== 'bearer' || !key)
    throw new ResendError(401, 'missing_api_key', 'Missing API key in the authorization header.');
  if (!/^re_\w+$/.test(key)) throw new ResendError(401, 'invalid_api_key', 'API key is invalid.');
}

function payloadOf({ body }) {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new ResendError(400, 'validation_error', 'The request body is not valid JSON.');
  }
}

function emailObject(mail) {
  return {
    object: 'email',
    id: mail.id,
    message_id: mail.messageId,
    to: mail.to,
    from: mail.from,
    created_at: postgresTime(mail.createdAt),
    subject: mail.subject,
    html: mail.html,
    text: mail.text,
    bcc: mail.bcc,
    cc: mail.cc,
    reply_to: mail.replyTo,
    last_event: mail.lastEvent,
    scheduled_at: mail.scheduledAt === null ? null : postgresTime(mail.scheduledAt),
    tags: mail.tags,
  };
}

/** Resend answers times as its database writes them: `2026-04-03 22:13:42.674981+00`. */
function postgresTime(ms) {
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}000+00`;
}
