// Protocol page 2.3: CONNECT, its refusals, DISCONNECT, and packets where no socket is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertLives, connect, connected, transports } from './support/socketio.mjs';
import { CLOCK_SLACK, CONNECT_TIMEOUT, now } from './support/target.mjs';

for (const Transport of transports) {
  const named = (name) => `${name}, over ${Transport.transport}`;

  describe(named('connecting'), () => {
    for (const [what, prefix, payload] of [
      ['/', '', ''],
      ['/ with auth', '', '{"token":"123"}'],
      ['/ with an empty object', '', '{}'],
      ['/custom', '/custom,', ''],
      ['/custom without the comma', '/custom', ''],
      ['/custom with auth', '/custom,', '{"token":"abc"}'],
      ['/ with nested auth', '', '{"b":[1,{"é":null}],"a":0.5}'],
    ]) {
      test(`${what}: confirmed with only a sid, then the auth event`, async () => {
        const client = await Transport.open();
        await connect(client, prefix, payload);
        client.leave();
      });
    }

    test('/ by its name is /', async () => {
      const client = await Transport.open();
      await client.send('0/,{"token":"1"}');
      assert.match(await client.next(), /^0\{"sid":"[^"]+"\}$/);
      assert.equal(await client.next(), '2["auth",{"token":"1"}]');
      client.leave();
    });

    test('ids are fresh: for each namespace, each CONNECT, and never the session id', async () => {
      const client = await Transport.open();
      const ids = [client.sid, await connect(client), await connect(client, '/custom,')];
      await client.send('1/custom,');
      ids.push(await connect(client, '/custom,'));
      await client.send('1');
      ids.push(await connect(client));
      assert.equal(new Set(ids).size, 5);
      client.leave();
    });

    test('recovery is off: pid and offset in the payload are plain data, no pid comes back', async () => {
      const client = await Transport.open();
      await connect(client, '', '{"pid":"AAAA","offset":"x"}');
      client.leave();
    });

    for (const name of ['/random', '/custom2', '/Custom', '/custom/', '/custom?x=1', '/é']) {
      test(`${name} is refused, the session stays`, async () => {
        const client = await Transport.open();
        await client.send(`0${name},{"token":"1"}`);
        assert.equal(await client.next(), `4${name},{"message":"Invalid namespace"}`);
        await client.send(`0${name},`);
        assert.equal(await client.next(), `4${name},{"message":"Invalid namespace"}`, 'and may be asked for again');
        await connect(client);
        await assertLives(client);
        client.leave();
      });
    }

    test('the name without comma is refused the same way', async () => {
      const client = await Transport.open();
      await client.send('0/random');
      assert.equal(await client.next(), '4/random,{"message":"Invalid namespace"}');
      client.leave();
    });

    test('S6: 300 unknown namespaces are refused one by one and the session stays', async () => {
      const client = await connected(Transport);
      for (let i = 0; i < 300; i += 50) {
        const names = Array.from({ length: 50 }, (_, k) => `/n${i + k}`);
        await client.send(...names.map((name) => `0${name},`));
        for (const name of names) assert.equal(await client.next(), `4${name},{"message":"Invalid namespace"}`);
      }
      await assertLives(client);
      client.leave();
    });
  });

  describe(named('packets where they do not belong close the session'), () => {
    const closes = (what, ...packets) =>
      test(`${what}: ${packets.join(' ')}`, async () => {
        const client = await connected(Transport);
        await client.send(...packets);
        await client.ends();
      });
    closes('a second CONNECT', '0');
    closes('a second CONNECT by name', '0/,');
    closes('an event for a namespace not joined', '2/custom,["message"]');
    closes('an event for a namespace not offered', '2/random,["message"]');
    closes('an ack for a namespace not joined', '3/custom,1[]');
    closes('a DISCONNECT of a namespace not joined', '1/custom,');
    closes('a CONNECT_ERROR from the client', '4{"message":"x"}');
    closes('a CONNECT_ERROR for a namespace not joined', '4/custom,{"message":"x"}');
    closes('an event after the DISCONNECT of its namespace', '1', '2["message"]');

    const before = (what, ...packets) =>
      test(`before any CONNECT ${what}: ${packets.map(String).join(' ')}`, async () => {
        const client = await Transport.open();
        await client.send(...packets);
        await client.ends();
      });
    before('an event', '2["message",1]');
    before('an ack', '31[]');
    before('a DISCONNECT', '1');
    before('a CONNECT_ERROR', '4{"message":"x"}');
    before('nonsense', 'abc');
    before('a binary event (S2)', '51-["message",{"_placeholder":true,"num":0}]', Buffer.from([1]));
    before('binary data', Buffer.from([1]));
    before('a CONNECT with null', '0null');
    before('a CONNECT with text', '0"x"');
    before('a CONNECT with a list', '0[]');
  });

  describe(named('disconnecting'), () => {
    test('a DISCONNECT has no answer; the session stays with no namespace left, and pings go on', async () => {
      const client = await connected(Transport);
      await client.send('1');
      const raw = client.peer ? await client.peer.rawMessage() : (await client.session.poll()).text;
      assert.equal(raw, '2');
      if (client.peer) client.peer.send('3');
      else await client.session.send('3');
      const id = await connect(client);
      assert.notEqual(id, client.socketId);
      await assertLives(client);
      client.leave();
    });

    test('of one namespace leaves the others, with the comma and without', async () => {
      for (const packet of ['1/custom,', '1/custom']) {
        const client = await connected(Transport);
        await connect(client, '/custom,');
        await client.send(packet);
        await assertLives(client);
        await connect(client, '/custom,');
        client.leave();
      }
    });
  });

  test(named('E6: no namespace joined within connectTimeout: closed, not before'), async () => {
    const after = now();
    const client = await Transport.open();
    const before = now();
    await client.send('0/random,'); // refused, so not joined
    assert.equal(await client.next(), '4/random,{"message":"Invalid namespace"}');
    if (client.peer) {
      await client.peer.closed();
    } else {
      let text = '2';
      while (text === '2') {
        ({ text } = await client.session.poll());
        if (text === '2') await client.session.send('3');
      }
      assert.match(text, /^(6\x1e)?1$/);
    }
    assert.ok(now() - after >= CONNECT_TIMEOUT - CLOCK_SLACK, 'not before');
    assert.ok(now() - before < CONNECT_TIMEOUT + 500, 'and soon after');
  });

  test(named('connectTimeout does not end a session that joined one and left it'), async () => {
    const client = await connected(Transport, '/custom,');
    const joined = now();
    await client.send('1/custom,');
    while (now() < joined + CONNECT_TIMEOUT + 100) {
      const raw = client.peer ? await client.peer.rawMessage() : (await client.session.poll()).text;
      assert.equal(raw, '2');
      if (client.peer) client.peer.send('3');
      else await client.session.send('3');
    }
    client.leave();
  });
}
