// Protocol page 1.1: which requests are Engine.IO's, and the error table, over HTTP.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling, assertRefused, assertUnknownSession } from './support/polling.mjs';
import { ENGINE, SOCKET } from './support/target.mjs';
import { WebSocketPeer } from './support/websocket.mjs';
import { request } from './support/wire.mjs';

const UNKNOWN_SID = 'AAAAAAAAAAAAAAAAAAAA';

for (const path of [ENGINE, SOCKET]) {
  const refuses = (name, method, query, code, message, headers) =>
    test(name, async () => {
      assertRefused(await request(method, `${path}${query}`, { headers }), code, message);
    });

  describe(`E1: requests to ${path}`, () => {
    refuses('without transport: code 0', 'GET', '?EIO=4', 0, 'Transport unknown');
    refuses('without any query: code 0', 'GET', '', 0, 'Transport unknown');
    refuses('with an empty transport: code 0', 'GET', '?EIO=4&transport=', 0, 'Transport unknown');
    refuses('with an unknown transport: code 0', 'GET', '?EIO=4&transport=abc', 0, 'Transport unknown');
    refuses(
      'with a transport that is not enabled: code 0',
      'GET',
      '?EIO=4&transport=webtransport',
      0,
      'Transport unknown',
    );
    refuses(
      'the transport is checked before the sid',
      'GET',
      `?EIO=4&transport=abc&sid=${UNKNOWN_SID}`,
      0,
      'Transport unknown',
    );
    refuses('the transport is checked before the method', 'POST', '?EIO=4', 0, 'Transport unknown');
    refuses('the transport is checked before the version', 'GET', '?EIO=3&transport=abc', 0, 'Transport unknown');

    refuses('an Origin with a control character: code 3', 'GET', '?EIO=4&transport=polling', 3, 'Bad request', {
      Origin: 'http://a\x7fb.example',
    });
    refuses(
      'the Origin is checked before the sid',
      'GET',
      `?EIO=4&transport=polling&sid=${UNKNOWN_SID}`,
      3,
      'Bad request',
      { Origin: 'http://a\x7fb.example' },
    );

    for (const method of ['GET', 'POST', 'PUT']) {
      refuses(
        `${method} with a sid nobody has: code 1`,
        method,
        `?EIO=4&transport=polling&sid=${UNKNOWN_SID}`,
        1,
        'Session ID unknown',
      );
    }
    refuses(
      'a sid nobody has, named for WebSocket: code 1',
      'GET',
      `?EIO=4&transport=websocket&sid=${UNKNOWN_SID}`,
      1,
      'Session ID unknown',
    );
    refuses('a sid of another form: code 1', 'GET', '?EIO=4&transport=polling&sid=x', 1, 'Session ID unknown');
    refuses(
      'a sid of 1,000 characters: code 1',
      'GET',
      `?EIO=4&transport=polling&sid=${'A'.repeat(1000)}`,
      1,
      'Session ID unknown',
    );
    refuses(
      'the sid is checked before the version',
      'GET',
      `?EIO=3&transport=polling&sid=${UNKNOWN_SID}`,
      1,
      'Session ID unknown',
    );

    test('E7: a session that was closed and one that never was look alike', async () => {
      const session = await Polling.open(path);
      const { answer } = await session.startPoll();
      await session.post('1');
      await answer;
      const closed = await session.poll();
      const never = await request('GET', `${path}?EIO=4&transport=polling&sid=${UNKNOWN_SID}`);
      assertUnknownSession(closed);
      const { date: _1, 'x-request-id': _2, ...closedHeaders } = closed.headers;
      const { date: _3, 'x-request-id': _4, ...neverHeaders } = never.headers;
      assert.deepEqual(closedHeaders, neverHeaders);
      assert.equal(closed.text, never.text);
    });

    for (const method of ['GET', 'POST']) {
      test(`${method} naming WebSocket for a polling session, without upgrade: code 3, no harm`, async () => {
        const session = await Polling.open(path);
        assertRefused(
          await request(method, session.url('websocket'), { body: method === 'POST' ? '1' : undefined }),
          3,
          'Bad request',
        );
        await session.send('3');
      });
      test(`${method} naming polling for a WebSocket session: code 3, no harm`, async () => {
        const peer = await WebSocketPeer.openSession(path);
        const url = `${path}?EIO=4&transport=polling&sid=${peer.sid}`;
        assertRefused(await request(method, url, { body: method === 'POST' ? '1' : undefined }), 3, 'Bad request');
        assert.equal(await peer.rawMessage(), '2', 'the session must go on to its first ping');
        peer.destroy();
      });
    }
    for (const eio of ['&EIO=3', '&EIO=abc', '']) {
      test(`a later request with ${eio || 'no EIO'}: code 3, no harm`, async () => {
        const session = await Polling.open(path);
        assertRefused(await request('GET', `${path}?transport=polling&sid=${session.sid}${eio}`), 3, 'Bad request');
        await session.send('3');
      });
    }

    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      refuses(`${method} without sid: code 2`, method, '?EIO=4&transport=polling', 2, 'Bad handshake method');
    }
    refuses('the method is checked before the version', 'POST', '?EIO=3&transport=polling', 2, 'Bad handshake method');
    refuses(
      'the method is checked before the missing upgrade',
      'POST',
      '?EIO=4&transport=websocket',
      2,
      'Bad handshake method',
    );

    refuses(
      'WebSocket handshake by an ordinary request: code 3',
      'GET',
      '?EIO=4&transport=websocket',
      3,
      'Bad request',
    );
    refuses('the missing upgrade is checked before the version', 'GET', '?EIO=3&transport=websocket', 3, 'Bad request');

    for (const eio of ['', '&EIO=', '&EIO=3', '&EIO=5', '&EIO=abc', '&EIO=44']) {
      refuses(
        `handshake with ${eio || 'no EIO'}: code 5`,
        'GET',
        `?transport=polling${eio}`,
        5,
        'Unsupported protocol version',
      );
    }

    test('parameters come in any order, with t and unknown ones between', async () => {
      const response = await request('GET', `${path}?x=1&transport=polling&t=P%3Dq1&room=a%20b&EIO=4&y`);
      assert.equal(response.status, 200);
      const { sid } = JSON.parse(response.text.slice(1));
      const posted = await request('POST', `${path}?sid=${sid}&t=2&transport=polling&EIO=4`, { body: '3' });
      assert.equal(posted.text, 'ok');
    });

    test('j (JSONP) is ignored', async () => {
      const response = await request('GET', `${path}?EIO=4&transport=polling&j=0`);
      assert.equal(response.headers['content-type'], 'text/plain; charset=UTF-8');
      assert.equal(response.text[0], '0');
    });

    test('without CORS no answer has a CORS header, and OPTIONS is a bad handshake method', async () => {
      const headers = { Origin: 'http://elsewhere.example', 'Access-Control-Request-Method': 'POST' };
      const good = await request('GET', `${path}?EIO=4&transport=polling`, { headers: { Origin: headers.Origin } });
      const bad = await request('GET', `${path}?EIO=3&transport=polling`, { headers: { Origin: headers.Origin } });
      const preflight = await request('OPTIONS', `${path}?EIO=4&transport=polling`, { headers });
      assertRefused(preflight, 2, 'Bad handshake method');
      for (const response of [good, bad, preflight]) {
        assert.deepEqual(
          Object.keys(response.headers).filter((name) => name.startsWith('access-control-')),
          [],
        );
      }
    });
  });

  test(`${path} without the trailing slash is not Engine.IO`, async () => {
    const response = await request('GET', `${path.slice(0, -1)}?EIO=4&transport=polling`);
    assert.notEqual(response.status, 200);
    assert.notEqual(response.text[0], '0');
  });

  test(`a session of ${path} is unknown under the other path`, async () => {
    const session = await Polling.open(path);
    const other = path === ENGINE ? SOCKET : ENGINE;
    assertUnknownSession(await request('GET', `${other}?EIO=4&transport=polling&sid=${session.sid}`));
  });
}

test('another path is not found', async () => {
  assert.equal((await request('GET', '/other/?EIO=4&transport=polling')).status, 404);
});
