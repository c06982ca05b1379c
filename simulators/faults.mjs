import { page, write, writeHalf } from './http.mjs';

const MODES = /^(none|timeout|half-body|lost|html(:\d{3})?|status:\d{3}|slow:\d{1,6})$/;

export const FAULT_MODES = 'none, timeout, half-body, lost, html, html:<status>, status:<code>, slow:<ms>';

/**
 * How a provider misbehaves. `status`, `html` and `timeout` strike before anything was done; `half-body` and `lost`
 * strike after: the effect is there and the answer is not, which is what retries must survive.
 */
export class Faults {
  #faults = new Map();
  #held = new Set();

  /**
   * @param {{provider: string, mode: string, times?: number, path?: string}} fault `times` absent: until set to none;
   *   `path`: only requests whose path begins so
   * @returns {string | null} what is wrong with it
   */
  set({ provider, mode, times, path }) {
    if (typeof mode !== 'string' || !MODES.test(mode)) return `mode must be one of ${FAULT_MODES}`;
    if (times !== undefined && !(Number.isInteger(times) && times >= 0)) return 'times must be a whole number';
    if (mode === 'none' || times === 0) this.#faults.delete(provider);
    else this.#faults.set(provider, { mode, left: times ?? Infinity, path: path ?? '' });
    return null;
  }

  /** @returns {{provider: string, mode: string, left: number | null, path: string}[]} left null: without end */
  list() {
    return [...this.#faults].map(([provider, { mode, left, path }]) => ({
      provider,
      mode,
      left: Number.isFinite(left) ? left : null,
      path,
    }));
  }

  /** @returns {string} the mode for this request; one use of it is spent */
  take(provider, path) {
    const fault = this.#faults.get(provider);
    if (!fault || !path.startsWith(fault.path)) return 'none';
    if (--fault.left <= 0) this.#faults.delete(provider);
    return fault.mode;
  }

  clear() {
    this.#faults.clear();
    this.release();
  }

  /** Cuts the connections that wait for an answer which never comes. */
  release() {
    for (const response of this.#held) response.destroy();
    this.#held.clear();
  }

  /**
   * @param {string} mode
   * @param {import('node:http').ServerResponse} response
   * @param {(status: number) => import('./http.mjs').Answer} refusal the provider's own error of that status
   * @param {(pauseMs: number) => Promise<import('./http.mjs').Answer>} answer does the work
   * @returns {Promise<number | null>} the status that was sent, if any
   */
  async respond(mode, response, refusal, answer) {
    const [kind, value] = mode.split(':');
    if (kind === 'timeout') {
      this.#held.add(response);
      response.on('close', () => this.#held.delete(response));
      return null;
    }
    if (kind === 'status') return sent(response, refusal(Number(value)));
    if (kind === 'html')
      return sent(
        response,
        page(Number(value ?? 200), '<!doctype html><title>Sorry</title><h1>We will be back soon</h1>'),
      );
    const result = await answer(kind === 'slow' ? Number(value) : 0);
    if (kind === 'half-body') {
      await writeHalf(response, result);
      return result.status;
    }
    if (kind === 'lost') {
      response.destroy();
      return null;
    }
    return sent(response, result);
  }
}

function sent(response, answer) {
  write(response, answer);
  return answer.status;
}
