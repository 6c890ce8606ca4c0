// Contract 5, S9, E6: limits as they are by default, on a server where they are on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Chat } from './support/chat.mjs';
import { PASSWORD, api, assertProblem, history, newPerson, register } from './support/people.mjs';
import { Server } from './support/server.mjs';

let server;
let metrics; // its address
let [ada, bob] = [];
let unjoined; // what became of a session that never sends CONNECT: it takes its time while the others are tested
let flooded; // likewise of one that sends and sends
before(async () => {
  metrics = `127.0.0.1:${await freePort()}`;
  server = await Server.start({ limits: true, args: ['--metrics-listen', metrics] });
  unjoined = liveWithoutConnect();
  ada = await register(server, 'admin');
  bob = await register(server, 'user');
  flooded = flood();
});
after(() => server?.stop());

describe('S9: messages of one user', () => {
  test('20 at once, then rate_limited with retry_after_ms, and those are not stored; the connection stays', async () => {
    const [user, userToo] = [await Chat.connect(server, bob), await Chat.connect(server, bob)];
    const began = performance.now();
    const ask = (chat, i) => chat.ask('smessage', { receiver_id: ada.id, content: `m${i}`, client_id: `c${i}` });
    // Over two sockets: the limit is the user's, not the socket's.
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(i % 2 ? user : userToo, i)));
    const took = performance.now() - began;
    const good = answers.filter(({ ok }) => ok);
    const refused = answers.filter(({ ok }) => !ok);
    assert.ok(
      good.length >= 20 && good.length <= 20 + Math.ceil(took / 200),
      `${good.length} were taken in ${took} ms`,
    );
    for (const { code, retry_after_ms } of refused) {
      assert.equal(code, 'rate_limited');
      assert.ok(
        Number.isInteger(retry_after_ms) && retry_after_ms > 0 && retry_after_ms <= 200 * 20,
        `${retry_after_ms}`,
      );
    }
    assert.equal((await history(server, bob, ada)).length, good.length);
    assert.ok(user.socket.connected && userToo.socket.connected);

    // Waiting as told is enough, and the same client_id is still free.
    const again = answers.findIndex(({ ok }) => !ok);
    let answer = answers[again];
    while (!answer.ok) {
      await new Promise((resolve) => setTimeout(resolve, answer.retry_after_ms));
      answer = await ask(user, again);
    }
    assert.ok(!answer.duplicate);

    // A repeat of a stored message is answered with its id or told to wait, never stored again.
    const admin = await Chat.connect(server, ada);
    assert.equal((await admin.ask('smessage', { receiver_id: bob.id, content: 'the other side is free' })).ok, true);
    for (const chat of [user, userToo, admin]) chat.close();
  });

  test('without acknowledgement the refusal is an error event', async () => {
    const user = await Chat.connect(server, bob);
    for (let i = 0; i < 30; ++i) user.emit('smessage', { receiver_id: ada.id, content: 'x', client_id: `e${i}` });
    const error = await user.next('error');
    assert.equal(error.code, 'rate_limited');
    assert.equal(error.event, 'smessage');
    assert.match(error.client_id, /^e\d+$/);
    assert.ok(error.retry_after_ms > 0);
    user.close();
  });
});

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

test('S9: every limit has a metric', async () => {
  const user = await Chat.connect(server, ada);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => user.ask('smessage', { receiver_id: bob.id, content: `metric ${i}` })),
  );
  user.close();
  const text = await (await fetch(`http://${metrics}/metrics`)).text();
  const value = (name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  assert.ok(value('parley_rate_limited_total\\{limit="message"\\}') >= answers.filter(({ ok }) => !ok).length);
  assert.ok(answers.some(({ ok }) => !ok));
  for (const name of [
    'waiting_bytes',
    'slow_consumers_queue_total',
    'slow_consumers_budget_total',
    'turn_lag_milliseconds',
    'overload_refusals_total',
    'store_queue_age_milliseconds',
    'store_queue_refusals_total',
  ])
    assert.ok(value(`parley_${name}`) >= 0, name);
});

describe('accounts', () => {
  test('A1: 5 failed logins are free, then 429 with Retry-After; another account goes on', async () => {
    const person = newPerson('user');
    const fail = () =>
      api(server, 'POST', '/auth/login', { body: { email: person.email, password: 'wrong password' } });
    for (let i = 0; i < 5; ++i) assert.equal((await fail()).status, 401, 'addresses that nobody has count alike');
    assertProblem(await fail(), 429, 'rate_limited');
    assert.equal(
      (await api(server, 'POST', '/auth/login', { body: { email: bob.email, password: PASSWORD } })).status,
      200,
    );
  });

  test('registrations: 5 an hour and address, then 429 with Retry-After', async () => {
    let response;
    let good = 2; // ada and bob
    for (;;) {
      response = await api(server, 'POST', '/auth/register', { body: newPerson('user') });
      if (response.status !== 201) break;
      assert.ok(++good <= 5);
    }
    assert.equal(good, 5);
    assertProblem(response, 429, 'rate_limited');
  });
});

test('E6: a CONNECT over 4 KiB ends the session, one below is answered', async () => {
  for (const [length, answered] of [
    [3500, true],
    [4200, false],
  ]) {
    const opened = await api(server, 'GET', '/socket.io/?EIO=4&transport=polling');
    const url = `/socket.io/?EIO=4&transport=polling&sid=${JSON.parse(opened.text.slice(1)).sid}`;
    const raw = `40${JSON.stringify({ token: 'x'.repeat(length) })}`;
    await api(server, 'POST', url, { raw, headers: { 'Content-Type': 'text/plain;charset=UTF-8' } });
    const { text } = await api(server, 'GET', url);
    if (answered) assert.equal(text, '44{"message":"Unauthorized","data":{"code":"token_invalid"}}');
    else assert.doesNotMatch(text, /^4/);
  }
});

// Polls until the session is over; resolves with what the last poll got, and after how many milliseconds.
async function liveWithoutConnect() {
  const began = performance.now();
  const opened = await api(server, 'GET', '/socket.io/?EIO=4&transport=polling');
  const url = `/socket.io/?EIO=4&transport=polling&sid=${JSON.parse(opened.text.slice(1)).sid}`;
  const last = await api(server, 'GET', url);
  const after = await api(server, 'GET', url);
  return { last, after, took: performance.now() - began };
}

test('E6: a session that never sends CONNECT is closed after 10 s', async () => {
  const { last, after: next, took } = await unjoined;
  assert.deepEqual([last.status, last.text], [200, '1']);
  assert.equal(next.status, 400);
  assert.ok(took >= 9_990 && took < 20_000, `${took} ms`);
});

// 150 packets a second, whatever they say. Resolves with why it ended, and after how many milliseconds.
async function flood() {
  const chat = await Chat.connect(server, bob);
  const began = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (; sent < (performance.now() - began) * 0.15; ++sent) chat.emit('nothing');
  }, 20);
  const reason = await new Promise((resolve) => chat.socket.once('disconnect', resolve));
  clearInterval(timer);
  return { reason, took: performance.now() - began, answered: chat.all('error').length };
}

test('S9: over 100 packets a second for 5 s end the connection, not before, and without 41', async () => {
  const { reason, took, answered } = await flooded;
  assert.equal(reason, 'transport close');
  assert.ok(took >= 4_500 && took < 10_000, `${took} ms`);
  assert.ok(answered > 500, 'until then each is answered');
});

test('--rate-limits off is refused for an address beyond this machine', async () => {
  await assert.rejects(Server.start({ args: ['--listen', '0.0.0.0:0'] }), /ended with (64|78)/);
});
