const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

class Markup {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

/**
 * A template whose values are escaped, unless they are themselves made by this function; lists are joined.
 *
 * @returns {Markup}
 */
export function html(strings, ...values) {
  return new Markup(strings.reduce((text, part, index) => text + markupOf(values[index - 1]) + part));
}

function markupOf(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(markupOf).join('');
  if (value === null || value === undefined || value === false) return '';
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

const PAGES = [
  ['/', 'Overview'],
  ['/inbox', 'Inbox'],
  ['/checkouts', 'Checkouts'],
  ['/feeds', 'Feeds'],
  ['/rooms', 'Rooms'],
  ['/webhooks', 'Webhooks'],
  ['/app', 'Client'],
];

/**
 * @param {{title: string, current?: string, bare?: boolean}} options `bare` leaves the navigation out, as on a page that
 *   stands for the provider's own
 * @param {unknown} content
 */
export function layout({ title, current = '', bare = false }, content) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/_sim/style.css" />
      </head>
      <body class="${bare ? 'bare' : ''}">
        <a class="skip" href="#content">Skip to content</a>
        ${bare ? '' : navigation(current)}
        <main id="content">${content}</main>
      </body>
    </html>`;
}

function navigation(current) {
  return html`<header class="top">
    <span class="brand"><span class="dot" aria-hidden="true"></span>Simulated services</span>
    <nav aria-label="Pages">
      ${PAGES.map(
        ([path, name]) => html`<a href="${path}" ${path === current ? html`aria-current="page"` : ''}>${name}</a>`,
      )}
    </nav>
  </header>`;
}

/** @param {string} tone ok, warn, bad or plain */
export function badge(text, tone = 'plain') {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** @param {string | number | null} time RFC 3339 or milliseconds */
export function when(time) {
  if (time === null || time === undefined) return '';
  const iso = new Date(time).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)}</time>`;
}

/** @param {number} amount in the currency's smallest unit */
export function money(amount, currency) {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}
