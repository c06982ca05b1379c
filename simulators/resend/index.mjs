import { ResendApi } from './api.mjs';
import { resendRefusal } from './errors.mjs';
import { MailEvents } from './events.mjs';
import { Mailbox } from './mailbox.mjs';

/** The simulated Resend account: its API, its mailbox, its webhooks. */
export class Resend {
  /**
   * @param {{clock: () => number, webhooks: import('../webhooks.mjs').Webhooks, endpoint: () => string | null,
   *   secret: string}} parts
   */
  constructor({ clock, webhooks, endpoint, secret }) {
    this.events = new MailEvents({ webhooks, clock, endpoint, secret });
    this.mailbox = new Mailbox({ clock, events: this.events });
    this.api = new ResendApi({ clock, mailbox: this.mailbox });
  }

  /** @param {import('../http.mjs').Call} call */
  handle(call) {
    return this.api.handle(call);
  }

  refusal(status) {
    return resendRefusal(status);
  }

  /** Does what the passing of time asks for. */
  sweep() {
    this.mailbox.sweep();
  }

  clear() {
    this.mailbox.clear();
    this.api.clear();
  }
}
