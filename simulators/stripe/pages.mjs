import { page, parseForm, seeOther } from '../http.mjs';
import { badge, html, layout, money, when } from '../markup.mjs';
import { StripeError } from './errors.mjs';
import { CARDS } from './shapes.mjs';

const SESSION_TONES = { open: 'warn', complete: 'ok', expired: 'plain' };

/**
 * The pages that Stripe hosts: payment, onboarding; and a list of checkouts to look after them.
 *
 * @param {import('../http.mjs').Router} router
 * @param {{stripe: import('./index.mjs').Stripe}} parts
 */
export function paymentPages(router, { stripe, control }) {
  const { checkout, accounts, store } = stripe;

  const withSession = (act) => (call) => {
    const session = store.all('checkout.session').find(({ id }) => id === call.params.id);
    return session ? act(checkout.get(session.id), call) : page(404, unknownPayment());
  };
  const withLink = (act) => (call) => {
    const found = accounts.findLink(call.params.account, call.params.token);
    return found ? act(found) : page(404, unknownLink());
  };

  router
    .on(
      'GET',
      '/pay/:id',
      withSession((session) => page(200, paymentPage(stripe, session))),
    )
    .on(
      'POST',
      '/pay/:id',
      withSession(async (session, call) => {
        if (session.status !== 'open') return page(200, paymentPage(stripe, session));
        const { card = 'success', email = '' } = parseForm(call.body.toString());
        const address = session.customer_email ?? String(email).trim();
        const problem = problemWith(card, address);
        if (problem) return page(422, paymentPage(stripe, session, { ...problem, card, email }));
        const { declined, firstAttempt } = checkout.pay(session.id, { card, email: address });
        // The buyer comes back to a shop that knows: Stripe too waits for the webhook before it redirects.
        await firstAttempt;
        if (declined) return page(402, paymentPage(stripe, session, { error: declined, card, email }));
        return seeOther(session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id));
      }),
    )
    .on(
      'POST',
      '/pay/:id/cancel',
      withSession((session) =>
        seeOther(session.cancel_url?.replaceAll('{CHECKOUT_SESSION_ID}', session.id) ?? '/checkouts'),
      ),
    )
    .on('GET', '/checkouts', () => page(200, checkoutList(stripe, control.checkouts())))
    .on('POST', '/checkouts/:id/:act', async ({ params }) => {
      try {
        if (params.act === 'expire') await control.expire(params.id);
        if (params.act === 'refund')
          await control.refund({ payment_intent: store.get('checkout.session', params.id).payment_intent });
      } catch (error) {
        // Whoever presses twice sees the list as it stands.
        if (!(error instanceof StripeError)) throw error;
      }
      return seeOther('/checkouts');
    })
    .on(
      'GET',
      '/connect/onboarding/:account/:token',
      withLink(({ account, link, valid }) =>
        valid ? page(200, onboardingPage(account, link)) : seeOther(link.refresh_url),
      ),
    )
    .on(
      'POST',
      '/connect/onboarding/:account/:token/complete',
      withLink(async ({ account, link, valid }) => {
        if (!valid) return seeOther(link.refresh_url);
        link.used = true;
        await accounts.completeOnboarding(account.id).firstAttempt;
        return seeOther(link.return_url);
      }),
    )
    .on(
      'POST',
      '/connect/onboarding/:account/:token/restrict',
      withLink(async ({ account, link, valid }) => {
        if (!valid) return seeOther(link.refresh_url);
        link.used = true;
        await accounts.restrict(account.id).firstAttempt;
        return seeOther(link.return_url);
      }),
    )
    .on(
      'POST',
      '/connect/onboarding/:account/:token/later',
      withLink(({ link }) => seeOther(link.return_url)),
    )
    .on('GET', '/connect/:id', ({ params }) => {
      const account = store.all('account').find(({ id }) => id === params.id);
      return account ? page(200, accountPage(account)) : page(404, unknownLink());
    });
}

