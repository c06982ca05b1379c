/** An OpenAPI document as tests use it: its operations, its schemas, and whether an answer is what it declares. */

import assert from 'node:assert/strict';

import addFormats from 'ajv-formats';
import Ajv from 'ajv/dist/2020.js';

/**
 * @typedef {{path: string, method: string, operation: any, at: string[]}} Operation `at`: its place in the document
 * @typedef {import('./peerloop.mjs').Answer} Answer
 */

/** The JSON pointer of a place in the document, as the fragment of an address. @param {string[]} at */
const pointer = (at) =>
  at.map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

export class Api {
  // A bound beside `anyOf` with null is sound: it says nothing of null.
  #ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false });
  #compiled = new Map();

  /** @param {any} document */
  constructor(document) {
    this.document = document;
    addFormats(this.#ajv);
    // The document around the schemas is no schema.
    this.#ajv.addVocabulary(Object.keys(document));
    this.#ajv.addSchema({ $id: 'api', ...document }, undefined, undefined, false);
  }

  /** @returns {Operation[]} every operation of the document */
  operations() {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(/** @type {Record<string, any>} */ (methods)).map(([method, operation]) => ({
        path,
        method,
        operation,
        at: ['paths', path, method],
      })),
    );
  }

  /** Every node of the document, with the keys that lead to it. @returns {Generator<{node: any, at: string[]}>} */
  *nodes(node = this.document, at = /** @type {string[]} */ ([])) {
    if (typeof node !== 'object' || node === null) return;
    yield { node, at };
    for (const [key, child] of Object.entries(node)) yield* this.nodes(child, [...at, key]);
  }

  /** The validating function of the schema at a place. @param {string[]} at */
  schemaAt(at) {
    const $ref = `api#${pointer(at)}`;
    if (!this.#compiled.has($ref)) this.#compiled.set($ref, this.#ajv.compile({ $ref }));
    return this.#compiled.get($ref);
  }

  /** What a schema, a parameter or a header says, references followed. @param {any} node */
  resolve(node) {
    while (node?.$ref)
      node = node.$ref
        .split('/')
        .slice(1)
        .reduce((at, name) => at?.[name], this.document);
    return node;
  }

  /** Why a value does not fit the schema at a place; nothing where it does. @param {string[]} at @param {unknown} value */
  misfit(at, value) {
    const fits = this.schemaAt(at);
    return fits(value) ? undefined : this.#ajv.errorsText(fits.errors);
  }

  /**
   * Asserts that an answer is one that the document declares for the operation.
   * @param {string} path @param {string} method @param {Answer} answer
   */
  isDeclared(path, method, answer) {
    const call = `${method} ${path} → ${answer.status}`;
    const declared = this.document.paths[path][method].responses[answer.status];
    assert.ok(declared, `${call} is not declared: ${answer.text}`);
    if (!declared.content) return assert.equal(answer.text, '', call);
    const type = (answer.headers.get('content-type') ?? 'without a type').split(';')[0];
    if (type !== 'application/json') {
      const same = declared.content[type] ?? declared.content[type.replace(/\/.*/, '/*')] ?? declared.content['*/*'];
      return assert.ok(same, `${call} is ${type}`);
    }
    assert.ok(declared.content[type], `${call} is ${type}`);
    const at = ['paths', path, method, 'responses', String(answer.status), 'content', type, 'schema'];
    const misfit = this.misfit(at, answer.body);
    assert.equal(misfit, undefined, `${call}: ${misfit} in ${answer.text}`);
  }
}
