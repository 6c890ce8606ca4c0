// Protocol page 1.5: polls, POSTs and their bodies.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import { Polling, RS, assertUnknownSession } from './support/polling.mjs';
import { MAX_PAYLOAD, delay, settle } from './support/target.mjs';
import { Wire, parseResponse, request, requestHead } from './support/wire.mjs';

describe('polls', () => {
  test('buffered packets come at once, all of them, and once only', async () => {
    const session = await Polling.open();
    await session.send('4one', '4two');
    await session.send('4three');
    assert.equal((await session.poll()).text, ['4one', '4two', '4three'].join(RS));
    assert.equal((await session.poll()).text, '2', 'the next poll waits for something new');
  });

  test('a poll waits until there is a packet', async () => {
    const session = await Polling.open();
    const { answer } = await session.startPoll();
    await session.send('4late');
    assert.equal((await answer).text, '4late');
  });

  test('response headers: 200, text/plain, Content-Length in bytes, no-store', async () => {
    const session = await Polling.open();
    await session.send('4é€');
    const { status, headers, body } = await session.poll();
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(headers['content-length'], String(body.length));
    assert.equal(headers['cache-control'], 'no-store');
  });

  test('E2: two polls 5 ms apart: 200 with 1, then 400 with an empty body, and the session is gone', async () => {
    const session = await Polling.open();
    const first = await session.startPoll({ waiting: false });
    await delay(5);
    const second = await session.poll();
    assert.ok([400, 500].includes(second.status), `status ${second.status}`);
    assert.equal(second.text, '');
    const { status, text } = await first.answer;
    assert.equal(status, 200);
    assert.equal(text, '1');
    assertUnknownSession(await session.poll());
  });

  test('E2: of two polls on one pipelined connection none is mistaken for the other session', async () => {
    const [a, b] = [await Polling.open(), await Polling.open()];
    await a.send('4for a');
    await b.send('4for b');
    const wire = await Wire.connect();
    assert.equal((await request('GET', a.url(), { wire })).text, '4for a');
    assert.equal((await request('GET', b.url(), { wire })).text, '4for b');
    wire.destroy();
  });

  test('a poll dropped by the client after 5 ms closes the session at once', async () => {
    const session = await Polling.open();
    const { wire } = await session.startPoll({ waiting: false });
    await delay(5);
    wire.destroy();
    await delay(5);
    assertUnknownSession(await session.poll());
  });

  test('a poll that was answered may drop its connection without harm', async () => {
    const session = await Polling.open();
    await session.send('4x');
    await session.poll(); // on a connection of its own, destroyed afterwards
    await settle();
    await session.send('4y');
    assert.deepEqual(await session.receive(), ['4y']);
  });

  test('answers of 1024 bytes and more are plain or honestly compressed', async () => {
    for (const encoding of ['gzip', 'deflate', 'gzip, deflate, br', 'identity']) {
      const session = await Polling.open();
      const text = `4${'compress me '.repeat(500)}`;
      await session.send(text);
      const { headers, body } = await session.poll({ headers: { 'Accept-Encoding': encoding } });
      const used = headers['content-encoding'] ?? 'identity';
      assert.ok(used === 'identity' || encoding.includes(used), used);
      const decode = { identity: (b) => b, gzip: gunzipSync, deflate: inflateSync }[used];
      assert.equal(decode(body).toString(), text);
    }
  });
});

