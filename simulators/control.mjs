import { FAULT_MODES } from './faults.mjs';
import { json, parseForm } from './http.mjs';
import { StripeError } from './stripe/errors.mjs';

const PROVIDERS = ['stripe', 'resend', 'stream', 'plugnmeet'];
const MAX_TIMES = 10_000;

/** A request that cannot be done; the message is for whoever writes the test. */
export class ControlError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** What tests may make happen: in the same process as methods, from elsewhere by the routes under `/_sim`. */
export class Control {
  /** @param {object} parts the simulators' insides */
  constructor(parts) {
    this.parts = parts;
  }

  /**
   * @param {string | null} [to] only this recipient's
   * @returns {{to: string, subject: string, html: string, text: string, sentAt: string}[]} newest first
   */
  mail(to = null) {
    this.sweep();
    return this.parts.resend.mailbox.copies(to);
  }

  /** @returns {object[]} Stripe's checkout sessions, newest first */
  checkouts() {
    this.sweep();
    return [...this.parts.stripe.store.all('checkout.session')].reverse();
  }

  /**
   * As if the buyer pressed Pay. Ends when the webhooks' first attempts have, as Stripe's own page waits for them.
   *
   * @param {string} sessionId
   * @param {{card?: string, email?: string, wait?: boolean}} [choice] card: success, declined, insufficient_funds
   * @returns {Promise<{session: object, declined: string | null}>}
   */
  async pay(sessionId, { wait = true, ...choice } = {}) {
    const { session, declined, firstAttempt } = this.parts.stripe.checkout.pay(sessionId, choice);
    if (wait) await firstAttempt;
    return { session, declined };
  }

  /** As if the session's time were over. */
  async expire(sessionId, { wait = true } = {}) {
    const { session, firstAttempt } = this.parts.stripe.checkout.expire(sessionId);
    if (wait) await firstAttempt;
    return session;
  }

  /**
   * As if someone refunded in Stripe's dashboard.
   *
   * @param {{charge?: string, payment_intent?: string, amount?: number, reason?: string, wait?: boolean}} parameters
   */
  async refund({ wait = true, ...parameters }) {
    const { refund, firstAttempt } = this.parts.stripe.refund(parameters);
    if (wait) await firstAttempt;
    return refund;
  }

  /**
   * A connected account that was there before this run began, as the database of the application knows it.
   *
   * @param {{id: string, email?: string, active: boolean}} known
   */
  adoptAccount(known) {
    return this.parts.stripe.accounts.adopt(known);
  }

  /** As if a connected account's owner had given everything asked for. */
  async completeOnboarding(accountId) {
    const { account, firstAttempt } = this.parts.stripe.accounts.completeOnboarding(accountId);
    await firstAttempt;
    return account;
  }

  /** As if Stripe wanted more of a connected account's owner. */
  async restrict(accountId, reason) {
    const { account, firstAttempt } = this.parts.stripe.accounts.restrict(accountId, reason);
    await firstAttempt;
    return account;
  }

  /** As if the owner took a connected account away from the platform. */
  async deauthorize(accountId) {
    const { account, firstAttempt } = this.parts.stripe.accounts.deauthorize(accountId);
    await firstAttempt;
    return account;
  }

  /**
   * As if the buyer asked their bank for the money back; an inquiry only asks.
   *
   * @param {{charge?: string, payment_intent?: string, amount?: number, reason?: string, inquiry?: boolean}} parameters
   */
  async dispute(parameters) {
    const { dispute, firstAttempt } = this.parts.stripe.disputes.open(parameters);
    await firstAttempt;
    return dispute;
  }

  /** @param {string} disputeId @param {string} status won, lost, under_review, warning_closed, … */
  async moveDispute(disputeId, status) {
    const { dispute, firstAttempt } = this.parts.stripe.disputes.move(disputeId, status);
    await firstAttempt;
    return dispute;
  }

  /**
   * As if a connected account paid out to its owner's bank.
   *
   * @param {string} accountId @param {{amount?: number, currency?: string, failure?: string}} [choice]
   */
  async payout(accountId, choice) {
    const { payout, firstAttempt } = this.parts.stripe.payouts.send(accountId, choice);
    await firstAttempt;
    return payout;
  }

  /** As if the bank sent a payout back after all. */
  async failPayout(payoutId, failure) {
    const { payout, firstAttempt } = this.parts.stripe.payouts.fail(payoutId, failure);
    await firstAttempt;
    return payout;
  }

