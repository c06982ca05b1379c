/**
 * What a client may send, drawn from an OpenAPI document: calls that are right by it, and calls that are broken in one
 * way that the document rules out. Values stand for what is in the database only when a call is sent: `{users.id.2}` is
 * the id of one of the users of that moment, so that a seed means the same in every run.
 */

import fc from 'fast-check';

/** @typedef {{method: string, target: string, headers: Record<string, string>, body?: string | Uint8Array}} Call */

/** Texts that meant something to some parser once. */
const oddTexts = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  "' OR 1=1--",
  '"NEAR( piano * -',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '\u0000',
  '\u202e\u{1F393}\u0301',
  'ẞİı',
  '{{name}}',
  '\r\nx-injected: 1',
  'a'.repeat(300),
];

/** @param {import('../support/openapi.mjs').Api} api @param {string[]} places such as "users.id" */
export function arbitraries(api, places) {
  const idOf = (/** @type {string[]} */ columns, hint = '') => {
    const any = places.filter((place) => columns.includes(place.split('.')[1]));
    const named = any.filter((place) => place.split('.')[0].includes(hint));
    // Whoever is no thing is a person.
    const meant = named.length > 0 ? named : any.filter((place) => place.startsWith('users.'));
    return fc
      .tuple(
        fc.oneof(
          { arbitrary: fc.constantFrom(...meant), weight: 5 },
          { arbitrary: fc.constantFrom(...any), weight: 1 },
        ),
        fc.nat(5),
      )
      .map(([place, number]) => `{${place}.${number}}`);
  };
  /** The id, or what else stands for it in a path, of one of "courses", or of what a "courseId" names. */
  const known = (hint = '') => idOf(['id', 'slug', 'handle'], hint);
  const hintOf = (/** @type {string} */ name) => name.replace(/^id$|Ids?$/, '').toLowerCase();
  const odd = fc.constantFrom(...oddTexts);

  /** A moment within a few months of now, at times on the minute. */
  const moment = fc
    .tuple(fc.integer({ min: -90 * 96, max: 180 * 96 }), fc.nat(59_999))
    .map(([quarters, rest]) => new Date(quarterOfNow + quarters * 900_000 + (rest % 3 ? 0 : rest)).toISOString());

  const formats = {
    uuid: (/** @type {string} */ name) => idOf(['id'], hintOf(name)),
    'date-time': () => moment,
    date: () => moment.map((text) => text.slice(0, 10)),
    email: () => fc.oneof(fc.constantFrom('ada@demo.peerloop.test', 'robin@example.com'), fc.emailAddress()),
    uri: () => fc.oneof(fc.constantFrom('https://example.com/a?b=c#d', 'http://localhost:8787/app'), fc.webUrl()),
  };

  /** @param {any} schema @param {string} name @returns {fc.Arbitrary<string>} */
  function text(schema, name) {
    const { minLength = 0, maxLength = Math.max(minLength, 40) } = schema;
    const fits = (/** @type {string} */ value) => [...value].length >= minLength && [...value].length <= maxLength;
    if (schema.format in formats) return formats[schema.format](name);
    if (schema.pattern) {
      const pattern = new RegExp(schema.pattern, 'u');
      return fc.stringMatching(pattern, { maxLength: Math.min(maxLength, 60) }).filter(fits);
    }
    const plain = fc.oneof(
      fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 40), unit: 'grapheme' }).filter(fits),
      fc.lorem({ maxCount: 3 }).map((words) => words.slice(0, maxLength).padEnd(minLength, 'x')),
      { arbitrary: odd.map((value) => [...value].slice(0, maxLength).join('').padEnd(minLength, 'x')), weight: 1 },
      { arbitrary: fc.constant('x'.repeat(Math.min(maxLength, 5_000))).filter(fits), weight: 1 },
    );
    return /Ids?$|^id$|cursor/.test(name)
      ? fc.oneof({ arbitrary: known(hintOf(name)), weight: 6 }, { arbitrary: plain, weight: 1 })
      : plain;
  }

  /** A value that fits a schema. @param {any} given @param {string} [name] @param {number} [depth] @returns {fc.Arbitrary<any>} */
  function fitting(given, name = '', depth = 0) {
    const schema = api.resolve(given);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if ('const' in schema) return fc.constant(schema.const);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return fc.oneof(...choices.map((/** @type {any} */ choice) => fitting(choice, name, depth)));
    const { minimum = -(2 ** 53) + 1, maximum = 2 ** 53 - 1, minItems = 0, maxItems = 4 } = schema;
    switch (schema.type) {
      case 'string':
        return text(schema, name);
      case 'integer':
        return maximum - minimum > 2 ** 32
          ? fc.oneof(fc.maxSafeInteger(), fc.integer()).map((n) => Math.min(Math.max(n, minimum), maximum))
          : fc.integer({ min: minimum, max: maximum });
      case 'number':
        return fc.double({ min: minimum, max: maximum, noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array': {
        const most = depth > 4 ? minItems : Math.max(minItems, Math.min(maxItems, 4));
        return fc.array(fitting(schema.items ?? {}, name, depth + 1), { minLength: minItems, maxLength: most });
      }
      case 'object': {
        const fields = Object.entries(schema.properties ?? {});
        return fc.record(Object.fromEntries(fields.map(([field, of]) => [field, fitting(of, field, depth + 1)])), {
          requiredKeys: schema.required ?? [],
        });
      }
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  /** Bodies that the schema rules out. @param {any} given */
  function misfitting(given) {
    const schema = api.resolve(given);
    const required = schema.required ?? [];
    const typed = Object.entries(schema.properties ?? {}).filter(
      ([, of]) => api.resolve(of).type ?? api.resolve(of).enum,
    );
    const whole = fitting(schema);
    const changed = [
      fc.constantFrom(...(schema.type === 'object' ? ['null', '[]', '"text"', '17', 'true'] : ['{'])),
      whole.map((body) => JSON.stringify(body).slice(0, -1)),
      whole.map((body) => `${JSON.stringify(body)},`),
      whole.map((body) => `{"a":${'['.repeat(100)}${']'.repeat(100)},"b":${JSON.stringify(body)}}`),
      fc.string().filter((value) => !isJson(value)),
    ];
    if (schema.additionalProperties === false)
      changed.push(
        fc
          .tuple(whole, fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 1 }))
          .filter(([, name]) => !Object.hasOwn(schema.properties, name) && name !== '__proto__')
          .map(([body, name, value]) => JSON.stringify({ ...body, [name]: value })),
      );
    if (required.length > 0)
      changed.push(
        fc
          .tuple(whole, fc.constantFrom(...required))
          .map(([body, name]) => JSON.stringify({ ...body, [name]: undefined })),
      );
    if (typed.length > 0)
      changed.push(
        fc.tuple(whole, fc.constantFrom(...typed)).map(([body, [name]]) => JSON.stringify({ ...body, [name]: null })),
        fc
          .tuple(whole, fc.constantFrom(...typed))
          .map(([body, [name, of]]) => JSON.stringify({ ...body, [name]: ofAnotherType(api.resolve(of)) })),
      );
    const bounded = typed.filter(([, of]) => tooMuch(api.resolve(of)) !== undefined);
    if (bounded.length > 0)
      changed.push(
        fc
          .tuple(whole, fc.constantFrom(...bounded))
          .map(([body, [name, of]]) => JSON.stringify({ ...body, [name]: tooMuch(api.resolve(of)) })),
      );
    return fc.oneof(...changed);
  }

  /** @param {any} operation */
  const parametersIn = (operation, place) => operation.parameters.filter((/** @type {any} */ one) => one.in === place);

  /** What stands behind a part of a path that says what it is one of. */
  const pathPart = (/** @type {string} */ before) =>
    fc.oneof(
      { arbitrary: known(before), weight: 12 },
      { arbitrary: odd.map((value) => encodeURIComponent(value) || '%20'), weight: 1 },
      { arbitrary: fc.constantFrom('%', '%zz', '%ff', '%2F', 'a%00b', '..;', 'me'), weight: 1 },
    );

  /** @param {string} path */
  const targets = (path) => {
    const parts = path.split('/');
    return fc
      .tuple(...parts.map((part, at) => (part.startsWith('{') ? pathPart(parts[at - 1]) : fc.constant(part))))
      .map((filled) => filled.join('/'));
  };

  const asQuery = (/** @type {[string, any][]} */ pairs) => {
    const text = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeValue(value)}`).join('&');
    return text && `?${text}`;
  };

  /** @param {any} operation */
  const queries = (operation) => {
    const parameters = parametersIn(operation, 'query');
    return fc.record(
      Object.fromEntries(
        parameters.map((/** @type {any} */ { name, schema }) => [
          name,
          fc.oneof({ arbitrary: fitting(schema, name), weight: 8 }, { arbitrary: odd, weight: 1 }),
        ]),
      ),
      {
        requiredKeys: parameters
          .filter((/** @type {any} */ one) => one.required)
          .map((/** @type {any} */ { name }) => name),
      },
    );
  };

  /** Headers that every route may meet. */
  const headers = fc.record(
    {
      'if-none-match': fc.constantFrom(
        '*',
        '""',
        'W/"x"',
        '"etag-1"',
        '"a" , W/"b,c"',
        ',',
        'x',
        '"x',
        '"a" "b"',
        '*, "a"',
      ),
      'if-modified-since': fc.constantFrom('Thu, 01 Jan 1970 00:00:00 GMT', 'yesterday'),
      'if-range': fc.constantFrom('"x"', 'never'),
      range: fc.constantFrom(
        'bytes=0-0',
        'bytes=-1',
        'bytes=5-',
        'bytes=9999999999999999999-',
        'bytes=0-0,2-3',
        'lines=1-2',
      ),
      origin: fc.constantFrom('null', 'https://evil.example', 'http://localhost:1'),
      accept: fc.constantFrom('text/html', '*/*;q=0'),
      cookie: fc.constantFrom('a=b; a=c', '=', ';;;', 'session="x'),
      'accept-language': fc.constantFrom('de', '*'),
      'x-request-id': fc.constantFrom('12345678', 'x', 'a b', '"'.repeat(20)),
    },
    { requiredKeys: [] },
  );
  const sometimesHeaders = fc.oneof({ arbitrary: fc.constant({}), weight: 4 }, { arbitrary: headers, weight: 1 });

  /** @param {any} operation */
  const keys = (operation) =>
    parametersIn(operation, 'header').some((/** @type {any} */ { name }) => name === 'Idempotency-Key')
      ? fc.option(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }).filter((key) => key.trim() !== ''))
      : fc.constant(null);

  const bodyOf = (/** @type {any} */ operation) => Object.entries(operation.requestBody?.content ?? {})[0];

  /** @param {any} operation @returns {fc.Arbitrary<Partial<Call>>} */
  function bodies(operation) {
    const [type, content] = bodyOf(operation) ?? [];
    if (!type) return fc.constant({});
    const sent = (/** @type {fc.Arbitrary<any>} */ body) =>
      body.map((value) => ({ body: value, headers: { 'content-type': type } }));
    if (type !== 'application/json')
      return sent(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.constantFrom(...pictures)));
    return sent(fitting(content.schema).map((value) => JSON.stringify(value)));
  }

  return {
    /**
     * Calls that the document allows. @param {import('../support/openapi.mjs').Operation} of
     * @returns {fc.Arbitrary<Call>}
     */
    right({ path, method, operation }) {
      return fc
        .tuple(targets(path), queries(operation), bodies(operation), sometimesHeaders, keys(operation))
        .map(([target, query, body, more, key]) => ({
          method: method.toUpperCase(),
          target: target + asQuery(Object.entries(query)),
          headers: { ...more, ...body.headers, ...(key === null ? {} : { 'idempotency-key': key }) },
          body: body.body,
        }));
    },

    /**
     * Calls that the document rules out, each in one way; nothing where it rules nothing out.
     * @param {import('../support/openapi.mjs').Operation} of @returns {fc.Arbitrary<Call> | undefined}
     */
    broken({ path, method, operation }) {
      const [type, content] = bodyOf(operation) ?? [];
      const base = { method: method.toUpperCase() };
      const ways = [];
      if (type === 'application/json' && Object.keys(content.schema).length > 0) {
        const json = { 'content-type': 'application/json' };
        ways.push(
          fc
            .tuple(targets(path), misfitting(content.schema))
            .map(([target, body]) => ({ ...base, target, headers: json, body })),
          fc
            .tuple(
              targets(path),
              fitting(content.schema),
              fc.constantFrom('text/plain', 'application/json; charset=latin1', 'x'),
            )
            .map(([target, body, other]) => ({
              ...base,
              target,
              headers: { 'content-type': other },
              body: JSON.stringify(body),
            })),
          fc.tuple(targets(path), fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([target, bytes]) => ({
            ...base,
            target,
            headers: json,
            body: Uint8Array.from([0x22, 0xff, ...bytes, 0x22]),
          })),
          fc.constant({ ...base, target: path, headers: json, body: `"${'x'.repeat(2 ** 20)}"` }),
        );
      }
      const parameters = parametersIn(operation, 'query');
      if (parameters.length > 0) {
        const limited = parameters.filter((/** @type {any} */ { schema }) =>
          ['integer', 'boolean'].includes(schema.type),
        );
        ways.push(
          fc
            .tuple(targets(path), queries(operation), fc.string({ minLength: 1, unit: 'grapheme' }))
            .filter(([, , name]) => !parameters.some((/** @type {any} */ one) => one.name === name))
            .map(([target, query, name]) => ({
              ...base,
              headers: {},
              target: target + asQuery([...Object.entries(query), [name, 'x']]),
            })),
          fc
            .tuple(targets(path), queries(operation), fc.constantFrom(...parameters))
            .map(([target, query, { name }]) => ({
              ...base,
              headers: {},
              target:
                target +
                asQuery([...Object.entries(query).filter(([other]) => other !== name), [name, 'x'], [name, 'x']]),
            })),
        );
        if (limited.length > 0)
          ways.push(
            fc
              .tuple(
                targets(path),
                queries(operation),
                fc.constantFrom(...limited),
                fc.constantFrom('', 'x', '1.5', '1e3', '99999999999999999999', '\u0661'),
              )
              .map(([target, query, { name }, value]) => ({
                ...base,
                headers: {},
                target: target + asQuery(Object.entries({ ...query, [name]: value })),
              })),
          );
      }
      return ways.length > 0 ? /** @type {fc.Arbitrary<Call>} */ (fc.oneof(...ways)) : undefined;
    },
  };
}

/** Authorization headers that nobody has. */
export const worthlessTokens = fc.oneof(
  fc.constantFrom(
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Basic YTpi',
    'bearer a.b.c',
    `Bearer ${'a'.repeat(9_000)}`,
    'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
    'Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhIiwiZXhwIjo5OTk5OTk5OTk5fQ.AAAA',
  ),
  fc.base64String().map((text) => `Bearer ${text}`),
);

const quarterOfNow = Math.floor(Date.now() / 900_000) * 900_000;

/** The beginnings of pictures, and of what is none. */
const pictures = [
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=',
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////',
  'UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==',
  'PHN2Zy8+',
].map((text) => Uint8Array.from(Buffer.from(text, 'base64')));

const isJson = (/** @type {string} */ text) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const encodeValue = (/** @type {unknown} */ value) =>
  encodeURIComponent(typeof value === 'object' ? JSON.stringify(value) : String(value));

function ofAnotherType(/** @type {any} */ schema) {
  return schema.type === 'array' || schema.type === 'object' ? 17 : { an: 'object' };
}

/** A value of the right type that is beyond the schema's bounds; undefined where it has none. */
function tooMuch(/** @type {any} */ { type, maxLength, maximum, maxItems, enum: names }) {
  if (names) return 'no such name';
  if (type === 'string' && maxLength < 20_000) return 'x'.repeat(maxLength + 1);
  if (type === 'integer') return maximum === undefined ? 2 ** 53 : maximum + 1;
  if (type === 'array' && maxItems < 2_000) return Array.from({ length: maxItems + 1 }, () => 'x');
  return undefined;
}
