// F1: kill -9 in the middle of a burst. After a restart on the same data every acknowledged message is there, once, in the
// order sent, and resume gives it too. Seeds are printed; PARLEY_CRASH_SEED runs one alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { history, register } from './support/people.mjs';
import { Server } from './support/server.mjs';
import { Stream } from './support/stream.mjs';

const SEEDS = process.env.PARLEY_CRASH_SEED ? [Number(process.env.PARLEY_CRASH_SEED)] : [1, 2, 3, 4, 5, 6, 7, 8];
const RESTART_MS = process.env.PARLEY_SLOW ? 20_000 : 2000;

let server;
let people;
before(async () => {
  server = await Server.start();
  const [ada, dora] = [await register(server, 'admin'), await register(server, 'admin')];
  const [bob, carl] = [await register(server, 'user'), await register(server, 'user')];
  people = { ada, dora, bob, carl };
});
after(() => server?.stop());

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

// Once, complete, in order, and no send was refused. Returns the stored messages of the stream.
async function checkStored(stream) {
  const stored = (await history(server, stream.sender, stream.receiver)).filter(
    ({ sender_id, client_id }) => sender_id === stream.sender.id && client_id?.startsWith(`${stream.name}-`),
  );
  const position = new Map(stream.sent.map(({ client_id }, i) => [client_id, i]));
  const seen = stored.map(({ client_id }) => position.get(client_id));
  assert.ok(!seen.includes(undefined), `${stream.name}: a message nobody sent`);
  assert.equal(new Set(seen).size, seen.length, `${stream.name}: stored twice`);
  assert.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
    `${stream.name}: reordered`,
  );
  for (const { client_id, content } of stored) assert.equal(content, stream.sent[position.get(client_id)].content);
  const byId = new Map(stored.map((message) => [message.client_id, message]));
  for (const [client_id, answer] of stream.acknowledged) {
    assert.ok(answer.ok, JSON.stringify(answer));
    const message = byId.get(client_id);
    assert.ok(message, `${client_id} was acknowledged and is lost`);
    assert.deepEqual([message.id, message.timestamp], [answer.id, answer.timestamp]);
  }
  return stored;
}

for (const seed of SEEDS) {
  test(`F1: seed ${seed}: everything acknowledged is there, once, in order, and resume gives it`, async () => {
    const next = random(seed * 7919);
    const { ada, dora, bob, carl } = people;
    const via = () => (next() < 0.8 ? 'websocket' : 'polling');
    const streams = [
      [bob, ada],
      [bob, dora],
      [carl, ada],
      [ada, bob],
      [ada, dora],
      [dora, carl],
    ].map(([sender, receiver], i) => new Stream(`s${seed}.${i}`, sender, receiver, via()));
    await Promise.all(streams.map((stream) => stream.connect(server)));

    const killAfter = 20 + Math.floor(next() * 400);
    let count = 0;
    let killed;
    const acknowledged = () => {
      if (++count === killAfter) killed = server.kill();
    };
    await Promise.all(streams.map((stream) => stream.run(4 + Math.floor(next() * 28), acknowledged)));
    await killed;
    for (const { chat } of streams) chat.close();

    const took = await server.launch();
    assert.ok(took < RESTART_MS, `listening after ${took} ms`);

    const all = [];
    for (const stream of streams) all.push(...(await checkStored(stream)));
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length, 'an id was used twice');
    assert.ok(streams.reduce((sum, { acknowledged: map }) => sum + map.size, 0) >= killAfter);

    // F18: whoever got no acknowledgement sends again, in order: all is stored once.
    for (const stream of streams) {
      stream.chat = await Chat.connect(server, stream.sender);
      for (const { client_id, content } of stream.sent.filter(({ client_id }) => !stream.acknowledged.has(client_id))) {
        stream.acknowledged.set(client_id, await stream.chat.send(stream.receiver, content, { client_id }));
      }
      assert.equal((await checkStored(stream)).length, stream.sent.length);
      stream.chat.close();
    }

    // F20: the receivers find everything by after_id, each message once, in id order.
    for (const person of Object.values(people)) {
      const chat = await Chat.connect(server, person, { after_id: 0 });
      await chat.next('resumed');
      const got = chat.all('receive_message');
      const ids = got.map(({ id }) => id);
      assert.deepEqual(
        ids,
        [...new Set(ids)].sort((a, b) => a - b),
      );
      const clientIds = new Set(got.map(({ client_id }) => client_id));
      for (const stream of streams.filter(({ sender, receiver }) => [sender, receiver].includes(person))) {
        for (const { client_id } of stream.sent)
          assert.ok(clientIds.has(client_id), `${client_id} is missing in resume`);
      }
      chat.close();
    }
  });
}

test('F7: a second server on the same data exits 73, the first goes on', async () => {
  await assert.rejects(Server.start({ data: server.data }), /ended with 73/);
  const chat = await Chat.connect(server, people.bob);
  await chat.send(people.ada, 'still here');
  chat.close();
});

test('F22: SIGTERM in a burst: exit 0 within 30 s, what was acknowledged is there, what cannot be stored gets no answer, sockets end without 41', async () => {
  const stream = new Stream('term', people.bob, people.ada, 'websocket');
  await stream.connect(server);
  let count = 0;
  let began;
  let ended;
  await stream.run(64, () => {
    if (++count !== 50) return;
    began = performance.now();
    ended = server.terminate();
  });
  assert.equal(await ended, 0);
  assert.ok(performance.now() - began < 30_000);
  assert.notEqual(await stream.gone, 'io server disconnect', 'a client would not come back by itself');
  await server.launch();
  // Told "storage_unavailable" a client would give up what it will send again by itself once it is back.
  await checkStored(stream);
});
