import { page, parseForm, seeOther } from '../http.mjs';
import { badge, html, layout, when } from '../markup.mjs';
import { PREFIX } from './api.mjs';

/**
 * Where a join link leads: the door of a room, the room itself without sound and picture, and a list of the rooms.
 *
 * @param {import('../http.mjs').Router} router
 * @param {{plugnmeet: import('./index.mjs').PlugNmeet}} parts
 */
export function roomPages(router, { plugnmeet }) {
  /** Who the token is for and which room it opens, or the page that says why not. */
  const behind = (token) => {
    const claims = plugnmeet.claimsOf(token);
    const room = claims && plugnmeet.room(claims.room_id);
    if (!claims)
      return { refusal: page(401, closed('This link is no longer good', 'Ask for a new one and try again.')) };
    if (!room) return { refusal: page(404, closed('This room is closed', 'The meeting is over.')) };
    return { claims, room };
  };
  const presenceOf = ({ claims, room }) =>
    [...room.participants.values()].find(({ identity }) => identity === claims.user_id);
  const act = (name, run) =>
    router.on('POST', `${PREFIX}/${name}`, async ({ body }) => {
      const token = String(parseForm(body.toString()).access_token ?? '');
      const found = behind(token);
      if (found.refusal) return found.refusal;
      return (await run(found, token)) ?? seeOther(`${PREFIX}/?access_token=${encodeURIComponent(token)}`);
    });

  router.on('GET', `${PREFIX}/`, ({ query }) => {
    const token = query.get('access_token') ?? '';
    if (!token) return seeOther('/rooms');
    const found = behind(token);
    if (found.refusal) return found.refusal;
    const presence = presenceOf(found);
    return page(200, presence ? inside(found, token, presence) : door(found, token));
  });
  act('join', async ({ claims, room }) => {
    const who = { userId: claims.user_id, name: claims.name, isAdmin: claims.is_admin, isHidden: claims.is_hidden };
    if (!plugnmeet.enter(room, who)) return page(403, closed('This room is full', 'Try again when somebody has left.'));
    // Whoever sees the room may count on the application knowing it.
    await plugnmeet.events.settled();
    return null;
  });
  act('leave', async (found) => {
    const presence = presenceOf(found);
    if (presence) plugnmeet.leave(found.room, presence);
    await plugnmeet.events.settled();
    return after(found.room, 'You have left');
  });
  act('end', async ({ claims, room }) => {
    if (!claims.is_admin) return page(403, closed('Only a moderator ends a meeting', 'Leave it instead.'));
    plugnmeet.end(room);
    await plugnmeet.events.settled();
    return after(room, 'The meeting is over');
  });

  router.on('GET', '/rooms', () => {
    plugnmeet.sweep();
    return page(200, list(plugnmeet));
  });
  router.on('POST', '/rooms/:id/end', async ({ params }) => {
    const room = plugnmeet.room(params.id);
    if (room) plugnmeet.end(room);
    await plugnmeet.events.settled();
    return seeOther('/rooms');
  });
}

function panel(title, content) {
  return layout(
    { title, bare: true },
    html`<div class="narrow panel">
      <p class="test">${badge('Simulated room', 'warn')}</p>
      <h1>${title}</h1>
      ${content}
      <p class="fine"><a href="/rooms">Rooms</a> · <a href="/webhooks">Webhooks</a></p>
    </div>`,
  );
}

function closed(title, text) {
  return panel(title, html`<p role="alert">${text}</p>`);
}

function button(name, token, label, primary = false) {
  return html`<form method="post" action="${PREFIX}/${name}">
    <input type="hidden" name="access_token" value="${token}" />
    <button class="${primary ? 'primary wide' : 'wide'}" type="submit">${label}</button>
  </form>`;
}

function door({ claims, room }, token) {
  return panel(
    room.metadata.room_title,
    html`<p>You will be seen as <strong>${claims.name}</strong>${claims.is_admin ? ', who leads the meeting' : ''}.</p>
      ${people(room)} ${button('join', token, 'Join the meeting', true)}`,
  );
}

function inside({ claims, room }, token, presence) {
  return panel(
    room.metadata.room_title,
    html`<p role="status">You are in the room, ${claims.name}. ${room.isRecording ? badge('Recording', 'bad') : ''}</p>
      ${people(room)}
      <p><small>Since ${when(presence.joinedAt * 1000)} UTC</small></p>
      <div class="buttons">
        ${button('leave', token, 'Leave')} ${claims.is_admin ? button('end', token, 'End the meeting for all') : ''}
      </div>`,
  );
}

function people(room) {
  const names = [...room.participants.values()].filter(({ isHidden }) => !isHidden).map(({ name }) => name);
  if (names.length === 0) return html`<p>Nobody is here yet.</p>`;
  return html`<h2>In the room</h2>
    <ul class="people">
      ${names.map((name) => html`<li>${name}</li>`)}
    </ul>`;
}

function after(room, title) {
  const back = room.metadata.logout_url;
  return page(
    200,
    panel(
      title,
      back
        ? html`<p><a class="button primary wide" href="${back}">Go on</a></p>`
        : html`<p>You can close this page.</p>`,
    ),
  );
}

function list(plugnmeet) {
  const active = plugnmeet.rooms().reverse();
  const past = [...plugnmeet.pastRooms()].reverse().slice(0, 50);
  const recordings = plugnmeet.recordings.all().reverse().slice(0, 50);
  return layout(
    { title: 'Rooms', current: '/rooms' },
    html`<h1>Rooms</h1>
      <p class="lead">A room is made when the first of the two joins a session. The link to it is in the answer.</p>
      ${active.length ? active.map(roomCard) : html`<p class="empty">No room is open.</p>`}
      <h2>Recordings</h2>
      ${
        recordings.length
          ? html`<ul>
              ${recordings.map(
                ({ recordId, bytes, createdAt }) =>
                  html`<li><code>${recordId}</code> ${Math.round(bytes / 1e6)} MB, ${when(createdAt * 1000)}</li>`,
              )}
            </ul>`
          : html`<p class="empty">Nothing was recorded yet.</p>`
      }
      <h2>Over</h2>
      ${
        past.length
          ? html`<ul>
              ${past.map(({ metadata, endedAt }) => html`<li>${metadata.room_title}, ${when(endedAt * 1000)}</li>`)}
            </ul>`
          : html`<p class="empty">None yet.</p>`
      }`,
  );
}

function roomCard(room) {
  return html`<section class="panel">
    <h2>${room.metadata.room_title} ${badge(`${room.participants.size} in it`, 'ok')}</h2>
    <p><code>${room.id}</code>, since ${when(room.createdAt * 1000)} UTC</p>
    ${people(room)}
    <form method="post" action="/rooms/${room.id}/end">
      <button class="small" type="submit">End the meeting</button>
    </form>
  </section>`;
}
