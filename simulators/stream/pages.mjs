import { page, seeOther } from '../http.mjs';
import { badge, html, layout, when } from '../markup.mjs';

/**
 * What the provider's copy of the feeds holds.
 *
 * @param {import('../http.mjs').Router} router
 * @param {{stream: import('./index.mjs').Stream}} parts
 */
export function feedPages(router, { stream }) {
  router
    .on('GET', '/feeds', () => page(200, feedList(stream.store)))
    .on('GET', '/feeds/:fid', ({ params }) => {
      const feed = stream.store.feeds.get(params.fid);
      return feed ? page(200, feedPage(stream.store, feed)) : seeOther('/feeds');
    })
    .on('POST', '/feeds/:fid/activities/:id/delete', async ({ params }) => {
      if (stream.store.activities.has(params.id))
        await Promise.all(stream.v3.takeAway(params.id).map(({ firstAttempt }) => firstAttempt));
      return seeOther(`/feeds/${params.fid}`);
    });
}

const TONES = { public: 'ok', visible: 'ok', followers: 'warn', members: 'warn', private: 'plain' };

function feedList(store) {
  const feeds = [...store.feeds.values()].sort((one, other) => (one.fid < other.fid ? -1 : 1));
  return layout(
    { title: 'Feeds', current: '/feeds' },
    html`<h1>Feeds</h1>
      <p class="lead">The copy of posts and follows that clients read with Stream’s SDK.</p>
      ${
        feeds.length
          ? html`<div class="scroll" role="region" aria-label="Feeds" tabindex="0">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Feed</th>
                    <th scope="col">Who reads it</th>
                    <th scope="col">Activities</th>
                    <th scope="col">Followers</th>
                    <th scope="col">Follows</th>
                  </tr>
                </thead>
                <tbody>
                  ${feeds.map(
                    ({ fid, visibility }) =>
                      html`<tr>
                        <td><a href="/feeds/${fid}">${fid}</a></td>
                        <td>${badge(visibility, TONES[visibility])}</td>
                        <td>${store.read(fid).length}</td>
                        <td>${store.followersOf(fid).length}</td>
                        <td>${store.followedBy(fid).length}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
          : html`<p class="empty">Nothing was written or followed yet.</p>`
      }`,
  );
}

function feedPage(store, feed) {
  const names = (follows, which) =>
    follows.length
      ? html`<ul class="links">
          ${follows.map(
            (each) =>
              html`<li>
                <a href="/feeds/${each[which]}">${each[which]}</a>
                ${badge(each.status, each.status === 'accepted' ? 'ok' : 'warn')}
              </li>`,
          )}
        </ul>`
      : html`<p class="empty">None.</p>`;
  return layout(
    { title: feed.fid, current: '/feeds' },
    html`<p class="back"><a href="/feeds">All feeds</a></p>
      <h1>${feed.fid} ${badge(feed.visibility, TONES[feed.visibility])}</h1>
      <h2>Activities</h2>
      ${store.read(feed.fid).length ? '' : html`<p class="empty">None.</p>`}
      <ol class="attempts">
        ${store.read(feed.fid).map(
          (activity) =>
            html`<li>
              <span>${activity.userId}, ${when(activity.time)}, in ${activity.feeds.join(', ')}</span>
              <pre>${activity.text}</pre>
              <form method="post" action="/feeds/${feed.fid}/activities/${activity.id}/delete">
                <button class="small" aria-label="Take ${activity.id} away">Take away</button>
              </form>
            </li>`,
        )}
      </ol>
      <h2>Followers</h2>
      ${names(store.followersOf(feed.fid), 'source')}
      <h2>Follows</h2>
      ${names(store.followedBy(feed.fid), 'target')}`,
  );
}
