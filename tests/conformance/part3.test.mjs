// Protocol page, Part 3: "what must hold there", item by item and in its words. Details are in the files of their subject.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling, RS, assertUnknownSession } from './support/polling.mjs';
import { ENGINE, PING_INTERVAL, PING_TIMEOUT, SOCKET, delay, until } from './support/target.mjs';
import { connect, connected, transports } from './support/socketio.mjs';
import { WebSocketPeer, tryUpgrade } from './support/websocket.mjs';
import { request } from './support/wire.mjs';

const [OverWebSocket] = transports;
const placeholders = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
const attachments = [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6])];

for (const path of [ENGINE, SOCKET]) {
  describe(`Part 3 at ${path}`, () => {
    test('1: the handshake, over polling and over WebSocket', async () => {
      const keys = { pingInterval: 300, pingTimeout: 200, maxPayload: 1_000_000 };
      const session = await Polling.open(path);
      assert.deepEqual(session.handshake, { sid: session.sid, upgrades: ['websocket'], ...keys });
      const peer = await WebSocketPeer.openSession(path);
      assert.deepEqual(peer.handshake, { sid: peer.sid, upgrades: [], ...keys });
      peer.destroy();
    });

    test('2: EIO or transport missing or abc', async () => {
      for (const query of ['?transport=polling', '?EIO=abc&transport=polling', '?EIO=4', '?EIO=4&transport=abc']) {
        assert.equal((await request('GET', path + query)).status, 400);
      }
      for (const query of ['?transport=websocket', '?EIO=abc&transport=websocket', '?EIO=4', '?EIO=4&transport=abc']) {
        const { wire, response } = await tryUpgrade(path + query);
        assert.ok(response.status === 101 || response.status >= 400);
        await wire.untilEnded(2000).catch(() => wire.finishWriting());
        wire.destroy();
      }
    });

    test('3: POST or PUT without sid', async () => {
      for (const method of ['POST', 'PUT'])
        assert.equal((await request(method, `${path}?EIO=4&transport=polling`)).status, 400);
    });

    test('5: POST abc', async () => {
      const session = await Polling.open(path);
      const posted = await session.post('abc').catch(() => ({ status: 400 }));
      assert.ok([200, 400].includes(posted.status));
      assert.equal((await session.poll()).status, 400);
    });

    test('6: two polls 5 ms apart', async () => {
      const session = await Polling.open(path);
      const first = await session.startPoll({ waiting: false });
      await delay(5);
      assert.ok([400, 500].includes((await session.poll()).status));
      const { status, text } = await first.answer;
      assert.deepEqual([status, text], [200, '1']);
      assert.equal((await session.poll()).status, 400);
    });

    test('7: a poll aborted after 5 ms', async () => {
      const session = await Polling.open(path);
      const { wire } = await session.startPoll({ waiting: false });
      await delay(5);
      wire.destroy();
      await delay(5);
      assert.equal((await session.poll()).status, 400);
    });

    test('8: abc over WebSocket closes the connection', async () => {
      const peer = await WebSocketPeer.openSession(path);
      peer.send('abc');
      await peer.closed();
    });

    test('9: the heartbeat over both, and its absence', async () => {
      const session = await Polling.open(path);
      for (let round = 0; round < 3; ++round) {
        const { status, text } = await session.poll();
        assert.deepEqual([status, text], [200, '2']);
        await session.send('3');
      }
      const peer = await WebSocketPeer.openSession(path);
      for (let round = 0; round < 3; ++round) {
        assert.equal(await peer.rawMessage(), '2');
        peer.send('3');
      }
      await peer.closed({ heartbeat: false });
      const silent = await Polling.open(path);
      await until(silent.openedBefore + PING_INTERVAL + PING_TIMEOUT);
      assertUnknownSession(await silent.poll());
    });

    test('10: close', async () => {
      const session = await Polling.open(path);
      const [poll] = await Promise.all([session.poll(), session.send('1')]);
      assert.deepEqual([poll.status, poll.text], [200, '6']);
      assert.equal((await session.poll()).status, 400);
      const peer = await WebSocketPeer.openSession(path);
      peer.send('1');
      await peer.closed();
    });

    test('11: upgrade', async () => {
      const session = await Polling.open(path);
      const url = session.url('websocket');
      const peer = await WebSocketPeer.open(url);
      peer.send('2probe');
      assert.equal(await peer.rawMessage(), '3probe');
      const poll = await session.poll();
      assert.deepEqual([poll.status, poll.text], [200, '6']);
      peer.send('5');
      assert.equal((await session.poll()).status, 400);
      const second = await WebSocketPeer.open(url).catch(() => null);
      if (second) await second.closed();
      if (path === ENGINE) {
        peer.send('4hello');
        assert.equal(await peer.message(), '4hello');
      } else {
        peer.send('40');
        assert.match(await peer.message(), /^40\{"sid":/);
      }
      peer.destroy();
    });
  });
}

describe('Part 3, echoes of Engine.IO', () => {
  test('4: over polling', async () => {
    for (const packets of [['4hello'], ['4test1', '4test2', '4test3'], ['4hello', 'bAQIDBA==']]) {
      const session = await Polling.open();
      const posted = await session.post(packets.join(RS));
      assert.deepEqual([posted.status, posted.text], [200, 'ok']);
      assert.equal((await session.poll()).text, packets.join(RS));
    }
  });

  test('8: over WebSocket, text and binary', async () => {
    const peer = await WebSocketPeer.openSession();
    peer.send('4hello', Buffer.from([1, 2, 3, 4]));
    assert.deepEqual(await peer.messages(2), ['4hello', Buffer.from([1, 2, 3, 4])]);
    peer.destroy();
  });
});

for (const Transport of transports) {
  describe(`Part 3, Socket.IO over ${Transport.transport}`, () => {
    test('12: CONNECT', async () => {
      for (const [prefix, payload] of [
        ['', ''],
        ['', '{"token":"123"}'],
        ['/custom,', ''],
        ['/custom', ''],
        ['/custom,', '{"token":"abc"}'],
      ]) {
        const client = await Transport.open();
        await connect(client, prefix, payload);
        client.leave();
      }
      const client = await Transport.open();
      await client.send('0/random');
      assert.equal(await client.next(), '4/random,{"message":"Invalid namespace"}');
      client.leave();
    });

    test('13: 4abc before or after connecting closes, and so does no CONNECT', async () => {
      for (const open of [() => Transport.open(), () => connected(Transport)]) {
        const client = await open();
        await client.send('abc');
        await client.ends();
      }
      const peer = await WebSocketPeer.openSession(SOCKET);
      await peer.closed();
    });

    test('14: DISCONNECT: the next packet is the ping; another namespace leaves / alone', async () => {
      const client = await connected(Transport);
      await client.send('1');
      assert.equal(client.peer ? await client.peer.rawMessage() : (await client.session.poll()).text, '2');
      client.leave();
      const other = await connected(Transport);
      await connect(other, '/custom,');
      await other.send('1/custom', '2["message","x"]');
      assert.equal(await other.next(), '2["message-back","x"]');
      other.leave();
    });

    test('15: message and message-with-ack, plain and with attachments', async () => {
      const client = await connected(Transport);
      await client.send('2["message",1,"2",{"3":[true]}]');
      assert.equal(await client.next(), '2["message-back",1,"2",{"3":[true]}]');
      await client.send('2456["message-with-ack",1,"2",{"3":[false]}]');
      assert.equal(await client.next(), '3456[1,"2",{"3":[false]}]');
      for (const [sent, received] of [
        [`52-["message",${placeholders}]`, `52-["message-back",${placeholders}]`],
        [`52-789["message-with-ack",${placeholders}]`, `62-789[${placeholders}]`],
      ]) {
        await client.send(sent, ...attachments);
        assert.equal(await client.next(), received);
        assert.deepEqual([await client.next(), await client.next()], attachments);
      }
      client.leave();
    });

    test('16: an event that is none, an ack id that is none', async () => {
      for (const packet of ['2{}', '2abc["message-with-ack",1]']) {
        const client = await connected(Transport);
        await client.send(packet);
        await client.ends();
      }
    });
  });
}

test('Part 3 serves both configurations at once', async () => {
  const [engine, socket] = [await WebSocketPeer.openSession(ENGINE), await connected(OverWebSocket)];
  engine.send('40');
  assert.equal(await engine.message(), '40', 'the bare path knows no CONNECT');
  await socket.send('2["message",1]');
  assert.equal(await socket.next(), '2["message-back",1]');
  engine.destroy();
  socket.leave();
});
