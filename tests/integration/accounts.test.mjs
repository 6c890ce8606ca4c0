// Contract 3: register, login, refresh, info, with every error body.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PASSWORD, api, assertProblem, logIn, newPerson, register } from './support/people.mjs';
import { Server } from './support/server.mjs';
import { parts } from './support/tokens.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

const post = (path, body, options) => api(server, 'POST', path, { body, ...options });

describe('POST /auth/register', () => {
  test('201 with msg and id, ids grow', async () => {
    const first = await post('/auth/register', newPerson('user'));
    const second = await post('/auth/register', newPerson('admin'));
    for (const { status, json } of [first, second]) {
      assert.equal(status, 201);
      assert.equal(json.msg, 'Registration successful');
      assert.ok(Number.isSafeInteger(json.id));
      assert.deepEqual(Object.keys(json).sort(), ['id', 'msg']);
    }
    assert.ok(second.json.id > first.json.id);
  });

  test('an address that is taken: 409 email_taken, compared without case', async () => {
    const person = await register(server, 'user');
    for (const email of [person.email, person.email.toUpperCase()]) {
      assertProblem(await post('/auth/register', { ...newPerson('admin'), email }), 409, 'email_taken');
    }
  });

  const broken = {
    name: [undefined, '', 'n'.repeat(101), 7, null, ['x']],
    email: [undefined, '', 'x', 'a@', '@b.example', 'a b@c.example', `${'a'.repeat(95)}@b.example`, 5, null],
    password: [undefined, '', '1234567', 'p'.repeat(129), 'password', '12345678', 12345678, null],
    role: [undefined, '', 'Admin', 'root', 'user ', 1, null],
  };
  for (const [field, values] of Object.entries(broken)) {
    for (const value of values) {
      test(`${field} ${JSON.stringify(value)?.slice(0, 20) ?? 'missing'}: 422 naming it`, async () => {
        assertProblem(await post('/auth/register', { ...newPerson('user'), [field]: value }), 422, 'invalid_fields', [
          field,
        ]);
      });
    }
  }

  test('several wrong fields are all named', async () => {
    assertProblem(await post('/auth/register', {}), 422, 'invalid_fields', ['name', 'email', 'password', 'role']);
  });

  test('the borders are good: name of 1 and of 100 characters, password of 8 and of 128 bytes', async () => {
    const good = [
      { name: 'é', password: 'qy7!zk2w' },
      { name: '名'.repeat(100), password: 'q'.repeat(127) + '!' },
      { password: 'пароль-é1' },
    ];
    for (const change of good) {
      const person = { ...newPerson('user'), ...change };
      assert.equal((await post('/auth/register', person)).status, 201);
      await logIn(server, person);
    }
  });

  test('A13: fields not named are ignored', async () => {
    const person = { ...newPerson('user'), id: 999_999, disabled: true, is_admin: true, timestamp: 'x' };
    const { status, json } = await post('/auth/register', person);
    assert.equal(status, 201);
    assert.notEqual(json.id, 999_999);
    assert.equal((await logIn(server, person)).id, json.id);
  });
});

