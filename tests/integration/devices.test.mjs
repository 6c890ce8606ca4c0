// Contract 4: several sockets of one person, read marks, and the order of ids on a connection.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Chat, assertNothingBut } from './support/chat.mjs';
import { history, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

let server;
before(async () => {
  server = await Server.start();
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
const pair = async () => [await register(server, 'admin'), await register(server, 'user')];

describe('several devices', () => {
  test('all sockets of the receiver, and the other sockets of the sender, get receive_message; the sending one message_sent', async () => {
    const [ada, bob] = await pair();
    const receivers = [
      await connect(ada),
      await connect(ada, { via: 'polling' }),
      await connect(ada, { via: 'upgrade' }),
    ];
    const [sending, other, third] = [await connect(bob), await connect(bob, { via: 'polling' }), await connect(bob)];
    const { id } = await sending.send(ada, 'to all', { client_id: 'd1' });
    for (const chat of [...receivers, other, third]) {
      const got = await chat.next('receive_message');
      assert.deepEqual([got.id, got.client_id, got.content, got.sender_id], [id, 'd1', 'to all', bob.id]);
      assert.deepEqual(chat.all('message_sent'), []);
    }
    const marker = await receivers[0].send(bob, 'marker');
    await sending.next('receive_message', (message) => message.id === marker.id);
    assert.equal(sending.all('receive_message').length, 1);
    assert.equal(sending.all('message_sent').length, 1);
  });

  test('a socket that has left gets nothing, the others go on', async () => {
    const [ada, bob] = await pair();
    const [stays, leaves, sender] = [await connect(ada), await connect(ada), await connect(bob)];
    leaves.close();
    const { id } = await sender.send(ada, 'x');
    assert.equal((await stays.next('receive_message')).id, id);
    assert.deepEqual(leaves.all('receive_message'), []);
  });
});

describe('F21: mark_message_read', () => {
  test('marks, answers, and tells both rooms with up_to_id', async () => {
    const [ada, bob] = await pair();
    const [reader, readerToo, writer] = [await connect(ada), await connect(ada), await connect(bob)];
    await writer.send(ada, 'one');
    const { id } = await writer.send(ada, 'two');
    await reader.next('receive_message', (message) => message.id === id);
    const answer = await reader.ask('mark_message_read', { sender_id: bob.id });
    assert.equal(answer.ok, true);
    for (const chat of [reader, readerToo, writer]) {
      assert.deepEqual(await chat.next('read_status_update'), { sender_id: bob.id, receiver_id: ada.id, up_to_id: id });
    }
    assert.deepEqual(
      (await history(server, bob, ada)).map(({ read_status }) => read_status),
      [true, true],
    );
  });

  test('with up_to_id: no further than that', async () => {
    const [ada, bob] = await pair();
    const [reader, writer] = [await connect(ada), await connect(bob)];
    const ids = [];
    for (const text of ['one', 'two', 'three']) ids.push((await writer.send(ada, text)).id);
    assert.equal((await reader.ask('mark_message_read', { sender_id: String(bob.id), up_to_id: ids[1] })).ok, true);
    assert.equal((await writer.next('read_status_update')).up_to_id, ids[1]);
    assert.deepEqual(
      (await history(server, ada, bob)).map(({ read_status }) => read_status),
      [true, true, false],
    );
  });

  test('when nothing changes nothing is told', async () => {
    const [ada, bob] = await pair();
    const [reader, writer] = [await connect(ada), await connect(bob)];
    const { id } = await writer.send(ada, 'one');
    await reader.next('receive_message', (message) => message.id === id);
    for (let i = 0; i < 3; ++i) assert.equal((await reader.ask('mark_message_read', { sender_id: bob.id })).ok, true);
    await writer.next('read_status_update');
    const marker = await reader.send(bob, 'marker');
    await writer.next('receive_message', (message) => message.id === marker.id);
    assert.equal(writer.all('read_status_update').length, 1);
    assert.equal(reader.all('read_status_update').length, 1);
  });

  test('A11: marks only what was written to the caller, and tells strangers nothing', async () => {
    const [ada, bob] = await pair();
    const [dora, carl] = await pair();
    const [adminA, userA, adminB, userB] = [
      await connect(ada),
      await connect(bob),
      await connect(dora),
      await connect(carl),
    ];
    await userA.send(ada, 'unread');
    // Neither the sender nor a stranger can mark it: absent and foreign look alike.
    const answers = new Set();
    for (const [chat, sender_id] of [
      [userA, ada.id],
      [userA, bob.id],
      [adminB, bob.id],
      [userB, bob.id],
      [userB, 999_999],
    ]) {
      const { sender_id: _1, receiver_id: _2, ...answer } = await chat.ask('mark_message_read', { sender_id });
      answers.add(JSON.stringify(answer));
    }
    assert.equal(answers.size, 1, [...answers].join('\n'));
    assert.deepEqual(
      (await history(server, ada, bob)).map(({ read_status }) => read_status),
      [false],
    );
    await adminA.ask('mark_message_read', { sender_id: bob.id });
    await userA.next('read_status_update');
    await assertNothingBut(adminB, adminA);
    await assertNothingBut(userB, adminB);
  });
});

describe('F19: guarantee 3', () => {
  test('on one connection the ids of messages, message_sent and acknowledgements only grow, under crossing bursts', async () => {
    const [ada, bob] = await pair();
    const [dora] = await pair();
    for (const via of ['websocket', 'polling', 'upgrade']) {
      const [bobs, bobsToo, adas, doras] = [
        await connect(bob, { via }),
        await connect(bob, { via }),
        await connect(ada, { via }),
        await connect(dora, { via }),
      ];
      const burst = (chat, to, name) =>
        Promise.all(Array.from({ length: 40 }, (_, i) => chat.send(to, `${name} ${i}`)));
      await Promise.all([
        burst(bobs, ada, 'a'),
        burst(bobsToo, dora, 'b'),
        burst(adas, bob, 'c'),
        burst(doras, bob, 'd'),
      ]);
      const last = await adas.send(bob, 'last');
      const lastToo = await bobs.send(ada, 'last');
      await bobs.next('receive_message', ({ id }) => id === last.id);
      await bobsToo.next('receive_message', ({ id }) => id === lastToo.id);
      await adas.next('receive_message', ({ id }) => id === lastToo.id);
      for (const chat of [bobs, bobsToo, adas, doras]) {
        const ids = chat.log
          .filter(({ event }) => ['receive_message', 'message_sent', 'ack'].includes(event))
          .map(({ data }) => data.id);
        assert.ok(ids.length > 80, `${ids.length}`);
        assert.deepEqual(
          ids,
          [...ids].sort((a, b) => a - b),
        );
      }
      // Everything once on every connection that had to hear of it.
      const heard = (chat) =>
        chat
          .all('receive_message')
          .map(({ content }) => content)
          .sort();
      const names = (...of) => of.flatMap((name) => Array.from({ length: 40 }, (_, i) => `${name} ${i}`));
      assert.deepEqual(heard(bobsToo), [...names('a', 'c', 'd'), 'last', 'last'].sort());
      assert.deepEqual(heard(adas), [...names('a'), 'last'].sort());
      for (const chat of [bobs, bobsToo, adas, doras]) chat.close();
    }
  });
});
