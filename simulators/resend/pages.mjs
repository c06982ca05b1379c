import { page, seeOther } from '../http.mjs';
import { badge, html, layout, when } from '../markup.mjs';
import { recipientsOf } from './mailbox.mjs';

const TONES = {
  delivered: 'ok',
  bounced: 'bad',
  complained: 'bad',
  failed: 'bad',
  suppressed: 'bad',
  scheduled: 'warn',
};
const OUTCOMES = ['delivered', 'bounced', 'complained', 'failed'];

/**
 * The inbox in which every mail ends, whoever it was for.
 *
 * @param {import('../http.mjs').Router} router
 * @param {{resend: import('./index.mjs').Resend, addresses: {app: string | null, own: string}}} parts
 */
export function inboxRoutes(router, { resend, addresses }) {
  const { mailbox } = resend;
  const withMail = (act) => (call) => {
    const mail = mailbox.find(call.params.id);
    return mail ? act(mail, call) : page(404, unknownMail());
  };

  router
    .on('GET', '/inbox', ({ query }) => {
      mailbox.sweep();
      return page(200, inbox(mailbox.all(), query.get('to') ?? ''));
    })
    .on(
      'GET',
      '/inbox/:id',
      withMail((mail, { query }) => page(200, mailPage(mail, query.get('view')))),
    )
    .on(
      'GET',
      '/inbox/:id/html',
      withMail((mail) => ({
        status: 200,
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': [
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            // Pictures come with the mail or from the application; a tracking pixel of anyone else stays blind.
            `img-src data: ${addresses.own} ${addresses.app ?? ''}`.trim(),
            'sandbox allow-popups allow-popups-to-escape-sandbox',
          ].join('; '),
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
        },
        body: renderedHtml(mail, addresses.own),
      })),
    )
    .on(
      'GET',
      '/inbox/:id/attachments/:index',
      withMail((mail, { params }) => {
        const attachment = mail.attachments[Number(params.index)];
        if (!attachment) return page(404, unknownMail());
        const name = encodeURIComponent(attachment.filename);
        return {
          status: 200,
          headers: {
            'content-type': attachment.contentId ? attachment.contentType : 'application/octet-stream',
            'content-disposition': `${attachment.contentId ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
            'content-security-policy': "default-src 'none'; sandbox",
            'x-content-type-options': 'nosniff',
          },
          body: attachment.bytes,
        };
      }),
    )
    .on(
      'POST',
      '/inbox/:id/events/:outcome',
      withMail(async (mail, { params }) => {
        if (OUTCOMES.includes(params.outcome)) await mailbox.tell(mail, `email.${params.outcome}`);
        return seeOther(`/inbox/${mail.id}`);
      }),
    );
}

/** Links open in a window of their own: inside the frame most applications refuse to be shown. */
function renderedHtml(mail, own) {
  const content = (mail.html ?? '').replace(/cid:([^"'\s)>]+)/g, (whole, contentId) => {
    const index = mail.attachments.findIndex((each) => each.contentId === contentId);
    return index < 0 ? whole : `${own}/inbox/${mail.id}/attachments/${index}`;
  });
  const base = '<base target="_blank">';
  return /<head[^>]*>/i.test(content) ? content.replace(/<head[^>]*>/i, (head) => head + base) : base + content;
}

function inbox(mails, filter) {
  const wanted = filter.trim().toLowerCase();
  const shown = mails.filter(
    (mail) => !wanted || recipientsOf(mail).some((each) => each.toLowerCase().includes(wanted)),
  );
  return layout(
    { title: 'Inbox', current: '/inbox' },
    html`<h1>Inbox</h1>
      <form class="search" method="get" action="/inbox" role="search">
        <label for="to">Recipient</label>
        <input id="to" name="to" type="search" value="${filter}" placeholder="ada@example.com" />
        <button type="submit">Filter</button>
        ${wanted ? html`<a href="/inbox">Show all</a>` : ''}
      </form>
      ${
        shown.length
          ? html`<ul class="mails">
              ${shown.map(mailRow)}
            </ul>`
          : html`<p class="empty">${wanted ? 'No mail to that recipient.' : 'No mail was sent yet.'}</p>`
      }`,
  );
}

function mailRow(mail) {
  return html`<li>
    <a href="/inbox/${mail.id}">
      <span class="subject">${mail.subject}</span>
      <span class="to">to ${recipientsOf(mail).join(', ')}</span>
      <span class="preview">${previewOf(mail)}</span>
      <span class="meta">${badge(mail.lastEvent, TONES[mail.lastEvent])} ${when(mail.sentAt ?? mail.createdAt)}</span>
    </a>
  </li>`;
}

function previewOf({ text, html: markup }) {
  const plain = text ?? markup.replace(/<(style|head)[\s\S]*?<\/\1>/gi, '').replace(/<[^>]*>/g, ' ');
  return plain.replace(/\s+/g, ' ').trim().slice(0, 140);
}

function mailPage(mail, view) {
  const shown = view === 'text' || !mail.html ? 'text' : 'html';
  const tab = (name, title) =>
    html`<a
      href="/inbox/${mail.id}${name === 'text' ? '?view=text' : ''}"
      ${name === shown ? html`aria-current="true"` : ''}
      >${title}</a
    >`;
  return layout(
    { title: mail.subject, current: '/inbox' },
    html`<p class="back"><a href="/inbox">All mails</a></p>
      <h1>${mail.subject} ${badge(mail.lastEvent, TONES[mail.lastEvent])}</h1>
      <dl class="facts">
        <div>
          <dt>From</dt>
          <dd>${mail.from}</dd>
        </div>
        <div>
          <dt>To</dt>
          <dd>${mail.to.join(', ')}</dd>
        </div>
        ${
          mail.cc.length
            ? html`<div>
                <dt>Cc</dt>
                <dd>${mail.cc.join(', ')}</dd>
              </div>`
            : ''
        }
        ${
          mail.bcc.length
            ? html`<div>
                <dt>Bcc</dt>
                <dd>${mail.bcc.join(', ')}</dd>
              </div>`
            : ''
        }
        ${
          mail.replyTo.length
            ? html`<div>
                <dt>Reply to</dt>
                <dd>${mail.replyTo.join(', ')}</dd>
              </div>`
            : ''
        }
        <div>
          <dt>${mail.sentAt === null ? 'Scheduled' : 'Sent'}</dt>
          <dd>${when(mail.sentAt ?? mail.scheduledAt)} UTC</dd>
        </div>
        ${
          mail.attachments.length
            ? html`<div>
                <dt>Attached</dt>
                <dd>
                  ${mail.attachments.map(
                    ({ filename, bytes }, index) =>
                      html`<a href="/inbox/${mail.id}/attachments/${index}" download="${filename}">${filename}</a>
                        <small>${bytes.length} bytes</small> `,
                  )}
                </dd>
              </div>`
            : ''
        }
      </dl>
      ${
        mail.html && mail.text
          ? html`<nav class="filter" aria-label="Version">${tab('html', 'Formatted')}${tab('text', 'Plain text')}</nav>`
          : ''
      }
      ${
        shown === 'html'
          ? html`<iframe
              class="mail"
              title="The mail"
              sandbox="allow-popups allow-popups-to-escape-sandbox"
              src="/inbox/${mail.id}/html"
            ></iframe>`
          : html`<pre class="mail-text" tabindex="0">${mail.text ?? ''}</pre>`
      }
      ${linkList(mail)}
      <h2>What happened</h2>
      <ol class="attempts">
        ${mail.history.map(
          ({ type, at, to }) =>
            html`<li>${badge(type, TONES[type.slice(6)])} <span>${when(at)}, ${to.join(', ')}</span></li>`,
        )}
      </ol>
      <form class="buttons" method="post" aria-label="Report an outcome to the application">
        ${OUTCOMES.map(
          (outcome) =>
            html`<button class="small" type="submit" formaction="/inbox/${mail.id}/events/${outcome}">
              Report ${outcome}
            </button>`,
        )}
      </form>`,
  );
}

function linkList(mail) {
  const links = [...(mail.html ?? '').matchAll(/href\s*=\s*["']([^"']+)["']/gi)]
    .map((match) => match[1].replaceAll('&amp;', '&'))
    .concat((mail.text ?? '').match(/https?:\/\/[^\s<>"')]+/g) ?? [])
    .filter((link) => /^https?:\/\//.test(link));
  if (!links.length) return '';
  return html`<h2>Links in this mail</h2>
    <ul class="links">
      ${[...new Set(links)].map((link) => html`<li><a href="${link}" rel="noopener noreferrer">${link}</a></li>`)}
    </ul>`;
}

function unknownMail() {
  return layout(
    { title: 'No such mail', current: '/inbox' },
    html`<h1>No such mail</h1>
      <p>The simulators keep everything in memory; a restart empties the inbox.</p>`,
  );
}
