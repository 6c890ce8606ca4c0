// Protocol page 2.2, attachments: placeholders, the order of header and data, and how they spread over sendings.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connected, transports } from './support/socketio.mjs';

const [OverWebSocket] = transports;
const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;

describe('attachments', () => {
  for (const Transport of transports) {
    const bytes = [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6])];
    test(`${Transport.transport}: placeholders at any depth, attachments in the order of their numbers`, async () => {
      const client = await connected(Transport);
      const args = `{"a":[${placeholder(1)},{"b":${placeholder(0)}}]}`;
      await client.send(`52-["message",${args}]`, ...bytes);
      const header = await client.next();
      assert.match(header, /^52-\["message-back",/);
      const received = [await client.next(), await client.next()];
      const [
        ,
        {
          a: [first, { b: second }],
        },
      ] = JSON.parse(header.slice(3));
      assert.deepEqual(received[first.num], bytes[1]);
      assert.deepEqual(received[second.num], bytes[0]);
      client.leave();
    });

    test(`${Transport.transport}: 10 attachments, the most`, async () => {
      const client = await connected(Transport);
      const many = Array.from({ length: 10 }, (_, i) => Buffer.alloc(i + 1, i));
      const args = many.map((_, i) => placeholder(i)).join();
      await client.send(`510-["message",${args}]`, ...many);
      assert.equal(await client.next(), `510-["message-back",${args}]`);
      for (const data of many) assert.deepEqual(await client.next(), data);
      client.leave();
    });

    test(`${Transport.transport}: an attachment of no bytes`, async () => {
      const client = await connected(Transport);
      await client.send(`51-["message",${placeholder(0)}]`);
      if (Transport === OverWebSocket) await client.send(Buffer.alloc(0));
      else await client.session.post('b');
      assert.equal(await client.next(), `51-["message-back",${placeholder(0)}]`);
      assert.deepEqual(await client.next(), Buffer.alloc(0));
      client.leave();
    });

    test(`${Transport.transport}: a header, its attachments and Engine.IO packets between them in sendings of their own`, async () => {
      const client = await connected(Transport);
      const pong = () => (client.peer ? client.peer.send('3') : client.session.send('3'));
      await client.send(`52-["message",${placeholder(0)},${placeholder(1)}]`);
      await pong();
      await client.send(bytes[0]);
      await pong();
      await client.send(bytes[1]);
      assert.equal(await client.next(), `52-["message-back",${placeholder(0)},${placeholder(1)}]`);
      assert.deepEqual([await client.next(), await client.next()], bytes);
      client.leave();
    });

    test(`${Transport.transport}: no message stands between a header and its attachments`, async () => {
      const client = await connected(Transport);
      for (let i = 0; i < 20; ++i) {
        await client.send(`51-["message",${i},${placeholder(0)}]`, Buffer.of(i), `2["message",${i}]`);
      }
      for (let i = 0; i < 20; ++i) {
        assert.equal(await client.next(), `51-["message-back",${i},${placeholder(0)}]`);
        assert.deepEqual(await client.next(), Buffer.of(i));
        assert.equal(await client.next(), `2["message-back",${i}]`);
      }
      client.leave();
    });
  }

  test('attachments of two sessions do not mix', async () => {
    const [a, b] = [await connected(), await connected()];
    for (const [client, n] of [
      [a, 1],
      [b, 2],
    ])
      await client.send(`51-["message",${n},${placeholder(0)}]`);
    await b.send(Buffer.of(2));
    await a.send(Buffer.of(1));
    for (const [client, n] of [
      [a, 1],
      [b, 2],
    ]) {
      assert.equal(await client.next(), `51-["message-back",${n},${placeholder(0)}]`);
      assert.deepEqual(await client.next(), Buffer.of(n));
      client.leave();
    }
  });
});
