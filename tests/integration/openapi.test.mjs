// Contract 3: /openapi.json says what is really answered, route by route, and /docs says the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { Description } from './support/openapi.mjs';
import { PASSWORD, api, newPerson, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

const OTHER = 'a quiet harbour at night';

let server;
let description;
before(async () => {
  server = await Server.start();
  description = await Description.of(server);
});
after(() => server?.stop());

async function call(method, path, options, at = server) {
  const response = await api(at, method, path, options);
  description.check(method, path, response);
  return response;
}

// Each by what is sent; the answers are what the description says, whatever they are.
async function walk() {
  const boss = await register(server, 'admin');
  const user = await register(server, 'user');
  const chat = await Chat.connect(server, user);
  for (const client_id of [undefined, 'c-1']) await chat.send(boss, 'hello', { client_id });
  chat.close();

  for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs', '/docs.css']) await call('GET', path);
  const registration = newPerson('user');
  await call('POST', '/auth/register', { body: registration });
  await call('POST', '/auth/register', { body: registration });
  const proxied = { 'X-Forwarded-For': '192.0.2.1' };
  await call('POST', '/auth/register', { body: newPerson('admin'), headers: proxied });
  await call('POST', '/auth/login', { body: { email: user.email, password: PASSWORD } });
  await call('POST', '/auth/login', { body: { email: user.email, password: OTHER } });
  for (const path of ['/auth/register', '/auth/login', '/auth/reset']) await badBodies('POST', path);
  await call('POST', '/auth/reset', { body: { code: 'x', new_password: OTHER } });
  await call('POST', '/auth/refresh', { token: user.refresh });
  for (const token of [undefined, 'x']) await call('POST', '/auth/refresh', { token });

  const routes = [
    ['GET', '/chat/info'],
    ['GET', '/chat/admins', true],
    ['GET', '/chat/users', true],
    [`GET`, `/chat/messages/${boss.id}`, true],
    ['GET', '/chat/loaded', true],
    ['POST', '/chat/messages'],
    ['GET', '/chat/conversations', true],
    ['GET', '/admin/users', true],
    ['GET', '/admin/settings'],
  ];
  for (const [method, path, paged] of routes) {
    for (const token of [boss.token, user.token, undefined, 'x']) await call(method, path, { token });
    if (paged) await call(method, `${path}?limit=0`, { token: boss.token });
  }
  await call('GET', '/chat/messages/me', { token: user.token });
  for (const content of ['hello', 'hello', 'another']) {
    const body = { receiver_id: boss.id, content, client_id: 'c-2' };
    await call('POST', '/chat/messages', { token: user.token, body });
  }
  await call('POST', '/chat/messages', { token: user.token, body: { receiver_id: user.id, content: 'x' } });
  await badBodies('POST', '/chat/messages', user.token);
  for (const token of [user.token, undefined]) await call('PATCH', `/admin/users/${user.id}`, { token, body: {} });
  for (const id of [user.id, 999_999]) {
    await call('PATCH', `/admin/users/${id}`, { token: boss.token, body: { role: 'user' } });
    await call('POST', `/admin/users/${id}/reset`, { token: boss.token });
  }
  await badBodies('PATCH', `/admin/users/${user.id}`, boss.token, { role: 'x' });
  await call('POST', `/admin/users/${user.id}/reset`, { token: user.token });
  for (const { token } of [boss, user, {}]) await call('POST', '/admin/invites', { token });
  await call('POST', `/admin/users/${user.id}/reset`);
  await badBodies('PUT', '/auth/password', user.token);
  const passwords = [OTHER, PASSWORD].map((current_password) => ({ current_password, new_password: OTHER }));
  for (const body of passwords) await call('PUT', '/auth/password', { token: user.token, body });
  await call('PUT', '/auth/password', { body: passwords[0] });
  const { json } = await call('POST', `/admin/users/${user.id}/reset`, { token: boss.token });
  await call('POST', '/auth/reset', { body: { code: json.code, new_password: PASSWORD } });
  const last = await lastAdmin(boss);
  for (const path of ['/auth/logout', '/auth/logout_all']) {
    const { token } = await register(server, 'user');
    for (const each of [token, token]) await call('POST', path, { token: each });
  }
  return last;
}

async function badBodies(method, path, token, wrong = {}) {
  await call(method, path, { token, body: wrong });
  await call(method, path, { token, raw: '{', headers: { 'Content-Type': 'application/json' } });
  await call(method, path, { token, raw: '{}', headers: { 'Content-Type': 'text/plain' } });
  const long = JSON.stringify({ name: 'x'.repeat(130 * 1024) });
  await call(method, path, { token, raw: long, headers: { 'Content-Type': 'application/json' } });
}

async function lastAdmin(boss) {
  const { json: admins } = await call('GET', '/chat/admins', { token: boss.token });
  for (const { id } of admins) {
    if (id !== boss.id) await call('PATCH', `/admin/users/${id}`, { token: boss.token, body: { disabled: true } });
  }
  return call('PATCH', `/admin/users/${boss.id}`, { token: boss.token, body: { disabled: true } });
}

// With limits, and where nobody may sign up as admin.
async function walkWithLimits() {
  const limited = await Server.start({ limits: true, args: ['--admin-signup', 'first'] });
  try {
    const boss = await register(limited, 'admin');
    const at = (method, path, options) => call(method, path, options, limited);
    for (let i = 0; i < 6; ++i) await at('POST', '/auth/register', { body: newPerson('user') });
    const wrong = { email: 'nobody@example.com', password: OTHER };
    for (let i = 0; i < 6; ++i) await at('POST', '/auth/login', { body: wrong });
    const reset = { code: 'x', new_password: OTHER };
    const message = { receiver_id: 999_999, content: 'x' };
    for (let i = 0; i < 30; ++i) await at('POST', '/chat/messages', { token: boss.token, body: message });
    for (let i = 0; i < 31; ++i) await at('POST', '/auth/reset', { body: reset });
    const change = { current_password: OTHER, new_password: OTHER };
    // The address has failed five times already.
    for (let i = 0; i < 26; ++i) await at('PUT', '/auth/password', { token: boss.token, body: change });
  } finally {
    await limited.stop();
  }
  const closed = await Server.start({ args: ['--admin-signup', 'closed'] });
  try {
    const user = await register(closed, 'user');
    await call('POST', '/admin/invites', { token: user.token }, closed);
  } finally {
    await closed.stop();
  }
}

test('every answer is described, and every answer that is described is given', async () => {
  assert.equal((await walk()).json.code, 'last_admin');
  await walkWithLimits();
  // What only a server in trouble answers, and what only a race does.
  const rare = (name) => name.endsWith(' 503') || name === 'PUT /auth/password 404';
  const never = description.all.filter((name) => !description.seen.has(name) && !rare(name));
  assert.deepEqual(never, []);
});

test('/docs is a page with every route, under the policy of all pages', async () => {
  const page = await api(server, 'GET', '/docs');
  assert.match(page.headers.get('content-security-policy'), /script-src 'self'/);
  for (const name of description.all) {
    const [method, pattern] = name.split(' ');
    assert.ok(page.text.includes(`<code>${method}</code> <code>${pattern}</code>`), name);
  }
});
