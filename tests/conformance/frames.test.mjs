// Protocol page 1.6: WebSocket frames a server must take, and those it must answer with which close code.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Opcode, WebSocketPeer, closePayload, frame } from './support/websocket.mjs';

const { continuation, text, binary, close, ping, pong } = Opcode;

async function open() {
  return WebSocketPeer.openSession();
}

// Sends the bytes on a fresh session; the server must close with the code.
function closesWith(code, name, ...frames) {
  test(`${name}: ${code}`, async () => {
    const peer = await open();
    peer.wire.write(Buffer.concat(frames));
    assert.equal(await peer.closed(), code);
  });
}

describe('W1: broken frames', () => {
  closesWith(1002, 'an unmasked text frame', frame(text, '4hello', { masked: false }));
  closesWith(1002, 'an unmasked ping', frame(ping, '', { masked: false }));
  closesWith(1002, 'an unmasked empty frame', frame(text, '', { masked: false }));
  for (const rsv of [1, 2, 4, 7]) {
    closesWith(1002, `reserved bits ${rsv} in a text frame`, frame(text, '4hello', { rsv }));
    closesWith(1002, `reserved bits ${rsv} in a ping`, frame(ping, 'x', { rsv }));
  }
  closesWith(
    1002,
    'reserved bits in a continuation',
    frame(text, '4a', { fin: false }),
    frame(continuation, 'b', { rsv: 4 }),
  );
  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    closesWith(1002, `reserved opcode ${opcode}`, frame(opcode, 'x'));
    closesWith(1002, `reserved opcode ${opcode}, empty, after a good message`, frame(opcode, ''));
  }
  for (const [name, opcode] of Object.entries({ ping, pong, close })) {
    const long = opcode === close ? closePayload(1000, 'r'.repeat(124)) : Buffer.alloc(126, 'x');
    closesWith(1002, `a ${name} of 126 bytes`, frame(opcode, long));
    closesWith(1002, `a ${name} of 5 bytes in a 16 bit length`, frame(opcode, closePayload(1000, 'abc'), { form: 16 }));
    closesWith(1002, `a fragmented ${name}`, frame(opcode, '', { fin: false }), frame(continuation, ''));
  }
  closesWith(1002, 'a continuation without start', frame(continuation, '4hello'));
  closesWith(1002, 'a continuation without start, not final', frame(continuation, '4hello', { fin: false }));
  closesWith(1002, 'a continuation after a whole message', frame(text, '3'), frame(continuation, 'x'));
  closesWith(1002, 'a text message within a fragmented one', frame(text, '4a', { fin: false }), frame(text, '4b'));
  closesWith(1002, 'a binary message within a fragmented one', frame(text, '4a', { fin: false }), frame(binary, 'b'));

  test('a length with the top bit of 64 set: 1002 (or 1009), and no memory for it', async () => {
    const peer = await open();
    peer.wire.write(frame(binary, '', { declared: 1n << 63n, form: 64 }));
    assert.ok([1002, 1009].includes(await peer.closed()));
  });

  test('nothing after a broken frame is handled', async () => {
    const peer = await open();
    peer.wire.write(Buffer.concat([frame(text, '4before'), frame(text, '4x', { rsv: 4 }), frame(text, '4after')]));
    const first = await peer.message(); // whether its echo still goes out is the server's choice
    if (first !== null) {
      assert.equal(first, '4before');
      assert.equal(await peer.message(), null);
    }
    assert.equal(peer.closeFrame.readUInt16BE(0), 1002);
    peer.destroy();
  });
});

