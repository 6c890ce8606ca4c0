// W1–W4: our port of the Autobahn list, areas 1–7, 9 and 10: the 301 cases that need no compression, over TCP against
// bare Engine.IO of sio-conformance. AUTOBAHN_MESSAGES: messages of a case in 9.7 and 9.8 (the list: 1,000).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AutobahnClient, Opcode, closePayload, frame } from './support/autobahn_client.mjs';
import { areas } from './support/autobahn_cases.mjs';
import { startServer } from './support/server.mjs';

const MESSAGES = Number(process.env.AUTOBAHN_MESSAGES ?? 10);
const COUNTS = { 1: 16, 2: 11, 3: 7, 4: 10, 5: 20, 6: 145, 7: 37, 9: 54, 10: 1 };
const SETTLE = 50; // ample on the loopback interface for what must not come

let server;

async function play(client, step) {
  if (step.send) {
    if (step.how === 'frames') await client.writeFrames(step.send);
    else await client.write(Buffer.concat(step.send), step.how);
  } else if (step.expect) {
    const [kind, payload] = step.expect;
    const event = await client.event();
    assert.equal(event.kind, kind, `code ${event.code}`);
    assert.ok(event.payload.equals(payload), `${event.payload.length} bytes that are not those expected`);
  } else {
    await delay(SETTLE);
    assert.ok(client.quiet, 'the server did not wait');
  }
}

async function run({ steps, build, ends, answer }) {
  const client = await AutobahnClient.open(server);
  try {
    for (const step of build?.() ?? steps) await play(client, step);
    if (ends === 'clean') await client.write(frame(Opcode.close, closePayload(1000)));
    const event = await client.event();
    assert.equal(event.kind, 'close');
    assert.equal(event.code, ends === 'clean' ? 1000 : (ends ?? answer));
    if (typeof ends === 'number') await client.write(frame(Opcode.close, closePayload(ends)));
    assert.equal((await client.event()).kind, 'end'); // the server ends TCP first
  } finally {
    client.destroy();
  }
}

describe('Autobahn', { skip: !process.env.SIO_CONFORMANCE && 'needs a server with flags of its own' }, () => {
  const cases = areas(MESSAGES);

  before(async () => {
    server = await startServer(['--ping-interval', '600000', '--max-payload', '16777217', '--fragments-max', '1000000']);
  });
  after(() => server.stop());

  test('the list is complete: 301 cases, each once', () => {
    const counts = Object.fromEntries(Object.entries(cases).map(([area, list]) => [area, list.length]));
    assert.deepEqual(counts, COUNTS);
    const ids = Object.values(cases).flatMap((list) => list.map(({ id }) => id));
    assert.equal(new Set(ids).size, 301);
  });

  for (const [area, list] of Object.entries(cases)) {
    describe(`area ${area}`, () => {
      let passed = 0;
      for (const one of list) {
        test(one.id, async () => {
          await run(one);
          ++passed;
        });
      }
      after(() => console.log(`Autobahn area ${area}: ${passed} passed, ${list.length - passed} failed`));
    });
  }
});
