import { page, parseForm } from '../http.mjs';
import { badge, html, layout } from '../markup.mjs';
import { callApi } from './api.mjs';

/**
 * The pages of the web client that mails and the checkout lead to. The client itself is written by others; this one does
 * just enough that every link works in development.
 *
 * @param {import('../http.mjs').Router} router
 * @param {{addresses: {app: string | null, own: string}, webhooks: import('../webhooks.mjs').Webhooks}} parts
 */
export function clientPages(router, { addresses, webhooks }) {
  const call = (path, body) => callApi(addresses.app, path, body);

  router
    .on('GET', '/app', () => page(200, start(addresses)))

    .on('GET', '/app/verify-email', ({ query }) => {
      const token = query.get('token');
      return token ? page(200, verifyForm(token)) : page(400, incompleteLink('Confirm your address'));
    })
    .on('POST', '/app/verify-email', async ({ body }) => {
      const { token } = fieldsOf(body, 'token');
      const outcome = await call('/api/auth/verify-email', { token });
      return page(outcome.status, outcome.ok ? verified() : verifyForm(token, outcome));
    })

    .on('GET', '/app/reset-password', ({ query }) => {
      const token = query.get('token');
      return page(200, token ? passwordForm(token) : mailForm());
    })
    .on('POST', '/app/reset-password', async ({ body }) => {
      const { token, password } = fieldsOf(body, 'token', 'password');
      const outcome = await call('/api/auth/reset-password/confirm', { token, password });
      return page(outcome.status, outcome.ok ? passwordChanged() : passwordForm(token, outcome));
    })
    .on('POST', '/app/reset-password/mail', async ({ body }) => {
      const { email } = fieldsOf(body, 'email');
      const outcome = await call('/api/auth/reset-password', { email });
      return page(outcome.status, outcome.ok ? mailOnItsWay() : mailForm(email, outcome));
    })

    .on('GET', '/app/enrollments/:id', ({ params, query }) => {
      const paid = webhooks.list().find((delivery) => isPaymentOf(delivery, params.id));
      return page(200, enrollment(params.id, query.get('checkout'), paid));
    });
}

/** Fields of a form as texts; a field that was not sent, or sent as something else, is empty. */
function fieldsOf(body, ...names) {
  const form = parseForm(body.toString());
  return Object.fromEntries(names.map((name) => [name, typeof form[name] === 'string' ? form[name] : '']));
}

function isPaymentOf({ provider, type, body }, enrollmentId) {
  return provider === 'stripe' && type === 'checkout.session.completed' && body.includes(JSON.stringify(enrollmentId));
}

function start({ app, own }) {
  return layout(
    { title: 'Client', current: '/app' },
    html`<h1>The web client</h1>
      <p class="lead">
        Others write the web client. This stands in for it in development: just enough that the links in mails and the
        way back from the payment page lead somewhere. Everything else is done through the API.
      </p>
      <ul class="cards">
        ${
          app
            ? card(`${app}/api/docs`, 'API', 'Read it, try it', `${app}/api`)
            : html`<li><p class="empty">The simulators were not told where the API is.</p></li>`
        }
        ${card('/inbox', 'Inbox', 'Mails', 'Verification, receipts, resets')}
        ${card('/checkouts', 'Checkouts', 'Payments', 'Pay, expire, refund')}
      </ul>
      <h2>Its pages</h2>
      <dl class="facts pages">
        ${fact('/app/verify-email?token=…', 'confirms an address; the link is in the mail after sign-up')}
        ${fact('/app/reset-password?token=…', 'takes a new password; the link is in the mail')}
        ${fact('/app/reset-password', 'asks for that mail')}
        ${fact('/app/enrollments/{id}', 'where mails and the payment page lead')}
      </dl>
      <p>Links are made from <code>APP_URL</code>, which is <code>${own}/app</code> here.</p>`,
  );
}

function card(href, name, what, more) {
  return html`<li>
    <a class="card" href="${href}">
      <span class="name">${name}</span>
      <span class="count">${what}</span>
      <span class="latest">${more}</span>
    </a>
  </li>`;
}

function fact(term, text) {
  return html`<div>
    <dt><code>${term}</code></dt>
    <dd>${text}</dd>
  </div>`;
}

/** One narrow panel, as all pages below are. */
function panel(title, content) {
  return layout(
    { title, bare: true },
    html`<div class="narrow panel">
      <p class="test">${badge('Simulated client', 'warn')}</p>
      <h1>${title}</h1>
      ${content}
      <p class="fine"><a href="/app">The client</a> · <a href="/inbox">Inbox</a></p>
    </div>`,
  );
}