describe('POSTs', () => {
  test('answered 200, ok, text/html, no-store', async () => {
    const session = await Polling.open();
    const { status, text, headers } = await session.post('4x');
    assert.equal(status, 200);
    assert.equal(text, 'ok');
    assert.equal(headers['content-type'], 'text/html');
    assert.equal(headers['content-length'], '2');
    assert.equal(headers['cache-control'], 'no-store');
  });

  for (const type of [
    undefined,
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/json',
    'application/x-www-form-urlencoded',
  ]) {
    test(`content type ${type ?? 'missing'} is text`, async () => {
      const session = await Polling.open();
      assert.equal((await session.post('4é', { headers: { 'Content-Type': type } })).text, 'ok');
      assert.deepEqual(await session.receive(), ['4é']);
    });
  }

  for (const chunkSize of [1, 2, 3, 1000]) {
    test(`a chunked body in chunks of ${chunkSize}, cut within characters too`, async () => {
      const session = await Polling.open();
      const text = '4h€llo 𝄞';
      const wire = await Wire.connect();
      wire.write(
        requestHead('POST', session.url(), {
          'Transfer-Encoding': 'chunked',
          'Content-Type': 'text/plain;charset=UTF-8',
        }),
      );
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += chunkSize) {
        const chunk = bytes.subarray(at, at + chunkSize);
        wire.write(Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]));
      }
      wire.write('0\r\n\r\n');
      assert.equal((await wire.take(parseResponse())).text, 'ok');
      wire.destroy();
      assert.deepEqual(await session.receive(), [text]);
    });
  }

  test('a body in TCP segments of one byte, cut within characters too', async () => {
    const session = await Polling.open();
    const bytes = Buffer.from('4h€llo 𝄞');
    const wire = await Wire.connect();
    wire.write(requestHead('POST', session.url(), { 'Content-Length': bytes.length }));
    await wire.writeSlowly(bytes);
    assert.equal((await wire.take(parseResponse())).text, 'ok');
    wire.destroy();
    assert.deepEqual(await session.receive(), ['4h€llo 𝄞']);
  });

  test('a poll and a POST of one session overlap', async () => {
    const session = await Polling.open();
    for (let i = 0; i < 20; ++i) {
      const { answer } = await session.startPoll();
      await session.send(`4m${i}`);
      const packets = (await answer).text.split('\x1e'); // a ping may be alone, or beside the message
      if (packets.includes('2')) await session.send('3');
      const messages = packets.filter((packet) => packet !== '2');
      if (messages.length === 0) messages.push(...(await session.receive()));
      assert.deepEqual(messages, [`4m${i}`]);
    }
  });

  test('E2: a POST while another is being received: 400, the session is closed', async () => {
    const session = await Polling.open();
    const { answer } = await session.startPoll();
    const wire = await Wire.connect();
    wire.write(requestHead('POST', session.url(), { 'Content-Length': 10 })).write('4ab');
    await settle();
    assert.equal((await session.post('4x')).status, 400);
    const poll = await answer;
    assert.equal(poll.status, 200);
    assert.equal(poll.text, '1');
    wire.destroy();
    assertUnknownSession(await session.poll());
  });

  test('application/octet-stream: 400, the session is closed', async () => {
    const session = await Polling.open();
    const { answer } = await session.startPoll();
    assert.equal((await session.post('4x', { headers: { 'Content-Type': 'application/octet-stream' } })).status, 400);
    const poll = await answer;
    assert.equal(poll.status, 200);
    assert.equal(poll.text, '1');
    assertUnknownSession(await session.poll());
  });

  test('a body of exactly maxPayload bytes passes', async () => {
    const session = await Polling.open();
    const text = `4${'a'.repeat(MAX_PAYLOAD - 1)}`;
    await session.send(text);
    const [echo] = await session.receive();
    assert.ok(echo === text, 'the echo differs');
  });

  const tooLong = {
    'one byte over maxPayload': `4${'a'.repeat(MAX_PAYLOAD)}`,
    'maxPayload in characters, more in bytes': `4${'é'.repeat(MAX_PAYLOAD / 2)}`,
  };
  for (const [what, body] of Object.entries(tooLong)) {
    for (const headers of [{}, { 'Transfer-Encoding': 'chunked' }]) {
      test(`H5: a body ${what}${headers['Transfer-Encoding'] ? ', chunked' : ''}: 413, empty, nothing handled, the session stays`, async () => {
        const session = await Polling.open();
        const bytes = Buffer.from(body);
        const sent = headers['Transfer-Encoding']
          ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')])
          : bytes;
        const { status, text } = await session.post(sent, { headers });
        assert.equal(status, 413);
        assert.equal(text, '');
        await session.send('4after');
        assert.deepEqual(await session.receive(), ['4after']);
      });
    }
  }

  test('a connection lost within the body closes the session', async () => {
    const session = await Polling.open();
    const wire = await Wire.connect();
    wire.write(requestHead('POST', session.url(), { 'Content-Length': 10 })).write('4ab');
    await settle();
    wire.destroy();
    await settle();
    assertUnknownSession(await session.poll());
  });

  for (const [what, body] of [
    ['an invalid packet', 'abc'],
    ['an empty body', ''],
  ]) {
    test(`${what} closes the session; the waiting poll gets 200 with 1`, async () => {
      const session = await Polling.open();
      const { answer } = await session.startPoll();
      const posted = await session.post(body);
      assert.ok(posted.status === 400 || posted.text === 'ok', `status ${posted.status}`);
      const poll = await answer;
      assert.equal(poll.status, 200);
      assert.equal(poll.text, '1');
      assertUnknownSession(await session.poll());
    });
  }

  test('W2: bytes that are no UTF-8 are not passed on', async () => {
    const session = await Polling.open();
    const { answer } = await session.startPoll();
    await session.post(Buffer.from([0x34, 0xff, 0xfe, 0x41]));
    const { status, body } = await answer;
    assert.equal(status, 200);
    new TextDecoder('utf-8', { fatal: true }).decode(body);
  });

  test('a POST without any body closes the session', async () => {
    const session = await Polling.open();
    await request('POST', session.url());
    assertUnknownSession(await session.poll());
  });

  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    test(`${method} with a sid is an error`, async () => {
      const session = await Polling.open();
      assert.ok((await request(method, session.url())).status >= 400);
    });
  }
});
