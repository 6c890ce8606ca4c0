// Protocol page 1.8: the upgrade of a polling session to WebSocket, bullet by bullet.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling, RS, assertClosedByClient, assertRefused, assertUnknownSession } from './support/polling.mjs';
import { ENGINE, SOCKET, now, settle } from './support/target.mjs';
import { WebSocketPeer } from './support/websocket.mjs';

const probePath = (session) => `${session.path}?EIO=4&transport=websocket&sid=${session.sid}`;

// A polling session with a WebSocket whose probe was answered.
async function probed(path = ENGINE) {
  const session = await Polling.open(path);
  const peer = await WebSocketPeer.open(probePath(session));
  peer.send('2probe');
  assert.equal(await peer.rawMessage(), '3probe');
  return { session, peer };
}

async function upgraded(path = ENGINE) {
  const { session, peer } = await probed(path);
  peer.send('5');
  return { session, peer };
}

async function echoes(peer, text) {
  peer.send(`4${text}`);
  assert.equal(await peer.message(), `4${text}`);
}

async function pollingEchoes(session, text) {
  await session.send(`4${text}`);
  const packets = await session.receive(1);
  assert.deepEqual(
    packets.filter((packet) => packet !== '6'),
    [`4${text}`],
  );
}

for (const path of [ENGINE, SOCKET]) {
  describe(`upgrade at ${path}`, () => {
    test('as drawn: probe, pong, the waiting poll gets 6, 5, then all goes over WebSocket', async () => {
      const session = await Polling.open(path);
      const { answer } = await session.startPoll();
      const peer = await WebSocketPeer.open(probePath(session));
      peer.send('2probe');
      assert.equal(await peer.rawMessage(), '3probe');
      const poll = await answer;
      assert.equal(poll.status, 200);
      assert.equal(poll.text, '6');
      peer.send('5');
      assert.equal(await peer.rawMessage(), '2', 'the heartbeat goes on over WebSocket');
      peer.send('3');
      assert.equal(await peer.rawMessage(), '2');
      peer.destroy();
    });

    test('no open packet and nothing else comes on the new connection before 3probe', async () => {
      const session = await Polling.open(path);
      const peer = await WebSocketPeer.open(probePath(session));
      await settle();
      peer.send('2probe');
      assert.equal(await peer.rawMessage(), '3probe');
      peer.destroy();
    });

    test('a poll that comes after 3probe gets 6 with 200, each one', async () => {
      const { session, peer } = await probed(path);
      for (let i = 0; i < 2; ++i) {
        const began = now();
        const { status, text } = await session.poll();
        assert.equal(status, 200);
        assert.equal(text, '6');
        assert.ok(now() - began < 250, 'soon');
      }
      peer.destroy();
    });

    test('after 5 a poll and a POST get code 3 and do no harm', async () => {
      const { session, peer } = await upgraded(path);
      for (const refused of [await session.poll(), await session.post('1')]) assertRefused(refused, 3, 'Bad request');
      assert.equal(await peer.rawMessage(), '2');
      peer.destroy();
    });

    test('5 is acted on as soon as it is read: a poll right after it gets code 3', async () => {
      for (let i = 0; i < 20; ++i) {
        const { session, peer } = await probed(path);
        peer.send('5');
        assertRefused(await session.poll(), 3, 'Bad request');
        peer.destroy();
      }
    });

    test('a second WebSocket after the upgrade is closed, the first goes on', async () => {
      const { session, peer } = await upgraded(path);
      const second = await WebSocketPeer.open(probePath(session)).catch(() => null);
      if (second) {
        second.send('2probe');
        await second.closed();
      }
      assert.equal(await peer.rawMessage(), '2');
      peer.destroy();
    });
  });
}

describe('until 5 polling stays the transport', () => {
  test('POSTs are handled and their echoes go to polls, never to the new connection', async () => {
    const { session, peer } = await probed();
    await session.send('4one');
    const [first] = await session.receive();
    assert.equal(first.replace('6', ''), first === '6' ? '' : '4one');
    if (first === '6') assert.deepEqual(await session.receive(), ['4one']);
    await settle();
    peer.send('5', '4two');
    assert.equal(await peer.message(), '4two');
    peer.destroy();
  });

  test('a waiting poll that takes a message needs no 6 in addition; the next gets 6', async () => {
    const session = await Polling.open();
    await session.send('4buffered');
    const peer = await WebSocketPeer.open(probePath(session));
    peer.send('2probe');
    assert.equal(await peer.rawMessage(), '3probe');
    const { text } = await session.poll();
    assert.ok(['4buffered', `4buffered${RS}6`, `6${RS}4buffered`].includes(text), JSON.stringify(text));
    assert.equal((await session.poll()).text, '6');
    peer.destroy();
  });

  test('packets buffered when 5 comes are sent first and in order, then new ones', async () => {
    const { session, peer } = await probed();
    await session.send('4one', 'bAQI=', '4three');
    peer.send('5', '4four');
    assert.deepEqual(await peer.messages(4), ['4one', Buffer.from([1, 2]), '4three', '4four']);
    peer.destroy();
  });

  test('5 sent at once, a poll still waiting: it is answered with 6 or 1', async () => {
    const session = await Polling.open();
    const { answer } = await session.startPoll();
    const peer = await WebSocketPeer.open(probePath(session));
    peer.send('2probe', '5');
    assert.equal(await peer.rawMessage(), '3probe');
    const { status, text } = await answer;
    assert.equal(status, 200);
    assert.match(text, /^[61]$/);
    await echoes(peer, 'on');
    peer.destroy();
  });

  test('E3: messages sent through the whole upgrade come back once each and in order', async () => {
    for (let round = 0; round < 15; ++round) {
      const session = await Polling.open();
      const received = [];
      let upgrading = true;
      const polls = (async () => {
        while (upgrading) {
          const { status, text } = await session.poll();
          if (status !== 200) break;
          for (const packet of text.split(RS)) {
            if (packet === '2') await session.post('3');
            else if (packet.startsWith('4')) received.push(packet);
          }
        }
      })();
      let count = 0;
      const next = () => `4m${count++}`;
      for (let i = 0; i < round; ++i) await session.send(next());
      const peer = await WebSocketPeer.open(probePath(session));
      await session.send(next(), next());
      peer.send('2probe');
      await session.send(next());
      assert.equal(await peer.rawMessage(), '3probe');
      await session.send(next());
      upgrading = false;
      await polls; // its last poll ended, by 6 or by a message
      await session.send(next(), next());
      peer.send('5', next(), next());
      while (received.length < count) received.push(await peer.message());
      assert.deepEqual(
        received,
        Array.from({ length: count }, (_, i) => `4m${i}`),
      );
      await echoes(peer, 'and nothing after');
      peer.destroy();
    }
  });
});

