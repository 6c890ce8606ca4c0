// Contract 4: CONNECT with after_id and resumed, and resume by pages. F20.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Chat, transports } from './support/chat.mjs';
import { register } from './support/people.mjs';
import { Server } from './support/server.mjs';

let server;
let [ada, dora, bob, carl] = [];
const ids = []; // bob's messages, oldest first
const COUNT = 700; // more than one page of resume

before(async () => {
  server = await Server.start();
  ada = await register(server, 'admin');
  dora = await register(server, 'admin');
  bob = await register(server, 'user');
  carl = await register(server, 'user');
  const [a, b, c] = [
    await Chat.connect(server, ada),
    await Chat.connect(server, bob),
    await Chat.connect(server, carl),
  ];
  for (let i = 0; i < COUNT; i += 100) {
    const sends = Array.from({ length: 100 }, (_, k) =>
      (i + k) % 3 ? a.send(bob, `m${i + k}`) : b.send(ada, `m${i + k}`, { client_id: `c${i + k}` }),
    );
    ids.push(...(await Promise.all([...sends, c.send(ada, 'not for bob')])).slice(0, 100).map(({ id }) => id));
  }
  ids.sort((x, y) => x - y);
  for (const chat of [a, b, c]) chat.close();
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
const idsOf = (list) => list.map(({ id }) => id);

// 512 messages may wait for a socket, and a poll takes 16. Neither pages of the log nor many messages at once count as not
// reading.
describe('R3: many messages for a client that reads', () => {
  for (const [via, atOnce] of [
    ['polling', 500],
    ['websocket', 1000],
  ]) {
    test(`${via}: ${atOnce} messages at once, and a history of more than may wait, come on one connection`, async () => {
      const [erin, fred] = [await register(server, 'admin'), await register(server, 'user')];
      const [reader, writer] = [await connect(erin, { via, after_id: 0 }), await connect(fred)];
      await reader.next('resumed');
      const sent = [];
      while (sent.length < 1500) {
        const sends = Array.from({ length: atOnce }, (_, i) => writer.send(erin, `m${i}`));
        sent.push(...(await Promise.all(sends)).map(({ id }) => id));
        await reader.next('receive_message', ({ id }) => id === Math.max(...sent));
      }
      sent.sort((a, b) => a - b);
      assert.deepEqual(idsOf(reader.all('receive_message')), sent);
      assert.deepEqual(reader.all('disconnect'), []);

      const again = await connect(erin, { via, after_id: 0 });
      await again.next('resumed');
      assert.deepEqual(idsOf(again.all('receive_message')), sent);
      assert.deepEqual(again.all('disconnect'), []);
    });
  }
});

describe('F20: CONNECT with after_id', () => {
  for (const via of Object.keys(transports)) {
    test(`${via}: every message beyond it, sent or received, in id order, then resumed, then what is live`, async () => {
      const chat = await connect(bob, { via, after_id: ids[99] });
      const resumed = await chat.next('resumed');
      assert.deepEqual(idsOf(chat.all('receive_message')), ids.slice(100));
      assert.ok(resumed.up_to_id >= ids.at(-1));
      assert.deepEqual(resumed.reads, []);
      assert.ok(!resumed.reset);
      for (const message of chat.all('receive_message')) {
        for (const field of ['sender_id', 'receiver_id', 'content', 'timestamp', 'read_status'])
          assert.ok(field in message, field);
        assert.ok([message.sender_id, message.receiver_id].includes(bob.id));
      }
      const admin = await connect(ada);
      const live = await admin.send(bob, `live ${via}`);
      ids.push(live.id);
      assert.equal((await chat.next('receive_message', ({ id }) => id > resumed.up_to_id)).id, live.id);
    });
  }

  test('0 means from the beginning; the newest id brings nothing but resumed', async () => {
    const all = await connect(bob, { after_id: 0 });
    await all.next('resumed');
    assert.deepEqual(idsOf(all.all('receive_message')), ids);
    const none = await connect(bob, { after_id: ids.at(-1) });
    const resumed = await none.next('resumed');
    assert.deepEqual(none.all('receive_message'), []);
    assert.ok(!resumed.reset);
    assert.ok(resumed.up_to_id >= ids.at(-1));
  });

  test('decimal text is an id too', async () => {
    const chat = await connect(bob, { after_id: String(ids.at(-3)) });
    await chat.next('resumed');
    assert.deepEqual(idsOf(chat.all('receive_message')), ids.slice(-2));
  });

  test('without after_id nothing is sent again', async () => {
    const chat = await connect(bob);
    const admin = await connect(ada);
    const { id } = await admin.send(bob, 'first heard');
    ids.push(id);
    await chat.next('receive_message');
    assert.deepEqual(idsOf(chat.all('receive_message')), [id]);
    assert.deepEqual(chat.all('resumed'), []);
  });

  test('beyond the newest id of all: resumed with reset, nothing sent', async () => {
    const chat = await connect(bob, { after_id: ids.at(-1) + 1_000_000 });
    const resumed = await chat.next('resumed');
    assert.equal(resumed.reset, true);
    assert.deepEqual(chat.all('receive_message'), []);
  });

  for (const after_id of ['x', '', -1, 1.5, true, {}, []]) {
    test(`${JSON.stringify(after_id)} is no id: CONNECT_ERROR invalid_payload`, async () => {
      const chat = new Chat(server, { token: bob.token, after_id });
      const refusal = await chat.refusal();
      chat.close();
      assert.equal(refusal.data.code, 'invalid_payload');
    });
  }

  test('what others write while a client catches up comes once and in order, after what it missed', async () => {
    const admin = await connect(ada);
    for (let round = 0; round < 5; ++round) {
      const chat = new Chat(server, { token: bob.token, after_id: ids[0] });
      open.push(chat);
      const connecting = chat.connected();
      const sends = [];
      for (let i = 0; i < 30; ++i) sends.push(admin.send(bob, `meanwhile ${round} ${i}`));
      await connecting;
      ids.push(...idsOf(await Promise.all(sends)));
      await chat.next('resumed');
      const marker = await admin.send(bob, 'marker');
      ids.push(marker.id);
      await chat.next('receive_message', ({ id }) => id === marker.id);
      assert.deepEqual(idsOf(chat.all('receive_message')), ids.slice(1));
      const { up_to_id } = chat.all('resumed')[0];
      const at = chat.log.findIndex(({ event }) => event === 'resumed');
      for (const [i, { event, data }] of chat.log.entries()) {
        if (event === 'receive_message')
          assert.equal(data.id <= up_to_id, i < at, 'resumed tells what was sent before it');
      }
    }
  });

  test('sends made while catching up are stored and acknowledged after resumed', async () => {
    const chat = new Chat(server, { token: bob.token, after_id: 0 });
    open.push(chat);
    await chat.connected();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => chat.ask('smessage', { receiver_id: ada.id, content: `held ${i}` })),
    );
    assert.deepEqual(
      answers.map(({ ok }) => ok),
      Array(20).fill(true),
    );
    assert.equal(chat.all('resumed').length, 1);
    const resumedAt = chat.log.findIndex(({ event }) => event === 'resumed');
    const ackedAt = chat.log.findIndex(({ event }) => event === 'ack');
    assert.ok(resumedAt < ackedAt);
    const order = idsOf(
      chat.log
        .filter(({ event }) => ['receive_message', 'message_sent', 'ack'].includes(event))
        .map(({ data }) => data),
    );
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    ids.push(...idsOf(answers));
  });
});

