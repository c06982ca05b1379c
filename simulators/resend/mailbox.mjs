import { randomUUID } from 'node:crypto';

import { bareAddress } from './message.mjs';

/**
 * @typedef {ReturnType<typeof import('./message.mjs').readMessage> & {id: string, messageId: string, createdAt: number,
 *   sentAt: number | null, lastEvent: string, history: {type: string, at: number, to: string[]}[]}} Mail
 */

/** What an address brings upon a mail by its name, as with Resend's own test addresses (`bounced+any@…` too). */
const FATES = {
  bounced: ['email.bounced'],
  complained: ['email.delivered', 'email.complained'],
  failed: ['email.failed'],
  suppressed: ['email.suppressed'],
};

/** All mails, where they went and what became of them. */
export class Mailbox {
  /** @type {Map<string, Mail>} */
  #mails = new Map();
  #unfolding = new Set();

  /** @param {{clock: () => number, events: import('./events.mjs').MailEvents}} parts */
  constructor({ clock, events }) {
    Object.assign(this, { clock, events });
  }

  /** @returns {Mail} */
  accept(message) {
    const id = randomUUID();
    const now = this.clock();
    const mail = {
      ...message,
      id,
      messageId: `<${id}@mail.example.com>`,
      createdAt: now,
      sentAt: null,
      lastEvent: 'scheduled',
      history: [],
    };
    this.#mails.set(id, mail);
    if (mail.scheduledAt !== null && mail.scheduledAt > now) this.tell(mail, 'email.scheduled');
    else this.#send(mail);
    return mail;
  }

  /** @returns {Mail | undefined} */
  find(id) {
    return this.#mails.get(id);
  }

  /** @returns {Mail[]} newest first */
  all() {
    return [...this.#mails.values()].reverse();
  }

  /**
   * One item for every recipient's copy of every mail that was sent, newest first.
   *
   * @param {string | null} [address] only this recipient's
   */
  copies(address) {
    const wanted = address?.trim().toLowerCase();
    return this.all()
      .filter((mail) => mail.sentAt !== null)
      .sort((a, b) => b.sentAt - a.sentAt)
      .flatMap((mail) =>
        recipientsOf(mail)
          .filter((recipient) => !wanted || recipient.toLowerCase() === wanted)
          .map((recipient) => ({
            id: mail.id,
            to: recipient,
            from: mail.from,
            subject: mail.subject,
            html: mail.html ?? '',
            text: mail.text ?? '',
            sentAt: new Date(mail.sentAt).toISOString(),
            replyTo: mail.replyTo,
            headers: mail.headers,
            tags: mail.tags,
            attachments: mail.attachments.map(({ filename, contentType, bytes }) => ({
              filename,
              contentType,
              size: bytes.length,
            })),
            lastEvent: mail.lastEvent,
          })),
      );
  }

  /**
   * Records an event and sends its webhook.
   *
   * @param {Mail} mail
   * @param {string} type e.g. `email.bounced`
   * @param {string[]} [recipients]
   */
  tell(mail, type, recipients = mail.to) {
    mail.lastEvent = type.replace('email.', '');
    mail.history.push({ type, at: this.clock(), to: recipients });
    return this.events.about(mail, type, recipients).firstAttempt;
  }

  reschedule(mail, time) {
    mail.scheduledAt = time;
    this.sweep();
  }

  cancel(mail) {
    mail.lastEvent = 'canceled';
  }

  /** Sends what is due. */
  sweep() {
    for (const mail of this.#mails.values())
      if (mail.lastEvent === 'scheduled' && mail.scheduledAt <= this.clock()) this.#send(mail);
  }

  /** Ends when everything that becomes of the mails sent so far was told once. */
  async settled() {
    await Promise.allSettled([...this.#unfolding]);
  }

  clear() {
    this.#mails.clear();
  }

  #send(mail) {
    mail.sentAt = this.clock();
    mail.lastEvent = 'sent';
    const told = this.tell(mail, 'email.sent');
    const fates = new Map();
    for (const recipient of mail.to) {
      const name = bareAddress(recipient).split('@')[0].split('+')[0].toLowerCase();
      for (const type of Object.hasOwn(FATES, name) ? FATES[name] : ['email.delivered'])
        fates.set(type, [...(fates.get(type) ?? []), recipient]);
    }
    // The mail's fate is known after it was sent, and usually told after.
    const unfolded = told.then(async () => {
      for (const [type, recipients] of fates) if (this.#mails.has(mail.id)) await this.tell(mail, type, recipients);
    });
    this.#unfolding.add(unfolded);
    unfolded.finally(() => this.#unfolding.delete(unfolded));
  }
}

/** @returns {string[]} bare addresses */
export function recipientsOf(mail) {
  return [...new Set([...mail.to, ...mail.cc, ...mail.bcc].map(bareAddress))];
}
