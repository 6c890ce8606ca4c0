// Protocol page 1.3: every packet type received, on both transports, and the encoding of packets and payloads.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling, RS, assertClosedByClient, assertUnknownSession } from './support/polling.mjs';
import { WebSocketPeer } from './support/websocket.mjs';

// What each must do is the same for both; how the end of the session shows differs.
const transports = {
  polling: {
    open: () => Polling.open(),
    send: (session, packet) => session.post(packet),
    async echoes(session, text) {
      await session.send(`4${text}`);
      assert.deepEqual(await session.receive(), [`4${text}`]);
    },
    async ended(session) {
      assertUnknownSession(await session.poll());
    },
    closedByClient: assertClosedByClient,
  },
  websocket: {
    open: () => WebSocketPeer.openSession(),
    send: (peer, packet) => peer.send(packet),
    async echoes(peer, text) {
      peer.send(`4${text}`);
      assert.equal(await peer.message(), `4${text}`);
      peer.destroy();
    },
    async ended(peer) {
      assert.equal(await peer.closed(), 1005, 'a close frame without status');
    },
    async closedByClient(peer) {
      await peer.closed();
    },
  },
};

for (const [name, transport] of Object.entries(transports)) {
  describe(`packets received over ${name}`, () => {
    for (const [what, packet] of [
      ['an unasked pong', '3'],
      ['a pong with data', '3probe'],
      ['open', '0'],
      ['open with data', '0{"sid":"x"}'],
      ['upgrade', '5'],
      ['noop', '6'],
      ['noop with data', '6abc'],
    ]) {
      test(`${what} (${packet}) does no harm`, async () => {
        const session = await transport.open();
        await transport.send(session, packet);
        await transport.echoes(session, 'still here');
      });
    }
    for (const [what, packet] of [
      ['ping, the wrong heartbeat direction', '2'],
      ['ping with data', '2abc'],
      ['a probe where none belongs', '2probe'],
      ['an unknown type', 'abc'],
      ['type 7', '7'],
      ['type 9', '9x'],
      ['a blank', ' 4hello'],
      ['an empty packet', ''],
    ]) {
      test(`${what} (${JSON.stringify(packet)}) closes the session`, async () => {
        const session = await transport.open();
        await transport.send(session, packet);
        await transport.ended(session);
      });
    }
    test('close (1) closes the session', async () => {
      const session = await transport.open();
      await transport.send(session, '1');
      await transport.closedByClient(session);
    });
    test('a message may be empty', async () => {
      await transport.echoes(await transport.open(), '');
    });
    for (const text of [
      'héllo',
      '€',
      '𝄞 and 😀',
      '\u0000\u0001\u007f',
      'line\r\nbreak',
      '"quoted\\"',
      '\ufeffBOM',
      'é'.repeat(5000),
    ]) {
      test(`text comes back byte for byte: ${JSON.stringify(text.slice(0, 20))}`, async () => {
        await transport.echoes(await transport.open(), text);
      });
    }
  });
}

describe('polling payloads', () => {
  test('packets before an invalid one are handled, those after it dropped', async () => {
    const session = await Polling.open();
    const { answer } = await session.startPoll();
    await session.post(['4first', '4second', 'x', '4third'].join(RS));
    const { status, text } = await answer;
    assert.equal(status, 200);
    // Whether the answers to handled packets still go out before the end is the server's choice.
    assert.match(text, /^(4first\x1e?)?(4second\x1e?)?1?$/);
    assertUnknownSession(await session.poll());
  });

  for (const [what, body] of [
    ['an RS at the end', `4a${RS}`],
    ['an RS at the beginning', `${RS}4a`],
    ['two RS together', `4a${RS}${RS}4b`],
  ]) {
    test(`${what} makes an empty packet: closes`, async () => {
      const session = await Polling.open();
      await session.post(body);
      const response = await session.poll();
      if (response.status === 200) assertUnknownSession(await session.poll());
      else assertUnknownSession(response);
    });
  }

  for (const length of [1, 2, 3, 4, 255, 10_000]) {
    test(`${length} bytes of binary data are standard Base64 with padding`, async () => {
      const data = Buffer.from(Array.from({ length }, (_, i) => (i * 7 + 251) & 0xff));
      const session = await Polling.open();
      await session.send(`b${data.toString('base64')}`);
      assert.deepEqual(await session.receive(), [`b${data.toString('base64')}`]);
    });
  }

  test('text and binary packets keep their order in one payload', async () => {
    const session = await Polling.open();
    const packets = ['4hello', 'bAQIDBA==', '4', 'b+/8=', '4é'];
    await session.send(...packets);
    assert.deepEqual(await session.receive(packets.length), packets);
  });

  test('E4: 300 packets in one payload come back in order', async () => {
    const session = await Polling.open();
    const packets = Array.from({ length: 300 }, (_, i) => `4m${i}`);
    await session.send(...packets);
    assert.deepEqual(await session.receive(packets.length), packets);
  });
});

describe('WebSocket messages', () => {
  for (const length of [1, 2, 125, 126, 127, 65_535, 65_536, 100_000]) {
    test(`${length} bytes of binary data come back as one binary message, bare`, async () => {
      const data = Buffer.from(Array.from({ length }, (_, i) => (i * 7 + 251) & 0xff));
      const peer = await WebSocketPeer.openSession();
      peer.send(data);
      const echo = await peer.message();
      assert.ok(Buffer.isBuffer(echo), 'a binary message');
      assert.ok(echo.equals(data));
      peer.destroy();
    });
  }

  test('RS is ordinary data over WebSocket: one message is one packet', async () => {
    const peer = await WebSocketPeer.openSession();
    peer.send(`4a${RS}4b`);
    assert.equal(await peer.message(), `4a${RS}4b`);
    peer.destroy();
  });

  test('a binary message that looks like a packet is data', async () => {
    const peer = await WebSocketPeer.openSession();
    for (const text of ['1', '2', 'abc']) {
      peer.send(Buffer.from(text));
      assert.deepEqual(await peer.message(), Buffer.from(text));
    }
    peer.destroy();
  });
});
