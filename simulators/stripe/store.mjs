import { badParameter, missing } from './errors.mjs';

const MAX_EXPAND_DEPTH = 4;

/** All objects by id, and in the order of their creation by kind (`charge`, `refund`, …). */
export class Store {
  #byId = new Map();
  #byKind = new Map();
  #includable = {};

  /**
   * @param {string} kind as Stripe names it in messages
   * @param {{id: string}} object
   */
  add(kind, object) {
    this.#byId.set(object.id, object);
    if (!this.#byKind.has(kind)) this.#byKind.set(kind, []);
    this.#byKind.get(kind).push(object);
    return object;
  }

  /**
   * @param {string} kind
   * @param {string} id
   * @param {{status?: number, param?: string}} [ifMissing]
   */
  get(kind, id, ifMissing) {
    const found = this.#byKind.get(kind)?.find((object) => object.id === id);
    if (!found) throw missing(kind, id, ifMissing);
    return found;
  }

  /** @returns {any[]} oldest first */
  all(kind) {
    return this.#byKind.get(kind) ?? [];
  }

  /**
   * A list as Stripe pages it, newest first.
   *
   * @param {any[]} objects oldest first
   * @param {{limit?: number, starting_after?: string, ending_before?: string}} paging
   * @param {string} url
   */
  page(objects, { limit = 10, starting_after: after, ending_before: before }, url) {
    let rows = [...objects].reverse();
    const positionOf = (id, param) => {
      const position = rows.findIndex((row) => row.id === id);
      if (position < 0) throw badParameter(param, `No such object: '${id}'`, 'resource_missing');
      return position;
    };
    let hasMore;
    if (before) {
      rows = rows.slice(0, positionOf(before, 'ending_before'));
      hasMore = rows.length > limit;
      rows = rows.slice(-limit);
    } else {
      if (after) rows = rows.slice(positionOf(after, 'starting_after') + 1);
      hasMore = rows.length > limit;
      rows = rows.slice(0, limit);
    }
    return { object: 'list', data: rows, has_more: hasMore, url };
  }

  /**
   * Fields that are absent until asked for by `expand`.
   *
   * @param {string} object the `object` field of its owner
   * @param {string} field
   * @param {(owner: any) => any} make
   */
  includable(object, field, make) {
    this.#includable[`${object}.${field}`] = make;
  }

  /**
   * A copy in which ids along the paths are replaced by their objects.
   *
   * @param {any} object
   * @param {string[]} paths
   */
  expanded(object, paths = []) {
    const copy = structuredClone(object);
    for (const path of paths) {
      const names = path.split('.');
      if (names.length > MAX_EXPAND_DEPTH)
        throw badParameter('expand', `You cannot expand more than ${MAX_EXPAND_DEPTH} levels of a property.`);
      this.#expandInto(copy, names, path);
    }
    return copy;
  }

  #expandInto(owner, [name, ...rest], path) {
    if (owner.object === 'list' && name === 'data') {
      for (const item of owner.data) if (rest.length) this.#expandInto(item, rest, path);
      return;
    }
    const make = this.#includable[`${owner.object}.${name}`];
    if (make && owner[name] === undefined) owner[name] = structuredClone(make(owner));
    const value = owner[name];
    if (typeof value === 'string' && this.#byId.has(value)) owner[name] = structuredClone(this.#byId.get(value));
    else if (value === undefined || typeof value === 'string')
      throw badParameter('expand[0]', `This property cannot be expanded (${path}).`);
    if (rest.length && owner[name] !== null) this.#expandInto(owner[name], rest, path);
  }

  clear() {
    this.#byId.clear();
    this.#byKind.clear();
  }
}
