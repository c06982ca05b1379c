import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { jwt } from 'hono/jwt';
import { requestId } from 'hono/request-id';
import { routePath } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';

/** An app with what every request passes: its id, headers, CORS, the log, and the rate limiter. */
export function newApp() {
  const app = new Hono();
  app.use(requestId());
  app.use(log);
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      strictTransportSecurity: 'max-age=31536000; includeSubDomains',
      crossOriginResourcePolicy: false,
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xFrameOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    }),
  );
  app.use(
    cors({
      origin: ['https://app.example'],
      exposeHeaders: [
        'accept-ranges',
        'content-disposition',
        'content-range',
        'etag',
        'idempotent-replayed',
        'location',
        'retry-after',
        'x-d1-bookmark',
        'x-next-cursor',
        'x-request-id',
      ],
    }),
  );
  app.use(noStore);
  app.use(rateLimit);
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error(JSON.stringify({ level: 'error', message: String(error), requestId: c.get('requestId') }));
    return c.json({ error: 'Something went wrong on our side.', code: 'internal_error' }, 500);
  });
  return app;
}

/** @type {import('hono').MiddlewareHandler} */
async function log(c, next) {
  const started = Date.now();
  await next();
  console.log(
    JSON.stringify({
      level: 'info',
      message: 'request',
      timestamp: new Date().toISOString(),
      requestId: c.get('requestId'),
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      ms: Date.now() - started,
      userId: c.get('jwtPayload')?.sub,
    }),
  );
}

/** @type {import('hono').MiddlewareHandler} */
async function noStore(c, next) {
  await next();
  c.header('cache-control', 'no-store');
}

/** @type {import('hono').MiddlewareHandler} */
async function rateLimit(c, next) {
  const key = `rate:${c.req.header('cf-connecting-ip')}:${routePath(c, -1)}`;
  const { success } = await c.env.RATE_LIMITER.limit({ key });
  if (!success) throw new HTTPException(429, { message: 'Too many tries.' });
  await next();
}

/** @type {import('hono').MiddlewareHandler} */
export const signedIn = (c, next) =>
  jwt({
    secret: c.env.JWT_SECRET,
    alg: 'HS256',
    verification: { iss: c.env.JWT_ISSUER, aud: c.env.JWT_AUDIENCE, typ: 'at+jwt' },
  })(c, next);
