// Contract 3 "who may write to whom", and contract 4's errors: invalid payloads, unknown events.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat, assertNothingBut } from './support/chat.mjs';
import { history, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

let server;
let [ada, dora, bob, carl] = [];
let [admin, user] = [];
before(async () => {
  server = await Server.start();
  ada = await register(server, 'admin', 'Ada');
  dora = await register(server, 'admin', 'Dora');
  bob = await register(server, 'user', 'Bob');
  carl = await register(server, 'user', 'Carl');
  admin = await Chat.connect(server, ada);
  user = await Chat.connect(server, bob);
});
after(async () => {
  admin?.close();
  user?.close();
  await server?.stop();
});

// The same failure with and without an acknowledgement asked for; the connection stays.
async function assertFails(chat, event, args, code) {
  const errors = chat.all('error').length;
  const answer = await chat.ask(event, ...args);
  assert.equal(answer?.ok, false, JSON.stringify(answer));
  assert.equal(answer.code, code);
  assert.equal(typeof answer.error, 'string');
  assert.equal(chat.all('error').length, errors, 'no error event besides the acknowledgement');
  chat.emit(event, ...args);
  const error = await chat.next('error');
  assert.equal(error.code, code);
  assert.equal(error.event, event);
  assert.equal(typeof error.error, 'string');
  assert.ok(chat.socket.connected);
}

describe('who may write to whom', () => {
  test('users to admins, admins to users, admins to admins', async () => {
    await user.send(ada, 'x');
    await admin.send(bob, 'x');
    await admin.send(dora, 'x');
  });
  for (const [what, chat, receiver] of [
    ['a user to a user', () => user, () => carl.id],
    ['a user to themselves', () => user, () => bob.id],
    ['an admin to themselves', () => admin, () => ada.id],
    ['a user to nobody', () => user, () => 999_999],
    ['an admin to nobody', () => admin, () => 999_999],
    ['to id 0', () => user, () => 0],
  ]) {
    test(`${what}: receiver_not_found`, async () => {
      await assertFails(chat(), 'smessage', [{ receiver_id: receiver(), content: 'x' }], 'receiver_not_found');
    });
  }
  test('A11: "not allowed" and "does not exist" are the same', async () => {
    const answers = [];
    for (const receiver_id of [carl.id, 999_999, bob.id])
      answers.push(JSON.stringify(await user.ask('smessage', { receiver_id, content: 'x' })));
    assert.equal(new Set(answers).size, 1, answers.join('\n'));
    const other = await Chat.connect(server, carl);
    await assertNothingBut(other, admin);
    other.close();
    assert.deepEqual(await history(server, bob, carl), []);
  });
  test('with --peer-chat users may write to users, still not to themselves', async () => {
    const peers = await Server.start({ args: ['--peer-chat'] });
    try {
      const [eve, finn] = [await register(peers, 'user'), await register(peers, 'user')];
      const [a, b] = [await Chat.connect(peers, eve), await Chat.connect(peers, finn)];
      const { id } = await a.send(finn, 'hello');
      assert.equal((await b.next('receive_message')).id, id);
      await assertFails(a, 'smessage', [{ receiver_id: eve.id, content: 'x' }], 'receiver_not_found');
      a.close();
      b.close();
    } finally {
      await peers.stop();
    }
  });
});

describe('S7: invalid payloads: invalid_payload, the connection stays', () => {
  const fails = (event, what, ...args) =>
    test(`${event} with ${what}`, () =>
      assertFails(
        user,
        event,
        args.map((arg) => (typeof arg === 'function' ? arg() : arg)),
        'invalid_payload',
      ));
  const to = () => ada.id;

  fails('smessage', 'no argument');
  for (const value of [null, 'x', 5, [], true]) fails('smessage', JSON.stringify(value), value);
  fails('smessage', 'an empty object', {});
  fails('smessage', 'no content', () => ({ receiver_id: to() }));
  fails('smessage', 'no receiver', { content: 'x' });
  for (const receiver_id of [null, '', 'x', '1x', ' 1', 1.5, -1, true, [1], {}, '99999999999999999999', 1e300]) {
    fails('smessage', `receiver_id ${JSON.stringify(receiver_id)}`, { receiver_id, content: 'x' });
  }
  for (const content of [null, 5, true, [], {}, '', ' ', ' \t\r\n', '\u00a0\u2003\u3000', 'a\u0000b']) {
    fails('smessage', `content ${JSON.stringify(content)}`, () => ({ receiver_id: to(), content }));
  }
  fails('smessage', 'content of 16,385 characters', () => ({ receiver_id: to(), content: 'x'.repeat(16_385) }));
  fails('smessage', 'content of 16,385 characters outside the BMP', () => ({
    receiver_id: to(),
    content: '😀'.repeat(16_385),
  }));
  for (const client_id of ['', 'x'.repeat(65), 'é', 'a\nb', '\u007f', 5, true, {}]) {
    fails('smessage', `client_id ${JSON.stringify(client_id).slice(0, 20)}`, () => ({
      receiver_id: to(),
      content: 'x',
      client_id,
    }));
  }
  test('smessage with client_id of 1 and of 64 printable characters is good', async () => {
    for (const client_id of ['!', '~'.repeat(64), 'with blank']) await user.send(ada, 'x', { client_id });
  });

  fails('mark_message_read', 'no argument');
  for (const value of [null, 'x', 5, [], {}]) fails('mark_message_read', JSON.stringify(value), value);
  for (const sender_id of [null, 'x', 1.5, -1, true])
    fails('mark_message_read', `sender_id ${sender_id}`, { sender_id });
  for (const up_to_id of ['x', 1.5, -1, true, {}])
    fails('mark_message_read', `up_to_id ${JSON.stringify(up_to_id)}`, () => ({ sender_id: to(), up_to_id }));

  fails('resume', 'no argument');
  for (const value of [null, 'x', 5, [], {}]) fails('resume', JSON.stringify(value), value);
  for (const after_id of [null, 'x', 1.5, -1, true]) fails('resume', `after_id ${after_id}`, { after_id });

  test('the client_id of a failed message comes back', async () => {
    user.emit('smessage', { receiver_id: 999_999, content: 'x', client_id: 'mine' });
    assert.equal((await user.next('error', ({ client_id }) => client_id === 'mine')).code, 'receiver_not_found');
  });

  test('W7: JSON that breaks a limit is invalid_payload, the connection stays', async () => {
    const deep = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`);
    for (const extra of [{ more: deep }, { more: Array(1100).fill(0) }]) {
      await assertFails(user, 'smessage', [{ receiver_id: ada.id, content: 'x', ...extra }], 'invalid_payload');
    }
  });
});

describe('unknown events', () => {
  for (const event of ['nonsense', 'message', 'SMESSAGE', 'connection', 'receive_message', 'é', 'x'.repeat(1000)]) {
    test(`${JSON.stringify(event).slice(0, 20)}: unknown_event`, async () => {
      await assertFails(user, event, [{ a: 1 }], 'unknown_event');
    });
  }
  test('S2: no event of the chat takes attachments: an error, and the connection stays', async () => {
    const answer = await user.ask('nonsense', Buffer.from([1, 2, 3]));
    assert.deepEqual([answer.ok, answer.code], [false, 'unknown_event']);
    const sent = await user.ask('smessage', { receiver_id: ada.id, content: Buffer.from('x') });
    assert.deepEqual([sent.ok, sent.code], [false, 'invalid_payload']);
    await user.send(ada, 'still here');
  });
});

describe('maxPayload', () => {
  for (const via of ['polling', 'websocket']) {
    test(`over 131,072 bytes by ${via} ends the connection or the request, and harms nobody else`, async () => {
      const chat = await Chat.connect(server, bob, { via });
      chat.emit('smessage', { receiver_id: ada.id, content: 'x'.repeat(131_072) });
      await chat.next('disconnect');
      chat.close();
      await user.send(ada, 'still here');
    });
  }
  test('is told in the handshake', async () => {
    const text = await (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid, ...rest } = JSON.parse(text.slice(1));
    assert.deepEqual(rest, { upgrades: ['websocket'], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 131_072 });
  });
});
