import { createHmac } from 'node:crypto';

import { newId } from '../ids.mjs';

/** What `failed`, `bounced` and so on add to an event's data. */
const DETAILS = {
  'email.bounced': {
    bounce: {
      type: 'Permanent',
      subType: 'General',
      message: "The recipient's mail server permanently rejected the message.",
      diagnosticCode: ['smtp; 550 5.5.0 Requested action not taken: mailbox unavailable'],
    },
  },
  'email.failed': { failed: { reason: 'reached_daily_quota' } },
  'email.suppressed': {
    suppressed: {
      type: 'OnAccountSuppressionList',
      message: 'The recipient is on the suppression list of this account.',
      reason: 'bounced',
      diagnosticCode: [],
    },
  },
};

/**
 * The headers of a Standard Webhook under Svix's names. The key is what follows `whsec_`, decoded.
 *
 * @param {string} secret
 * @param {string} id
 * @param {string} body
 * @param {number} seconds unix time
 */
export function svixHeaders(secret, id, body, seconds) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'svix-id': id, 'svix-timestamp': String(seconds), 'svix-signature': `v1,${signature}` };
}

/** Tells the application what became of a mail. */
export class MailEvents {
  /**
   * @param {{webhooks: import('../webhooks.mjs').Webhooks, clock: () => number, endpoint: () => string | null,
   *   secret: string}} parts
   */
  constructor({ webhooks, clock, endpoint, secret }) {
    Object.assign(this, { webhooks, clock, endpoint, secret });
  }

  /**
   * @param {string} type e.g. `email.delivered`
   * @param {object} data
   * @param {string} [id] the message's svix-id, the same in all its attempts
   */
  emit(type, data, id = newId('msg_', 27)) {
    const body = JSON.stringify({ type, created_at: new Date(this.clock()).toISOString(), data });
    return this.webhooks.send({
      provider: 'resend',
      eventId: id,
      type,
      url: this.endpoint(),
      body,
      sign: (text, seconds) => ({
        'content-type': 'application/json',
        'user-agent': 'Svix-Webhooks/1.62.0 (simulated)',
        ...svixHeaders(this.secret, id, text, seconds),
      }),
    });
  }

  /** @param {import('./mailbox.mjs').Mail} mail */
  about(mail, type, recipients = mail.to) {
    return this.emit(type, {
      email_id: mail.id,
      created_at: new Date(mail.createdAt).toISOString(),
      from: mail.from,
      to: recipients,
      subject: mail.subject,
      message_id: mail.messageId,
      ...(Object.keys(mail.headers).length
        ? { headers: Object.entries(mail.headers).map(([name, value]) => ({ name, value })) }
        : {}),
      ...(mail.tags.length ? { tags: Object.fromEntries(mail.tags.map(({ name, value }) => [name, value])) } : {}),
      ...DETAILS[type],
    });
  }
}
