/** What every answer of the limit has in common. */

// A Response copies a Headers inside the runtime; an object would be read member by member.
const headers = new Headers({
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  vary: 'origin',
  'access-control-allow-origin': 'https://app.example',
  'access-control-expose-headers':
    'accept-ranges, content-disposition, content-range, etag, idempotent-replayed, location, retry-after, x-d1-bookmark, x-next-cursor, x-request-id',
});

/**
 * Passes the rate limiter, writes the line, answers.
 * @param {Request} request @param {any} env @param {string} route
 * @param {() => string | Promise<string>} body @param {number} [status]
 */
export async function answer(request, env, route, body, status = 200) {
  const key = `rate:${request.headers.get('cf-connecting-ip')}:${route}`;
  if (!(await env.RATE_LIMITER.limit({ key })).success) return new Response(null, { status: 429 });
  const text = await body();
  const id = crypto.randomUUID();
  const timestamp = new Date().toISOString();
  console.log(
    `{"level":"info","message":"request","timestamp":"${timestamp}","requestId":"${id}","method":"${request.method}","route":"${route}","status":${status},"ms":0}`,
  );
  const response = new Response(text, { status, headers });
  response.headers.append('x-request-id', id);
  return response;
}