describe('W2: text must be UTF-8', () => {
  const invalid = {
    'a lone continuation byte': [0x80],
    'an overlong /': [0xc0, 0xaf],
    'an overlong NUL': [0xe0, 0x80, 0x80],
    'a surrogate': [0xed, 0xa0, 0x80],
    'over U+10FFFF': [0xf4, 0x90, 0x80, 0x80],
    'byte FF': [0xff],
    'a cut character at the end': [0xe2, 0x82],
    'a cut one before ASCII': [0xe2, 0x82, 0x41],
  };
  for (const [name, bytes] of Object.entries(invalid)) {
    const payload = Buffer.from([0x34, ...bytes]);
    closesWith(1007, name, frame(text, payload));
    closesWith(
      1007,
      `${name}, in a fragmented message`,
      frame(text, payload.subarray(0, 2), { fin: false }),
      frame(continuation, payload.subarray(2)),
    );
    closesWith(
      1007,
      `${name}, in the reason of a close frame`,
      frame(close, Buffer.concat([closePayload(1000), Buffer.from(bytes)])),
    );
  }

  test('characters cut between fragments are good', async () => {
    const peer = await open();
    const bytes = Buffer.from('4é€𝄞');
    const frames = [...bytes].map((_, i) =>
      frame(i ? continuation : text, bytes.subarray(i, i + 1), { fin: i === bytes.length - 1 }),
    );
    peer.wire.write(Buffer.concat(frames));
    assert.equal(await peer.message(), '4é€𝄞');
    peer.destroy();
  });

  test('the borders of UTF-8 are good', async () => {
    const peer = await open();
    const borders = '\u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\ufffd\uffff\u{10000}\u{10ffff}';
    peer.send(`4${borders}`);
    assert.equal(await peer.message(), `4${borders}`);
    peer.destroy();
  });

  test('binary data needs not be UTF-8', async () => {
    const peer = await open();
    peer.send(Buffer.from([0xff, 0xfe, 0x80]));
    assert.deepEqual(await peer.message(), Buffer.from([0xff, 0xfe, 0x80]));
    peer.destroy();
  });
});

describe('closing handshake', () => {
  for (const [name, payload, answer] of [
    ['with code 1000', closePayload(1000), [1000]],
    ['with code 1001 and a reason', closePayload(1001, 'leaving'), [1000, 1001]],
    ['without a code', Buffer.alloc(0), [1000, 1005]],
    ['with code 3000', closePayload(3000), [1000, 3000]],
    ['with code 4999 and a reason of 123 bytes', closePayload(4999, 'r'.repeat(123)), [1000, 4999]],
  ]) {
    test(`close ${name}: a close frame, then the end of the connection`, async () => {
      const peer = await open();
      peer.wire.write(frame(close, payload));
      let next;
      do next = await peer.frame();
      while (next && next.opcode !== close);
      assert.ok(next, 'no close frame');
      assert.ok(answer.includes(next.payload.length ? next.payload.readUInt16BE(0) : 1005));
      await peer.wire.untilEnded(2000); // the server ends TCP first
    });
  }

  for (const code of [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535]) {
    closesWith(1002, `W1: close code ${code}`, frame(close, closePayload(code)));
  }
  closesWith(1002, 'W1: a close frame of one byte', frame(close, 'x'));

  test('nothing is handled after a close frame', async () => {
    const peer = await open();
    peer.wire.write(Buffer.concat([frame(close, closePayload(1000)), frame(text, '4after')]));
    assert.equal(await peer.closed(), 1000);
  });
});

describe('control frames', () => {
  for (const length of [0, 1, 125]) {
    test(`a ping of ${length} bytes is answered by a pong with the same bytes`, async () => {
      const peer = await open();
      const payload = Buffer.alloc(length, 0xfe);
      peer.wire.write(frame(ping, payload));
      const answer = await peer.frame();
      assert.equal(answer.opcode, pong);
      assert.ok(answer.fin);
      assert.deepEqual(answer.payload, payload);
      peer.destroy();
    });
  }

  test('control frames may stand between fragments, and are answered there', async () => {
    const peer = await open();
    peer.wire.write(Buffer.concat([frame(text, '4he', { fin: false }), frame(ping, 'now')]));
    const answer = await peer.frame();
    assert.equal(answer.opcode, pong);
    assert.equal(answer.payload.toString(), 'now');
    peer.wire.write(
      Buffer.concat([frame(continuation, 'll', { fin: false }), frame(pong, 'unasked'), frame(continuation, 'o')]),
    );
    assert.equal(await peer.message(), '4hello');
    peer.destroy();
  });

  test('E5: an unasked pong does no harm and is no heartbeat', async () => {
    const peer = await open();
    peer.wire.write(frame(pong, 'unasked'));
    peer.send('4x');
    assert.equal(await peer.message(), '4x');
    peer.destroy();
  });

  test('protocol pings do not replace the heartbeat: without 3 the session ends', async () => {
    const peer = await open();
    assert.equal(await peer.rawMessage(), '2');
    peer.wire.write(frame(ping));
    assert.equal((await peer.frame()).opcode, pong);
    assert.equal(await peer.closed({ heartbeat: false }), 1005);
  });
});
