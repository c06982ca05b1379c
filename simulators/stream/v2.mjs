import { randomUUID } from 'node:crypto';

import { json, Router } from '../http.mjs';
import { StreamError } from './errors.mjs';

const BASE = '/api/v1.0';
const FID = /^\w+:[\w-]+$/;
/** What a client may read of others without being asked to follow: the dashboard's usual settings. */
const OPEN_GROUPS = ['user'];

/** Feeds v2: its addresses say v1.0, and end with a slash. */
export class FeedsV2 {
  #router = new Router();

  /** @param {{store: import('./store.mjs').FeedStore}} parts */
  constructor({ store }) {
    this.store = store;
    const on = (method, path, act) => this.#router.on(method, BASE + path, act);
    on('POST', '/feed/:slug/:user/', (call) => this.#add(call));
    on('GET', '/feed/:slug/:user/', (call) => this.#read(call));
    on('GET', '/enrich/feed/:slug/:user/', (call) => this.#read(call));
    on('DELETE', '/feed/:slug/:user/:activity/', (call) => this.#remove(call));
    on('POST', '/feed/:slug/:user/following/', (call) => this.#follow(call));
    on('GET', '/feed/:slug/:user/following/', (call) => this.#list(call, 'followedBy'));
    on('GET', '/feed/:slug/:user/followers/', (call) => this.#list(call, 'followersOf'));
    on('DELETE', '/feed/:slug/:user/following/:target/', (call) => this.#unfollow(call));
  }

  /** @param {import('../http.mjs').Call & {caller: any}} call */
  handle(call) {
    const found = this.#router.find(call.method, call.path);
    if (!('handler' in found))
      throw new StreamError(404, 'missing', `there is no ${call.method} ${call.path} here; addresses end with a slash`);
    return found.handler({ ...call, params: found.params });
  }

  #add({ params, body, caller }) {
    const fid = this.#feed(params, caller);
    const request = bodyOf(body);
    const activities = request.activities ?? [request];
    const added = activities.map((each) => this.#put(fid, each));
    return json(
      201,
      request.activities ? { activities: added, duration: '1.00ms' } : { ...added[0], duration: '1.00ms' },
    );
  }

  #put(fid, sent) {
    for (const name of ['actor', 'verb', 'object'])
      if (typeof sent[name] !== 'string' || !sent[name]) throw input(`${name}: This field is required.`);
    const time = sent.time === undefined ? this.store.clock() : Date.parse(`${sent.time.replace(/Z$/, '')}Z`);
    if (Number.isNaN(time)) throw input('time: Datetime has wrong format.');
    const foreignId = sent.foreign_id ?? '';
    const known = foreignId && sent.time !== undefined ? this.store.byForeignId(foreignId, time) : undefined;
    const activity = this.store.put({
      id: known?.id ?? randomUUID(),
      feeds: [...new Set([...(known?.feeds ?? []), fid, ...(sent.to ?? [])])],
      userId: String(sent.actor).replace(/^\w+:/, ''),
      type: sent.verb,
      text: sent.text ?? '',
      foreignId,
      time,
      sent,
    });
    return activityObject(activity);
  }

  #read({ params, query, caller }) {
    const fid = this.#feed(params, caller, true);
    const limit = Number(query.get('limit') ?? 25);
    const offset = Number(query.get('offset') ?? 0);
    const all = this.store.read(fid).filter(({ id }) => !query.has('id_lt') || id < query.get('id_lt'));
    const results = all.slice(offset, offset + limit).map(activityObject);
    const next =
      all.length > offset + limit ? `${BASE}/feed/${params.slug}/${params.user}/?offset=${offset + limit}` : '';
    return json(200, { results, next, duration: '1.00ms' });
  }

  #remove({ params, query, caller }) {
    const fid = this.#feed(params, caller);
    for (const activity of [...this.store.activities.values()]) {
      const named = query.get('foreign_id') === '1' ? activity.foreignId : activity.id;
      if (named === params.activity && activity.feeds.includes(fid)) this.store.remove(activity.id);
    }
    return json(200, { removed: params.activity, duration: '1.00ms' });
  }

  #follow({ params, body, caller }) {
    const fid = this.#feed(params, caller);
    const { target } = bodyOf(body);
    if (typeof target !== 'string' || !FID.test(target)) throw input('target: This field is required.');
    const [slug, user] = target.split(':');
    if (!caller.server && !OPEN_GROUPS.includes(slug)) throw notAllowed();
    this.store.getOrCreate(slug, user, user);
    this.store.follow(fid, target, 'accepted');
    return json(201, { duration: '1.00ms' });
  }

  #unfollow({ params, caller }) {
    const fid = this.#feed(params, caller);
    if (!FID.test(params.target)) throw input('target is not valid');
    this.store.follows.delete(`${fid} ${params.target}`);
    return json(200, { duration: '1.00ms' });
  }

  #list({ params, caller }, what) {
    const fid = this.#feed(params, caller, true);
    const results = this.store[what](fid).map(({ source, target, createdAt }) => ({
      feed_id: source,
      target_id: target,
      created_at: new Date(createdAt).toISOString(),
      updated_at: new Date(createdAt).toISOString(),
    }));
    return json(200, { results, duration: '1.00ms' });
  }

  /** The feed of an address: made by being named. A user has what is under their own id, and reads some of others. */
  #feed({ slug, user }, caller, reads = false) {
    if (!FID.test(`${slug}:${user}`)) throw input('the feed is not valid');
    if (!caller.server && caller.userId !== user && !(reads && OPEN_GROUPS.includes(slug))) throw notAllowed();
    return this.store.getOrCreate(slug, user, user).feed.fid;
  }
}

function activityObject({ id, sent, time, foreignId }) {
  return {
    ...sent,
    id,
    foreign_id: foreignId,
    origin: null,
    target: sent.target ?? '',
    time: `${new Date(time).toISOString().replace('Z', '')}000`,
  };
}

const input = (message) => new StreamError(400, 'input', message);
const notAllowed = () => new StreamError(403, 'notAllowed', 'You do not have permission to do this.');

/** @param {Buffer} body */
function bodyOf(body) {
  try {
    const value = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // The same answer as for what is no object.
  }
  throw input('the body is no JSON object');
}
