import { json } from '../http.mjs';

/** Stream's numbers for what can go wrong, as far as they occur here. */
export const CODES = {
  input: 4,
  authentication: 5,
  rateLimit: 9,
  missing: 16,
  notAllowed: 17,
  internal: -1,
};

/** An answer in Stream's error shape; the two versions word it differently. */
export class StreamError extends Error {
  /**
   * @param {number} status
   * @param {keyof typeof CODES} kind
   * @param {string} message
   */
  constructor(status, kind, message) {
    super(message);
    this.status = status;
    this.kind = kind;
  }

  /** @param {'v2' | 'v3'} version @param {Record<string, string>} [headers] */
  answer(version, headers) {
    const code = CODES[this.kind];
    const body =
      version === 'v3'
        ? {
            code,
            message: this.message,
            StatusCode: this.status,
            duration: '0.10ms',
            more_info: 'https://getstream.io/activity-feeds/docs/api_errors_response',
            details: [],
          }
        : {
            code,
            detail: this.message,
            exception: `${this.kind}Exception`,
            status_code: this.status,
            duration: '0.10ms',
          };
    return json(this.status, body, headers);
  }
}

/** An error of this status as Stream would word it. @param {number} status */
export function streamRefusal(status) {
  if (status === 429) {
    const reset = String(Math.floor(Date.now() / 1000) + 2);
    return new StreamError(429, 'rateLimit', 'Too many requests, check response headers for more information.').answer(
      'v3',
      { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
    );
  }
  const kind = status >= 500 ? 'internal' : status === 401 ? 'authentication' : status === 404 ? 'missing' : 'input';
  return new StreamError(status, kind, 'The simulator was told to refuse.').answer('v3');
}
