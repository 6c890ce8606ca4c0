// Contract 2: bodies, errors, methods, headers, CORS, health.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { api, assertProblem, newPerson, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

const BODY_MAX = 128 * 1024;
let server;
let person;
before(async () => {
  server = await Server.start();
  person = await register(server, 'user');
});
after(() => server?.stop());

const login = (raw, headers = { 'Content-Type': 'application/json' }) =>
  api(server, 'POST', '/auth/login', { raw, headers });

describe('bodies', () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'multipart/form-data; boundary=x',
    '',
  ]) {
    test(`content type "${type}": 415`, async () => {
      assertProblem(
        await login('{"email":"a@b.example","password":"x"}', { 'Content-Type': type }),
        415,
        'unsupported_media_type',
      );
    });
  }
  for (const type of ['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON']) {
    test(`content type "${type}" is JSON`, async () => {
      assert.equal((await login('{"email":"a@b.example","password":"x"}', { 'Content-Type': type })).status, 401);
    });
  }

  test('H8: a gzip body, good JSON within: 415, not inflated', async () => {
    const raw = gzipSync('{"email":"a@b.example","password":"x"}');
    for (const coding of ['gzip', 'identity, gzip'])
      assertProblem(
        await login(raw, { 'Content-Type': 'application/json', 'Content-Encoding': coding }),
        415,
        'unsupported_media_type',
      );
  });

  const notJson = {
    nothing: '',
    'a word': 'x',
    'a cut object': '{"email":',
    'text after it': '{}x',
    'single quotes': "{'email':1}",
    'a trailing comma': '{"a":1,}',
    'duplicate keys': '{"email":"a@b.example","email":"b@b.example","password":"x"}',
    'duplicate keys after unescaping': '{"email":"x","\\u0065mail":"y"}',
    'depth over 32': `{"a":${'['.repeat(32)}${']'.repeat(32)}}`,
    'over 1,000 members': `{"a":[${Array(1001).fill(0)}]}`,
    'a lone surrogate': '{"email":"\\ud800"}',
    'a number that is too large': '{"a":1e999}',
    'not UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    '100,000 brackets': '['.repeat(100_000),
  };
  for (const [what, raw] of Object.entries(notJson)) {
    test(`W7: ${what}: 400 invalid_json`, async () => {
      assertProblem(await login(raw), 400, 'invalid_json');
    });
  }
  for (const raw of ['[]', '"x"', '1', 'null']) {
    test(`good JSON that is no object, ${raw}: 422`, async () => {
      const response = await login(raw);
      assert.equal(response.status, 422, response.text);
      assert.equal(response.json.code, 'invalid_fields');
    });
  }

  test('H5: 128 KiB are taken, one byte more is 413', async () => {
    const start = '{"email":"a@b.example","password":"x","more":"';
    const body = (length) => `${start}${'m'.repeat(length - start.length - 2)}"}`;
    assert.equal(Buffer.byteLength(body(BODY_MAX)), BODY_MAX);
    assert.equal((await login(body(BODY_MAX))).status, 401);
    assertProblem(await login(body(BODY_MAX + 1)), 413, 'payload_too_large');
  });
});

describe('routes', () => {
  for (const path of [
    '/chat/nothing',
    '/nothing',
    '/auth',
    '/chat/messages/x',
    '/chat/info/more',
    '/auth/login/',
  ]) {
    test(`GET ${path}: 404 not_found`, async () => {
      assertProblem(await api(server, 'GET', path, { token: person.token }), 404, 'not_found');
    });
  }
  for (const [method, path, allowed] of [
    ['GET', '/auth/login', 'POST'],
    ['DELETE', '/auth/register', 'POST'],
    ['PUT', '/auth/refresh', 'POST'],
    ['GET', '/chat/messages', 'POST'],
    ['POST', '/chat/info', 'GET'],
    ['DELETE', '/chat/admins', 'GET'],
    ['PATCH', '/chat/users', 'GET'],
    ['POST', '/chat/messages/1', 'GET'],
    ['POST', '/chat/loaded', 'GET'],
    ['POST', '/healthz', 'GET'],
  ]) {
    test(`${method} ${path}: 405 with Allow`, async () => {
      const response = await api(server, method, path, {
        token: person.token,
        body: ['GET', 'DELETE'].includes(method) ? undefined : {},
      });
      assertProblem(response, 405, 'method_not_allowed');
      assert.ok(response.headers.get('allow').split(/, */).includes(allowed), response.headers.get('allow'));
    });
  }
  test('H8: TRACE is 405', async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest(`${server.url}/chat/info`, { method: 'TRACE' }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    assert.equal(status, 405);
  });

  for (const path of ['/healthz', '/readyz']) {
    test(`${path} is 200 for anyone`, async () => {
      assert.equal((await api(server, 'GET', path)).status, 200);
    });
  }
});

