// Protocol page 1.6: fragmentation, lengths, limits, and how frames fall into TCP segments.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ENGINE, MAX_PAYLOAD } from './support/target.mjs';
import { Opcode, WebSocketPeer, frame } from './support/websocket.mjs';
import { Polling } from './support/polling.mjs';

const { continuation, text, binary } = Opcode;

async function echoOf(...frames) {
  const peer = await WebSocketPeer.openSession();
  peer.wire.write(Buffer.concat(frames));
  const echo = await peer.message();
  peer.destroy();
  return echo;
}

describe('fragmented messages', () => {
  test('text in three frames', async () => {
    assert.equal(
      await echoOf(
        frame(text, '4he', { fin: false }),
        frame(continuation, 'll', { fin: false }),
        frame(continuation, 'o'),
      ),
      '4hello',
    );
  });
  test('binary in three frames', async () => {
    const frames = [
      frame(binary, '\x01', { fin: false }),
      frame(continuation, '\x02', { fin: false }),
      frame(continuation, '\x03'),
    ];
    assert.deepEqual(await echoOf(...frames), Buffer.from([1, 2, 3]));
  });
  test('empty fragments first, between and last', async () => {
    const frames = [
      frame(text, '', { fin: false }),
      frame(continuation, '4a', { fin: false }),
      frame(continuation, '', { fin: false }),
      frame(continuation, 'b', { fin: false }),
      frame(continuation, ''),
    ];
    assert.equal(await echoOf(...frames), '4ab');
  });
  test('W4: 200 fragments of one byte', async () => {
    const parts = ['4', ...'x'.repeat(199)];
    assert.equal(
      await echoOf(...parts.map((part, i) => frame(i ? continuation : text, part, { fin: i === 199 }))),
      parts.join(''),
    );
  });
  test('two fragmented messages one after the other', async () => {
    const peer = await WebSocketPeer.openSession();
    for (const name of ['first', 'second']) {
      peer.wire.write(Buffer.concat([frame(text, '4', { fin: false }), frame(continuation, name)]));
    }
    assert.deepEqual(await peer.messages(2), ['4first', '4second']);
    peer.destroy();
  });
});

describe('lengths and masks', () => {
  for (const length of [0, 1, 124, 125, 126, 127, 65_534, 65_535, 65_536]) {
    test(`a payload of ${length + 1} bytes comes back in the shortest form`, async () => {
      const message = `4${'x'.repeat(length)}`;
      assert.ok((await echoOf(frame(text, message))) === message);
    });
  }
  for (const [name, mask] of [
    ['zero', [0, 0, 0, 0]],
    ['all ones', [255, 255, 255, 255]],
    ['mixed', [0x37, 0xfa, 0x21, 0x3d]],
  ]) {
    test(`a ${name} mask, payloads of every length modulo the mask`, async () => {
      const peer = await WebSocketPeer.openSession();
      const messages = Array.from({ length: 20 }, (_, i) => `4${'abcdefghijklmnopqrst'.slice(0, i)}`);
      peer.wire.write(Buffer.concat(messages.map((message) => frame(text, message, { mask: Buffer.from(mask) }))));
      assert.deepEqual(await peer.messages(messages.length), messages);
      peer.destroy();
    });
  }
});