/** What went wrong, once for the whole form. @param {import('./api.mjs').Outcome | undefined} outcome */
function notice(outcome) {
  if (!outcome) return '';
  return html`<p class="notice bad" role="alert" id="problem">
    ${outcome.text}${outcome.requestId ? html` <small>Request <code>${outcome.requestId}</code></small>` : ''}
  </p>`;
}

/** An input with its label, and what the API has against its value. */
function field({ name, type, label, autocomplete, value = '', outcome }) {
  const problems = outcome?.fieldErrors[name] ?? [];
  return html`<label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      autocomplete="${autocomplete}"
      value="${value}"
      required
      ${problems.length ? html`aria-invalid="true" aria-describedby="${name}-problem" autofocus` : ''}
    />
    ${problems.length ? html`<p class="problem" id="${name}-problem">It ${problems.join(', and ')}.</p>` : ''}`;
}

function verifyForm(token, outcome) {
  return panel(
    'Confirm your address',
    html`${notice(outcome)}
      <p>Press the button to confirm that the mail reached you.</p>
      <form method="post" action="/app/verify-email">
        <input type="hidden" name="token" value="${token}" />
        <button class="primary wide" type="submit">Confirm my address</button>
      </form>`,
  );
}

function verified() {
  return panel('Your address is confirmed', html`<p>You can close this page.</p>`);
}

function passwordForm(token, outcome) {
  const password = { name: 'password', type: 'password', label: 'New password', autocomplete: 'new-password', outcome };
  return panel(
    'Choose a new password',
    html`${notice(outcome)}
      <form method="post" action="/app/reset-password" novalidate>
        <input type="hidden" name="token" value="${token}" />
        ${field(password)}
        <button class="primary wide" type="submit">Save the new password</button>
      </form>
      ${outcome ? html`<p>Is the link too old? <a href="/app/reset-password">Ask for another mail</a>.</p>` : ''}`,
  );
}

function passwordChanged() {
  return panel(
    'Your password is changed',
    html`<p>Every device was signed out. Sign in again with the new password.</p>`,
  );
}

function mailForm(email = '', outcome = undefined) {
  return panel(
    'Reset your password',
    html`${notice(outcome)}
      <form method="post" action="/app/reset-password/mail" novalidate>
        ${field({ name: 'email', type: 'email', label: 'E-mail', autocomplete: 'email', value: email, outcome })}
        <button class="primary wide" type="submit">Send me a link</button>
      </form>`,
  );
}

function mailOnItsWay() {
  return panel(
    'Look into your inbox',
    html`<p>If there is an account with that address, a mail with a link is on its way.</p>
      <p><a class="button primary wide" href="/inbox">Open the inbox</a></p>`,
  );
}

function incompleteLink(title) {
  return panel(title, html`<p>This link is incomplete. Open the one in the mail again.</p>`);
}

const THANKS = ['Thank you', 'The payment page says that you paid.'];
const REGRETS = [
  'Nothing was paid',
  'You left the payment page. Your place stays open for a while: enrol again to pay.',
];
/** What `?checkout=` says on the way back. */
const RETURNS = new Map([
  ['paid', THANKS],
  ['success', THANKS],
  ['cancelled', REGRETS],
]);

/** @param {import('../webhooks.mjs').Delivery | undefined} paid the webhook that tells the product of the payment */
function enrollment(id, checkout, paid) {
  const said = RETURNS.get(checkout);
  const [title, text] = said ?? ['Your enrollment', 'Here the lessons would be.'];
  return panel(
    title,
    html`<p>${text}</p>
      <dl class="facts">
        <div>
          <dt>Enrollment</dt>
          <dd><code>${id}</code></dd>
        </div>
        ${
          paid || said === THANKS
            ? html`<div>
                <dt>Webhook</dt>
                <dd>
                  ${
                    paid
                      ? html`<a href="/webhooks/${paid.id}">${paid.type}</a>
                          ${badge(paid.status, paid.status === 'delivered' ? 'ok' : 'warn')}`
                      : 'none was sent yet'
                  }
                </dd>
              </div>`
            : ''
        }
      </dl>
      <p>Its student and its teacher read it with their access token:</p>
      <pre class="body">GET /api/enrollments/${id}</pre>`,
  );
}
