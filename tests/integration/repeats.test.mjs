// Contract 4, guarantee 4: a send repeated with its client_id is stored once, for ever. F17, F18.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat, assertNothingBut } from './support/chat.mjs';
import { history, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

let server;
let [ada, dora, bob] = [];
let [admin, user] = [];
before(async () => {
  server = await Server.start();
  ada = await register(server, 'admin', 'Ada');
  dora = await register(server, 'admin', 'Dora');
  bob = await register(server, 'user', 'Bob');
  admin = await Chat.connect(server, ada);
  user = await Chat.connect(server, bob);
});
after(async () => {
  admin?.close();
  user?.close();
  await server?.stop();
});

const stored = async (content) =>
  (await history(server, bob, ada)).filter((message) => message.content === content).length;

describe('F17: a repeated client_id', () => {
  test('gets the first id and timestamp with duplicate, and nothing is delivered again', async () => {
    const first = await user.send(ada, 'once', { client_id: 'r1' });
    const again = await user.send(ada, 'once', { client_id: 'r1' });
    assert.deepEqual(
      [again.id, again.timestamp, again.receiver_id, again.client_id],
      [first.id, first.timestamp, ada.id, 'r1'],
    );
    assert.equal(again.duplicate, true);
    const marker = await user.send(ada, 'marker');
    await admin.next('receive_message', ({ id }) => id === marker.id);
    assert.equal(admin.all('receive_message').filter(({ content }) => content === 'once').length, 1);
    assert.equal(await stored('once'), 1);
  });

  test('twice in one burst is stored once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => user.send(ada, 'burst', { client_id: 'r2' })));
    assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
    assert.equal(answers.filter(({ duplicate }) => duplicate).length, 19);
    assert.equal(await stored('burst'), 1);
  });

  test('from another socket of the same person is a repeat too', async () => {
    const first = await user.send(ada, 'other socket', { client_id: 'r3' });
    const second = await Chat.connect(server, bob);
    const again = await second.send(ada, 'other socket', { client_id: 'r3' });
    assert.deepEqual([again.id, again.duplicate], [first.id, true]);
    second.close();
  });

  test('without acknowledgement: message_sent with duplicate', async () => {
    const first = await user.send(ada, 'no ack', { client_id: 'r4' });
    user.emit('smessage', { receiver_id: ada.id, content: 'no ack', client_id: 'r4' });
    const sent = await user.next('message_sent', ({ client_id, duplicate }) => client_id === 'r4' && duplicate);
    assert.equal(sent.id, first.id);
  });

  test('the same client_id of two people is two messages', async () => {
    const [a, b] = [
      await user.send(ada, 'mine', { client_id: 'shared' }),
      await admin.send(bob, 'mine', { client_id: 'shared' }),
    ];
    assert.notEqual(a.id, b.id);
    assert.ok(!a.duplicate && !b.duplicate);
  });

  test('without client_id the same text is two messages', async () => {
    const [a, b] = [await user.send(ada, 'twice'), await user.send(ada, 'twice')];
    assert.notEqual(a.id, b.id);
  });

  test('for ever: after a restart too', async () => {
    const first = await user.send(ada, 'before the restart', { client_id: 'r5' });
    user.close();
    admin.close();
    assert.equal(await server.terminate(), 0);
    await server.launch();
    admin = await Chat.connect(server, ada);
    user = await Chat.connect(server, bob);
    const again = await user.send(ada, 'before the restart', { client_id: 'r5' });
    assert.deepEqual([again.id, again.timestamp, again.duplicate], [first.id, first.timestamp, true]);
    await assertNothingBut(admin, user);
  });
});

describe('F18: another message under a used client_id', () => {
  before(() => user.send(ada, 'the first', { client_id: 'k1' }));

  for (const [what, change] of [
    ['another content', { content: 'another' }],
    ['another receiver', { receiver: 'dora' }],
  ]) {
    test(`${what}: client_id_conflict, nothing stored`, async () => {
      const payload = {
        receiver_id: change.receiver ? dora.id : ada.id,
        content: change.content ?? 'the first',
        client_id: 'k1',
      };
      const answer = await user.ask('smessage', payload);
      assert.equal(answer.ok, false);
      assert.equal(answer.code, 'client_id_conflict');
      assert.equal(typeof answer.error, 'string');
      user.emit('smessage', payload);
      const error = await user.next('error', ({ code }) => code === 'client_id_conflict');
      assert.equal(error.event, 'smessage');
      assert.equal(error.client_id, 'k1');
      assert.equal(await stored('another'), 0);
      assert.deepEqual(await history(server, bob, dora), []);
    });
  }
});
