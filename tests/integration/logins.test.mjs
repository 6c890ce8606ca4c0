// Contract 3: logout, one's own password, what admins do to people; and that it counts at once, on sockets too (A7, A10).
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { PASSWORD, api, assertProblem, logIn, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

const OTHER = 'a quiet harbour at night';

let server;
let boss; // an admin who stays
before(async () => {
  server = await Server.start();
  boss = await register(server, 'admin');
});
after(() => server?.stop());

let open = [];
const connect = async (person, options) => {
  const chat = await Chat.connect(server, person, options);
  open.push(chat);
  return chat;
};
afterEach(() => {
  for (const chat of open) chat.close();
  open = [];
});

const info = ({ token }) => api(server, 'GET', '/chat/info', { token });
const refresh = ({ refresh: token }) => api(server, 'POST', '/auth/refresh', { token });
const setPassword = ({ token }, current_password, new_password) =>
  api(server, 'PUT', '/auth/password', { token, body: { current_password, new_password } });
const change = (person, body, by = boss) =>
  api(server, 'PATCH', `/admin/users/${person.id}`, { token: by.token, body });

// The socket is told why and then sent away (`41`), so that clients do not come back by themselves.
async function assertOut(chat) {
  assert.equal((await chat.next('error')).code, 'token_revoked');
  assert.equal(await chat.next('disconnect'), 'io server disconnect');
}

async function assertLoginEnded(login) {
  assertProblem(await info(login), 401, 'token_revoked');
  assertProblem(await refresh(login), 401, 'token_revoked');
  assert.deepEqual((await new Chat(server, { token: login.token }).refusal()).data, { code: 'token_revoked' });
}

describe('POST /auth/logout', () => {
  test('A7: 204; this login is over on REST and on each of its sockets, others go on', async () => {
    const here = await register(server, 'user');
    const there = await logIn(server, here);
    const [socket, polling, other] = [
      await connect(here),
      await connect(here, { via: 'polling' }),
      await connect(there),
    ];
    const response = await api(server, 'POST', '/auth/logout', { token: here.token });
    assert.deepEqual([response.status, response.text], [204, '']);
    await assertOut(socket);
    await assertOut(polling);
    await assertLoginEnded(here);
    assert.equal((await info(there)).status, 200);
    await other.send(boss, 'still here');
  });

  test('the same tokens again: 401', async () => {
    const person = await register(server, 'user');
    assert.equal((await api(server, 'POST', '/auth/logout', { token: person.token })).status, 204);
    assertProblem(await api(server, 'POST', '/auth/logout', { token: person.token }), 401, 'token_revoked');
    assertProblem(await api(server, 'POST', '/auth/logout'), 401, 'token_missing');
  });
});

describe('POST /auth/logout_all', () => {
  test('A7: 204; all logins of the caller are over, those of others go on', async () => {
    const here = await register(server, 'admin');
    const there = await logIn(server, here);
    const [socket, other, stranger] = [await connect(here), await connect(there), await connect(boss)];
    assert.equal((await api(server, 'POST', '/auth/logout_all', { token: here.token })).status, 204);
    for (const chat of [socket, other]) await assertOut(chat);
    for (const login of [here, there]) await assertLoginEnded(login);
    await stranger.send(here, 'read it when you are back');
    await connect(await logIn(server, here));
  });
});

describe('PUT /auth/password', () => {
  test('A7: 204; other logins are over, this one stays, the new password counts', async () => {
    const here = await register(server, 'user');
    const there = await logIn(server, here);
    const [stays, goes] = [await connect(here), await connect(there)];
    const response = await setPassword(here, PASSWORD, OTHER);
    assert.deepEqual([response.status, response.text], [204, '']);
    await assertOut(goes);
    await assertLoginEnded(there);
    await stays.send(boss, 'not moved');
    assert.equal((await refresh(here)).status, 200);
    const old = await api(server, 'POST', '/auth/login', { body: { email: here.email, password: PASSWORD } });
    assertProblem(old, 401, 'invalid_credentials');
    await logIn(server, { ...here, password: OTHER });
  });

  test('a wrong current password: 403 wrong_password, and nothing changes', async () => {
    const person = await register(server, 'user');
    const other = await connect(await logIn(server, person));
    assertProblem(await setPassword(person, `${PASSWORD}x`, OTHER), 403, 'wrong_password');
    await logIn(server, person);
    await other.send(boss, 'still here');
  });

  for (const [what, fresh] of [
    ['too short', '1234567'],
    ['too long', 'p'.repeat(129)],
    ['too common', 'password'],
    ['no text', 12345678],
    ['missing', undefined],
  ]) {
    test(`a new password that is ${what}: 422 naming it`, async () => {
      assertProblem(await setPassword(boss, PASSWORD, fresh), 422, 'invalid_fields', ['new_password']);
    });
  }

  test('nothing at all: 422 naming both', async () => {
    const response = await setPassword(boss);
    assertProblem(response, 422, 'invalid_fields', ['current_password', 'new_password']);
  });
});

describe('PATCH /admin/users/<id>', () => {
  test('A7: disabled: out at once, everywhere; in no list, nobody can write to them; enabled again they log in anew', async () => {
    const person = await register(server, 'user');
    const [chat, admin] = [await connect(person), await connect(boss)];
    const response = await change(person, { disabled: true });
    assert.equal(response.status, 200);
    const { id, name, email } = person;
    assert.deepEqual(response.json, { id, name, email, role: 'user', disabled: true });
    await assertOut(chat);
    await assertLoginEnded(person);
    const body = { email, password: PASSWORD };
    assertProblem(await api(server, 'POST', '/auth/login', { body }), 401, 'invalid_credentials');
    const users = await api(server, 'GET', '/chat/users', { token: boss.token });
    assert.ok(!users.json.some((user) => user.id === id));
    const refused = await admin.ask('smessage', { receiver_id: id, content: 'hello?' });
    assert.equal(refused.code, 'receiver_not_found');
    assert.equal((await change(person, { disabled: false })).json.disabled, false);
    await assertLoginEnded(person);
    await connect(await logIn(server, person));
  });

  test('A10: the role counts from the next action, on the sockets and tokens that are there', async () => {
    const [ann, bob] = [await register(server, 'user'), await register(server, 'user')];
    const chat = await connect(ann);
    const write = () => chat.ask('smessage', { receiver_id: bob.id, content: 'from one to the other' });
    const users = () => api(server, 'GET', '/chat/users', { token: ann.token });
    assert.equal((await write()).code, 'receiver_not_found');
    assertProblem(await users(), 403, 'forbidden');
    assert.equal((await change(ann, { role: 'admin' })).json.role, 'admin');
    assert.equal((await write()).ok, true);
    assert.equal((await users()).status, 200);
    assert.equal((await info(ann)).json.role, 'admin');
    assert.equal((await change(bob, { disabled: false }, ann)).status, 200);
    assert.equal((await change(ann, { role: 'user' })).json.role, 'user');
    assert.equal((await write()).code, 'receiver_not_found');
    assertProblem(await users(), 403, 'forbidden');
    assertProblem(await change(bob, { disabled: true }, ann), 403, 'forbidden');
  });

  test('nobody by that id: 404; fields that make no sense: 422; none: the user as they are', async () => {
    assertProblem(await change({ id: 999_999 }, { disabled: true }), 404, 'not_found');
    assertProblem(await change({ id: 'me' }, { disabled: true }), 404, 'not_found');
    const person = await register(server, 'user');
    assertProblem(await change(person, { role: 'Admin' }), 422, 'invalid_fields', ['role']);
    assertProblem(await change(person, { disabled: 'yes' }), 422, 'invalid_fields', ['disabled']);
    assert.equal((await change(person, {})).json.disabled, false);
  });

  test('A13: fields not named are ignored', async () => {
    const person = await register(server, 'user');
    const { json } = await change(person, { id: 1, name: 'X', email: 'x@x.example', password: OTHER });
    assert.deepEqual([json.id, json.name, json.email], [person.id, person.name, person.email]);
    await logIn(server, person);
  });

  test('a user may not: 403 forbidden, whoever it is about', async () => {
    const person = await register(server, 'user');
    for (const id of [person.id, boss.id, 999_999]) {
      assertProblem(await change({ id }, { role: 'admin' }, person), 403, 'forbidden');
    }
    assertProblem(await api(server, 'GET', '/admin/users', { token: person.token }), 403, 'forbidden');
  });

  test('the last enabled admin stays: 409 last_admin, and nothing of the change is made', async () => {
    const other = await Server.start();
    try {
      const last = await register(other, 'admin');
      const patch = (id, body) => api(other, 'PATCH', `/admin/users/${id}`, { token: last.token, body });
      assertProblem(await patch(last.id, { disabled: true }), 409, 'last_admin');
      assertProblem(await patch(last.id, { role: 'user', disabled: false }), 409, 'last_admin');
      const second = await register(other, 'admin');
      assert.equal((await patch(second.id, { disabled: true })).status, 200);
      assertProblem(await patch(last.id, { role: 'user' }), 409, 'last_admin');
      assert.equal((await patch(second.id, { disabled: false })).status, 200);
      assert.equal((await patch(last.id, { role: 'user' })).json.role, 'user');
    } finally {
      await other.stop();
    }
  });
});

test('GET /admin/users: everybody with address and state, by pages', async () => {
  const person = await register(server, 'user');
  await change(person, { disabled: true });
  const people = [];
  for (let path = '/admin/users?limit=3&after=0'; path; ) {
    const page = await api(server, 'GET', path, { token: boss.token });
    assert.equal(page.status, 200);
    people.push(...page.json);
    path = /<([^>]*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
  }
  assert.deepEqual(
    people.map(({ id }) => id),
    Array.from(people, (_, i) => i + 1),
  );
  const { id, name, email } = person;
  assert.deepEqual(people.at(-1), { id, name, email, role: 'user', disabled: true });
  assertProblem(await api(server, 'GET', '/admin/users?limit=0', { token: boss.token }), 422, 'invalid_fields', [
    'limit',
  ]);
});
