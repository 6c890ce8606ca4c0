// F10: the wall clock jumps by a day, forward and back, while people talk. Timers go by another clock; order is by id.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Chat } from '../integration/support/chat.mjs';
import { api, assertProblem, history, logIn, newPerson } from '../integration/support/people.mjs';
import { askSocket, faultyServer } from './support/faulty.mjs';
import { noLibfault } from './support/libfault.mjs';

const DAY_S = 86_400;

const isAhead = ({ timestamp }, seconds) => Math.abs(Date.parse(`${timestamp}Z`) - Date.now() - seconds * 1000) < 60_000;

describe('F10: the clock jumps', { skip: noLibfault }, () => {
  test('F10: by a day forward and back: nobody is dropped, ids grow, histories stay in their order', async () => {
    const world = await faultyServer();
    const { server, faults, ada, bob, said } = world;
    const chats = [];
    for (const via of ['websocket', 'polling', 'upgrade']) chats.push(await Chat.connect(server, ada, { via }));
    const mouth = await Chat.connect(server, bob);
    const sent = [];
    const talk = async (shift) => {
      for (let i = 0; i < 5; ++i) {
        const answer = await mouth.send(ada, `said ${sent.length}`);
        assert.ok(isAhead(answer, shift), `${answer.timestamp} at ${shift} s`);
        for (const chat of chats) await chat.next('receive_message', ({ id }) => id === answer.id);
        sent.push(answer);
      }
      assert.equal((await chats[0].ask('mark_message_read', { sender_id: bob.id })).ok, true);
    };
    for (const shift of [0, DAY_S, 0, -DAY_S, DAY_S, 0]) {
      faults.shiftClock(shift);
      await talk(shift);
    }
    for (const chat of [...chats, mouth]) assert.deepEqual(chat.all('disconnect'), []);
    const ids = sent.map(({ id }) => id);
    assert.deepEqual(ids, [...ids].sort((a, b) => a - b));
    for (const chat of chats) assert.deepEqual(chat.all('receive_message').map(({ id }) => id), ids);
    const stored = await history(server, ada, bob);
    assert.deepEqual(stored.slice(said.length).map(({ id }) => id), ids, 'by id, not by time');
    const page = await mouth.ask('resume', { after_id: said.at(-1).id });
    assert.deepEqual(page.messages.map(({ id }) => id), ids);
    for (const chat of [...chats, mouth]) chat.close();
    assert.equal(await server.terminate(), 0, server.output);
    await world.remove();
  });

  test('F10: times that are waited for neither come at once nor stay away', async () => {
    const world = await faultyServer({ limits: true });
    const { server, faults, ada, bob } = world;
    const unjoined = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await new Promise((resolve) => unjoined.addEventListener('message', resolve, { once: true }));
    const began = performance.now();
    let ended;
    const closed = new Promise((resolve) => unjoined.addEventListener('close', resolve)).then(() => {
      ended = performance.now();
    });
    const mouth = await Chat.connect(server, bob);
    for (const shift of [DAY_S, -DAY_S]) {
      faults.shiftClock(shift);
      let refused;
      while (!refused) {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () => askSocket(mouth, 'smessage', { receiver_id: ada.id, content: 'quick' })),
        );
        refused = answers.find((answer) => !answer.ok);
      }
      assert.equal(refused.code, 'rate_limited');
      assert.ok(refused.retry_after_ms > 0 && refused.retry_after_ms <= 1000, `${refused.retry_after_ms}`);
      await new Promise((resolve) => setTimeout(resolve, refused.retry_after_ms));
      await mouth.send(ada, 'in time');
    }
    await closed; // E6: 10 s after it began, whatever the clock says
    assert.ok(ended - began >= 9000, `closed after ${ended - began} ms`);
    assert.deepEqual(mouth.all('disconnect'), []);
    mouth.close();
    await world.remove();
  });

  test('F10: tokens are judged by the time that the clock tells', async () => {
    const world = await faultyServer({ args: ['--access-token-ttl', '24h'] });
    const { server, faults } = world;
    const person = newPerson('user');
    assert.equal((await api(server, 'POST', '/auth/register', { body: person })).status, 201);
    const { token, refresh } = await logIn(server, person);
    const info = () => api(server, 'GET', '/chat/info', { token });
    assert.equal((await info()).status, 200);
    faults.shiftClock(DAY_S + 3600);
    assertProblem(await info(), 401, 'token_expired');
    const renewed = await api(server, 'POST', '/auth/refresh', { token: refresh });
    assert.equal(renewed.status, 200, renewed.text);
    faults.shiftClock(0);
    assert.equal((await info()).status, 200, 'good again');
    assertProblem(await api(server, 'GET', '/chat/info', { token: renewed.json.access_token }), 401, 'token_invalid');
    faults.shiftClock(-DAY_S);
    assertProblem(await info(), 401, 'token_invalid'); // not yet valid: log in anew
    faults.shiftClock(0);
    assert.equal((await info()).status, 200);
    await world.remove();
  });
});
