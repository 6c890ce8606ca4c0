// matrix: every route and CONNECT × tokens that are missing, forged, expired, of the wrong type. A5, A6.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { api, assertProblem, register } from './support/people.mjs';
import { Server } from './support/server.mjs';
import { forgeries, parts, sign, withTimes } from './support/tokens.mjs';

// `takes`: the type of token.
const routes = [
  { method: 'GET', path: '/chat/info', takes: 'access' },
  { method: 'GET', path: '/chat/admins', takes: 'access' },
  { method: 'GET', path: '/chat/users', takes: 'access' },
  { method: 'GET', path: '/chat/messages/1', takes: 'access' },
  { method: 'GET', path: '/chat/loaded', takes: 'access' },
  { method: 'POST', path: '/admin/invites', takes: 'access', status: 201 },
  { method: 'GET', path: '/admin/users', takes: 'access' },
  { method: 'PATCH', path: '/admin/users/1', takes: 'access', body: {} },
  { method: 'POST', path: '/auth/refresh', takes: 'refresh' },
];

let server;
let admin;
let user;
before(async () => {
  server = await Server.start();
  admin = await register(server, 'admin');
  user = await register(server, 'user');
});
after(() => server?.stop());

const good = (takes) => (takes === 'access' ? admin.token : admin.refresh);
const wrongType = (takes) => (takes === 'access' ? admin.refresh : admin.token);

async function refusedAtConnect(token, code) {
  for (const via of ['websocket', 'polling']) {
    const chat = new Chat(server, token === undefined ? {} : { token }, { via });
    const refusal = await chat.refusal();
    chat.close();
    assert.equal(refusal.message, 'Unauthorized');
    assert.deepEqual(refusal.data, { code });
  }
}

for (const { method, path, takes, body, status = 200 } of routes) {
  const call = (token) => api(server, method, path, { token, body });
  describe(`${method} ${path}`, () => {
    test('takes a good token', async () => {
      assert.equal((await call(good(takes))).status, status);
    });
    test('missing: 401 token_missing', async () => {
      assertProblem(await call(undefined), 401, 'token_missing');
    });
    test('A6: expired: 401 token_expired', async () => {
      assertProblem(await call(withTimes(good(takes), server.key, { iat: -7200, exp: -3600 })), 401, 'token_expired');
      assertProblem(await call(withTimes(good(takes), server.key, { iat: -7200, exp: -35 })), 401, 'token_expired');
    });
    test('A6: not yet valid: 401 token_invalid', async () => {
      assertProblem(await call(withTimes(good(takes), server.key, { nbf: 3600, exp: 7200 })), 401, 'token_invalid');
    });
    test('A6: the leeway is 30 s both ways', async () => {
      // A refresh token made by hand is a known one only if its id is: the access token shows the leeway everywhere else.
      if (takes === 'refresh') return;
      assert.equal((await call(withTimes(good(takes), server.key, { exp: -15 }))).status, status);
      assert.equal((await call(withTimes(good(takes), server.key, { iat: 15, exp: 3600 }))).status, status);
    });
    test('A6: wrong type: 401 token_invalid', async () => {
      assertProblem(await call(wrongType(takes)), 401, 'token_invalid');
    });
    test('an unknown type: 401 token_invalid', async () => {
      for (const type of ['Access', '', 1]) {
        assertProblem(await call(sign({ ...parts(good(takes)).claims, type }, server.key)), 401, 'token_invalid');
      }
    });
    test('another scheme than Bearer: 401', async () => {
      const response = await api(server, method, path, { body, headers: { Authorization: `Basic ${good(takes)}` } });
      assert.equal(response.status, 401);
      assert.equal(response.headers.get('www-authenticate'), 'Bearer');
    });
    test('A5: forged: 401 token_invalid, each one', async () => {
      const forged = Object.entries(forgeries(good(takes), server.key));
      assert.ok(forged.length > 30);
      for (const [name, token] of forged) {
        const response = await call(token);
        assert.equal(response.status, 401, `${name}: ${response.status}`);
        assert.equal(response.json.code, 'token_invalid', name);
        assertProblem(response, 401, 'token_invalid');
      }
    });
    test('a token for somebody who does not exist: 401', async () => {
      const { claims } = parts(good(takes));
      const stranger = sign({ ...claims, sub: typeof claims.sub === 'string' ? '1000000' : 1_000_000 }, server.key);
      const response = await call(stranger);
      assert.equal(response.status, 401);
      assert.match(response.json.code, /^token_(invalid|revoked)$/);
    });
  });
}

