// Contract 3: POST /chat/messages, the same rules and deliveries as smessage.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat, assertNothingBut } from './support/chat.mjs';
import { api, assertProblem, history, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

let server;
let [ada, bob, eve] = [];
before(async () => {
  server = await Server.start();
  ada = await register(server, 'admin');
  bob = await register(server, 'user');
  eve = await register(server, 'user');
});
after(() => server?.stop());

const send = (from, to, content, more = {}) =>
  api(server, 'POST', '/chat/messages', { token: from.token, body: { receiver_id: to.id, content, ...more } });

describe('POST /chat/messages', () => {
  test('201 with the message; both rooms get it, strangers nothing', async () => {
    const [receiver, own, stranger, admin] = [ada, bob, eve, ada].map((person) => Chat.connect(server, person));
    const chats = await Promise.all([receiver, own, stranger, admin]);
    const { status, json } = await send(bob, ada, ' text as it is\n', { client_id: 'r1', read_status: true, id: 1 });
    assert.equal(status, 201);
    for (const chat of chats.slice(0, 2)) {
      const got = await chat.next('receive_message');
      assert.deepEqual(got, json);
      assert.deepEqual([got.sender_id, got.receiver_id, got.read_status], [bob.id, ada.id, false]);
    }
    assert.deepEqual((await history(server, bob, ada)).at(-1), json);
    await assertNothingBut(chats[2], chats[3]);
    for (const chat of chats) chat.close();
  });

  test('F17, F18: repeated under its client_id: 200 with the first id and time, delivered once; another under it: 409', async () => {
    const first = await send(bob, ada, 'once', { client_id: 'r2' });
    const chat = await Chat.connect(server, ada);
    const again = await send(bob, ada, 'once', { client_id: 'r2' });
    assert.equal(again.status, 200);
    const { id, timestamp } = first.json;
    assert.deepEqual([again.json.id, again.json.timestamp, again.json.duplicate], [id, timestamp, true]);
    assertProblem(await send(bob, ada, 'twice', { client_id: 'r2' }), 409, 'client_id_conflict');
    const marker = await send(bob, ada, 'the first thing you hear');
    assert.equal((await chat.next('receive_message')).id, marker.json.id);
    chat.close();
    const over = await Chat.connect(server, bob);
    const socket = await over.ask('smessage', { receiver_id: ada.id, content: 'once', client_id: 'r2' });
    assert.deepEqual([socket.id, socket.duplicate], [id, true], 'whatever it is repeated over');
    over.close();
  });

  test('nobody, oneself, and whom one may not write to look alike: 404 receiver_not_found', async () => {
    for (const to of [{ id: 999_999 }, bob, eve, { id: 0 }, { id: '99999999999999999999' }]) {
      assertProblem(await send(bob, to, 'hello'), 404, 'receiver_not_found');
    }
    assert.equal((await send(bob, { id: String(ada.id) }, 'ids may come as text')).status, 201);
  });

  test('fields that are missing or wrong: 422 naming them', async () => {
    const post = (body) => api(server, 'POST', '/chat/messages', { token: bob.token, body });
    assertProblem(await post({}), 422, 'invalid_fields', ['receiver_id', 'content']);
    for (const content of ['', ' \n', 'x'.repeat(16_385), 'a\0', 7, null]) {
      assertProblem(await send(bob, ada, content), 422, 'invalid_fields', ['content']);
    }
    for (const id of [-1, 1.5, 'x', '', null, true]) {
      assertProblem(await send(bob, { id }, 'hello'), 422, 'invalid_fields', ['receiver_id']);
    }
    for (const client_id of ['', 'x'.repeat(65), 'é', 7]) {
      assertProblem(await send(bob, ada, 'hello', { client_id }), 422, 'invalid_fields', ['client_id']);
    }
    assert.equal((await send(bob, ada, '😀'.repeat(16_384))).status, 201);
  });

  test('many at once are stored in one order, each once', async () => {
    const sent = await Promise.all(Array.from({ length: 60 }, (_, i) => send(eve, ada, `m${i}`)));
    assert.ok(sent.every(({ status }) => status === 201));
    const ids = new Set(sent.map(({ json }) => json.id));
    assert.equal(ids.size, 60);
    assert.deepEqual(
      (await history(server, eve, ada)).map(({ id }) => id).slice(-60),
      [...ids].sort((a, b) => a - b),
    );
  });
});
