import { startSimulators } from './index.mjs';

/** Environment: see README.md beside this file. */
const {
  SIM_PORT = '8788',
  SIM_HOST,
  SIM_URL,
  SIM_WEBHOOK_RETRY_MS,
  SIM_WEBHOOK_TIMEOUT_MS,
  PORT = '8787',
  APP_URL = `http://localhost:${PORT}`,
  STRIPE_WEBHOOK_SECRET,
  STRIPE_CONNECT_WEBHOOK_SECRET,
  RESEND_WEBHOOK_SECRET,
  STREAM_API_KEY,
  STREAM_API_SECRET,
  PLUGNMEET_API_KEY,
  PLUGNMEET_API_SECRET,
} = process.env;

const simulators = await startSimulators({
  port: Number(SIM_PORT),
  host: SIM_HOST || undefined,
  publicUrl: SIM_URL || undefined,
  appUrl: APP_URL,
  secrets: {
    stripeWebhook: STRIPE_WEBHOOK_SECRET,
    stripeConnectWebhook: STRIPE_CONNECT_WEBHOOK_SECRET,
    resendWebhook: RESEND_WEBHOOK_SECRET,
    streamKey: STREAM_API_KEY,
    streamSecret: STREAM_API_SECRET,
    plugnmeetKey: PLUGNMEET_API_KEY,
    plugnmeetSecret: PLUGNMEET_API_SECRET,
  },
  webhooks: {
    ...(SIM_WEBHOOK_RETRY_MS ? { retryDelaysMs: SIM_WEBHOOK_RETRY_MS.split(',').map(Number) } : {}),
    ...(SIM_WEBHOOK_TIMEOUT_MS ? { timeoutMs: Number(SIM_WEBHOOK_TIMEOUT_MS) } : {}),
  },
}).catch((error) => {
  console.error(`The simulators did not start: ${error.message}`);
  process.exit(1);
});

const secrets = { STRIPE_WEBHOOK_SECRET, RESEND_WEBHOOK_SECRET, STREAM_API_SECRET, PLUGNMEET_API_SECRET };
for (const [name, value] of Object.entries(secrets))
  if (!value) console.warn(`${name} is not set: webhooks are signed with a secret that nobody else knows.`);
console.log(`Simulators: ${simulators.url}  (webhooks go to ${APP_URL})`);

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await simulators.close();
    process.exit(0);
  });
