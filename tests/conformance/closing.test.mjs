// Protocol page 1.5 and 1.6: how each side ends a session, and what the other sees of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling, RS, assertEnds, assertUnknownSession } from './support/polling.mjs';
import { CLOCK_SLACK, CONNECT_TIMEOUT, ENGINE, PATIENCE, SOCKET, now, until } from './support/target.mjs';
import { WebSocketPeer } from './support/websocket.mjs';
import { request } from './support/wire.mjs';

async function assertGoneSoon(path, sid) {
  const deadline = now() + 400; // before the heartbeat could end it
  for (;;) {
    const response = await request('GET', `${path}?EIO=4&transport=polling&sid=${sid}`);
    if (JSON.parse(response.text).code === 1) return;
    assert.ok(now() < deadline, `still there: ${response.text}`);
  }
}

for (const path of [ENGINE, SOCKET]) {
  describe(`the client closes at ${path}`, () => {
    test('by 1 over polling: the waiting poll gets 200 with 6, later requests code 1', async () => {
      const session = await Polling.open(path);
      const { answer } = await session.startPoll();
      await session.send('1');
      const poll = await answer;
      assert.equal(poll.status, 200);
      assert.equal(poll.text, '6');
      assertUnknownSession(await session.poll());
      assertUnknownSession(await session.post('3'));
    });

    test('by 1 over polling, the poll arriving together with it: 200 with 6, then 400', async () => {
      for (let i = 0; i < 10; ++i) {
        const session = await Polling.open(path);
        const [poll, posted] = await Promise.all([session.poll(), session.post('1')]);
        assert.equal(posted.text, 'ok');
        assert.equal(poll.status, 200, poll.text);
        assert.equal(poll.text, '6');
        assertUnknownSession(await session.poll());
      }
    });

    test('by 1 over WebSocket: the connection ends within 2 s and the session is gone', async () => {
      const peer = await WebSocketPeer.openSession(path);
      peer.send('1');
      await peer.closed();
      await assertGoneSoon(path, peer.sid);
    });

    test('by the loss of the TCP connection', async () => {
      const peer = await WebSocketPeer.openSession(path);
      peer.destroy();
      await assertGoneSoon(path, peer.sid);
    });

    test('by the end of its half of the TCP connection', async () => {
      const peer = await WebSocketPeer.openSession(path);
      peer.wire.finishWriting();
      await peer.wire.untilEnded(400);
      await assertGoneSoon(path, peer.sid);
    });
  });
}

describe('the server closes', () => {
  test('packets after a close in the same body are dropped', async () => {
    const session = await Polling.open();
    const { answer } = await session.startPoll();
    await session.send('1', '4after');
    assert.equal((await answer).text, '6');
  });

  test('a namespace left and the session closed in one POST (Python): the poll gets 200, then code 1', async () => {
    const session = await Polling.open(SOCKET);
    await session.send('40');
    await session.receive(2);
    const { answer } = await session.startPoll();
    await session.send('41', '1');
    const poll = await answer;
    assert.equal(poll.status, 200);
    assert.equal(poll.text, '6');
    assertUnknownSession(await session.poll());
  });

  test('on purpose with a waiting poll: 200 with 1, then code 1', async () => {
    const session = await Polling.open(SOCKET);
    const { answer } = await session.startPoll();
    await session.post('4abc');
    const poll = await answer;
    assert.equal(poll.status, 200);
    assert.equal(poll.text, '1');
    assertUnknownSession(await session.poll());
  });

  test('on purpose with no waiting poll: buffered packets come first, then 1, then code 1', async () => {
    const session = await Polling.open(SOCKET);
    for (let ping = 0; ping < 2; ++ping) {
      assert.equal((await session.poll()).text, '2');
      await session.send('3');
    }
    // About 700 ms after the handshake: connectTimeout is next.
    await session.send('40/random,');
    await until(session.openedBefore + CONNECT_TIMEOUT + 20);
    const packets = [];
    for (let response = await session.poll(); ; response = await session.poll()) {
      if (response.status !== 200) {
        assertUnknownSession(response);
        break;
      }
      packets.push(...response.text.split(RS));
    }
    assert.equal(packets[0], '44/random,{"message":"Invalid namespace"}');
    assert.match(packets.slice(1).join(''), /^[26]*1$/);
  });

  test('E6: when no namespace is joined within connectTimeout, to a poll too', async () => {
    const session = await Polling.open(SOCKET);
    let text;
    while (text !== '1') {
      const response = await session.poll();
      assert.equal(response.status, 200);
      ({ text } = response);
      if (text === '2') await session.send('3');
      else assert.match(text, /^(6\x1e)?1$/);
      if (text !== '2') break;
    }
    const at = now();
    assert.ok(at - session.openedAfter >= CONNECT_TIMEOUT - CLOCK_SLACK, 'not before');
    assert.ok(at - session.openedBefore < CONNECT_TIMEOUT + PATIENCE / 5, 'and soon after');
    await assertEnds(session);
  });
});
