// Protocol page 1.8: the heartbeat that falls into an upgrade, and the upgrade's own timeout.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Polling } from './support/polling.mjs';
import { CLOCK_SLACK, ENGINE, PING_INTERVAL, UPGRADE_TIMEOUT, delay, now, until } from './support/target.mjs';
import { WebSocketPeer } from './support/websocket.mjs';

const probePath = (session) => `${ENGINE}?EIO=4&transport=websocket&sid=${session.sid}`;

async function probe(session) {
  const peer = await WebSocketPeer.open(probePath(session));
  peer.send('2probe');
  assert.equal(await peer.rawMessage(), '3probe');
  return peer;
}

describe('time in an upgrade', { concurrency: true }, () => {
  test('a 2 fetched by the last poll may be answered over WebSocket', async () => {
    const session = await Polling.open();
    assert.equal((await session.poll()).text, '2');
    const peer = await probe(session);
    peer.send('5', '3');
    const answered = now();
    assert.equal(await peer.rawMessage(), '2', 'the answer counted: the next ping comes');
    assert.ok(now() - answered >= PING_INTERVAL - 20 - CLOCK_SLACK);
    peer.destroy();
  });

  test('a 2 that falls due between 3probe and 5 goes to a poll, or over WebSocket after 5', async () => {
    const session = await Polling.open();
    const peer = await probe(session);
    await until(session.openedBefore + PING_INTERVAL + 20);
    peer.send('5');
    assert.equal(await peer.rawMessage(), '2');
    peer.send('3');
    assert.equal(await peer.rawMessage(), '2');
    peer.destroy();
  });

  test('a 2 fetched and not answered across the upgrade still ends the session in time', async () => {
    const session = await Polling.open();
    assert.equal((await session.poll()).text, '2');
    const peer = await probe(session);
    peer.send('5');
    assert.equal(await peer.closed({ heartbeat: false }), 1005);
    assert.ok(now() - session.openedBefore < 700);
  });

  test('no 5 within upgradeTimeout: that connection only is closed, and the session may try again', async () => {
    const session = await Polling.open();
    const beforeProbe = now();
    const peer = await probe(session);
    const afterProbe = now();
    let open = true;
    const closing = peer.closed({ patience: UPGRADE_TIMEOUT + 3000 }).then(() => {
      open = false;
    });
    while (open) {
      const { status, text } = await session.poll();
      assert.equal(status, 200);
      if (text === '2') await session.send('3');
      else assert.equal(text, '6');
      if (text === '6') await delay(100); // a client would poll no more
    }
    await closing;
    assert.ok(now() - beforeProbe >= UPGRADE_TIMEOUT - CLOCK_SLACK, 'not before');
    assert.ok(now() - afterProbe < UPGRADE_TIMEOUT + 1500, 'and soon after');
    await session.send('4still polling');
    assert.deepEqual(
      (await session.receive(1)).filter((packet) => packet !== '6'),
      ['4still polling'],
    );
    const again = await probe(session);
    again.send('5', '4upgraded');
    assert.equal(await again.message(), '4upgraded');
    again.destroy();
  });
});
