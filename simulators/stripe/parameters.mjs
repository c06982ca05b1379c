import { badParameter } from './errors.mjs';

/**
 * A parameter's type: reads the form's value, or throws Stripe's 400. Composed into the shape of each call.
 *
 * @typedef {(value: any, name: string) => any} Type
 */

const MAX_STRING = 5000;

/** @param {number} [max] characters */
export function string(max = MAX_STRING) {
  return (value, name) => {
    if (typeof value !== 'string') throw badParameter(name, `Invalid string: ${JSON.stringify(value)}`);
    if (value === '')
      throw badParameter(
        name,
        `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; ` +
          `however '${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
        'parameter_invalid_empty',
      );
    if (value.length > max)
      throw badParameter(
        name,
        `Invalid string: must be at most ${max} characters`,
        'parameter_invalid_string_too_long',
      );
    return value;
  };
}

/** @param {{min?: number, max?: number}} [bounds] */
export function integer({ min = -Infinity, max = 99_999_999 } = {}) {
  return (value, name) => {
    if (!/^-?\d{1,15}$/.test(value)) throw badParameter(name, `Invalid integer: ${value}`, 'parameter_invalid_integer');
    const number = Number(value);
    if (number < min)
      throw badParameter(
        name,
        min === 1 ? 'Invalid positive integer' : `This value must be greater than or equal to ${min}.`,
        'parameter_invalid_integer',
      );
    if (number > max)
      throw badParameter(name, `This value must be less than or equal to ${max}.`, 'parameter_invalid_integer');
    return number;
  };
}

export const timestamp = integer({ min: 0, max: 99_999_999_999 });

/** @type {Type} */
export function boolean(value, name) {
  if (value === 'true' || value === 'false') return value === 'true';
  throw badParameter(name, `Invalid boolean: ${value}`);
}

/** @param {string[]} allowed */
export function oneOf(...allowed) {
  return (value, name) => {
    if (allowed.includes(value)) return value;
    const last = allowed.at(-1);
    const choices = allowed.length > 1 ? `one of ${allowed.slice(0, -1).join(', ')}, or ${last}` : last;
    throw badParameter(name, `Invalid ${name}: must be ${choices}`);
  };
}

/** @type {Type} */
export function currency(value, name) {
  if (/^[a-z]{3}$/i.test(value)) return value.toLowerCase();
  throw badParameter(name, `Invalid currency: ${value}.`);
}

/** @type {Type} */
export function email(value, name) {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) && value.length <= 800) return value;
  throw badParameter(name, `Invalid email address: ${value}`, 'email_invalid');
}

/** @type {Type} */
export function webAddress(value, name) {
  // The placeholder's braces are no address characters.
  const address = String(value).replaceAll('{CHECKOUT_SESSION_ID}', 'cs');
  if (/^https?:\/\//.test(address) && URL.canParse(address)) return value;
  throw badParameter(name, 'Not a valid URL', 'url_invalid');
}

/** Key-value pairs within Stripe's limits; an empty value leaves the key out. */
export function metadata(value, name) {
  if (value === '') return {};
  if (typeof value !== 'object') throw badParameter(name, 'Invalid object', 'parameter_invalid_object');
  const pairs = Object.entries(value).filter(([, text]) => text !== '');
  if (pairs.length > 50) throw badParameter(name, 'Metadata may have at most 50 keys.');
  for (const [key, text] of pairs) {
    if (typeof text !== 'string')
      throw badParameter(`${name}[${key}]`, 'Metadata values must be strings.', 'parameter_invalid_string');
    if (key.length > 40) throw badParameter(name, `Metadata keys must be at most 40 characters: ${key}`);
    if (text.length > 500) throw badParameter(`${name}[${key}]`, 'Metadata values must be at most 500 characters.');
  }
  return Object.fromEntries(pairs);
}

/** @param {Type} item */
export function list(item, { max = 100 } = {}) {
  return (value, name) => {
    if (!Array.isArray(value)) throw badParameter(name, 'Invalid array', 'parameter_invalid_array');
    if (value.length > max) throw badParameter(name, `At most ${max} are allowed.`);
    return value.map((each, index) => item(each, `${name}[${index}]`));
  };
}

/** Stripe knows it, the simulator has no use for it: accepted as it is. */
export function anything(value) {
  return value;
}

/** @param {Type} type */
export function required(type) {
  const reader = (value, name) => type(value, name);
  reader.isRequired = true;
  return reader;
}

/**
 * @param {Record<string, Type>} fields
 * @returns {Type} unknown and missing fields are Stripe's 400
 */
export function shape(fields) {
  return (value, name = '') => {
    if (typeof value !== 'object' || Array.isArray(value))
      throw badParameter(name, 'Invalid object', 'parameter_invalid_object');
    const nameOf = (field) => (name ? `${name}[${field}]` : field);
    const unknown = Object.keys(value).filter((field) => !Object.hasOwn(fields, field));
    if (unknown.length)
      throw badParameter(
        nameOf(unknown[0]),
        `Received unknown parameter${unknown.length > 1 ? 's' : ''}: ${unknown.map(nameOf).join(', ')}`,
        'parameter_unknown',
      );
    const read = {};
    for (const [field, type] of Object.entries(fields)) {
      if (value[field] !== undefined) read[field] = type(value[field], nameOf(field));
      else if (type.isRequired)
        throw badParameter(nameOf(field), `Missing required param: ${nameOf(field)}.`, 'parameter_missing');
    }
    return read;
  };
}

export const expand = list(string());

/** What every listing takes. */
export const paging = {
  limit: integer({ min: 1, max: 100 }),
  starting_after: string(),
  ending_before: string(),
  expand,
};