describe('X2: headers of every answer', () => {
  const requests = {
    'a good answer': () => api(server, 'GET', '/chat/info', { token: person.token }),
    'an error': () => api(server, 'GET', '/chat/info'),
    'not found': () => api(server, 'GET', '/nothing'),
    health: () => api(server, 'GET', '/healthz'),
    'an Engine.IO handshake': () => api(server, 'GET', '/socket.io/?EIO=4&transport=polling'),
    'an Engine.IO error': () => api(server, 'GET', '/socket.io/?EIO=3&transport=polling'),
  };
  for (const [what, send] of Object.entries(requests)) {
    test(`${what}: CSP, nosniff, referrer policy, X-Request-Id`, async () => {
      const { headers } = await send();
      const policy = headers.get('content-security-policy') ?? '';
      for (const directive of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
        assert.ok(policy.includes(directive), policy);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.ok(headers.get('referrer-policy'));
      assert.equal(headers.get('server')?.includes('/'), undefined, 'no version is told');
      assert.ok(headers.get('x-request-id'));
    });
  }
  test('X-Request-Id differs from answer to answer', async () => {
    const ids = new Set();
    for (let i = 0; i < 20; ++i) ids.add((await requests.health()).headers.get('x-request-id'));
    assert.equal(ids.size, 20);
  });
});

const FOREIGN = 'https://elsewhere.example';

function corsHeaders(headers) {
  return [...headers.keys()].filter((name) => name.startsWith('access-control-'));
}

describe('without --cors-origin', () => {
  test('REST answers carry no CORS header, whatever the Origin', async () => {
    for (const Origin of [FOREIGN, server.url, 'null']) {
      const { headers } = await api(server, 'GET', '/chat/info', { token: person.token, headers: { Origin } });
      assert.deepEqual(corsHeaders(headers), []);
    }
  });

  for (const Origin of [FOREIGN, 'null', 'http://127.0.0.1:1', 'http://127.0.0.1']) {
    test(`W8: a handshake with Origin ${Origin} is 403, code 4`, async () => {
      const response = await api(server, 'GET', '/socket.io/?EIO=4&transport=polling', { headers: { Origin } });
      assert.equal(response.status, 403);
      assert.equal(response.json.code, 4);
      assert.deepEqual(Object.keys(response.json), ['code', 'message']);
    });
  }
  test('W8: a handshake from the same origin is let in, the scheme is not compared; without Origin too', async () => {
    for (const headers of [{ Origin: server.url }, { Origin: server.url.replace('http:', 'https:') }, {}]) {
      assert.equal((await api(server, 'GET', '/socket.io/?EIO=4&transport=polling', { headers })).status, 200);
    }
  });
  test('W8: a WebSocket from a foreign origin is refused', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = {
        Origin: FOREIGN,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      };
      httpRequest(`${server.url}/socket.io/?EIO=4&transport=websocket`, { headers })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('upgrade', (_, socket) => {
          socket.destroy();
          resolve(101);
        })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 403);
  });
});

describe('with --cors-origin', () => {
  const ALLOWED = 'https://chat.example';
  let other;
  before(async () => {
    other = await Server.start({ args: ['--cors-origin', ALLOWED, '--cors-origin', 'https://two.example'] });
  });
  after(() => other?.stop());

  test('the preflight of REST is answered', async () => {
    const headers = {
      Origin: ALLOWED,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    };
    const response = await api(other, 'OPTIONS', '/auth/login', { headers });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('access-control-allow-origin'), ALLOWED);
    assert.match(response.headers.get('access-control-allow-methods'), /POST/);
    assert.match(
      response.headers.get('access-control-allow-headers').toLowerCase(),
      /authorization.*content-type|content-type.*authorization/,
    );
  });
  for (const [what, path, options] of [
    ['a good answer', '/healthz'],
    ['an error', '/chat/info'],
    ['a handshake', '/socket.io/?EIO=4&transport=polling'],
    ['an Engine.IO error', '/socket.io/?EIO=3&transport=polling'],
  ]) {
    test(`${what} names an allowed origin and varies by it`, async () => {
      for (const origin of [ALLOWED, 'https://two.example']) {
        const { headers } = await api(other, 'GET', path, { ...options, headers: { Origin: origin } });
        assert.equal(headers.get('access-control-allow-origin'), origin);
        assert.match(headers.get('vary') ?? '', /\borigin\b/i);
      }
    });
  }
  test('the preflight of Engine.IO is answered before its checks', async () => {
    const headers = {
      Origin: ALLOWED,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization',
    };
    const response = await api(other, 'OPTIONS', '/socket.io/?EIO=4&transport=polling&sid=x', { headers });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('access-control-allow-origin'), ALLOWED);
  });
  test('another origin is not named, and its handshake is 403', async () => {
    assert.notEqual(
      (await api(other, 'GET', '/healthz', { headers: { Origin: FOREIGN } })).headers.get(
        'access-control-allow-origin',
      ),
      FOREIGN,
    );
    const handshake = await api(other, 'GET', '/socket.io/?EIO=4&transport=polling', { headers: { Origin: FOREIGN } });
    assert.equal(handshake.status, 403);
  });
  test('A13: a body from an allowed origin works as ever', async () => {
    assert.equal(
      (await api(other, 'POST', '/auth/register', { body: newPerson('user'), headers: { Origin: ALLOWED } })).status,
      201,
    );
  });
});