describe('POST /auth/login', () => {
  test('200 with tokens, name, id, role, expires_in', async () => {
    const person = await register(server, 'admin', 'Ada Lovelace');
    const { status, json } = await post('/auth/login', { email: person.email, password: PASSWORD, role: 'admin' });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json).sort(), ['access_token', 'expires_in', 'id', 'name', 'refresh_token', 'role']);
    assert.deepEqual([json.name, json.id, json.role, json.expires_in], ['Ada Lovelace', person.id, 'admin', 24 * 3600]);
  });

  test('the role may be left out, and the address has no case', async () => {
    const person = await register(server, 'user');
    assert.equal((await post('/auth/login', { email: person.email.toUpperCase(), password: PASSWORD })).status, 200);
  });

  test('tokens are HS256 with the claims promised', async () => {
    const person = await register(server, 'user');
    for (const [token, type] of [
      [person.token, 'access'],
      [person.refresh, 'refresh'],
    ]) {
      const { header, claims } = parts(token);
      assert.equal(header.alg, 'HS256');
      assert.equal(String(claims.sub), String(person.id));
      assert.equal(claims.type, type);
      assert.equal(claims.role, 'user');
      for (const name of ['iat', 'nbf', 'exp']) assert.ok(Number.isSafeInteger(claims[name]), name);
      for (const name of ['jti', 'sid']) assert.ok(claims[name], name);
      assert.equal(claims.exp - claims.iat, type === 'access' ? 24 * 3600 : 30 * 24 * 3600);
    }
    assert.equal(parts(person.token).claims.sid, parts(person.refresh).claims.sid, 'one login');
    assert.notEqual(parts(person.token).claims.jti, parts(person.refresh).claims.jti);
  });

  test('A3: every well-formed failure has the same bytes: unknown address, wrong password, wrong role', async () => {
    const person = await register(server, 'user');
    const failures = [
      { email: 'nobody@example.com', password: PASSWORD },
      { email: person.email, password: `${PASSWORD}x` },
      { email: person.email, password: PASSWORD, role: 'admin' },
      { email: 'nobody@example.com', password: PASSWORD, role: 'admin' },
    ];
    const texts = new Set();
    for (const body of failures) {
      const response = await post('/auth/login', body);
      assert.equal(response.status, 401);
      assert.equal(response.json.msg, 'Invalid credentials');
      assert.match(response.json.code, /^[a-z_]+$/);
      texts.add(response.text);
    }
    assert.equal(texts.size, 1);
  });

  for (const body of [
    {},
    { email: 'a@b.example' },
    { password: PASSWORD },
    { email: 5, password: PASSWORD },
    { email: 'a@b.example', password: null },
  ]) {
    test(`fields missing or wrong, ${JSON.stringify(body)}: 422`, async () => {
      assertProblem(await post('/auth/login', body), 422, 'invalid_fields');
    });
  }
});

describe('POST /auth/refresh', () => {
  test('gives a new pair that works, and again at once (the answer may have been lost)', async () => {
    const person = await register(server, 'user');
    for (let i = 0; i < 2; ++i) {
      const { status, json, text } = await post('/auth/refresh', undefined, { token: person.refresh });
      assert.equal(status, 200, text);
      assert.notEqual(json.access_token, person.token);
      assert.notEqual(json.refresh_token, person.refresh);
      assert.equal((await api(server, 'GET', '/chat/info', { token: json.access_token })).json.id, person.id);
      assert.equal((await post('/auth/refresh', undefined, { token: json.refresh_token })).status, 200);
    }
  });

  test('the login stays the same', async () => {
    const person = await register(server, 'user');
    const { json } = await post('/auth/refresh', undefined, { token: person.refresh });
    assert.equal(parts(json.access_token).claims.sid, parts(person.token).claims.sid);
  });
});

describe('GET /chat/info', () => {
  for (const role of ['user', 'admin']) {
    test(`tells a ${role} who they are`, async () => {
      const { id, name, email, token } = await register(server, role);
      const response = await api(server, 'GET', '/chat/info', { token });
      assert.equal(response.status, 200);
      assert.deepEqual(response.json, { id, name, email, role });
    });
  }
});

describe('admin sign-up', () => {
  const registerWith = (at, role, headers) => api(at, 'POST', '/auth/register', { body: newPerson(role), headers });

  test('open by default on loopback, but not for a request that came through a proxy or under another name', async () => {
    assert.equal((await registerWith(server, 'admin')).status, 201);
    for (const headers of [
      { Forwarded: 'for=192.0.2.1' },
      { 'X-Forwarded-For': '192.0.2.1' },
      { 'X-Forwarded-Proto': 'https' },
      { Via: '1.1 proxy' },
    ]) {
      assertProblem(await registerWith(server, 'admin', headers), 403, 'admin_signup_closed');
      assert.equal((await registerWith(server, 'user', headers)).status, 201, 'users may');
    }
  });

  for (const args of [
    ['--admin-signup', 'closed'],
    ['--admin-signup', 'invite'],
    ['--cors-origin', 'https://chat.example'],
  ]) {
    test(`with ${args.join(' ')}: 403 admin_signup_closed for admins, users may`, async () => {
      const other = await Server.start({ args });
      try {
        assertProblem(await registerWith(other, 'admin'), 403, 'admin_signup_closed');
        assert.equal((await registerWith(other, 'user')).status, 201);
      } finally {
        await other.stop();
      }
    });
  }
});
