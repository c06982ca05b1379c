import { zValidator } from '@hono/zod-validator';
import Stripe from 'stripe';
import * as z from 'zod';

import { newApp, signedIn } from './pipeline.js';

const app = newApp();

app.get('/hello', (c) => c.json({ message: 'Hello' }));

app.get('/me', signedIn, (c) => {
  const { sub, roles } = c.get('jwtPayload');
  return c.json({ userId: sub, roles });
});

const newCourse = z.strictObject({
  title: z.string().trim().min(3).max(120),
  description: z.string().min(1).max(2000),
  categoryId: z.uuid(),
  level: z.enum(['beginner', 'intermediate', 'advanced']),
  priceCents: z.int().min(0).max(1_000_000),
  currency: z.string().length(3),
  objectives: z.array(z.string().min(1).max(200)).min(1).max(10),
});

app.post('/courses', signedIn, zValidator('json', newCourse), (c) => {
  const course = c.req.valid('json');
  return c.json(
    {
      title: course.title,
      creatorId: c.get('jwtPayload').sub,
      priceCents: course.priceCents,
      objectiveCount: course.objectives.length,
    },
    201,
  );
});

const webCrypto = Stripe.createSubtleCryptoProvider();
/** @type {Stripe | undefined} */
let stripe;

app.post('/webhooks/stripe', async (c) => {
  stripe ??= new Stripe(c.env.STRIPE_SECRET_KEY);
  const body = await c.req.text();
  let event;
  try {
    const signature = c.req.header('stripe-signature') ?? '';
    event = await stripe.webhooks.constructEventAsync(
      body,
      signature,
      c.env.STRIPE_WEBHOOK_SECRET,
      undefined,
      webCrypto,
    );
  } catch {
    return c.json({ error: 'The signature of this webhook is missing, wrong or too old.' }, 401);
  }
  const session = /** @type {any} */ (event.data.object);
  return c.json({
    type: event.type,
    paymentStatus: session.payment_status,
    reference: session.client_reference_id,
  });
});

export default app;
