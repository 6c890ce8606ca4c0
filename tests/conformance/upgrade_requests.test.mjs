// Protocol page 1.1 for requests that ask for a WebSocket, and 1.6's opening handshake.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling } from './support/polling.mjs';
import { ENGINE, SOCKET } from './support/target.mjs';
import { tryUpgrade, upgradeHeaders } from './support/websocket.mjs';
import { Wire, requestHead } from './support/wire.mjs';

// Any refusal will do, as long as nothing of a session comes and the connection ends.
async function assertUpgradeEnds(path, { method = 'GET', headers = upgradeHeaders() } = {}) {
  const wire = await Wire.connect();
  wire.write(requestHead(method, path, headers));
  // After the switch a close frame is the end: the other half is the client's.
  const end = (buffer, ended) =>
    (ended || buffer.includes('\r\n\r\n\x88', 0, 'latin1')) && {
      value: buffer.toString('latin1'),
      used: buffer.length,
    };
  const received = await wire.take(end, `the end of the upgrade request for ${path}`, 2000);
  wire.destroy();
  assert.doesNotMatch(received, /"sid"|3probe/);
}

for (const path of [ENGINE, SOCKET]) {
  describe(`E1: upgrade requests to ${path} end`, () => {
    const ends = (name, query, options) => test(name, () => assertUpgradeEnds(`${path}${query}`, options));
    ends('without transport', '?EIO=4');
    ends('with an unknown transport', '?EIO=4&transport=abc');
    ends('with transport=polling', '?EIO=4&transport=polling');
    ends('with a sid nobody has', '?EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA');
    ends('without EIO', '?transport=websocket');
    ends('with EIO=abc', '?EIO=abc&transport=websocket');
    ends('with EIO=3', '?EIO=3&transport=websocket');
    ends('by POST', '?EIO=4&transport=websocket', {
      method: 'POST',
      headers: { ...upgradeHeaders(), 'Content-Length': 0 },
    });
    ends('with a control character in the Origin', '?EIO=4&transport=websocket', {
      headers: { ...upgradeHeaders(), Origin: 'http://a\x7fb.example' },
    });

    test('with another EIO than the session has, and the session goes on', async () => {
      const session = await Polling.open(path);
      await assertUpgradeEnds(`${path}?EIO=3&transport=websocket&sid=${session.sid}`);
      await session.send('3');
    });
    test('with transport=polling for a session, and the session goes on', async () => {
      const session = await Polling.open(path);
      await assertUpgradeEnds(session.url());
      await session.send('3');
    });
  });
}

for (const path of ['/', '/other/?EIO=4&transport=websocket', `${ENGINE.slice(0, -1)}?EIO=4&transport=websocket`]) {
  test(`an upgrade request for ${path} is not left hanging`, () => assertUpgradeEnds(path));
}

describe('WebSocket opening handshake', () => {
  const path = `${ENGINE}?EIO=4&transport=websocket`;

  test('names and the values websocket, Upgrade are taken in any case; Connection is a list', async () => {
    for (const [upgrade, connection] of [
      ['WebSocket', 'keep-alive, Upgrade'],
      ['WEBSOCKET', 'UPGRADE'],
      ['websocket', 'upgrade,keep-alive'],
    ]) {
      const headers = {
        uPGRADE: upgrade,
        CONNECTION: connection,
        'sec-websocket-KEY': 'dGhlIHNhbXBsZSBub25jZQ==',
        'SEC-websocket-version': '13',
      };
      const { wire, response } = await tryUpgrade(path, { headers });
      wire.destroy();
      assert.equal(response.status, 101);
      assert.equal(response.headers.upgrade.toLowerCase(), 'websocket');
      assert.equal(response.headers.connection.toLowerCase(), 'upgrade');
      assert.equal(
        response.headers['sec-websocket-accept'],
        's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        'the example of RFC 6455, 1.3',
      );
    }
  });

  for (const version of ['12', '14', '8', 'abc', undefined]) {
    test(`version ${version ?? 'missing'}: 426, or 400 that names 13`, async () => {
      const { wire, response } = await tryUpgrade(path, {
        headers: { ...upgradeHeaders(), 'Sec-WebSocket-Version': version },
      });
      wire.destroy();
      assert.ok([400, 426].includes(response.status), `status ${response.status}`);
      assert.match(response.headers['sec-websocket-version'] ?? '', /\b13\b/);
    });
  }

  for (const key of [undefined, '', 'abc', 'AAAAAAAAAAAAAAAAAAAAAAA=']) {
    test(`key ${key ?? 'missing'}: 4xx`, async () => {
      const { wire, response } = await tryUpgrade(path, { headers: { ...upgradeHeaders(), 'Sec-WebSocket-Key': key } });
      wire.destroy();
      assert.ok(response.status >= 400 && response.status < 500, `status ${response.status}`);
    });
  }

  test('nothing is agreed that was not offered', async () => {
    const { wire, response } = await tryUpgrade(path);
    wire.destroy();
    assert.equal(response.headers['sec-websocket-extensions'], undefined);
    assert.equal(response.headers['sec-websocket-protocol'], undefined);
  });

  test('an offer of extensions and subprotocols is declined or answered with what was offered', async () => {
    const headers = {
      ...upgradeHeaders(),
      'Sec-WebSocket-Protocol': 'chat, superchat',
      'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits, x-unknown',
    };
    const { wire, response } = await tryUpgrade(path, { headers });
    wire.destroy();
    assert.equal(response.status, 101);
    assert.match(response.headers['sec-websocket-extensions'] ?? '', /^(permessage-deflate.*)?$/);
    assert.match(response.headers['sec-websocket-protocol'] ?? '', /^(chat|superchat)?$/);
  });
});
