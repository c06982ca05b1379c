import { newId } from '../ids.mjs';
import { signJwt, verifyJwt } from '../jwt.mjs';

const BLOCK = 1 << 20;
const TOKEN_SECONDS = 30 * 60;

/** What all blocks of all recordings have in common; the head of each tells which one it is. */
const noise = Buffer.alloc(BLOCK);
for (let at = 0, state = 0x2545f491; at < BLOCK; at += 4) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  noise.writeInt32LE(state, at);
}

/**
 * The bytes of a recording, made while they are read: of any length, the same at each reading, another at each place.
 *
 * @param {string} recordId
 * @param {number} from
 * @param {number} to exclusive
 * @returns {Generator<Buffer>}
 */
export function* recordingBytes(recordId, from, to) {
  const name = Buffer.from(recordId.padEnd(48).slice(0, 48));
  while (from < to) {
    const index = Math.floor(from / BLOCK);
    const block = Buffer.from(noise);
    block.writeDoubleLE(index, 0);
    name.copy(block, 8);
    const start = from - index * BLOCK;
    const piece = block.subarray(start, Math.min(BLOCK, start + to - from));
    yield piece;
    from += piece.length;
  }
}

/** Megabytes of a million bytes, with two decimals: what the recorder writes. */
export function megabytes(bytes) {
  return Math.round(bytes / 10_000) / 100;
}

/**
 * @typedef {object} Recording
 * @property {string} recordId
 * @property {string} roomId
 * @property {string} roomSid
 * @property {string} path
 * @property {number} bytes
 * @property {number} createdAt seconds
 * @property {number} roomCreatedAt seconds
 */

/** The recordings on the server's disk, which hold no bytes. */
export class Recordings {
  /** @type {Map<string, Recording>} */
  #recordings = new Map();

  /** @param {{seconds: () => number, key: string, secret: string}} parts */
  constructor({ seconds, key, secret }) {
    Object.assign(this, { seconds, key, secret });
  }

  /** @returns {Recording} */
  add({ roomId, roomSid, roomCreatedAt, bytes, recordId = newId('rec-', 20) }) {
    const recording = {
      recordId,
      roomId,
      roomSid,
      path: `${roomId}/${recordId}.mp4`,
      bytes,
      createdAt: this.seconds(),
      roomCreatedAt,
    };
    this.#recordings.set(recordId, recording);
    return recording;
  }

  /** @returns {Recording | undefined} */
  find(recordId) {
    return this.#recordings.get(recordId);
  }

  /** @returns {Recording[]} oldest first */
  all() {
    return [...this.#recordings.values()];
  }

  remove(recordId) {
    return this.#recordings.delete(recordId);
  }

  clear() {
    this.#recordings.clear();
  }

  /** Lets whoever has it read the file until it expires, as often as they like. */
  downloadToken({ path }) {
    const now = this.seconds();
    return signJwt({ iss: this.key, sub: path, nbf: now, exp: now + TOKEN_SECONDS }, this.secret);
  }

  /**
   * @param {import('../http.mjs').Call} call `GET /download/recording/:token`
   * @returns {import('../http.mjs').Answer}
   */
  download({ params, headers }) {
    const claims = verifyJwt(params.token, this.secret, this.seconds());
    const recording = this.all().find(({ path }) => path === claims?.sub);
    if (!claims || claims.iss !== this.key) return text(401, 'token is invalid or expired');
    if (!recording) return text(404, `${claims.sub} does not exist`);
    const size = recording.bytes;
    const common = {
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      'last-modified': new Date(recording.createdAt * 1000).toUTCString(),
      'content-disposition': `attachment; filename=${recording.recordId}.mp4`,
    };
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    const from = range ? Number(range[1]) : 0;
    const to = range?.[2] ? Math.min(Number(range[2]) + 1, size) : size;
    if (from >= size) return { ...text(416, ''), headers: { 'content-range': `bytes */${size}` } };
    const stream = { size: to - from, read: () => recordingBytes(recording.recordId, from, to) };
    if (!range) return { status: 200, headers: common, stream };
    return { status: 206, headers: { ...common, 'content-range': `bytes ${from}-${to - 1}/${size}` }, stream };
  }
}

function text(status, body) {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}
