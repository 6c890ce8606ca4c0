// permessage-deflate with the clients that offer it (Node's ws does when told to), with and without context takeover.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { atLeast, load, lockedVersions } from './support/clients.mjs';
import { clientTest } from './support/results.mjs';
import { Bench, MODES, SCENARIOS } from './support/scenarios.mjs';
import { Server } from './support/server.mjs';

const VERSIONS = lockedVersions('socket.io-client').filter(({ version }) => atLeast(version, 3));
const PLAYED = SCENARIOS.filter(({ name }) => /^(events|binary|acknowledgements by|a burst)/.test(name));

for (const compression of ['on', 'takeover']) {
  describe(`compression ${compression}`, { concurrency: 4 }, () => {
    let server;
    before(async () => {
      server = await Server.start('--compression', compression);
    });
    after(() => server?.stop());
    for (const { alias, client, version } of VERSIONS) {
      for (const mode of ['websocket', 'upgrade']) {
        clientTest({ client, version, mode, scenario: `compression ${compression}: ${client} ${version} over ${mode}` }, async () => {
          const io = load(alias);
          const offering = (url, options) => io(url, { ...options, perMessageDeflate: { threshold: 64 } });
          const bench = new Bench(offering, mode, server);
          try {
            const socket = await bench.settled();
            assert.equal(socket.io.engine.transport.name, MODES[mode].transports.at(-1));
            assert.match(socket.io.engine.transport.ws.extensions, /^permessage-deflate/);
            for (const scenario of PLAYED) await scenario.run(bench);
          } finally {
            bench.close();
          }
        });
      }
    }
  });
}
