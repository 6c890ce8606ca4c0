// REST calls and the people who make them.
import assert from 'node:assert/strict';

export const PASSWORD = 'correct horse battery staple';
let count = 0;

export async function api(server, method, path, { token, body, headers = {}, raw } = {}) {
  const all = { ...headers };
  if (token !== undefined) all.Authorization = `Bearer ${token}`;
  if (body !== undefined) all['Content-Type'] ??= 'application/json';
  const response = await fetch(server.url + path, {
    method,
    headers: all,
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    redirect: 'manual',
  });
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

// An error as contract 2 wants every one: a sentence, a code, and nothing more except at 422.
export function assertProblem(response, status, code, fields) {
  assert.equal(response.status, status, response.text);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json\b/);
  assert.ok(response.headers.get('x-request-id'), 'X-Request-Id');
  assert.equal(response.json?.code, code, response.text);
  assert.equal(typeof response.json.msg, 'string');
  assert.ok(response.json.msg.length > 0);
  if (status === 422) {
    assert.deepEqual(Object.keys(response.json).sort(), ['code', 'errors', 'msg']);
    if (fields) assert.deepEqual(Object.keys(response.json.errors).sort(), [...fields].sort(), response.text);
    for (const why of Object.values(response.json.errors)) assert.equal(typeof why, 'string');
  } else {
    assert.deepEqual(Object.keys(response.json).sort(), ['code', 'msg']);
  }
  if (status === 401 && code.startsWith('token_')) assert.equal(response.headers.get('www-authenticate'), 'Bearer');
  if (status === 429 || status === 503) assert.ok(Number(response.headers.get('retry-after')) > 0, 'Retry-After');
}

export function newPerson(role, name) {
  const number = ++count;
  return {
    name: name ?? `${role} ${number}`,
    email: `${role}${number}.${process.pid}@example.com`,
    password: PASSWORD,
    role,
  };
}

export async function logIn(server, person) {
  const { status, json, text } = await api(server, 'POST', '/auth/login', {
    body: { email: person.email, password: person.password },
  });
  assert.equal(status, 200, text);
  return { ...person, id: json.id, token: json.access_token, refresh: json.refresh_token };
}

// Registered and logged in: {id, name, email, password, role, token, refresh}.
export async function register(server, role, name) {
  const person = newPerson(role, name);
  const { status, json, text } = await api(server, 'POST', '/auth/register', { body: person });
  assert.equal(status, 201, text);
  const known = await logIn(server, person);
  assert.equal(known.id, json.id);
  return known;
}

// All messages of a conversation as `person` sees them, oldest first.
export async function history(server, person, partner) {
  const messages = [];
  for (;;) {
    const after = messages.at(-1)?.id ?? 0;
    const { status, json, text } = await api(server, 'GET', `/chat/messages/${partner.id}?after=${after}`, {
      token: person.token,
    });
    assert.equal(status, 200, text);
    if (!json.length) return messages;
    messages.push(...json);
  }
}
