// Every version of socket.io-client here, over each transport: the scenario table (support/scenarios.mjs).
import { after, before, describe } from 'node:test';
import { atLeast, load, lockedVersions } from './support/clients.mjs';
import { clientTest } from './support/results.mjs';
import { Bench, KILL_AND_RESTART, MODES, SCENARIOS } from './support/scenarios.mjs';
import { Server } from './support/server.mjs';

const VERSIONS = lockedVersions('socket.io-client').filter(({ version }) => atLeast(version, 3));
// The costly scenario: for the ends of the range, and for all of them in a full run (./dev torture clients).
const KILLED = process.env.CLIENTS_FULL ? VERSIONS : [VERSIONS[0], VERSIONS.at(-1)];

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

async function play(io, mode, own, scenario) {
  const bench = new Bench(io, mode, own);
  try {
    await scenario.run(bench);
  } finally {
    bench.close();
  }
}

describe('socket.io-client', { concurrency: 4 }, () => {
  for (const { alias, client, version } of VERSIONS) {
    for (const mode of Object.keys(MODES)) {
      describe(`${client} ${version} over ${mode}`, { concurrency: 4 }, () => {
        const io = load(alias);
        for (const scenario of SCENARIOS) {
          if (scenario.since && !atLeast(version, ...scenario.since)) continue;
          clientTest({ client, version, mode, scenario: scenario.name }, () => play(io, mode, server, scenario));
        }
        if (!KILLED.some((killed) => killed.version === version)) return;
        clientTest({ client, version, mode, scenario: KILL_AND_RESTART.name }, async () => {
          const own = await Server.start();
          try {
            await play(io, mode, own, KILL_AND_RESTART);
          } finally {
            await own.stop();
          }
        });
      });
    }
  }
});
