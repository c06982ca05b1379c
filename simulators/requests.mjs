import { parseForm } from './http.mjs';

const KEPT_REQUESTS = 2000;
const KEPT_BODY_BYTES = 64 * 1024 * 1024;

/** What the providers were asked, as it arrived: to compare one client's requests with another's. */
export class Requests {
  #items = [];
  #count = 0;
  #bytes = 0;

  /**
   * @param {string} provider
   * @param {import('./http.mjs').Call} call
   * @param {number} at milliseconds since the epoch
   * @returns {{status: number | null}} to be given its status when the answer is known
   */
  record(provider, { method, path, query, headers, body }, at) {
    const item = {
      id: ++this.#count,
      provider,
      at: new Date(at).toISOString(),
      method,
      path,
      query: parseForm(query.toString()),
      headers,
      params: paramsOf(headers['content-type'] ?? '', body),
      body: body.toString(),
      status: null,
    };
    this.#items.push(item);
    this.#bytes += item.body.length;
    while (this.#items.length > KEPT_REQUESTS || (this.#bytes > KEPT_BODY_BYTES && this.#items.length > 1))
      this.#bytes -= this.#items.shift().body.length;
    return item;
  }

  /** @param {string | null} [provider] oldest first */
  list(provider) {
    return this.#items.filter((item) => !provider || item.provider === provider);
  }

  clear() {
    this.#items = [];
    this.#bytes = 0;
  }
}

function paramsOf(contentType, body) {
  if (body.length === 0) return null;
  if (contentType.startsWith('application/x-www-form-urlencoded')) return parseForm(body.toString());
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}