describe('W3: maxPayload over WebSocket', () => {
  for (const [name, opcode] of [
    ['text', text],
    ['binary', binary],
  ]) {
    const payload = Buffer.alloc(MAX_PAYLOAD, '4');
    test(`${name} of exactly maxPayload passes`, async () => {
      const echo = await echoOf(frame(opcode, payload));
      assert.ok(Buffer.from(echo).equals(payload));
    });
    test(`${name} of exactly maxPayload in fragments passes`, async () => {
      const cut = [frame(opcode, payload.subarray(0, 999), { fin: false }), frame(continuation, payload.subarray(999))];
      assert.ok(Buffer.from(await echoOf(...cut)).equals(payload));
    });
    test(`${name} one byte over: 1009, by the declared length alone`, async () => {
      const peer = await WebSocketPeer.openSession();
      peer.wire.write(frame(opcode, '4', { declared: MAX_PAYLOAD + 1 }));
      assert.equal(await peer.closed(), 1009);
    });
  }
  test('a declared length of 2^62: 1009, before memory is taken', async () => {
    const peer = await WebSocketPeer.openSession();
    peer.wire.write(frame(binary, 'x', { declared: 1n << 62n, form: 64 }));
    assert.equal(await peer.closed(), 1009);
  });
  test('the limit holds for the whole message: fragments that add up to one byte over, 1009', async () => {
    const peer = await WebSocketPeer.openSession();
    peer.wire.write(frame(text, Buffer.alloc(MAX_PAYLOAD, '4'), { fin: false }));
    peer.wire.write(frame(continuation, 'x'));
    assert.equal(await peer.closed(), 1009);
  });
  test('the limit of one message does not count the one before', async () => {
    const peer = await WebSocketPeer.openSession();
    const message = `4${'x'.repeat(MAX_PAYLOAD * 0.6)}`;
    // One after the other's echo: what waits for one client may be bounded too.
    for (let i = 0; i < 2; ++i) {
      peer.send(message);
      assert.ok((await peer.message()) === message);
    }
    peer.destroy();
  });
});

describe('frames and TCP segments', () => {
  test('several frames in one segment are handled in order', async () => {
    const peer = await WebSocketPeer.openSession();
    const messages = Array.from({ length: 80 }, (_, i) => `4m${i}`);
    peer.wire.write(Buffer.concat(messages.map((message) => frame(text, message))));
    assert.deepEqual(await peer.messages(messages.length), messages);
    peer.destroy();
  });

  test('one frame in many segments: one byte at a time', async () => {
    const peer = await WebSocketPeer.openSession();
    await peer.wire.writeSlowly(
      Buffer.concat([
        frame(text, '4héllo'),
        frame(binary, [1, 2, 3]),
        frame(text, `4${'x'.repeat(200)}`),
        frame(text, '4x'),
      ]),
    );
    assert.deepEqual(await peer.messages(4), ['4héllo', Buffer.from([1, 2, 3]), `4${'x'.repeat(200)}`, '4x']);
    peer.destroy();
  });

  test('segments that end within heads and payloads', async () => {
    const messages = Array.from({ length: 12 }, (_, i) => `4${String(i).repeat(i * 20)}`);
    const bytes = Buffer.concat(messages.map((message) => frame(text, message)));
    for (const size of [3, 7, 130, 131]) {
      const peer = await WebSocketPeer.openSession();
      for (let at = 0; at < bytes.length; at += size) {
        peer.wire.write(bytes.subarray(at, at + size));
        await new Promise(setImmediate);
      }
      assert.deepEqual(await peer.messages(messages.length), messages);
      peer.destroy();
    }
  });

  test('the upgrade of a polling session in one segment: 2probe, 5 and a message', async () => {
    const session = await Polling.open();
    const peer = await WebSocketPeer.open(`${ENGINE}?EIO=4&transport=websocket&sid=${session.sid}`);
    peer.send('2probe', '5', '4hello');
    assert.deepEqual(await peer.messages(2), ['3probe', '4hello']);
    peer.destroy();
  });

  // 2.4: what is buffered for a slow reader must not stop the others.
  test('R3: a peer that does not read stops nobody else', async () => {
    const [slow, other] = [await WebSocketPeer.openSession(), await WebSocketPeer.openSession()];
    slow.wire.stopReading();
    const big = `4${'x'.repeat(MAX_PAYLOAD / 2)}`;
    for (let i = 0; i < 20; ++i) {
      slow.send(big);
      other.send(`4m${i}`);
      assert.equal(await other.message(), `4m${i}`);
    }
    slow.destroy();
    other.destroy();
  });
});
