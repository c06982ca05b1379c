const ANSWER_MS = 15_000;

/**
 * @typedef {object} Outcome What became of a call, as far as a page tells it.
 * @property {boolean} ok
 * @property {number} status the page's own: 200, 422 when the API refused, 502 when it could not answer
 * @property {string} text why not, for people; empty when all is well
 * @property {Record<string, string[]>} fieldErrors
 * @property {string | null} requestId of a failure, to find it in the Worker's log
 */

/**
 * Calls the product's API from this server, so that the pages need no script.
 *
 * @param {string | null} appUrl the Worker's base URL
 * @param {string} path
 * @param {object} body sent as JSON
 * @returns {Promise<Outcome>}
 */
export async function callApi(appUrl, path, body) {
  if (!appUrl) return failed('The simulators were not told where the API is.');
  let answer;
  let text;
  try {
    answer = await fetch(appUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    text = await answer.text();
  } catch {
    return failed(`The API at ${appUrl} did not answer. Is it running?`);
  }
  if (answer.ok) return { ok: true, status: 200, text: '', fieldErrors: {}, requestId: null };
  const error = objectIn(text);
  const outcome = failed(error.error ?? `The API answered with status ${answer.status}.`, error.requestId);
  if (answer.status >= 500) return outcome;
  return { ...outcome, status: 422, fieldErrors: error.details?.fieldErrors ?? {}, requestId: null };
}

/** @returns {Outcome} */
function failed(text, requestId = null) {
  return { ok: false, status: 502, text, fieldErrors: {}, requestId };
}

function objectIn(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
