// Answers held against the description that the server gives of itself.
import assert from 'node:assert/strict';
import { api } from './people.mjs';

const TYPES = {
  string: (value) => typeof value === 'string',
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

export class Description {
  #document;
  #routes;
  seen = new Set(); // "GET /chat/info 200"

  static async of(server) {
    const { status, json } = await api(server, 'GET', '/openapi.json');
    assert.equal(status, 200);
    return new Description(json);
  }

  constructor(document) {
    this.#document = document;
    this.#routes = Object.entries(document.paths).map(([pattern, methods]) => ({
      pattern,
      methods,
      matches: new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    }));
  }

  // "GET /chat/info 200" of every answer that is described.
  get all() {
    return this.#routes.flatMap(({ pattern, methods }) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.keys(responses).map((status) => `${method.toUpperCase()} ${pattern} ${status}`),
      ),
    );
  }

  // The status, the type and every member of the body are described, and nothing that is required is missing.
  check(method, path, response) {
    const route = this.#routes.find(({ matches }) => matches.test(path.split('?')[0]));
    const answers = route?.methods[method.toLowerCase()]?.responses;
    assert.ok(answers, `${method} ${path} is not described`);
    const name = `${method} ${route.pattern} ${response.status}`;
    const described = answers[response.status];
    assert.ok(described, `${name} is not described: ${response.text}`);
    this.seen.add(name);
    if (described.content === undefined) {
      assert.equal(response.text, '', name);
      return;
    }
    const [[type, { schema }]] = Object.entries(described.content);
    assert.equal(response.headers.get('content-type'), type, name);
    if (type === 'application/json') this.#holds(schema, response.json, name);
    const code = response.json?.code;
    if (response.status >= 400) assert.match(described.description, new RegExp(`(^|; )${code}: `), name);
  }

  #holds(schema, value, where) {
    if (schema.$ref) return this.#holds(this.#document.components.schemas[schema.$ref.split('/').at(-1)], value, where);
    assert.ok([schema.type].flat().some((type) => TYPES[type](value)), `${where}: ${JSON.stringify(value)}`);
    if (schema.enum) assert.ok(schema.enum.includes(value), `${where}: ${value}`);
    if (Array.isArray(value)) value.forEach((each, i) => this.#holds(schema.items, each, `${where}[${i}]`));
    if (schema.type !== 'object' || schema.properties === undefined) return;
    for (const name of schema.required) assert.ok(name in value, `${where}: ${name} is missing`);
    for (const [name, each] of Object.entries(value)) {
      assert.ok(schema.properties[name], `${where}: ${name} is not described`);
      this.#holds(schema.properties[name], each, `${where}.${name}`);
    }
  }
}