  /** Puts money into the platform's available balance at Stripe. */
  topUp(amount, currency = 'usd') {
    return this.parts.stripe.topUp(amount, currency);
  }

  /** @returns {{id: string, sid: string, title: string, people: {sid: string, userId: string, name: string}[]}[]} oldest first */
  rooms() {
    this.sweep();
    return this.parts.plugnmeet.rooms().map(({ id, sid, metadata, participants }) => ({
      id,
      sid,
      title: metadata.room_title,
      people: [...participants.values()].map(({ sid: participant, identity, name }) => ({
        sid: participant,
        userId: identity,
        name,
      })),
    }));
  }

  /**
   * As if somebody opened their link and came in. Ends when the application was told.
   *
   * @param {string} roomId
   * @param {{userId: string, name?: string, isAdmin?: boolean, isHidden?: boolean, at?: number}} who `at` in seconds
   */
  async enterRoom(roomId, { userId, name = userId, ...more }) {
    const participant = this.parts.plugnmeet.enter(this.#room(roomId), { userId, name, ...more });
    if (!participant) throw new ControlError(409, 'The room is full.');
    await this.parts.plugnmeet.events.settled();
    return participant;
  }

  /** @param {string} roomId @param {{userId: string, at?: number}} who */
  async leaveRoom(roomId, { userId, at }) {
    const room = this.#room(roomId);
    const found = [...room.participants.values()].find(({ identity }) => identity === userId);
    if (!found) throw new ControlError(404, `${userId} is not in the room`);
    this.parts.plugnmeet.leave(room, found, at);
    await this.parts.plugnmeet.events.settled();
  }

  /** @param {string} roomId @param {{at?: number, silent?: boolean}} [how] silent: nobody's leaving is told */
  async endRoom(roomId, how = {}) {
    this.parts.plugnmeet.end(this.#room(roomId), how);
    await this.parts.plugnmeet.events.settled();
  }

  /**
   * A recording of a room, which may be over or never have been, becomes ready.
   *
   * @param {string} roomId
   * @param {{bytes: number, recordId?: string}} recording
   */
  async addRecording(roomId, { bytes, recordId }) {
    const { plugnmeet } = this.parts;
    const room = plugnmeet.room(roomId) ??
      plugnmeet.pastRooms().findLast(({ id }) => id === roomId) ?? { id: roomId, sid: 'RM_none', createdAt: 0 };
    const { recording, firstAttempt } = plugnmeet.addRecording(room, { bytes, recordId });
    await firstAttempt;
    return recording;
  }

  /** How large the recordings of rooms that end are; 0: nothing is recorded. */
  setRecordingBytes(bytes) {
    this.parts.plugnmeet.recordingBytes = bytes;
  }

  #room(id) {
    const room = this.parts.plugnmeet.room(id);
    if (!room) throw new ControlError(404, `No such room: ${id}`);
    return room;
  }

  /**
   * Sends any event at all, signed: of other types, about unknown objects, old ones, the same one again.
   *
   * @param {{provider: string, type: string, object?: object, data?: object, previousAttributes?: object,
   *   account?: string, id?: string, created?: number}} event Stripe's: `object`, and `created` in seconds; Resend's and
   *   Stream's: `data`; plugNmeet's: `data` with `room`, `participant`, `recording_info`, and `created`
   * @returns {Promise<import('./webhooks.mjs').Delivery>}
   */
  async sendEvent({ provider, type, object = {}, data = {}, previousAttributes, account, id, created }) {
    const { stripe, resend, stream, plugnmeet, webhooks } = this.parts;
    if (provider === 'plugnmeet') {
      const sent = plugnmeet.events.emit(type, data, { id, created });
      await sent.firstAttempt;
      return webhooks.find((await sent.delivery).id);
    }
    const send = {
      stripe: () => stripe.events.emit(type, object, { previous: previousAttributes, account, id, created }),
      resend: () => resend.events.emit(type, data, id),
      stream: () => stream.events.send(type, data, id),
    };
    const { delivery, firstAttempt } = send[provider]();
    await firstAttempt;
    return webhooks.find(delivery.id);
  }

  /** The copy of the feeds at Stream. @returns {{feeds: object[], activities: object[], follows: object[]}} */
  feeds() {
    const { feeds, activities, follows } = this.parts.stream.store;
    return { feeds: [...feeds.values()], activities: [...activities.values()], follows: [...follows.values()] };
  }

  /** As if somebody took an activity away on Stream's dashboard. Ends when its webhooks were tried once. */
  async takeAwayActivity(id) {
    const { stream } = this.parts;
    if (!stream.store.activities.has(id)) throw new ControlError(404, `No such activity: ${id}`);
    await Promise.all(stream.v3.takeAway(id).map(({ firstAttempt }) => firstAttempt));
  }

  /** Whether Stream's webhooks come compressed from now on. */
  compressStreamWebhooks(compresses = true) {
    this.parts.stream.events.compresses = compresses;
  }

  /** @returns {import('./webhooks.mjs').Delivery[]} newest first */
  webhooks() {
    return this.parts.webhooks.list();
  }

  /** @returns {Promise<import('./webhooks.mjs').Attempt[]>} */
  async resendWebhook(id, { times = 1, parallel = false } = {}) {
    const attempts = await this.parts.webhooks.again(id, { times, parallel });
    if (!attempts) throw new ControlError(404, `No such webhook delivery: ${id}, or it has no address to go to`);
    return attempts;
  }

  /** Ends when every webhook is delivered or given up. */
  async settled() {
    await this.parts.resend.mailbox.settled();
    await this.parts.plugnmeet.events.settled();
    await this.parts.webhooks.settled();
  }

  /** @param {string | null} [provider] @returns {object[]} oldest first */
  requests(provider = null) {
    return this.parts.requests.list(provider);
  }

  /** @param {{provider: string, mode: string, times?: number, path?: string}} fault */
  fault(fault) {
    if (!PROVIDERS.includes(fault.provider))
      throw new ControlError(400, `provider must be one of ${PROVIDERS.join(', ')}`);
    const problem = this.parts.faults.set(fault);
    if (problem) throw new ControlError(400, problem);
    return this.faults();
  }

  faults() {
    return this.parts.faults.list();
  }

  /** @param {string | null} url the Worker's base URL */
  setAppUrl(url) {
    if (url !== null && !/^https?:\/\//.test(url)) throw new ControlError(400, 'appUrl must be an http address');
    this.parts.addresses.app = url === null ? null : url.replace(/\/+$/, '');
  }

  /** Does what the passing of time asks for: expires sessions, sends scheduled mails. Runs every second by itself. */
  sweep() {
    this.parts.stripe.sweep();
    this.parts.resend.sweep();
    this.parts.plugnmeet.sweep();
  }

  /** Forgets everything: objects, mails, deliveries, recorded requests, faults, idempotency keys. */
  reset() {
    for (const part of ['webhooks', 'faults', 'requests', 'stripe', 'resend', 'stream', 'plugnmeet'])
      this.parts[part].clear();
  }
}

/**
 * @param {import('./http.mjs').Router} router
 * @param {{control: Control, addresses: {app: string | null, own: string}}} parts
 */
export function controlRoutes(router, { control, addresses }) {
  const on = (method, path, act) => router.on(method, `/_sim${path}`, (call) => answered(act, call));
  const waits = (query) => query.get('wait') !== '0';

  on('GET', '/health', () => ({ ok: true, url: addresses.own, appUrl: addresses.app }));
  on('GET', '/mail', ({ query }) => ({ items: control.mail(query.get('to')) }));
  on('GET', '/checkouts', () => ({ items: control.checkouts() }));
  on('POST', '/checkout/:id/pay', (call) => {
    const { card, email } = bodyOf(call);
    return control.pay(call.params.id, { card: card ?? 'success', email, wait: waits(call.query) });
  });
  on('POST', '/checkout/:id/expire', async ({ params, query }) => ({
    session: await control.expire(params.id, { wait: waits(query) }),
  }));
  on('POST', '/refund', async (call) => {
    const { charge, payment_intent, amount, reason } = bodyOf(call);
    if (amount !== undefined && !(Number.isInteger(amount) && amount > 0))
      throw new ControlError(400, 'amount must be a whole number of cents above 0');
    return { refund: await control.refund({ charge, payment_intent, amount, reason, wait: waits(call.query) }) };
  });
  on('POST', '/accounts/:id/onboard', async ({ params }) => ({ account: await control.completeOnboarding(params.id) }));
  on('POST', '/accounts/:id/restrict', async (call) => ({
    account: await control.restrict(call.params.id, bodyOf(call).reason),
  }));
  on('POST', '/accounts/:id/deauthorize', async ({ params }) => ({ account: await control.deauthorize(params.id) }));
  on('POST', '/accounts/:id/payout', async (call) => {
    const { amount, currency, failure } = bodyOf(call);
    return { payout: await control.payout(call.params.id, { amount, currency, failure }) };
  });
  on('POST', '/payouts/:id/fail', async (call) => ({
    payout: await control.failPayout(call.params.id, bodyOf(call).failure),
  }));
  on('POST', '/disputes', async (call) => ({ dispute: await control.dispute(bodyOf(call)) }));
  on('POST', '/disputes/:id', async (call) => {
    const { status } = bodyOf(call);
    if (typeof status !== 'string') throw new ControlError(400, 'status is needed');
    return { dispute: await control.moveDispute(call.params.id, status) };
  });
  on('POST', '/balance', (call) => {
    const { amount, currency } = bodyOf(call);
    if (!Number.isInteger(amount)) throw new ControlError(400, 'amount must be a whole number of cents');
    return { transaction: control.topUp(amount, currency) };
  });
  on('GET', '/rooms', () => ({ items: control.rooms() }));
  on('POST', '/rooms/:id/join', async (call) => ({
    participant: await control.enterRoom(call.params.id, bodyOf(call)),
  }));
  on('POST', '/rooms/:id/leave', async (call) => {
    await control.leaveRoom(call.params.id, bodyOf(call));
    return { ok: true };
  });
  on('POST', '/rooms/:id/end', async (call) => {
    await control.endRoom(call.params.id, bodyOf(call));
    return { ok: true };
  });
  on('POST', '/rooms/:id/recording', async (call) => {
    const { bytes, recordId } = bodyOf(call);
    if (!(Number.isSafeInteger(bytes) && bytes > 0))
      throw new ControlError(400, 'bytes must be a whole number above 0');
    return { recording: await control.addRecording(call.params.id, { bytes, recordId }) };
  });
  on('POST', '/events', async (call) => {
    const event = bodyOf(call);
    if (!PROVIDERS.includes(event.provider) || typeof event.type !== 'string')
      throw new ControlError(400, `provider (${PROVIDERS.join(', ')}) and type are needed`);
    return { delivery: await control.sendEvent(event) };
  });
  on('GET', '/feeds', () => control.feeds());
  on('POST', '/feeds/activities/:id/delete', async ({ params }) => {
    await control.takeAwayActivity(params.id);
    return { ok: true };
  });
  on('POST', '/feeds/config', (call) => {
    control.compressStreamWebhooks(bodyOf(call).compressWebhooks === true);
    return { ok: true };
  });
  on('GET', '/webhooks', () => ({ items: control.webhooks() }));
  on('POST', '/webhooks/:id/resend', async ({ params, query }) => {
    const times = Number(query.get('times') ?? 1);
    if (!(Number.isInteger(times) && times >= 1 && times <= MAX_TIMES))
      throw new ControlError(400, `times must be between 1 and ${MAX_TIMES}`);
    return { attempts: await control.resendWebhook(params.id, { times, parallel: query.get('parallel') === '1' }) };
  });
  on('GET', '/requests', ({ query }) => ({ items: control.requests(query.get('provider')) }));
  on('GET', '/faults', () => ({ items: control.faults(), modes: FAULT_MODES }));
  on('POST', '/faults', (call) => ({ items: control.fault(bodyOf(call)) }));
  on('POST', '/config', (call) => {
    const { appUrl, recordingBytes } = bodyOf(call);
    if (appUrl !== undefined) control.setAppUrl(appUrl);
    if (recordingBytes !== undefined) control.setRecordingBytes(recordingBytes);
    return { appUrl: addresses.app };
  });
  on('POST', '/reset', () => {
    control.reset();
    return { ok: true };
  });
}

async function answered(act, call) {
  try {
    return json(200, await act(call));
  } catch (error) {
    if (error instanceof ControlError || error instanceof StripeError)
      return json(error.status, { error: error.message });
    throw error;
  }
}

/** JSON, or a form as `curl -d` sends it. */
function bodyOf({ body, headers }) {
  const text = body.toString();
  if (!text) return {};
  if ((headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded') && !text.startsWith('{'))
    return withNumbers(parseForm(text));
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ControlError(400, 'The body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ControlError(400, 'The body must be a JSON object.');
  return value;
}

function withNumbers(form) {
  const entries = Object.entries(form).map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value]);
  return Object.fromEntries(entries);
}
