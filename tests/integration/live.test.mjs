// What is live and not kept, and the list that shows it: conversations, presence, typing, over the real clients.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { api, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

const VIAS = ['websocket', 'polling'];

async function conversations(server, person, query = '') {
  const answer = await api(server, 'GET', `/chat/conversations${query}`, { token: person.token });
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

const brief = (list) => list.map(({ partner, unread, last_message }) => [partner.id, unread, last_message.content]);

describe('conversations', () => {
  let server, desk, ann, bob, chat;

  before(async () => {
    server = await Server.start();
    desk = await register(server, 'admin');
    ann = await register(server, 'user');
    bob = await register(server, 'user');
    chat = {};
    for (const person of [desk, ann, bob]) chat[person.id] = await Chat.connect(server, person);
  });
  after(async () => {
    for (const each of Object.values(chat)) each.close();
    await server.stop();
  });

  test('newest activity first, with the last message and what is unread', async () => {
    assert.deepEqual((await conversations(server, desk)).json, []);
    await chat[ann.id].send(desk, 'one');
    await chat[ann.id].send(desk, 'two');
    await chat[bob.id].send(desk, 'three');
    await chat[desk.id].send(ann, 'four');
    const { json } = await conversations(server, desk);
    assert.deepEqual(brief(json), [
      [ann.id, 2, 'four'],
      [bob.id, 1, 'three'],
    ]);
    assert.deepEqual(Object.keys(json[0]).sort(), ['last_message', 'partner', 'unread']);
    assert.deepEqual(json[0].partner, { id: ann.id, name: ann.name, role: 'user', online: true, last_seen: null });
    assert.equal(json[0].last_message.sender_id, desk.id);
    assert.deepEqual(brief((await conversations(server, ann)).json), [[desk.id, 1, 'four']]);
  });

  test('what is read is unread no more, up to the message named', async () => {
    const first = (await api(server, 'GET', `/chat/messages/${ann.id}`, { token: desk.token })).json[0];
    await chat[desk.id].ask('mark_message_read', { sender_id: ann.id, up_to_id: first.id });
    assert.deepEqual(brief((await conversations(server, desk)).json)[0], [ann.id, 1, 'four']);
    await chat[desk.id].ask('mark_message_read', { sender_id: ann.id });
    assert.deepEqual(brief((await conversations(server, desk)).json)[0], [ann.id, 0, 'four']);
  });

  test('pages by their link alone', async () => {
    const first = await conversations(server, desk, '?limit=1');
    assert.deepEqual(brief(first.json), [[ann.id, 0, 'four']]);
    const link = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link'))[1];
    const second = await conversations(server, desk, link.slice('/chat/conversations'.length));
    assert.deepEqual(brief(second.json), [[bob.id, 1, 'three']]);
    assert.equal(second.headers.get('link'), null);
  });
});

for (const via of VIAS) {
  describe(`presence over ${via}`, { concurrency: true }, () => {
    let server, desk, ann, bob;

    before(async () => {
      server = await Server.start();
      desk = await register(server, 'admin');
      ann = await register(server, 'user');
      bob = await register(server, 'user');
    });
    after(() => server.stop());

    test('admins see users come and go, users see admins, and nobody else anybody', async () => {
      const atDesk = await Chat.connect(server, desk, { via });
      const bobs = await Chat.connect(server, bob, { via });
      const anns = await Chat.connect(server, ann, { via });
      assert.deepEqual(await atDesk.next('presence', ({ user_id }) => user_id === ann.id), {
        user_id: ann.id,
        online: true,
        last_seen: null,
      });
      const left = Date.now();
      anns.close();
      const gone = await atDesk.next('presence', ({ user_id, online }) => user_id === ann.id && !online);
      assert.ok(Date.now() - left >= 9_900, 'a grace of 10 s');
      assert.ok(Math.abs(Date.parse(`${gone.last_seen}Z`) - left) < 5_000, gone.last_seen);
      const list = (await api(server, 'GET', '/chat/users', { token: desk.token })).json;
      const listed = list.find(({ id }) => id === ann.id);
      assert.equal(listed.online, false);
      assert.equal(listed.last_seen, gone.last_seen);
      assert.equal(list.find(({ id }) => id === bob.id).online, true);
      const second = await register(server, 'admin');
      const atSecond = await Chat.connect(server, second, { via });
      assert.deepEqual(await bobs.next('presence', ({ user_id }) => user_id === second.id), {
        user_id: second.id,
        online: true,
        last_seen: null,
      });
      assert.ok(
        bobs.all('presence').every(({ user_id }) => user_id === desk.id || user_id === second.id),
        'a user hears of admins alone',
      );
      for (const each of [atDesk, bobs, atSecond]) each.close();
    });
  });

  describe(`typing over ${via}`, () => {
    let server, desk, ann, bob, chat;

    before(async () => {
      server = await Server.start();
      desk = await register(server, 'admin');
      ann = await register(server, 'user');
      bob = await register(server, 'user');
      chat = {};
      for (const person of [desk, ann, bob]) chat[person.id] = await Chat.connect(server, person, { via });
    });
    after(async () => {
      for (const each of Object.values(chat)) each.close();
      await server.stop();
    });

    test('comes to the receiver alone, the first at once and then the latest', async () => {
      for (const typing of [true, false, true, false])
        assert.deepEqual(await chat[ann.id].ask('typing', { receiver_id: desk.id, typing }), { ok: true });
      assert.deepEqual(await chat[desk.id].next('typing'), { sender_id: ann.id, typing: true });
      assert.deepEqual(await chat[desk.id].next('typing'), { sender_id: ann.id, typing: false });
      assert.equal(chat[desk.id].all('typing').length, 2);
      assert.equal(chat[bob.id].all('typing').length, 0);
      assert.equal(chat[ann.id].all('typing').length, 0);
    });

    test('who may not be written to hears nothing, and the answer does not tell', async () => {
      for (const receiver_id of [bob.id, ann.id, 999_999])
        assert.deepEqual(await chat[ann.id].ask('typing', { receiver_id, typing: true }), { ok: true });
      await chat[ann.id].send(desk, 'after it');
      await chat[desk.id].send(bob, 'after it');
      await chat[bob.id].next('receive_message');
      assert.equal(chat[bob.id].all('typing').length, 0);
    });

    test('nonsense is refused', async () => {
      for (const payload of [{ typing: true }, { receiver_id: desk.id }, { receiver_id: 'x', typing: true }, 7, null])
        assert.equal((await chat[ann.id].ask('typing', payload)).code, 'invalid_payload', JSON.stringify(payload));
      chat[ann.id].emit('typing', {});
      const error = await chat[ann.id].next('error');
      assert.equal(error.event, 'typing');
      assert.equal(error.code, 'invalid_payload');
    });
  });
}

describe('people who went are remembered', () => {
  test('the server ends in order: all who were here were seen then', async () => {
    const server = await Server.start();
    const desk = await register(server, 'admin');
    const ann = await register(server, 'user');
    const anns = await Chat.connect(server, ann);
    const ended = Date.now();
    anns.close();
    await server.terminate();
    await server.launch();
    const [listed] = (await api(server, 'GET', '/chat/users', { token: desk.token })).json;
    assert.equal(listed.online, false);
    assert.ok(Math.abs(Date.parse(`${listed.last_seen}Z`) - ended) < 5_000, listed.last_seen);
    await server.stop();
  });
});
