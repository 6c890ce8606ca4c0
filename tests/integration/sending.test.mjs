// Contract 4: smessage and what comes of it, for each real client over each transport.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat, assertNothingBut, clients, transports } from './support/chat.mjs';
import { history, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/;
let server;
let ada;
let bob;
before(async () => {
  server = await Server.start();
  ada = await register(server, 'admin', 'Ada');
  bob = await register(server, 'user', 'Bob');
});
after(() => server?.stop());

for (const [client, io] of Object.entries(clients)) {
  for (const via of Object.keys(transports)) {
    describe(`${client} over ${via}`, () => {
      let admin;
      let user;
      before(async () => {
        admin = await Chat.connect(server, ada, { io, via });
        user = await Chat.connect(server, bob, { io, via });
      });
      after(() => {
        admin?.close();
        user?.close();
      });

      test('is on the transport meant', () => {
        for (const chat of [admin, user]) assert.equal(chat.transport, via === 'polling' ? 'polling' : 'websocket');
      });

      test('connecting brings `connection` with the id', () => {
        assert.deepEqual(admin.all('connection'), [{ User_id: ada.id, Connection: true }]);
        assert.deepEqual(user.all('connection'), [{ User_id: bob.id, Connection: true }]);
      });

      test('a message without acknowledgement: message_sent to the sender, receive_message to the receiver', async () => {
        user.emit('smessage', { receiver_id: ada.id, content: 'hello' });
        const sent = await user.next('message_sent');
        const got = await admin.next('receive_message');
        assert.equal(sent.msg, 'Message sent successfully');
        assert.equal(sent.receiver_id, ada.id);
        assert.match(sent.timestamp, TIMESTAMP);
        assert.ok(!sent.duplicate);
        const { client_id, ...rest } = got;
        assert.equal(client_id ?? null, null);
        assert.deepEqual(rest, {
          id: sent.id,
          sender_id: bob.id,
          receiver_id: ada.id,
          content: 'hello',
          timestamp: sent.timestamp,
          read_status: false,
        });
      });

      test('with an acknowledgement: ok and the fields of message_sent, which comes as well', async () => {
        const client_id = `${client} ${via}`;
        const answer = await admin.ask('smessage', { receiver_id: bob.id, content: 'hi', client_id });
        assert.equal(answer.ok, true);
        const sent = await admin.next('message_sent');
        const { ok, ...fields } = answer;
        assert.deepEqual(fields, sent);
        assert.equal(sent.client_id, client_id);
        const got = await user.next('receive_message');
        assert.equal(got.client_id, client_id);
        assert.equal(got.id, sent.id);
      });

      test('the sending socket does not hear its own message back', async () => {
        await user.send(ada, 'not to me');
        const marker = await admin.send(bob, 'marker');
        await user.next('receive_message', ({ id }) => id === marker.id);
        assert.deepEqual(
          user.all('receive_message').filter(({ sender_id }) => sender_id === bob.id),
          [],
        );
      });

      test('content arrives byte for byte', async () => {
        const contents = [
          'é€𝄞 😀',
          ' leading and trailing ',
          'line\nbreak\ttab\r\n',
          '<script>alert(1)</script>',
          '"\\\u0001\u001e\u007f',
          '\ufeffx\u200b',
          "'; DROP TABLE chat; --",
          '😀'.repeat(16_384),
          'x'.repeat(16_384),
          '{"_placeholder":true,"num":0}',
          'a\u2028b\u2029',
        ];
        for (const content of contents) {
          const { id } = await user.send(ada, content);
          const got = await admin.next('receive_message', (message) => message.id === id);
          assert.ok(got.content === content, JSON.stringify(content.slice(0, 20)));
        }
        const stored = (await history(server, ada, bob)).slice(-contents.length);
        assert.deepEqual(
          stored.map(({ content }) => content),
          contents,
        );
      });

      test('ids as decimal text are taken, and come back as numbers', async () => {
        const answer = await user.ask('smessage', { receiver_id: String(ada.id), content: 'text id' });
        assert.equal(answer.ok, true);
        assert.equal(answer.receiver_id, ada.id);
      });

      test('a burst of 100 is stored, acknowledged and delivered in the order sent', async () => {
        const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => user.send(ada, `burst ${i}`)));
        const ids = answers.map(({ id }) => id);
        assert.deepEqual(
          ids,
          [...ids].sort((a, b) => a - b),
        );
        await admin.next('receive_message', ({ id }) => id === ids.at(-1));
        const delivered = admin.all('receive_message').filter(({ id }) => id >= ids[0]);
        assert.deepEqual(
          delivered.map(({ content }) => content),
          Array.from({ length: 100 }, (_, i) => `burst ${i}`),
        );
        const stored = (await history(server, bob, ada)).filter(({ id }) => id >= ids[0]);
        assert.deepEqual(
          stored.map(({ id }) => id),
          ids,
        );
      });

      test('A12: strangers, a user and an admin, hear nothing of it', async () => {
        const [userB, adminB] = [await register(server, 'user'), await register(server, 'admin')];
        const strangers = [
          await Chat.connect(server, userB, { io, via }),
          await Chat.connect(server, adminB, { io, via }),
        ];
        await user.send(ada, 'secret');
        await admin.send(bob, 'secret too');
        admin.emit('mark_message_read', { sender_id: bob.id });
        await user.next('read_status_update');
        await assertNothingBut(strangers[0], admin);
        await assertNothingBut(strangers[1], admin);
        for (const stranger of strangers) stranger.close();
      });
    });
  }
}

describe('A13: fields not named', () => {
  test("are ignored: id, sender_id, timestamp, read_status are the server's", async () => {
    const [admin, user] = [await Chat.connect(server, ada), await Chat.connect(server, bob)];
    const forged = { id: 1, sender_id: ada.id, timestamp: '2000-01-01T00:00:00', read_status: true, more: 'x' };
    const { id, timestamp } = await user.send(ada, 'forged', forged);
    const got = await admin.next('receive_message');
    assert.deepEqual(
      [got.id, got.sender_id, got.timestamp, got.read_status, got.more],
      [id, bob.id, timestamp, false, undefined],
    );
    assert.ok(id > 1);
    admin.close();
    user.close();
  });
});
