// Every published vector, in the WebAssembly build. vectors_test.cpp does the same natively, under the sanitizers.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';

import { dataFolder, openVectors } from './module.mjs';

const leftOut = dataFolder
  ? false
  : 'left out: neither ISTHMUS_DATA nor ../shared/data beside this repository holds the published vectors';
// A test that reads them; each one is counted as skipped, with the reason, where they are missing.
const withFiles = (title, run) => it(title, { skip: leftOut }, run);
const decided = JSON.parse(readFileSync(new URL('decided.json', import.meta.url), 'utf8'));

const hex = (text) => Buffer.from(text, 'hex');
const base64url = (text) => Buffer.from(text, 'base64url');

function wycheproof(name) {
  const file = JSON.parse(readFileSync(`${dataFolder}/wycheproof/${name}_test.json`, 'utf8'));
  const cases = file.testGroups.flatMap((group) => group.tests.map((test) => ({ group, test })));
  assert.equal(cases.length, file.numberOfTests);
  return { file, cases };
}

// Judges all cases and fails once, naming each that came out wrong.
function check(cases, expected, judge) {
  const wrong = cases.filter(({ group, test }) => judge(group, test) !== expected(group, test));
  assert.deepEqual(
    wrong.map(({ test }) => `${test.tcId ?? test.name}: ${test.comment ?? ''}`),
    [],
  );
}

const isValid = (_, test) => test.result === 'valid';

describe('Wycheproof in WebAssembly', () => {
  const vectors = openVectors();
  const it = withFiles;

  for (const name of ['hmac_sha1', 'hmac_sha256']) {
    it(`judges every vector of ${name}`, () => {
      const { file, cases } = wycheproof(name);
      check(cases, isValid, (_, test) => vectors.hmac(file.algorithm, hex(test.key), hex(test.msg), hex(test.tag)));
    });
  }

  it('judges every vector of pbkdf2_hmacsha256', () => {
    const { cases } = wycheproof('pbkdf2_hmacsha256');
    check(cases, isValid, (_, test) =>
      vectors.pbkdf2(hex(test.password), hex(test.salt), test.iterationCount, hex(test.dk)),
    );
  });

  it('judges every vector of ecdsa_secp256r1_sha256', () => {
    const { cases } = wycheproof('ecdsa_secp256r1_sha256');
    check(cases, isValid, (group, test) => vectors.ecdsa(hex(group.publicKeyDer), hex(test.msg), hex(test.sig)));
  });

  it('judges every HS256 vector of json_web_signature and refuses all others', () => {
    const { cases } = wycheproof('json_web_signature');
    const expected = (group, test) =>
      decided.json_web_signature[test.tcId]?.accepted ?? (group.private.alg === 'HS256' && isValid(group, test));
    check(cases, expected, ({ private: key }, { jws }) =>
      key.alg === 'HS256'
        ? vectors.jws(key.kid, base64url(key.k), jws)
        : vectors.jws(key.kid ?? 'unrelated', 'a secret that signed none of them', jws),
    );
  });

  it('judges every ES256 vector of json_web_signature with the raw form of ECDSA', () => {
    const { cases } = wycheproof('json_web_signature');
    const prefix = hex('3059301306072a8648ce3d020106082a8648ce3d03010703420004');
    const es256 = cases.filter(({ group }) => group.private.alg === 'ES256');
    assert.equal(es256.length, 39);
    check(es256, isValid, ({ private: key }, { jws }) =>
      vectors.es256(Buffer.concat([prefix, base64url(key.x), base64url(key.y)]), jws),
    );
  });
});

describe('JSONTestSuite in WebAssembly', () => {
  const it = withFiles;
  const folder = `${dataFolder}/json-test-suite/test_parsing`;
  const files = (dataFolder ? readdirSync(folder) : []).map((file) => ({
    name: file.replace(/\.json$/, ''),
    text: readFileSync(`${folder}/${file}`),
  }));
  const vectors = openVectors();
  const judge = (letter, count, expected) => {
    const cases = files.filter(({ name }) => name.startsWith(`${letter}_`)).map((test) => ({ group: {}, test }));
    assert.equal(cases.length, count);
    check(cases, expected, (_, test) => vectors.json(test.text));
  };

  it('accepts all of y_', () => judge('y', 95, () => true));
  it('refuses all of n_ without a trap', () => judge('n', 188, () => false));
  it('decides all of i_ as decided.json says', () => {
    judge('i', 35, (_, { name }) => decided.json_parsing[name]?.accepted);
  });
});

// Known answers that need no files: libxcrypt's and the Argon2 reference implementation's own.
describe('password hashes in WebAssembly', () => {
  const vectors = openVectors();

  it('verify with Argon2id, on its SIMD code', () => {
    const stored = (cost, tag) =>
      `$argon2id$v=19$${cost}$c29tZXNhbHQ$${hex(tag).toString('base64').replaceAll('=', '')}`;
    const one = stored('m=256,t=2,p=1', '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe');
    assert.ok(vectors.password('password', one));
    assert.ok(!vectors.password('Password', one));
    const two = stored('m=256,t=2,p=2', '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037');
    assert.ok(vectors.password('password', two));
  });

  it('verify with PBKDF2 and bcrypt', () => {
    const pbkdf2 = '$pbkdf2-sha256$i=1000$TmFDbE5hQ2w$GALyE4O8EAPKp5Ftgv63GTVIT6EraotMlF1mVf4Am8U';
    assert.ok(vectors.password('passwd', pbkdf2));
    assert.ok(!vectors.password('passwe', pbkdf2));
    const bcrypt = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
    assert.ok(vectors.password('U*U', bcrypt));
    assert.ok(!vectors.password('U*V', bcrypt));
  });

  it('are refused, not trapped on, when the module has no memory for them', () => {
    const tag = 'A'.repeat(43);
    assert.equal(vectors.password('password', `$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$${tag}`), false);
    assert.equal(vectors.password('password', `$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$${tag}`), false);
  });
});
