// Protocol page 2.2: packets that must not crash the server, whatever else becomes of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertLives, connected } from './support/socketio.mjs';

describe('peculiar packets', () => {
  test('an EVENT with no payload at all closes or is ignored', async () => {
    const client = await connected();
    await client.send('2');
    await client.send('2["message","after"]');
    const next = await client.peer.message();
    assert.ok(next === null || next === '42["message-back","after"]', String(next));
    client.leave();
    await assertLives(await connected());
  });

  test('S1: an ack id over 2^53-1 closes', async () => {
    const client = await connected();
    await client.send('29007199254740993["message-with-ack",1]');
    await client.ends();
  });

  test('W7: 900,000 brackets crash nothing', async () => {
    for (const text of [
      `2${'['.repeat(900_000)}`,
      `2["message",${'['.repeat(450_000)}${']'.repeat(440_000)}`,
      `2["message",${'{"a":'.repeat(180_000)}`,
    ]) {
      const client = await connected();
      await client.send(text);
      await client.ends();
    }
    await assertLives(await connected());
  });

  test('W7: lone surrogates crash nothing, and what is passed on is UTF-8', async () => {
    for (const text of ['\\ud800', '\\udc00', 'a\\ud800b', '\\ud800\\ud800', '\\udc00\\ud800']) {
      const client = await connected();
      await client.send(`2["message","${text}"]`, '2["message","lives"]');
      const first = await client.peer.message().catch(() => null); // decodes as UTF-8, fatally
      if (first !== null) assert.match(first, /^42\["message-back",/);
      client.leave();
    }
    await assertLives(await connected());
  });

  test('W7: 400,000 brackets, well closed, crash nothing', async () => {
    const client = await connected();
    await client.send(`2["message",${'['.repeat(400_000)}${']'.repeat(400_000)}]`);
    client.leave();
    await assertLives(await connected());
  });
});
