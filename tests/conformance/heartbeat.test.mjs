// Protocol page 1.7 over both transports; across an upgrade see upgrade.test.mjs. Time bounds: never earlier than the
// server could, measured from before its handshake; "not later" by a request sent when the time is over.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling, RS, assertUnknownSession } from './support/polling.mjs';
import { CLOCK_SLACK, ENGINE, PING_INTERVAL, PING_TIMEOUT, SOCKET, delay, now, until } from './support/target.mjs';
import { WebSocketPeer } from './support/websocket.mjs';

const LIFETIME = PING_INTERVAL + PING_TIMEOUT; // of a session that never answers
const LATE = 150; // more than a timer may be late on a busy machine

function assertBetween(at, earliest, latest, what) {
  assert.ok(at >= earliest - CLOCK_SLACK, `${what} ${(earliest - at).toFixed(1)} ms too early`);
  assert.ok(at <= latest + LATE, `${what} ${(at - latest).toFixed(1)} ms too late`);
}

for (const path of [ENGINE, SOCKET]) {
  describe(`heartbeat at ${path}`, { concurrency: true }, () => {
    test('polling: three rounds of 2 and 3, each poll exactly 2', async () => {
      const session = await Polling.open(path);
      let [after, before] = [session.openedAfter, session.openedBefore];
      for (let round = 0; round < 3; ++round) {
        const { status, text } = await session.poll();
        assert.equal(status, 200);
        assert.equal(text, '2');
        assertBetween(now(), after + PING_INTERVAL, before + PING_INTERVAL, `ping ${round}`);
        after = now();
        await session.send('3');
        before = now();
      }
    });

    test('WebSocket: three rounds of 2 and 3', async () => {
      let after = now();
      const peer = await WebSocketPeer.openSession(path);
      let before = now();
      for (let round = 0; round < 3; ++round) {
        assert.equal(await peer.rawMessage(), '2');
        assertBetween(now(), after + PING_INTERVAL, before + PING_INTERVAL, `ping ${round}`);
        after = now();
        peer.send('3');
        before = now();
      }
      peer.destroy();
    });

    test('the next ping comes pingInterval after the answer, not after the ping before', async () => {
      const peer = await WebSocketPeer.openSession(path);
      assert.equal(await peer.rawMessage(), '2');
      await delay(PING_TIMEOUT / 2);
      const answered = now();
      peer.send('3');
      assert.equal(await peer.rawMessage(), '2');
      assertBetween(now(), answered + PING_INTERVAL, answered + PING_INTERVAL, 'the second ping');
      peer.destroy();
    });

    test('polling: a session that nobody polls is dead pingInterval + pingTimeout after its handshake, not later', async () => {
      const sessions = [];
      for (let i = 0; i < 5; ++i) sessions.push(await Polling.open(path));
      await Promise.all(
        sessions.map(async (session) => {
          await until(session.openedBefore + LIFETIME);
          assertUnknownSession(await session.poll());
        }),
      );
    });

    test('polling: a poll that fetched the 2 and one that waits do not prolong it; the end is 200 with 1, in time', async () => {
      const session = await Polling.open(path);
      assert.equal((await session.poll()).text, '2');
      const { status, text } = await session.poll();
      assertBetween(now(), session.openedAfter + LIFETIME, session.openedBefore + LIFETIME, 'the end');
      assert.equal(status, 200);
      assert.equal(text, '1');
      assertUnknownSession(await session.poll());
    });

    test('WebSocket: without a pong it is closed in time', async () => {
      const after = now();
      const peer = await WebSocketPeer.openSession(path);
      const before = now();
      assert.equal(await peer.closed({ heartbeat: false }), 1005);
      assertBetween(now(), after + LIFETIME, before + LIFETIME, 'the end');
    });
  });
}

describe('heartbeat and other packets', { concurrency: true }, () => {
  test('a 2 that no poll has fetched is buffered like any packet', async () => {
    const session = await Polling.open();
    await until(session.openedBefore + PING_INTERVAL + 50);
    await session.send('4after');
    assert.equal((await session.poll()).text, `2${RS}4after`);
  });

  test('an unfetched 2 may be answered by a late poll within the timeout', async () => {
    const session = await Polling.open();
    await until(session.openedBefore + PING_INTERVAL + 50);
    assert.equal((await session.poll()).text, '2');
    await session.send('3');
    await until(session.openedBefore + LIFETIME + 20);
    await session.send('4alive');
    assert.deepEqual(await session.receive(), ['4alive']);
  });

  test('other packets are no answer: at best they prolong the timeout once', async () => {
    const peer = await WebSocketPeer.openSession();
    assert.equal(await peer.rawMessage(), '2');
    const pinged = now();
    // Much more often than pingTimeout; each echo proves that the session lives.
    while (now() < pinged + 3 * PING_TIMEOUT) {
      peer.send('4x');
      if ((await peer.rawMessage()) === null) break;
      await delay(PING_TIMEOUT / 4);
    }
    const end = now();
    assertBetween(end, pinged + PING_TIMEOUT, pinged + 2 * PING_TIMEOUT, 'the end');
    peer.destroy();
  });

  test('an early 3 does not answer the ping to come', async () => {
    const peer = await WebSocketPeer.openSession();
    const opened = now();
    peer.send('3');
    assert.equal(await peer.closed({ heartbeat: false }), 1005);
    assert.ok(now() <= opened + 2 * PING_INTERVAL + PING_TIMEOUT + LATE);
  });

  test('a session that answers lives on', async () => {
    const session = await Polling.open();
    for (let round = 0; round < 6; ++round) {
      assert.equal((await session.poll()).text, '2');
      await session.send('3');
    }
    await session.send('4alive');
    assert.deepEqual(await session.receive(), ['4alive']);
  });
});