describe('reads', () => {
  test('marks made while away come in resumed and in resume', async () => {
    const [eve, finn] = [await register(server, 'admin'), await register(server, 'user')];
    const writer = await connect(finn);
    const { id } = await writer.send(eve, 'read me');
    writer.close();
    const reader = await connect(eve);
    assert.equal((await reader.ask('mark_message_read', { sender_id: finn.id })).ok, true);
    const mark = { sender_id: finn.id, receiver_id: eve.id, up_to_id: id };
    const back = await connect(finn, { after_id: id });
    assert.deepEqual((await back.next('resumed')).reads, [mark]);
    const page = await back.ask('resume', { after_id: id });
    assert.deepEqual(page.reads, [mark]);
  });
});

describe('F21: marks made while away', () => {
  test('come before the messages of their page: who is cut off before resumed goes on behind them', async () => {
    const [eve, finn] = [await register(server, 'admin'), await register(server, 'user')];
    const writer = await connect(finn);
    const { id } = await writer.send(eve, 'read me');
    writer.close();
    const reader = await connect(eve);
    assert.equal((await reader.ask('mark_message_read', { sender_id: finn.id })).ok, true);
    await Promise.all(Array.from({ length: 600 }, (_, i) => reader.send(finn, `later ${i}`)));
    // More than a page: the connection is lost before `resumed`, and the last id seen is the cursor.
    const mark = { sender_id: finn.id, receiver_id: eve.id, up_to_id: id };
    const cut = await connect(finn, { after_id: id });
    await cut.next('receive_message');
    const known = ['read_status_update', 'receive_message'];
    const heard = cut.log.filter(({ event }) => known.includes(event)).slice(0, 2);
    assert.deepEqual([heard[0].data, heard[1].event], [mark, 'receive_message']);
    await cut.next('resumed', ({ reads }) => reads.some(({ up_to_id }) => up_to_id === id));
  });

  test('and in resumed all of them, also those of earlier pages, the newest of each', async () => {
    const [eve, finn, gus] = [
      await register(server, 'admin'),
      await register(server, 'user'),
      await register(server, 'admin'),
    ];
    const writer = await connect(finn);
    const first = await writer.send(eve, 'one');
    const second = await writer.send(gus, 'two');
    const eves = await connect(eve);
    const guses = await connect(gus);
    await eves.ask('mark_message_read', { sender_id: finn.id });
    const sends = Array.from({ length: 600 }, (_, i) => eves.send(finn, `later ${i}`));
    await Promise.all(sends);
    await guses.ask('mark_message_read', { sender_id: finn.id });
    const back = await connect(finn, { after_id: 0 });
    const { reads } = await back.next('resumed');
    const marks = reads.map(({ receiver_id, up_to_id }) => [receiver_id, up_to_id]).sort(([a], [b]) => a - b);
    assert.deepEqual(
      marks.map(([receiver]) => receiver),
      [eve.id, gus.id].sort((a, b) => a - b),
    );
    assert.ok(marks.find(([receiver]) => receiver === eve.id)[1] >= first.id);
    assert.ok(marks.find(([receiver]) => receiver === gus.id)[1] >= second.id);
  });
});

