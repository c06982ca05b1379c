// The operator's page. The token lives in this page only and is gone with it.

const refreshMillis = 15_000;
/** What a counter is called, and whether anything above zero wants to be looked at. */
const counters = {
  signInsToday: ['Sign-ins, 24 h'],
  paymentsToday: ['Payments, 24 h'],
  enrollmentsWaiting: ['Open payment pages'],
  sessionsUpcoming: ['Sessions, next 24 h'],
  sessionsRunning: ['Sessions now'],
  webhooksToday: ['Webhooks, 24 h'],
  webhooksFailed: ['Webhooks failed', true],
  outboxWaiting: ['Outbox waiting'],
  outboxLate: ['Outbox late', true],
  outboxDead: ['Outbox dead', true],
  ledgerImbalances: ['Ledger imbalances', true],
};

const find = (id) => document.getElementById(id);
let token;

/** @param {string} path @param {RequestInit} [init] */
async function call(path, init = {}) {
  const headers = { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`/api/${path}`, { ...init, headers });
  const body = answer.status === 204 ? undefined : await answer.json();
  if (answer.ok) return body;
  if (answer.status === 401 && token) signOut();
  throw new Error(body?.error ?? `The service answered ${answer.status}.`);
}

/** Runs something, and says so where it did not work. @param {() => Promise<void>} act */
async function attempt(act) {
  find('problem').textContent = '';
  try {
    await act();
  } catch (error) {
    find('problem').textContent = error.message;
  }
}

function element(name, text, children = []) {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...children);
  return made;
}

function button(text, act) {
  const made = element('button', text);
  made.addEventListener('click', () => attempt(async () => (await act(), await refresh())));
  return made;
}

/** @param {string} id @param {string[]} head @param {(string | Node)[][]} rows */
function fillTable(id, head, rows) {
  const line = (cell, cells) =>
    element(
      'tr',
      '',
      cells.map((content) => element(cell, '', [content ?? ''])),
    );
  find(id).replaceChildren(
    ...(rows.length === 0 ? [line('td', ['None.'])] : [line('th', head), ...rows.map((row) => line('td', row))]),
  );
}

async function refresh() {
  const [now, outbox, webhooks, audit] = await Promise.all([
    call('admin/counters'),
    call('admin/outbox?state=dead'),
    call('admin/webhooks?status=failed'),
    call('admin/audit?limit=10'),
  ]);
  find('moment').textContent = new Date().toLocaleTimeString();
  find('counters').replaceChildren(
    ...Object.entries(counters).map(([name, [label, isAlarm]]) => {
      const card = element('div', '', [element('dt', label), element('dd', String(now[name]))]);
      card.classList.toggle('alarm', Boolean(isAlarm) && now[name] > 0);
      return card;
    }),
  );
  fillTable(
    'outbox',
    ['Kind', 'Why', 'Since', ''],
    outbox.items.map((row) => [
      row.kind,
      row.lastError,
      row.deadAt,
      button('Try again', () => call(`admin/outbox/${row.id}/retry`, { method: 'POST' })),
    ]),
  );
  fillTable(
    'webhooks',
    ['Event', 'Why', 'Received', ''],
    webhooks.items.map((row) => [
      `${row.provider} ${row.type}`,
      row.error,
      row.receivedAt,
      row.canBeReplayed
        ? button('Replay', () => call(`admin/webhooks/${encodeURIComponent(row.id)}/replay`, { method: 'POST' }))
        : '',
    ]),
  );
  fillTable(
    'audit',
    ['When', 'What', 'On'],
    audit.items.map((row) => [row.createdAt, row.action, `${row.targetType} ${row.targetId}`]),
  );
}

function show(isSignedIn) {
  find('sign-in').hidden = isSignedIn;
  find('sign-out').hidden = !isSignedIn;
  find('board').hidden = !isSignedIn;
}

function signOut() {
  token = undefined;
  show(false);
}

find('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  attempt(async () => {
    const session = await call('auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(form)),
    });
    token = session.accessToken;
    event.target.reset();
    await refresh();
    show(true);
  });
});
find('sign-out').addEventListener('click', () =>
  attempt(async () => {
    await call('auth/logout', { method: 'POST' });
    signOut();
  }),
);
setInterval(() => token && !document.hidden && attempt(refresh), refreshMillis);
show(false);