function problemWith(card, address) {
  if (!Object.hasOwn(CARDS, card)) return { error: 'Choose one of the cards.' };
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address))
    return { error: 'Enter an e-mail address, such as ada@example.com.', emailError: true };
  return null;
}

function paymentPage(stripe, session, state = {}) {
  const amount = money(session.amount_total, session.currency);
  const items = stripe.checkout.lineItems(session.id).data;
  const { description } = stripe.checkout.product(session.id);
  const titles = { open: `Pay ${amount}`, complete: 'Payment complete', expired: 'Payment expired' };
  return layout(
    { title: titles[session.status], bare: true },
    html`<div class="checkout">
      <section class="order" aria-labelledby="order">
        <p class="test">${badge('Test payment', 'warn')} No money moves.</p>
        <h1 id="order">${items[0].description}</h1>
        <p class="amount">${amount}</p>
        ${description ? html`<p class="description">${description}</p>` : ''}
        <ul class="items">
          ${items.map(
            (item) =>
              html`<li>
                <span>${item.description}${item.quantity > 1 ? ` × ${item.quantity}` : ''}</span>
                <span>${money(item.amount_total, item.currency)}</span>
              </li>`,
          )}
          <li class="total"><span>Total due</span><span>${amount}</span></li>
        </ul>
      </section>
      <section class="panel" aria-label="Payment">
        ${session.status === 'open' ? paymentForm(session, amount, state) : closed(session)}
      </section>
    </div>`,
  );
}

function paymentForm(session, amount, { error, emailError, card = 'success', email = '' }) {
  const known = session.customer_email;
  return html`${error ? html`<p class="notice bad" role="alert" id="problem">${error}</p>` : ''}
    <form method="post" action="/pay/${session.id}" id="pay" novalidate>
      <label for="email">E-mail</label>
      <input
        id="email"
        name="email"
        type="email"
        autocomplete="email"
        value="${known ?? email}"
        ${known ? html`readonly` : html`required`}
        ${emailError ? html`aria-invalid="true" aria-describedby="problem" autofocus` : ''}
      />
      <fieldset>
        <legend>Card</legend>
        ${Object.entries(CARDS).map(
          ([name, { label, number }]) =>
            html`<label class="choice">
              <input type="radio" name="card" value="${name}" ${name === card ? html`checked` : ''} />
              <span>${label}<small>${number}</small></span>
            </label>`,
        )}
      </fieldset>
      <button class="primary wide" type="submit">Pay ${amount}</button>
    </form>
    <form method="post" action="/pay/${session.id}/cancel">
      <button class="quiet wide" type="submit">Cancel and go back</button>
    </form>
    <p class="fine">Open until ${when(session.expires_at * 1000)} UTC.</p>`;
}

function closed(session) {
  const back = (url, text) =>
    url
      ? html`<p>
          <a class="button primary wide" href="${url.replaceAll('{CHECKOUT_SESSION_ID}', session.id)}">${text}</a>
        </p>`
      : '';
  if (session.status === 'complete')
    return html`<h2>This payment is complete</h2>
      <p>It was paid with <strong>${session.customer_details.email}</strong>. You cannot pay for it twice.</p>
      ${back(session.success_url, 'Back to the shop')}`;
  return html`<h2>This payment has expired</h2>
    <p>Nothing was charged. Start again in the shop to get a new payment page.</p>
    ${back(session.cancel_url, 'Back to the shop')}`;
}

function unknownPayment() {
  return layout(
    { title: 'No such payment', bare: true },
    html`<div class="narrow panel">
      <h1>No such payment</h1>
      <p>The simulators keep everything in memory: after a restart, start the payment again in the shop.</p>
      <p><a href="/checkouts">All checkouts</a></p>
    </div>`,
  );
}

function unknownLink() {
  return layout(
    { title: 'No such account', bare: true },
    html`<div class="narrow panel">
      <h1>No such account</h1>
      <p>Ask the shop for a new link.</p>
    </div>`,
  );
}

