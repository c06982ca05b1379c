import { ResendError } from './errors.mjs';

const MAX_RECIPIENTS = 50;
const MAX_ATTACHMENT_BYTES = 40 * 1024 * 1024;
const MAX_SCHEDULE_MS = 30 * 24 * 60 * 60 * 1000;

const PLAIN_ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/;
const NAMED_ADDRESS = /^[^<>\r\n]*<([^<>\s]+)>$/;

/** @returns {string} `ada@example.com` of `Ada <ada@example.com>` */
export function bareAddress(address) {
  return (NAMED_ADDRESS.exec(address)?.[1] ?? address).trim();
}

/**
 * Reads a mail as `POST /emails` takes it, or throws Resend's 4xx.
 *
 * @param {any} value
 * @param {{now: number, inBatch?: boolean}} context
 */
export function readMessage(value, { now, inBatch = false }) {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('The payload must be an object.');
  for (const field of ['from', 'to', 'subject'])
    if (value[field] === undefined || value[field] === null || value[field] === '')
      throw new ResendError(422, 'missing_required_field', `Missing \`${field}\` field.`);
  if (value.template !== undefined) throw new ResendError(404, 'not_found', 'Template not found');
  if (inBatch)
    for (const field of ['attachments', 'scheduled_at'])
      if (value[field] !== undefined) throw invalid(`The \`${field}\` field is not supported in batches.`);
  for (const field of ['from', 'subject', 'html', 'text'])
    if (value[field] !== undefined && value[field] !== null && typeof value[field] !== 'string')
      throw invalid(`The \`${field}\` field must be a \`string\`.`);
  if (!value.html && !value.text)
    throw new ResendError(422, 'missing_required_field', 'Missing `html` or `text` field.');
  if (/[\r\n]/.test(value.subject)) throw invalid('The `\\n` is not allowed in the `subject` field.');
  return {
    from: addresses(value.from, 'from')[0],
    to: addresses(value.to, 'to'),
    cc: addresses(value.cc ?? [], 'cc'),
    bcc: addresses(value.bcc ?? [], 'bcc'),
    replyTo: addresses(value.reply_to ?? [], 'reply_to'),
    subject: value.subject,
    html: value.html ?? null,
    text: value.text ?? null,
    headers: headers(value.headers),
    tags: tags(value.tags),
    attachments: attachments(value.attachments),
    scheduledAt: value.scheduled_at === undefined ? null : schedule(value.scheduled_at, now),
  };
}

/** @returns {number} milliseconds since the epoch */
export function schedule(value, now) {
  const time = Date.parse(value);
  if (typeof value !== 'string' || Number.isNaN(time))
    throw invalid('Invalid `scheduled_at`: the simulator reads ISO 8601 only.');
  if (time > now + MAX_SCHEDULE_MS) throw invalid('Email cannot be scheduled more than 30 days in advance.');
  return time;
}

function addresses(value, field) {
  const listed = Array.isArray(value) ? value : [value];
  if (listed.length > MAX_RECIPIENTS)
    throw invalid(`The \`${field}\` field may have at most ${MAX_RECIPIENTS} addresses.`);
  if (field === 'to' && listed.length === 0)
    throw new ResendError(422, 'missing_required_field', 'Missing `to` field.');
  for (const address of listed)
    if (typeof address !== 'string' || !PLAIN_ADDRESS.test(bareAddress(address)))
      throw invalid(
        `Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`,
      );
  return listed;
}

function headers(value = {}) {
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('The `headers` field must be an object.');
  for (const [name, text] of Object.entries(value))
    if (!/^[!-9;-~]+$/.test(name) || typeof text !== 'string' || /[\r\n]/.test(text))
      throw invalid(`Invalid header: ${name}`);
  return value ?? {};
}

function tags(value = []) {
  if (!Array.isArray(value)) throw invalid('The `tags` field must be an array.');
  for (const tag of value)
    for (const part of ['name', 'value'])
      if (typeof tag?.[part] !== 'string' || !/^[A-Za-z0-9_-]{1,256}$/.test(tag[part]))
        throw invalid('Tags should only contain ASCII letters, numbers, underscores, or dashes.');
  return value.map(({ name, value: text }) => ({ name, value: text }));
}

function attachments(value = []) {
  if (!Array.isArray(value)) throw invalid('The `attachments` field must be an array.');
  const read = value.map((each) => {
    if (each?.path !== undefined && each.content === undefined)
      throw new ResendError(
        422,
        'invalid_attachment',
        'The simulator fetches no remote attachments; send their content.',
      );
    if (each?.content === undefined)
      throw new ResendError(422, 'invalid_attachment', 'Attachment must have either a `content` or `path`.');
    if (typeof each.filename !== 'string' || each.filename === '')
      throw new ResendError(422, 'invalid_attachment', 'Attachment must have a `filename`.');
    return {
      filename: each.filename,
      contentType: each.content_type ?? typeOf(each.filename),
      contentId: each.content_id ?? each.inline_content_id ?? null,
      bytes: bytesOf(each.content),
    };
  });
  if (read.reduce((sum, { bytes }) => sum + bytes.length, 0) > MAX_ATTACHMENT_BYTES)
    throw new ResendError(422, 'invalid_attachment', 'Attachments may have at most 40 MB.');
  return read;
}

/** Base64 text, or a Buffer as JSON writes it. */
function bytesOf(content) {
  if (typeof content === 'string') return Buffer.from(content, 'base64');
  if (content?.type === 'Buffer' && Array.isArray(content.data)) return Buffer.from(content.data);
  throw new ResendError(422, 'invalid_attachment', 'Attachment content must be Base64.');
}

const TYPES = { pdf: 'application/pdf', png: 'image/png', jpg: 'image/jpeg', txt: 'text/plain', ics: 'text/calendar' };

function typeOf(filename) {
  return TYPES[filename.split('.').at(-1).toLowerCase()] ?? 'application/octet-stream';
}

function invalid(message) {
  return new ResendError(422, 'validation_error', message);
}
