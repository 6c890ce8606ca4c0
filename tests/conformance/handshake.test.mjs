// Protocol page 1.2 and 1.4: session ids and the open packet, over both transports.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling } from './support/polling.mjs';
import { ENGINE, MAX_PAYLOAD, PING_INTERVAL, PING_TIMEOUT, SOCKET } from './support/target.mjs';
import { WebSocketPeer } from './support/websocket.mjs';
import { Wire, parseResponse, request, requestHead } from './support/wire.mjs';

const KEYS = ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload'];

function assertOpenPacket(handshake, upgrades) {
  assert.deepEqual(Object.keys(handshake), KEYS);
  assert.equal(typeof handshake.sid, 'string');
  assert.deepEqual(handshake.upgrades, upgrades);
  assert.equal(handshake.pingInterval, PING_INTERVAL);
  assert.equal(handshake.pingTimeout, PING_TIMEOUT);
  assert.equal(handshake.maxPayload, MAX_PAYLOAD);
}

for (const path of [ENGINE, SOCKET]) {
  describe(`handshake at ${path}`, () => {
    test('over polling: 200 and the open packet alone, upgrades ["websocket"]', async () => {
      const response = await request('GET', `${path}?EIO=4&transport=polling`);
      assert.equal(response.status, 200);
      assert.match(response.text, /^0\{[^\x1e]*\}$/);
      assertOpenPacket(JSON.parse(response.text.slice(1)), ['websocket']);
    });

    test('over WebSocket: the open packet comes unasked as one text message, upgrades []', async () => {
      const peer = await WebSocketPeer.openSession(path);
      assertOpenPacket(peer.handshake, []);
      assert.equal(await peer.rawMessage(), '2', 'nothing else comes before the first ping');
      peer.destroy();
    });

    test('the open packet has no spaces', async () => {
      const { text } = await request('GET', `${path}?EIO=4&transport=polling`);
      assert.equal(text, `0${JSON.stringify(JSON.parse(text.slice(1)))}`);
    });

    test('response headers: text/plain, Content-Length in bytes, no-store, no cookie', async () => {
      const { headers, body } = await request('GET', `${path}?EIO=4&transport=polling`);
      assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
      assert.equal(headers['content-length'], String(body.length));
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['set-cookie'], undefined);
    });

    test('nothing but the first ping follows: CONNECT is never sent unasked', async () => {
      const session = await Polling.open(path);
      assert.equal((await session.poll()).text, '2');
    });

    test('E7: session ids are at least 120 bits of URL-safe text, all different and unlike each other', async () => {
      const ids = [];
      for (let i = 0; i < 100; ++i) ids.push((await Polling.open(path)).sid);
      assert.equal(new Set(ids).size, ids.length);
      for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{20,}$/);
      // Of two random ids a character in 64 is equal; fixed or counted parts must leave 120 random bits.
      const varied = [...ids[0]].filter((_, at) => new Set(ids.map((id) => id[at])).size > 16).length;
      assert.ok(varied * 6 >= 100, `only ${varied} characters vary`);
    });
  });
}

describe('HTTP connections', () => {
  test('one connection carries a whole session', async () => {
    const wire = await Wire.connect();
    const opened = await request('GET', `${ENGINE}?EIO=4&transport=polling`, { wire });
    const url = `${ENGINE}?EIO=4&transport=polling&sid=${JSON.parse(opened.text.slice(1)).sid}`;
    for (let i = 0; i < 20; ++i) {
      assert.equal((await request('POST', url, { wire, body: `4m${i}` })).text, 'ok');
      assert.equal((await request('GET', url, { wire })).text, `4m${i}`);
    }
    wire.destroy();
  });

  test('Connection: close is honoured', async () => {
    const wire = await Wire.connect();
    wire.write(requestHead('GET', `${ENGINE}?EIO=4&transport=polling`, { Connection: 'close' }));
    assert.equal((await wire.take(parseResponse())).status, 200);
    await wire.untilEnded();
  });

  test('a request may come in pieces of one byte', async () => {
    const wire = await Wire.connect();
    await wire.writeSlowly(requestHead('GET', `${ENGINE}?EIO=4&transport=polling`));
    assert.equal((await wire.take(parseResponse())).text[0], '0');
    wire.destroy();
  });
});
