// engine.io-client by itself, each version that speaks Engine.IO 4, against bare Engine.IO.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { atLeast, load, lockedVersions } from './support/clients.mjs';
import { bytesOf } from './support/data.mjs';
import { clientTest } from './support/results.mjs';
import { MODES, next } from './support/scenarios.mjs';
import { Server } from './support/server.mjs';

const VERSIONS = lockedVersions('engine.io-client').filter(({ version }) => atLeast(version, 4));

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

// Opens, runs, closes.
async function withEngine(alias, mode, run) {
  const { Socket } = load(alias).Socket ? load(alias) : { Socket: load(alias) };
  const engine = new Socket(server.url, { path: '/engine.io/', transports: MODES[mode].transports });
  engine.binaryType = 'nodebuffer';
  try {
    await next(engine, 'open');
    const last = MODES[mode].transports.at(-1);
    if (engine.transport.name !== last) await next(engine, 'upgrade');
    assert.equal(engine.transport.name, last);
    await run(engine);
  } finally {
    engine.close();
  }
}

// Sends all at once and gets all back in order.
async function echoes(engine, messages) {
  const back = [];
  const all = new Promise((resolve) => engine.on('message', (data) => back.push(data) === messages.length && resolve()));
  for (const message of messages) engine.send(message);
  await all;
  assert.deepEqual(
    // These clients hand out an empty text as undefined.
    back.map((data) => (typeof (data ?? '') === 'string' ? (data ?? '') : Buffer.from(data))),
    messages,
  );
}

const SCENARIOS = {
  'text both ways: unicode, empty, 300 KB': (engine) =>
    echoes(engine, ['hello', 'h\u00e9 \u{1f600} \u2028', '', 'x'.repeat(300_000), '4', '{"a":"\\u001e"}']),
  'binary both ways: empty, 200 KB': (engine) => echoes(engine, [bytesOf(4), bytesOf(0), bytesOf(200_001), bytesOf(256)]),
  'a burst of both in order': (engine) =>
    echoes(engine, Array.from({ length: 300 }, (_, i) => (i % 5 === 3 ? bytesOf(i) : `message ${i}`))),
  'heartbeat over four intervals': async (engine) => {
    let pings = 0;
    await new Promise((resolve, reject) => {
      engine.once('close', (why) => reject(new Error(`closed: ${why}`)));
      engine.on('packet', (packet) => packet.type === 'ping' && ++pings === 4 && resolve());
    });
    await echoes(engine, ['alive']);
  },
  'leaves': async (engine) => {
    const closed = next(engine, 'close');
    engine.close();
    assert.equal((await closed)[0], 'forced close');
  },
};

for (const { alias, client, version } of VERSIONS) {
  for (const mode of Object.keys(MODES)) {
    describe(`${client} ${version} over ${mode}`, { concurrency: 4 }, () => {
      for (const [scenario, run] of Object.entries(SCENARIOS)) {
        clientTest({ client, version, mode, scenario }, () => withEngine(alias, mode, run));
      }
    });
  }
}