describe('F20: resume', () => {
  test('pages lead through everything, oldest first, once', async () => {
    const chat = await connect(bob);
    const seen = [];
    for (let after_id = 0, more = true, pages = 0; more; ++pages) {
      assert.ok(pages < 50);
      const page = await chat.ask('resume', { after_id });
      assert.equal(page.ok, true);
      assert.ok(page.messages.length > 0 && page.messages.length <= 500);
      assert.ok(!page.reset);
      assert.ok(Array.isArray(page.reads));
      seen.push(...idsOf(page.messages));
      after_id = seen.at(-1);
      ({ more } = page);
    }
    assert.deepEqual(seen, ids);
  });

  test('a page has the fields of receive_message', async () => {
    const { messages } = await (await connect(bob)).ask('resume', { after_id: 0 });
    const live = await connect(bob, { after_id: 0 });
    await live.next('resumed');
    assert.deepEqual(messages[0], live.all('receive_message')[0]);
  });

  test('the newest id: no messages, no more; beyond it: reset', async () => {
    const chat = await connect(bob);
    const end = await chat.ask('resume', { after_id: ids.at(-1) });
    assert.deepEqual([end.ok, end.messages, end.more, end.reset ?? false], [true, [], false, false]);
    const beyond = await chat.ask('resume', { after_id: ids.at(-1) + 1_000_000 });
    assert.deepEqual([beyond.ok, beyond.reset], [true, true]);
  });

  test('a page is at most 256 KiB, at least one message', async () => {
    const [eve, finn] = [await register(server, 'admin'), await register(server, 'user')];
    const writer = await connect(finn);
    const big = [];
    for (let i = 0; i < 12; ++i) big.push((await writer.send(eve, '😀'.repeat(16_384))).id); // 64 KiB each
    const seen = [];
    let pages = 0;
    for (let after_id = 0, more = true; more; ++pages) {
      const page = await writer.ask('resume', { after_id });
      assert.ok(page.messages.length >= 1);
      assert.ok(page.messages.length === 1 || Buffer.byteLength(JSON.stringify(page.messages)) <= 256 * 1024);
      seen.push(...idsOf(page.messages));
      after_id = seen.at(-1);
      ({ more } = page);
    }
    assert.deepEqual(seen, big);
    assert.ok(pages >= 3);
    const slow = await connect(finn, { after_id: 0 });
    await slow.next('resumed');
    assert.deepEqual(idsOf(slow.all('receive_message')), big);
  });

  test("A11: shows nobody else's messages", async () => {
    const stranger = await connect(dora);
    assert.deepEqual((await stranger.ask('resume', { after_id: 0 })).messages, []);
    const away = await connect(dora, { after_id: 0 });
    await away.next('resumed');
    assert.deepEqual(away.all('receive_message'), []);
  });
});
