import { json, Router } from '../http.mjs';
import { StreamError } from './errors.mjs';

const VISIBILITIES = ['public', 'visible', 'followers', 'members', 'private'];
const ID = /^[\w-]{1,255}$/;
const BASE = '/api/v2/feeds';

/** Feeds v3: its addresses say v2. */
export class FeedsV3 {
  #router = new Router();

  /** @param {{store: import('./store.mjs').FeedStore, events: import('./events.mjs').FeedEvents}} parts */
  constructor({ store, events }) {
    Object.assign(this, { store, events });
    const on = (method, path, act) =>
      this.#router.on(method, BASE + path, (call) => {
        const value = act(call, call.caller);
        return json(value.status ?? 201, { duration: '0.50ms', ...value.body });
      });
    on('POST', '/feed_groups/:group/feeds/:id', (call, caller) => this.#getOrCreate(call, caller));
    on('POST', '/activities', (call, caller) => this.#addOne(call, caller));
    on('POST', '/activities/batch', (call, caller) => this.#upsert(call, caller));
    on('GET', '/activities/:id', ({ params }, caller) => this.#show(params.id, caller));
    on('DELETE', '/activities/:id', ({ params }, caller) => this.#remove(params.id, caller));
    on('POST', '/follows', (call, caller) => this.#follow(call, caller, false));
    on('POST', '/follows/upsert', (call, caller) => this.#follow(call, caller, true));
    on('DELETE', '/follows/:source/:target', ({ params }, caller) => this.#unfollow(params, caller));
  }

  /** @param {import('../http.mjs').Call & {caller: any}} call */
  handle(call) {
    const found = this.#router.find(call.method, call.path);
    if (!('handler' in found)) throw new StreamError(404, 'missing', `there is no ${call.method} ${call.path} here`);
    return found.handler({ ...call, params: found.params });
  }

  #getOrCreate({ params, body }, caller) {
    const request = bodyOf(body);
    if (!ID.test(params.group) || !ID.test(params.id)) throw input('feed_id or feed_group_id is not valid');
    const owner = caller.server ? (request.user?.id ?? request.user_id) : caller.userId;
    if (!owner) throw input('user_id or user is required when using server side auth');
    const visibility = request.data?.visibility;
    if (visibility !== undefined && !VISIBILITIES.includes(visibility)) throw input('data.visibility is not valid');
    const known = this.store.feeds.get(`${params.group}:${params.id}`);
    if (!known && !caller.server && params.id !== caller.userId) throw notAllowed('CreateFeed');
    const { feed, created } = this.store.getOrCreate(params.group, params.id, owner, visibility);
    if (!caller.server && !this.store.mayRead(feed, caller.userId)) throw notAllowed('ReadFeed');
    const limit = request.limit ?? 20;
    const all = this.store.read(feed.fid);
    const from = request.next ? all.findIndex(({ id }) => id === request.next) + 1 : 0;
    const shown = all.slice(from, from + limit);
    return {
      body: {
        created,
        feed: this.#feedObject(feed),
        activities: shown.map((activity) => this.#activityObject(activity)),
        aggregated_activities: [],
        followers: this.store.followersOf(feed.fid).map((each) => this.#followObject(each)),
        following: this.store.followedBy(feed.fid).map((each) => this.#followObject(each)),
        members: [],
        pinned_activities: [],
        ...(all.length > from + limit ? { next: shown.at(-1).id } : {}),
      },
    };
  }

  #addOne({ body }, caller) {
    const request = bodyOf(body);
    return { body: { activity: this.#activityObject(this.#put(request, request.create_users, caller)) } };
  }

  #upsert({ body }, caller) {
    const request = bodyOf(body);
    if (!Array.isArray(request.activities) || !request.activities.length) throw input('activities is required');
    if (!caller.server) throw notAllowed('UpsertActivities');
    const put = request.activities.map((each) => this.#put(each, request.create_users, caller));
    return { body: { activities: put.map((each) => this.#activityObject(each)) } };
  }

  #put(request, createUsers, caller) {
    const { type, feeds, id, text = '', custom = {} } = request;
    if (typeof type !== 'string' || !type) throw input('type is required');
    if (!Array.isArray(feeds) || !feeds.length) throw input('feeds is required');
    const userId = caller.server ? request.user_id : caller.userId;
    if (!userId) throw input('user_id is required when using server side auth');
    if (!this.store.users.has(userId) && !createUsers) throw input(`user ${userId} does not exist`);
    for (const fid of feeds) {
      const feed = this.store.feed(fid);
      if (!caller.server && feed.owner !== caller.userId) throw notAllowed('AddActivity');
    }
    this.store.users.add(userId);
    const known = id !== undefined && this.store.activities.has(id);
    const activity = this.store.put({ id, type, feeds, userId, text, custom });
    if (!known) for (const fid of feeds) this.events.emit('feeds.activity.added', fid, this.#activityObject(activity));
    return activity;
  }

  #show(id, caller) {
    const activity = this.store.activities.get(id);
    const readable =
      activity &&
      (caller.server || activity.feeds.some((fid) => this.store.mayRead(this.store.feed(fid), caller.userId)));
    if (!readable) throw new StreamError(404, 'missing', `activity ${id} does not exist`);
    return { status: 200, body: { activity: this.#activityObject(activity) } };
  }

  #remove(id, caller) {
    const activity = this.store.activities.get(id);
    if (activity && !caller.server && activity.userId !== caller.userId) throw notAllowed('DeleteActivity');
    this.takeAway(id);
    return { status: 200, body: {} };
  }

  /** As if somebody at the provider took it away. @param {string} id @returns what the event's delivery is */
  takeAway(id) {
    const activity = this.store.remove(id);
    return activity.feeds.map((fid) => this.events.emit('feeds.activity.deleted', fid, this.#activityObject(activity)));
  }

  #follow({ body }, caller, mayExist) {
    const { source, target, status, create_users: createUsers } = bodyOf(body);
    if (!source || !target) throw input('source and target are required');
    const from = this.store.feed(source);
    const to = this.store.feed(target);
    if (!caller.server && from.owner !== caller.userId) throw notAllowed('Follow');
    if (!caller.server && to.visibility === 'private') throw notAllowed('Follow');
    if (createUsers) this.store.users.add(from.owner);
    // Who follows a feed of followers asks; only the server answers for its owner.
    const granted = caller.server ? (status ?? 'accepted') : to.visibility === 'followers' ? 'pending' : 'accepted';
    const { follow, created } = this.store.follow(source, target, granted);
    if (!created && !mayExist) throw input('follow already exists');
    return { body: { created, follow: this.#followObject(follow) } };
  }

  #unfollow({ source, target }, caller) {
    if (!caller.server && this.store.feed(source).owner !== caller.userId) throw notAllowed('Unfollow');
    return { status: 200, body: { follow: this.#followObject(this.store.unfollow(source, target)) } };
  }

  #feedObject(feed) {
    return {
      activity_count: [...this.store.activities.values()].filter(({ feeds }) => feeds.includes(feed.fid)).length,
      created_at: nanoseconds(feed.createdAt),
      updated_at: nanoseconds(feed.createdAt),
      created_by: userObject(feed.owner, feed.createdAt),
      description: '',
      feed: feed.fid,
      follower_count: this.store.followersOf(feed.fid).length,
      following_count: this.store.followedBy(feed.fid).length,
      group_id: feed.group,
      id: feed.id,
      member_count: 0,
      name: '',
      pin_count: 0,
      visibility: feed.visibility,
      custom: {},
    };
  }

  #followObject({ source, target, status, createdAt }) {
    const feedOf = (fid) => {
      const feed = this.store.feeds.get(fid);
      return feed && this.#feedObject(feed);
    };
    return {
      created_at: nanoseconds(createdAt),
      updated_at: nanoseconds(createdAt),
      follower_role: 'feed_follower',
      push_preference: 'none',
      status,
      source_feed: feedOf(source),
      target_feed: feedOf(target),
    };
  }

  #activityObject({ id, type, text, feeds, custom, userId, time }) {
    return {
      id,
      type,
      text,
      feeds,
      custom,
      user: userObject(userId, time),
      created_at: nanoseconds(time),
      updated_at: nanoseconds(time),
      visibility: 'public',
      restrict_replies: 'everyone',
      hidden: false,
      preview: false,
      popularity: 0,
      score: 0,
      bookmark_count: 0,
      comment_count: 0,
      reaction_count: 0,
      share_count: 0,
      attachments: [],
      comments: [],
      filter_tags: [],
      interest_tags: [],
      latest_reactions: [],
      mentioned_users: [],
      own_bookmarks: [],
      own_reactions: [],
      collections: {},
      reaction_groups: {},
      search_data: {},
    };
  }
}

function userObject(id, at) {
  return {
    id,
    role: 'user',
    language: '',
    banned: false,
    online: false,
    teams: [],
    blocked_user_ids: [],
    custom: {},
    created_at: nanoseconds(at),
    updated_at: nanoseconds(at),
  };
}

/** Stream writes moments as nanoseconds since the epoch. @param {number} ms */
const nanoseconds = (ms) => ms * 1_000_000;

const input = (message) => new StreamError(400, 'input', message);
const notAllowed = (what) => new StreamError(403, 'notAllowed', `the user is not allowed to perform ${what}`);

/** @param {Buffer} body */
function bodyOf(body) {
  if (!body.length) return {};
  try {
    const value = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // The same answer as for what is no object.
  }
  throw input('the body is no JSON object');
}