test("the role is the database's: a token that claims admin does not make a user one", async () => {
  const claimed = sign({ ...parts(user.token).claims, role: 'admin' }, server.key);
  assertProblem(await api(server, 'GET', '/chat/users', { token: claimed }), 403, 'forbidden');
});

test('GET /chat/users is for admins: a user gets 403 forbidden', async () => {
  assertProblem(await api(server, 'GET', '/chat/users', { token: user.token }), 403, 'forbidden');
  assert.equal((await api(server, 'GET', '/chat/users', { token: admin.token })).status, 200);
});

describe('CONNECT', () => {
  test('missing: token_missing', async () => {
    await refusedAtConnect(undefined, 'token_missing');
  });
  test('A6: expired: token_expired', async () => {
    await refusedAtConnect(withTimes(admin.token, server.key, { iat: -7200, exp: -3600 }), 'token_expired');
  });
  test('A6: not yet valid, and of the wrong type: token_invalid', async () => {
    await refusedAtConnect(withTimes(admin.token, server.key, { nbf: 3600, exp: 7200 }), 'token_invalid');
    await refusedAtConnect(admin.refresh, 'token_invalid');
  });
  test('A5: forged: token_invalid, each one', async () => {
    for (const [name, token] of Object.entries(forgeries(admin.token, server.key))) {
      await refusedAtConnect(token, 'token_invalid').catch((error) => {
        throw new Error(name, { cause: error });
      });
    }
  });
  test('a token that is no text: token_invalid or token_missing', async () => {
    for (const token of [5, null, true, { a: 1 }, ['x']]) {
      const refusal = await new Chat(server, { token }).refusal();
      assert.equal(refusal.message, 'Unauthorized');
      assert.match(refusal.data.code, /^token_(invalid|missing)$/);
    }
  });
  // The JavaScript client ends the session itself after a refusal, so by hand.
  test('after a refusal the session stays open for another try', async () => {
    const opened = await api(server, 'GET', '/socket.io/?EIO=4&transport=polling');
    const url = `/socket.io/?EIO=4&transport=polling&sid=${JSON.parse(opened.text.slice(1)).sid}`;
    const headers = { 'Content-Type': 'text/plain;charset=UTF-8' };
    for (let i = 0; i < 3; ++i) {
      assert.equal((await api(server, 'POST', url, { raw: '40{"token":"bad"}', headers })).text, 'ok');
      const refusal = (await api(server, 'GET', url)).text;
      assert.equal(refusal, '44{"message":"Unauthorized","data":{"code":"token_invalid"}}');
    }
    await api(server, 'POST', url, { raw: `40{"token":"${admin.token}"}`, headers });
    assert.match((await api(server, 'GET', url)).text, /^40\{"sid":"[^"]+"\}/);
    await api(server, 'POST', url, { raw: '41\x1e1', headers });
  });
  test('the Authorization header of the handshake counts when auth has no token', async () => {
    for (const via of ['websocket', 'polling', 'upgrade']) {
      const chat = new Chat(server, {}, { via, headers: { Authorization: `Bearer ${user.token}` } });
      await chat.connected();
      chat.close();
    }
  });
  test('the token in auth counts before the header', async () => {
    const chat = new Chat(server, { token: admin.refresh }, { headers: { Authorization: `Bearer ${user.token}` } });
    assert.deepEqual((await chat.refusal()).data, { code: 'token_invalid' });
    chat.close();
  });
  test('a token in the URL counts for nothing', async () => {
    const chat = new Chat(server, {});
    chat.socket.io.opts.query = { token: user.token, access_token: user.token };
    assert.deepEqual((await chat.refusal()).data, { code: 'token_missing' });
    chat.close();
  });
});
