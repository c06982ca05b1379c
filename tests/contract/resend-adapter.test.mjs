/** What our Worker sends to Resend is what Resend's own SDK sends for the same call. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Resend } from 'resend';

import { startPeerLoop } from '../support/peerloop.mjs';
import { isTheSameCall } from '../support/sdk-comparison.mjs';

const from = 'PeerLoop <noreply@mail.peerloop.example>';

/** Why our headers differ from the SDK's. */
const allowed = {
  accept: "Node's fetch adds one that takes anything, which is what its absence means",
  'idempotency-key': 'a key names one mail, so that each side has its own; both must send one',
  'user-agent': 'names the program; Resend refuses requests without any',
};

describe("what our Worker sends to Resend, beside Resend's own SDK", () => {
  /** @type {Awaited<ReturnType<typeof startPeerLoop>>} */
  let peerloop;
  /** @type {Resend} */
  let resend;

  before(async () => {
    peerloop = await startPeerLoop();
    resend = new Resend(peerloop.secrets.RESEND_API_KEY, { baseUrl: peerloop.simulators.url });
  });
  after(() => peerloop?.stop());

  it('sending a mail is the same call', async () => {
    const { user } = await peerloop.signUp({ name: 'Zoë "Z" <Ångström> \\ 🎓' });
    const { html, text } = await peerloop.mailTo(user.email);
    const { id: outboxId } = await peerloop.row('SELECT id FROM outbox');
    const { data, error } = await resend.emails.send(
      {
        from,
        to: user.email,
        subject: 'Confirm your e-mail address',
        html,
        text,
        tags: [
          { name: 'template', value: 'verify_email' },
          { name: 'outbox_id', value: String(outboxId) },
        ],
      },
      { idempotencyKey: 'sdk-of-this-test' },
    );
    assert.equal(error, null);
    assert.ok(data.id);

    const [ours, theirs] = peerloop.control.requests('resend');
    isTheSameCall(ours, theirs, allowed);
    for (const { headers } of [ours, theirs]) {
      assert.match(headers['idempotency-key'], /^[!-~]{16,256}$/);
      assert.ok(headers['user-agent']);
    }
    assert.equal(ours.headers.authorization, `Bearer ${peerloop.secrets.RESEND_API_KEY}`);
    assert.match(text, /Zoë "Z" <Ångström> \\ 🎓/);
    assert.match(html, /Zoë &quot;Z&quot; &lt;Ångström&gt; \\ 🎓/);
  });

  it("the SDK finds the mail under the id that our Worker keeps, and the mail's fate came back to us", async () => {
    const { user } = await peerloop.signUp();
    const mail = await peerloop.mailTo(user.email);
    await peerloop.control.settled();
    const kept = await peerloop.row('SELECT provider_email_id AS id, status FROM emails WHERE user_id = ?', user.id);
    assert.equal(kept.status, 'delivered');
    const { data } = await resend.emails.get(String(kept.id));
    assert.deepEqual([data.to, data.subject, data.from], [[user.email], mail.subject, from]);
  });
});