function checkoutList(stripe, sessions) {
  return layout(
    { title: 'Checkouts', current: '/checkouts' },
    html`<h1>Checkouts</h1>
      ${
        sessions.length
          ? html`<div class="scroll" role="region" aria-label="Checkouts" tabindex="0">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Product</th>
                    <th scope="col">Buyer</th>
                    <th scope="col" class="right">Amount</th>
                    <th scope="col">State</th>
                    <th scope="col">Created (UTC)</th>
                    <th scope="col"><span class="hidden">Action</span></th>
                  </tr>
                </thead>
                <tbody>
                  ${sessions.map((session) => checkoutRow(stripe, session))}
                </tbody>
              </table>
            </div>`
          : html`<p class="empty">No checkout was started yet.</p>`
      }`,
  );
}

function checkoutRow({ store, checkout }, session) {
  const intent = session.payment_intent && store.get('payment_intent', session.payment_intent);
  const charge = intent?.latest_charge && store.get('charge', intent.latest_charge);
  const refunded = charge?.amount_refunded ?? 0;
  const name = checkout.lineItems(session.id).data[0].description;
  return html`<tr>
    <td><a href="/pay/${session.id}">${name}</a></td>
    <td>${session.customer_details?.email ?? ''}</td>
    <td class="right nowrap">${money(session.amount_total, session.currency)}</td>
    <td>
      ${badge(session.status, SESSION_TONES[session.status])}
      ${refunded ? badge(charge.refunded ? 'refunded' : `refunded ${money(refunded, charge.currency)}`, 'bad') : ''}
    </td>
    <td class="nowrap">${when(session.created * 1000)}</td>
    <td class="right">
      ${session.status === 'open' ? actButton(session, 'expire', `Expire ${name}`, 'Expire') : ''}
      ${charge?.paid && !charge.refunded ? actButton(session, 'refund', `Refund ${name}`, 'Refund') : ''}
    </td>
  </tr>`;
}

function actButton({ id }, act, label, text) {
  return html`<form method="post" action="/checkouts/${id}/${act}">
    <button class="small" aria-label="${label}">${text}</button>
  </form>`;
}

function onboardingPage(account, link) {
  const action = `/connect/onboarding/${account.id}/${link.token}`;
  return layout(
    { title: 'Set up payouts', bare: true },
    html`<div class="narrow panel">
      <p class="test">${badge('Test account', 'warn')} No particulars are needed.</p>
      <h1>Set up payouts</h1>
      <p>Here the owner of an account would give name, bank account and identity papers.</p>
      <dl class="facts">
        <div>
          <dt>Account</dt>
          <dd><code>${account.id}</code></dd>
        </div>
        <div>
          <dt>E-mail</dt>
          <dd>${account.email ?? 'not given'}</dd>
        </div>
        <div>
          <dt>Country</dt>
          <dd>${account.country}</dd>
        </div>
      </dl>
      <form method="post" action="${action}/complete">
        <button class="primary wide" type="submit">Complete onboarding</button>
      </form>
      <form method="post" action="${action}/restrict">
        <button class="quiet wide" type="submit">Leave a paper out</button>
      </form>
      <form method="post" action="${action}/later">
        <button class="quiet wide" type="submit">Not now</button>
      </form>
    </div>`,
  );
}

function accountPage(account) {
  return layout(
    { title: 'Account', bare: true },
    html`<div class="narrow panel">
      <h1>
        Account
        ${badge(account.payouts_enabled ? 'payouts enabled' : 'payouts off', account.payouts_enabled ? 'ok' : 'warn')}
      </h1>
      <dl class="facts">
        <div>
          <dt>Account</dt>
          <dd><code>${account.id}</code></dd>
        </div>
        <div>
          <dt>E-mail</dt>
          <dd>${account.email ?? 'not given'}</dd>
        </div>
      </dl>
    </div>`,
  );
}
