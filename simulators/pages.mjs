import { readFile } from 'node:fs/promises';

import { page, seeOther } from './http.mjs';
import { badge, html, layout, money, when } from './markup.mjs';

const STYLE = new URL('./style.css', import.meta.url);

const DELIVERY_TONES = { delivered: 'ok', pending: 'warn', failed: 'bad', skipped: 'plain' };

/**
 * @param {import('./http.mjs').Router} router
 * @param {object} parts
 */
export function overviewRoutes(router, { control, webhooks, addresses }) {
  router
    .on('GET', '/_sim/style.css', async () => ({
      status: 200,
      headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' },
      body: await readFile(STYLE),
    }))
    .on('GET', '/', () => page(200, overview(control, addresses)))
    .on('GET', '/webhooks', ({ query }) => page(200, deliveryList(webhooks.list(), query.get('provider'))))
    .on('GET', '/webhooks/:id', ({ params }) => {
      const delivery = webhooks.find(params.id);
      return delivery ? page(200, deliveryPage(delivery)) : seeOther('/webhooks');
    })
    .on('POST', '/webhooks/:id/again', async ({ params }) => {
      await webhooks.again(params.id);
      return seeOther(`/webhooks/${params.id}`);
    });
}

function overview(control, addresses) {
  const mails = control.mail();
  const checkouts = control.checkouts();
  const { activities } = control.feeds();
  const rooms = control.rooms();
  const deliveries = control.webhooks();
  const faults = control.faults();
  const failed = deliveries.filter(({ status }) => status === 'failed').length;
  return layout(
    { title: 'Simulated services', current: '/' },
    html`<h1>Simulated services</h1>
      <p class="lead">
        Stripe, Resend, Stream and plugNmeet, for development and tests. No money moves, no mail leaves this machine and
        nobody is seen or heard. Webhooks go to ${addresses.app ? html`<code>${addresses.app}</code>` : 'nobody yet'}.
      </p>
      ${faults.map(
        ({ provider, mode, left }) =>
          html`<p class="notice bad" role="status">
            ${provider} misbehaves on purpose: <code>${mode}</code>${left === null ? '' : `, ${left} more`}
          </p>`,
      )}
      <ul class="cards">
        ${card('/inbox', 'Inbox', mails.length, 'mail', mails[0]?.subject)}
        ${card('/checkouts', 'Checkouts', checkouts.length, 'session', summaryOf(checkouts[0]))}
        ${card('/feeds', 'Feeds', activities.length, 'post', activities.at(-1)?.text)}
        ${card('/rooms', 'Rooms', rooms.length, 'room', rooms.at(-1)?.title)}
        ${card('/webhooks', 'Webhooks', deliveries.length, 'webhook', failed ? `${failed} failed` : deliveries[0]?.type)}
      </ul>
      <h2>Latest webhooks</h2>
      ${deliveryTable(deliveries.slice(0, 8))}`,
  );
}

function card(path, name, count, unit, latest) {
  return html`<li>
    <a class="card" href="${path}">
      <span class="name">${name}</span>
      <span class="count">${count} <small>${count === 1 ? unit : `${unit}s`}</small></span>
      <span class="latest">${latest ?? 'Nothing yet'}</span>
    </a>
  </li>`;
}

function summaryOf(session) {
  return session && `${money(session.amount_total, session.currency)}, ${session.status}`;
}

function deliveryList(deliveries, provider) {
  const shown = deliveries.filter((delivery) => !provider || delivery.provider === provider);
  const links = [
    ['/webhooks', 'All', !provider],
    ['/webhooks?provider=stripe', 'Stripe', provider === 'stripe'],
    ['/webhooks?provider=resend', 'Resend', provider === 'resend'],
    ['/webhooks?provider=stream', 'Stream', provider === 'stream'],
    ['/webhooks?provider=plugnmeet', 'plugNmeet', provider === 'plugnmeet'],
  ];
  return layout(
    { title: 'Webhooks', current: '/webhooks' },
    html`<h1>Webhooks</h1>
      <nav class="filter" aria-label="Provider">
        ${links.map(
          ([path, name, current]) => html`<a href="${path}" ${current ? html`aria-current="true"` : ''}>${name}</a>`,
        )}
      </nav>
      ${deliveryTable(shown)}`,
  );
}

function deliveryTable(deliveries) {
  if (!deliveries.length) return html`<p class="empty">No webhook was sent yet.</p>`;
  return html`<div class="scroll" role="region" aria-label="Webhook deliveries" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">State</th>
          <th scope="col">Answers</th>
          <th scope="col">Sent (UTC)</th>
          <th scope="col"><span class="hidden">Action</span></th>
        </tr>
      </thead>
      <tbody>
        ${deliveries.map(
          (delivery) =>
            html`<tr>
              <td><a href="/webhooks/${delivery.id}">${delivery.type}</a> <small>${delivery.provider}</small></td>
              <td>${badge(delivery.status, DELIVERY_TONES[delivery.status])}</td>
              <td class="codes">
                ${delivery.attempts.slice(-6).map((attempt) => html`<code>${outcomeOf(attempt)}</code> `)}
              </td>
              <td class="nowrap">${when(delivery.createdAt)}</td>
              <td class="right">${againButton(delivery)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function againButton({ id, type, url }) {
  if (!url) return '';
  return html`<form method="post" action="/webhooks/${id}/again">
    <button class="small" aria-label="Send ${type} again">Send again</button>
  </form>`;
}

function outcomeOf({ status, error }) {
  return status ?? error ?? '…';
}

function deliveryPage(delivery) {
  return layout(
    { title: delivery.type, current: '/webhooks' },
    html`<p class="back"><a href="/webhooks">All webhooks</a></p>
      <h1>${delivery.type} ${badge(delivery.status, DELIVERY_TONES[delivery.status])}</h1>
      <dl class="facts">
        <div>
          <dt>Event</dt>
          <dd><code>${delivery.eventId}</code></dd>
        </div>
        <div>
          <dt>Sent to</dt>
          <dd><code>${delivery.url || 'nobody: no address was set'}</code></dd>
        </div>
        ${
          delivery.nextAttemptAt
            ? html`<div>
                <dt>Next attempt</dt>
                <dd>${when(delivery.nextAttemptAt)}</dd>
              </div>`
            : ''
        }
      </dl>
      ${againButton(delivery)}
      <h2>Attempts</h2>
      ${delivery.attempts.length ? '' : html`<p class="empty">None.</p>`}
      <ol class="attempts">
        ${delivery.attempts.map(
          (attempt) =>
            html`<li>
              ${badge(outcomeOf(attempt), attempt.status >= 200 && attempt.status < 300 ? 'ok' : 'bad')}
              <span>${attempt.reason}, ${when(attempt.at)}, ${attempt.ms} ms</span>
              ${attempt.answer ? html`<pre>${attempt.answer}</pre>` : ''}
            </li>`,
        )}
      </ol>
      <h2>Body</h2>
      <pre class="body" tabindex="0">${pretty(delivery.body)}</pre>`,
  );
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
