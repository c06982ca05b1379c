import { randomUUID } from 'node:crypto';

import { StreamError } from './errors.mjs';

/**
 * @typedef {object} Feed
 * @property {string} fid `course:…`
 * @property {string} group
 * @property {string} id
 * @property {string} owner
 * @property {'public' | 'visible' | 'followers' | 'members' | 'private'} visibility
 * @property {number} createdAt milliseconds
 *
 * @typedef {object} Activity
 * @property {string} id
 * @property {string[]} feeds
 * @property {string} userId
 * @property {string} type
 * @property {string} text
 * @property {Record<string, unknown>} custom
 * @property {string} foreignId of v2, or ''
 * @property {number} time milliseconds
 * @property {Record<string, unknown>} sent the fields as v2 got them
 *
 * @typedef {object} Follow
 * @property {string} source
 * @property {string} target
 * @property {'accepted' | 'pending' | 'rejected'} status
 * @property {number} createdAt
 */

/** The feeds of one app: what both versions of the API act on. */
export class FeedStore {
  constructor(/** @type {() => number} */ clock) {
    this.clock = clock;
    this.clear();
  }

  clear() {
    /** @type {Set<string>} */
    this.users = new Set();
    /** @type {Map<string, Feed>} */
    this.feeds = new Map();
    /** @type {Map<string, Activity>} */
    this.activities = new Map();
    /** @type {Map<string, Follow>} */
    this.follows = new Map();
  }

  /** @param {string} fid @returns {Feed} */
  feed(fid) {
    const feed = this.feeds.get(fid);
    if (!feed) throw new StreamError(404, 'missing', `feed ${fid} does not exist`);
    return feed;
  }

  /**
   * @param {string} group @param {string} id @param {string} owner @param {Feed['visibility']} [visibility]
   * @returns {{feed: Feed, created: boolean}}
   */
  getOrCreate(group, id, owner, visibility = 'visible') {
    const fid = `${group}:${id}`;
    const known = this.feeds.get(fid);
    if (known) return { feed: known, created: false };
    const feed = { fid, group, id, owner, visibility, createdAt: this.clock() };
    this.feeds.set(fid, feed);
    this.users.add(owner);
    return { feed, created: true };
  }

  /** Adds an activity, or replaces the one of the same id. @param {Partial<Activity>} activity @returns {Activity} */
  put(activity) {
    const id = activity.id || randomUUID();
    const before = this.activities.get(id);
    const whole = {
      feeds: [],
      userId: '',
      type: '',
      text: '',
      custom: {},
      foreignId: '',
      sent: {},
      ...activity,
      id,
      time: activity.time ?? before?.time ?? this.clock(),
    };
    this.activities.set(id, whole);
    return whole;
  }

  /** @param {string} foreignId @param {number} time */
  byForeignId(foreignId, time) {
    return [...this.activities.values()].find((each) => each.foreignId === foreignId && each.time === time);
  }

  /** @param {string} id @returns {Activity} */
  remove(id) {
    const activity = this.activities.get(id);
    if (!activity) throw new StreamError(404, 'missing', `activity ${id} does not exist`);
    this.activities.delete(id);
    return activity;
  }

  /** @param {string} source @param {string} target @param {Follow['status']} status */
  follow(source, target, status) {
    const key = `${source} ${target}`;
    const known = this.follows.get(key);
    if (known) {
      if (status === 'accepted') known.status = status;
      return { follow: known, created: false };
    }
    const follow = { source, target, status, createdAt: this.clock() };
    this.follows.set(key, follow);
    return { follow, created: true };
  }

  /** @param {string} source @param {string} target @returns {Follow} */
  unfollow(source, target) {
    const key = `${source} ${target}`;
    const follow = this.follows.get(key);
    if (!follow) throw new StreamError(404, 'missing', `${source} does not follow ${target}`);
    this.follows.delete(key);
    return follow;
  }

  /** @param {string} target */
  followersOf(target) {
    return [...this.follows.values()].filter((each) => each.target === target);
  }

  /** @param {string} source */
  followedBy(source) {
    return [...this.follows.values()].filter((each) => each.source === source);
  }

  /** What stands in a feed and in those that it follows, newest first. @param {string} fid */
  read(fid) {
    const seen = new Set([fid]);
    for (const { target, status } of this.followedBy(fid)) if (status === 'accepted') seen.add(target);
    return [...this.activities.values()]
      .filter((activity) => activity.feeds.some((each) => seen.has(each)))
      .sort((one, other) => other.time - one.time || (one.id < other.id ? 1 : -1));
  }

  /** Whether a user may read a feed: its owner always, others by its visibility. @param {Feed} feed @param {string} userId */
  mayRead(feed, userId) {
    if (feed.owner === userId || feed.visibility === 'public' || feed.visibility === 'visible') return true;
    if (feed.visibility !== 'followers') return false;
    return this.followersOf(feed.fid).some(
      ({ source, status }) => status === 'accepted' && this.feeds.get(source)?.owner === userId,
    );
  }
}
