import { createHmac, timingSafeEqual } from 'node:crypto';

import { Router } from '../http.mjs';
import { megabytes } from './recordings.mjs';

export const PREFIX = '/plugnmeet';

/** A call that is understood and refused: plugNmeet says so with status 200. */
class Refusal extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** plugNmeet's HTTP manners and the part of its API under `/auth` that a backend uses. */
export class PlugNmeetApi {
  #router = new Router();

  /** @param {import('./index.mjs').PlugNmeet} server */
  constructor(server) {
    this.server = server;
    const on = (path, act) => this.#router.on('POST', `${PREFIX}/auth${path}`, (call) => this.#authorized(call, act));
    on('/room/create', (params) => this.#create(params));
    on('/room/getJoinToken', (params) => this.#joinToken(params));
    on('/room/isRoomActive', ({ room_id }) => ({ is_active: Boolean(server.room(wanted(room_id))) }));
    on('/room/getActiveRoomInfo', ({ room_id }) => ({ room: activeRoom(this.#active(room_id)) }));
    on('/room/getActiveRoomsInfo', () => ({ rooms: server.rooms().map(activeRoom) }));
    on('/room/endRoom', ({ room_id }) => void server.end(this.#active(room_id)));
    on('/room/fetchPastRooms', (params) => this.#pastRooms(params));
    on('/recording/fetch', (params) => this.#recordings(params));
    on('/recording/info', ({ record_id }) => ({ recording_info: recordingJson(this.#recording(record_id)) }));
    on('/recording/delete', ({ record_id }) => void server.recordings.remove(this.#recording(record_id).recordId));
    on('/recording/getDownloadToken', ({ record_id }) => ({
      token: server.recordings.downloadToken(this.#recording(record_id)),
    }));
    on('/getClientFiles', () => ({ css: [], js: [] }));
    this.#router.on('GET', `${PREFIX}/download/recording/:token`, async (call) => {
      await call.pause();
      return server.recordings.download(call);
    });
  }

  /** @param {import('../http.mjs').Call} call */
  handle(call) {
    const found = this.#router.find(call.method, call.path);
    if ('handler' in found) return found.handler({ ...call, params: found.params });
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: `Cannot ${call.method} ${call.path}` };
  }

  async #authorized({ headers, body, pause }, act) {
    const refused = (code, msg) => answer(401, { status: false, msg, status_code: code });
    const signature = headers['hash-signature'];
    if (headers['api-key'] !== this.server.key) return refused('INVALID_API_KEY', 'invalid API key');
    if (!signature) return refused('MISSING_REQUIRED_PARAMETER', 'hash signature value required');
    const expected = createHmac('sha256', this.server.secret).update(body).digest();
    const given = Buffer.from(signature, 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return refused('INVALID_TOKEN_OR_SIGNATURE', 'invalid hash signature');
    await pause();
    try {
      const params = JSON.parse(body.toString() || '{}');
      return answer(200, { status: true, msg: 'success', status_code: 'SUCCESS', ...act(params) });
    } catch (error) {
      const code = error instanceof Refusal ? error.code : error instanceof SyntaxError && 'INVALID_PARAMETERS';
      if (!code) throw error;
      return answer(200, { status: false, msg: error.message, status_code: code });
    }
  }

  #create({ room_id, metadata, max_participants = 0, empty_timeout = 0 }) {
    if (typeof room_id !== 'string' || !/^[a-zA-Z0-9-_]+$/.test(room_id))
      throw new Refusal(
        'INVALID_PARAMETERS',
        'room_id: should only contain ASCII letters (a-z A-Z), digits (0-9) or -_',
      );
    if (typeof metadata?.room_title !== 'string' || metadata.room_title === '')
      throw new Refusal('INVALID_PARAMETERS', 'metadata.room_title: value is required');
    for (const [name, value] of Object.entries({ max_participants, empty_timeout }))
      if (!Number.isInteger(value) || value < 0) throw new Refusal('INVALID_PARAMETERS', `${name}: must be > 0`);
    for (const name of ['webhook_url', 'logout_url'])
      if (metadata[name] !== undefined && !URL.canParse(metadata[name]))
        throw new Refusal('INVALID_PARAMETERS', `metadata.${name}: value must be a valid URI`);
    const room = this.server.create({
      id: room_id,
      metadata,
      maxParticipants: max_participants,
      emptyTimeout: empty_timeout,
    });
    return { room_info: roomInfo(room) };
  }

  #joinToken({ room_id, user_info }) {
    const room = this.#active(room_id);
    for (const name of ['name', 'user_id'])
      if (typeof user_info?.[name] !== 'string' || user_info[name] === '')
        throw new Refusal('INVALID_PARAMETERS', `user_info.${name}: value is required`);
    const { name, user_id, is_admin = false, is_hidden = false } = user_info;
    return {
      token: this.server.joinToken(room, { userId: user_id, name, isAdmin: is_admin, isHidden: is_hidden }),
    };
  }

  #pastRooms({ room_ids, from = 0, limit = 20, order_by = 'DESC' }) {
    const found = this.server.pastRooms().filter(({ id }) => !room_ids?.length || room_ids.includes(id));
    if (found.length === 0) throw new Refusal('NOT_FOUND', 'no info found');
    const rows = order_by === 'ASC' ? found : [...found].reverse();
    const rooms_list = rows.slice(from, from + limit).map((room) => ({
      room_title: room.metadata.room_title,
      room_id: room.id,
      room_sid: room.sid,
      joined_participants: '0',
      webhook_url: room.metadata.webhook_url ?? '',
      created: new Date(room.createdAt * 1000).toISOString(),
      ended: new Date(room.endedAt * 1000).toISOString(),
      analytics_file_id: '',
    }));
    return { result: { total_rooms: String(found.length), from, limit, order_by, rooms_list } };
  }

  #recordings({ room_ids, from = 0, limit = 20, order_by = 'DESC' }) {
    const found = this.server.recordings.all().filter(({ roomId }) => !room_ids?.length || room_ids.includes(roomId));
    if (found.length === 0) throw new Refusal('NOT_FOUND', 'no recordings found');
    const rows = order_by === 'ASC' ? found : [...found].reverse();
    const recordings_list = rows.slice(from, from + limit).map(recordingJson);
    return { result: { total_recordings: String(found.length), from, limit, order_by, recordings_list } };
  }

  #active(id) {
    const room = this.server.room(wanted(id));
    if (!room) throw new Refusal('ROOM_NOT_ACTIVE', 'room is not active');
    return room;
  }

  #recording(id) {
    const recording = this.server.recordings.find(id);
    if (!recording) throw new Refusal('NOT_FOUND', 'no info found');
    return recording;
  }
}

/** An error of this status as the server, or what stands before it, words it. */
export function refusalOf(status) {
  const code = status === 401 ? 'INVALID_TOKEN_OR_SIGNATURE' : 'INTERNAL_SERVER_ERROR';
  return answer(status, { status: false, msg: 'an unexpected error occurred', status_code: code });
}

function wanted(id) {
  if (typeof id !== 'string' || id === '') throw new Refusal('INVALID_PARAMETERS', 'room_id: value is required');
  return id;
}

function answer(status, value) {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** With nothing left out, and whole numbers of 64 bits as texts: Protobuf's JSON. @param {import('./index.mjs').Room} room */
function roomInfo(room) {
  return {
    room_title: room.metadata.room_title,
    room_id: room.id,
    sid: room.sid,
    joined_participants: String(room.participants.size),
    is_running: true,
    is_recording: room.isRecording,
    is_active_rtmp: false,
    webhook_url: room.metadata.webhook_url ?? '',
    is_breakout_room: false,
    parent_room_id: '',
    creation_time: String(room.createdAt),
    metadata: JSON.stringify(room.metadata),
  };
}

function activeRoom(room) {
  const participants_info = [...room.participants.values()].map(({ sid, identity, name, joinedAt }) => ({
    sid,
    identity,
    name,
    state: 'ACTIVE',
    metadata: '',
    joined_at: String(joinedAt),
    version: 1,
  }));
  return { room_info: roomInfo(room), participants_info };
}

function recordingJson({ recordId, roomId, roomSid, path, bytes, createdAt, roomCreatedAt }) {
  return {
    record_id: recordId,
    room_id: roomId,
    room_sid: roomSid,
    file_path: path,
    file_size: megabytes(bytes),
    creation_time: String(createdAt),
    room_creation_time: String(roomCreatedAt),
  };
}
