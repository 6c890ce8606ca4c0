// The end of an access token on an open socket: told a minute before, renewed by `authenticate`, else the end.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { api, logIn, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

async function renewed(server, person) {
  const { status, json, text } = await api(server, 'POST', '/auth/refresh', { token: person.refresh });
  assert.equal(status, 200, text);
  return json.access_token;
}

describe('tokens of 30 s', () => {
  let server, ann, bob;

  before(async () => {
    server = await Server.start({ args: ['--access-token-ttl', '30s'] });
    ann = await register(server, 'user');
    bob = await register(server, 'user');
  });
  after(() => server.stop());

  test('session_expired comes at once when less than a minute is left', async () => {
    const chat = await Chat.connect(server, ann);
    assert.deepEqual(await chat.next('session_expired'), {});
    assert.equal(chat.all('session_expired').length, 1);
    chat.close();
  });

  test('authenticate renews, and it is told of the new end', async () => {
    const chat = await Chat.connect(server, ann);
    await chat.next('session_expired');
    assert.deepEqual(await chat.ask('authenticate', { token: await renewed(server, ann) }), { ok: true });
    assert.deepEqual(await chat.next('session_expired'), {}, 'of the new token, which has less than a minute too');
    chat.close();
  });

  test("a bad token, none, or somebody else's: refused, and the connection stays as it was", async () => {
    const chat = await Chat.connect(server, ann);
    for (const [payload, code] of [
      [{ token: 'nonsense' }, 'token_invalid'],
      [{ token: 7 }, 'token_invalid'],
      [{}, 'token_missing'],
      [null, 'token_missing'],
      [{ token: bob.token }, 'token_invalid'],
      [{ token: ann.refresh }, 'token_invalid'],
    ]) {
      const answer = await chat.ask('authenticate', payload);
      assert.equal(answer.ok, false);
      assert.equal(answer.code, code, JSON.stringify(payload));
    }
    chat.emit('authenticate', { token: 'nonsense' });
    assert.equal((await chat.next('error')).code, 'token_invalid');
    assert.ok(chat.socket.connected);
    chat.close();
  });

  test('a login that was renewed goes on with the new login: the old one may end', async () => {
    const old = await logIn(server, ann);
    const chat = await Chat.connect(server, old);
    const fresh = await logIn(server, ann);
    assert.deepEqual(await chat.ask('authenticate', { token: fresh.token }), { ok: true });
    assert.equal((await api(server, 'POST', '/auth/logout', { token: old.token })).status, 204);
    assert.deepEqual(await chat.ask('authenticate', { token: fresh.token }), { ok: true }, 'still there');
    assert.equal((await chat.ask('authenticate', { token: old.token })).code, 'token_revoked');
    assert.equal((await api(server, 'POST', '/auth/logout', { token: fresh.token })).status, 204);
    assert.equal((await chat.next('error')).code, 'token_revoked');
    assert.equal(await chat.next('disconnect'), 'io server disconnect');
  });
});

describe('a token that ends', () => {
  test('41 after the leeway of 30 s, and not before', async () => {
    const server = await Server.start({ args: ['--access-token-ttl', '1s'] });
    const ann = await register(server, 'user');
    const chat = await Chat.connect(server, ann);
    const began = Date.now();
    await chat.next('session_expired');
    assert.equal(await chat.next('disconnect', undefined, 60_000), 'io server disconnect');
    assert.ok(Date.now() - began > 29_000, `${Date.now() - began} ms`);
    await server.stop();
  });
});
