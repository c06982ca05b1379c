/** An answer in Stripe's error shape. */
export class StripeError extends Error {
  /**
   * @param {number} status
   * @param {{type?: string, code?: string, message: string, param?: string}} error
   * @param {{beforeExecution?: boolean}} [options] refused before anything ran: not kept under an idempotency key
   */
  constructor(status, error, { beforeExecution = false } = {}) {
    super(error.message);
    this.status = status;
    this.error = { type: 'invalid_request_error', ...error };
    if (error.code) this.error.doc_url = `https://stripe.com/docs/error-codes/${error.code.replaceAll('_', '-')}`;
    this.beforeExecution = beforeExecution;
  }
}

/** A parameter that is wrong in itself. */
export function badParameter(param, message, code) {
  return new StripeError(400, { code, message, param }, { beforeExecution: true });
}

/** A parameter that is right, but not now or not with this object. */
export function refused(message, { code, param } = {}) {
  return new StripeError(400, { code, message, param });
}

/** @param {string} kind as Stripe names it in messages, e.g. `charge` */
export function missing(kind, id, { status = 404, param = 'id' } = {}) {
  return new StripeError(status, { code: 'resource_missing', message: `No such ${kind}: '${id}'`, param });
}

/** What exists at Stripe and not here, said plainly instead of half done. */
export function notSimulated(param, what) {
  return badParameter(param, `The simulator does not offer ${what}.`, 'not_simulated');
}