describe('E3: probes that fail', () => {
  for (const [what, message] of [
    ['a message', '4hello'],
    ['a ping without probe', '2'],
    ['a ping with other data', '2other'],
    ['a pong', '3'],
    ['a close', '1'],
    ['an open', '0'],
    ['a noop', '6'],
    ['binary data', Buffer.from([1])],
    ['nonsense', 'abc'],
    ['an empty message', ''],
  ]) {
    test(`${what} first closes the new connection only; the session goes on and may try again`, async () => {
      const session = await Polling.open();
      const peer = await WebSocketPeer.open(probePath(session));
      peer.send(message);
      await peer.closed();
      await pollingEchoes(session, 'still polling');
      const again = await WebSocketPeer.open(probePath(session));
      again.send('2probe');
      assert.equal(await again.rawMessage(), '3probe');
      again.send('5');
      await echoes(again, 'upgraded');
      again.destroy();
    });
  }

  for (const [when, open] of [
    [
      'before the probe',
      async () => {
        const session = await Polling.open();
        return { session, peer: await WebSocketPeer.open(probePath(session)) };
      },
    ],
    ['after 3probe', probed],
  ]) {
    test(`the new connection is lost ${when}: the session goes on and may try again`, async () => {
      const { session, peer } = await open();
      peer.destroy();
      await settle();
      const { text } = await session.poll();
      if (text === '2') await session.send('3');
      else assert.equal(text, '6');
      await pollingEchoes(session, 'still polling');
      const again = await WebSocketPeer.open(probePath(session));
      again.send('2probe');
      assert.equal(await again.rawMessage(), '3probe');
      again.send('5');
      await echoes(again, 'upgraded');
      again.destroy();
    });
  }

  test('after a lost probe polls wait again for packets', async () => {
    const { session, peer } = await probed();
    peer.destroy();
    await settle();
    const deadline = now() + 400;
    let text = '6';
    while (text === '6' && now() < deadline) ({ text } = await session.poll());
    assert.equal(text, '2');
  });

  test('a broken frame on the new connection closes it only', async () => {
    const { session, peer } = await probed();
    peer.wire.write(Buffer.from([0xff, 0xff]));
    await peer.closed();
    await pollingEchoes(session, 'still polling');
  });
});

describe('E3: sessions and connections that end meanwhile', () => {
  test('the client closes it during the upgrade: the new connection is closed too', async () => {
    const { session, peer } = await probed();
    await session.send('1');
    await peer.closed();
    await assertClosedByClient(session);
  });

  test('an invalid packet ends it during the upgrade: the new connection is closed too', async () => {
    const { session, peer } = await probed();
    await session.post('abc');
    await peer.closed();
    assertUnknownSession(await session.poll());
  });

  test('a missing pong during the upgrade: the new connection is closed too', async () => {
    const { session, peer } = await probed();
    assert.ok(['6', '2'].includes((await session.poll()).text));
    await peer.closed({ heartbeat: false });
    assertUnknownSession(await session.poll());
  });

  test('a second WebSocket while one is upgrading is closed, the first may finish', async () => {
    const { session, peer } = await probed();
    const second = await WebSocketPeer.open(probePath(session)).catch(() => null);
    if (second) {
      second.send('2probe');
      await second.closed();
    }
    peer.send('5');
    await echoes(peer, 'upgraded');
    peer.destroy();
  });

  test('a second WebSocket for a session that began as WebSocket is closed, the first goes on', async () => {
    const peer = await WebSocketPeer.openSession();
    const second = await WebSocketPeer.open(`${ENGINE}?EIO=4&transport=websocket&sid=${peer.sid}`).catch(() => null);
    if (second) {
      second.send('2probe');
      await second.closed();
    }
    await echoes(peer, 'still here');
    peer.destroy();
  });

  test('an upgraded session ends with its WebSocket', async () => {
    const { session, peer } = await upgraded();
    await echoes(peer, 'x');
    peer.destroy();
    await settle();
    assertUnknownSession(await session.poll());
  });

  test('2probe and 5 after the upgrade: a ping closes the session, 5 is ignored', async () => {
    const { peer } = await upgraded();
    peer.send('5');
    await echoes(peer, 'still here');
    peer.send('2probe');
    await peer.closed();
  });
});
