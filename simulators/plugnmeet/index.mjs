import { newId } from '../ids.mjs';
import { signJwt, verifyJwt } from '../jwt.mjs';
import { PlugNmeetApi, refusalOf } from './api.mjs';
import { RoomEvents } from './events.mjs';
import { megabytes, Recordings } from './recordings.mjs';

const JOIN_TOKEN_SECONDS = 10 * 60;
const DEFAULT_EMPTY_SECONDS = 30 * 60;
/** A session of an hour is some hundred megabytes; this is enough to see it arrive. */
const DEFAULT_RECORDING_BYTES = 12_000_000;

/**
 * @typedef {object} Participant
 * @property {string} sid
 * @property {string} identity the application's id of the person
 * @property {string} name
 * @property {boolean} isAdmin
 * @property {boolean} isHidden
 * @property {number} joinedAt seconds
 *
 * @typedef {object} Room
 * @property {string} id
 * @property {string} sid
 * @property {object} metadata
 * @property {number} maxParticipants 0: any number
 * @property {number} emptyTimeout seconds
 * @property {number} createdAt seconds
 * @property {number} emptySince seconds
 * @property {number | null} endedAt seconds
 * @property {boolean} hasStarted somebody was in it
 * @property {boolean} isRecording
 * @property {boolean} wasRecorded
 * @property {Map<string, Participant>} participants by sid
 */

/** A simulated plugNmeet server: rooms, who is in them, recordings, webhooks. */
export class PlugNmeet {
  /** @type {Map<string, Room>} the active ones, by id */
  #rooms = new Map();
  /** @type {Room[]} */
  #past = [];

  /**
   * @param {{clock: () => number, webhooks: import('../webhooks.mjs').Webhooks, endpoint: () => string | null,
   *   publicUrl: () => string, key: string, secret: string}} parts
   */
  constructor({ clock, webhooks, endpoint, publicUrl, key, secret }) {
    this.seconds = () => Math.floor(clock() / 1000);
    this.recordingBytes = DEFAULT_RECORDING_BYTES;
    Object.assign(this, { publicUrl, key, secret });
    this.events = new RoomEvents({ webhooks, seconds: this.seconds, endpoint, key, secret });
    this.recordings = new Recordings({ seconds: this.seconds, key, secret });
    this.api = new PlugNmeetApi(this);
  }

  /** @param {import('../http.mjs').Call} call */
  handle(call) {
    return this.api.handle(call);
  }

  refusal(status) {
    return refusalOf(status);
  }

  /** @returns {Room | undefined} an active room */
  room(id) {
    return this.#rooms.get(id);
  }

