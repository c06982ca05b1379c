import { json } from '../http.mjs';

/** An answer in Resend's error shape. */
export class ResendError extends Error {
  /**
   * @param {number} status
   * @param {string} name one of Resend's error names
   * @param {string} message
   */
  constructor(status, name, message) {
    super(message);
    this.status = status;
    this.errorName = name;
  }

  /** @param {Record<string, string>} [headers] */
  answer(headers) {
    return json(this.status, { statusCode: this.status, name: this.errorName, message: this.message }, headers);
  }
}

/** An error of this status as Resend would word it. */
export function resendRefusal(status) {
  if (status === 429)
    return new ResendError(
      429,
      'rate_limit_exceeded',
      'Too many requests. You can only make 2 requests per second.',
    ).answer({
      'retry-after': '1',
      'ratelimit-limit': '2',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '1',
    });
  const name = status >= 500 ? 'internal_server_error' : 'application_error';
  return new ResendError(status, name, 'An unexpected error occurred.').answer();
}