  /** @returns {Room[]} active ones, oldest first */
  rooms() {
    return [...this.#rooms.values()];
  }

  /** @returns {Room[]} those that are over, oldest first */
  pastRooms() {
    return this.#past;
  }

  /** The room of that id: the one that is active, with its own settings, or a new one. */
  create({ id, metadata, maxParticipants, emptyTimeout }) {
    const active = this.#rooms.get(id);
    if (active) return active;
    const now = this.seconds();
    /** @type {Room} */
    const room = {
      id,
      sid: newId('RM_', 12),
      metadata,
      maxParticipants,
      emptyTimeout: emptyTimeout || DEFAULT_EMPTY_SECONDS,
      createdAt: now,
      emptySince: now,
      endedAt: null,
      hasStarted: false,
      isRecording: false,
      wasRecorded: false,
      participants: new Map(),
    };
    this.#rooms.set(id, room);
    this.#tell('room_created', room);
    return room;
  }

  joinToken(room, { userId, name, isAdmin, isHidden }) {
    const now = this.seconds();
    const claims = { name, user_id: userId, room_id: room.id, is_admin: isAdmin, is_hidden: isHidden };
    return signJwt({ iss: this.key, sub: userId, nbf: now, exp: now + JOIN_TOKEN_SECONDS, ...claims }, this.secret);
  }

  /** What a join token says, while it is good. */
  claimsOf(token) {
    const claims = verifyJwt(token, this.secret, this.seconds());
    return claims?.iss === this.key && claims.room_id ? claims : null;
  }

  /**
   * Somebody comes in. Whoever is in already under the same identity is sent out first.
   *
   * @param {Room} room
   * @param {{userId: string, name: string, isAdmin?: boolean, isHidden?: boolean, at?: number}} who `at` in seconds
   * @returns {Participant | null} null where the room is full
   */
  enter(room, { userId, name, isAdmin = false, isHidden = false, at = this.seconds() }) {
    for (const other of room.participants.values()) if (other.identity === userId) this.leave(room, other, at);
    if (room.maxParticipants && room.participants.size >= room.maxParticipants) return null;
    const participant = { sid: newId('PA_', 12), identity: userId, name, isAdmin, isHidden, joinedAt: at };
    if (!room.hasStarted) this.#tell('room_started', room, {}, at);
    room.hasStarted = true;
    room.participants.set(participant.sid, participant);
    this.#tell('participant_joined', room, { participant: participantJson(participant) }, at);
    if (!room.isRecording && room.metadata.room_features?.recording_features?.enable_auto_cloud_recording)
      this.record(room, at);
    return participant;
  }

  /** @param {Room} room @param {Participant} participant @param {number} [at] seconds */
  leave(room, participant, at = this.seconds()) {
    if (!room.participants.delete(participant.sid)) return;
    if (room.participants.size === 0) room.emptySince = at;
    this.#tell('participant_left', room, { participant: participantJson(participant, 'DISCONNECTED') }, at);
  }

  record(room, at = this.seconds()) {
    room.isRecording = true;
    room.wasRecorded = true;
    this.#tell('start_recording', room, {}, at);
  }

  /**
   * Everybody goes out, the room is over, and what was recorded is made ready.
   *
   * @param {Room} room
   * @param {{at?: number, silent?: boolean}} [how] silent: participants' leaving is not told, as when a server dies
   */
  end(room, { at = this.seconds(), silent = false } = {}) {
    if (!this.#rooms.delete(room.id)) return;
    if (silent) room.participants.clear();
    for (const participant of [...room.participants.values()]) this.leave(room, participant, at);
    if (room.isRecording) this.#tell('end_recording', room, {}, at);
    room.isRecording = false;
    room.endedAt = at;
    this.#past.push(room);
    this.#tell('session_ended', room, {}, at);
    this.#tell('room_finished', room, {}, at);
    if (room.wasRecorded && this.recordingBytes > 0) this.addRecording(room, { bytes: this.recordingBytes });
  }

  /**
   * A recording is ready to be fetched.
   *
   * @param {Room | {id: string, sid: string, createdAt: number}} room
   * @param {{bytes: number, recordId?: string}} recording
   */
  addRecording(room, { bytes, recordId }) {
    const recording = this.recordings.add({
      roomId: room.id,
      roomSid: room.sid,
      roomCreatedAt: room.createdAt,
      bytes,
      recordId,
    });
    const about = {
      recording_info: {
        record_id: recording.recordId,
        recorder_id: 'recorder-01',
        recorder_msg: 'success',
        file_path: recording.path,
        file_size: megabytes(bytes),
      },
    };
    return { recording, ...this.#tell('recording_proceeded', room, about) };
  }

  /** Does what the passing of time asks for: rooms end when they were empty or open for long enough. */
  sweep() {
    const now = this.seconds();
    for (const room of this.rooms()) {
      const minutes = Number(room.metadata.room_features?.room_duration ?? 0);
      const isEmpty = room.participants.size === 0 && now - room.emptySince >= room.emptyTimeout;
      if (isEmpty || (minutes > 0 && now - room.createdAt >= minutes * 60)) this.end(room);
    }
  }

  clear() {
    this.#rooms.clear();
    this.#past = [];
    this.recordings.clear();
    this.recordingBytes = DEFAULT_RECORDING_BYTES;
  }

  #tell(event, room, about = {}, at = this.seconds()) {
    return this.events.emit(event, { room: roomJson(room), ...about }, { created: at });
  }
}

/** As webhooks carry it. */
function roomJson({ id, sid, createdAt, maxParticipants, emptyTimeout, participants }) {
  return {
    sid,
    room_id: id,
    ...(emptyTimeout ? { empty_timeout: emptyTimeout } : {}),
    ...(maxParticipants ? { max_participants: maxParticipants } : {}),
    creation_time: String(createdAt),
    ...(participants?.size ? { num_participants: participants.size } : {}),
  };
}

/** As webhooks carry it. @param {Participant} participant */
function participantJson({ sid, identity, name, joinedAt, isHidden }, state = 'ACTIVE') {
  return {
    sid,
    identity,
    state,
    joined_at: String(joinedAt),
    name,
    ...(isHidden ? { permission: { hidden: true } } : {}),
  };
}
