// F24: peers that a network has swallowed. What they send arrives no more, nobody tells either side, and the server ends
// their connections itself, at most pingInterval + pingTimeout (45 s) later. That takes its real time, so a run needs
// DURABILITY_HALF_OPEN=number of clients (./dev torture half_open); the rule itself is tested under virtual time
// (lib/engineio/session_heartbeat_test.cpp, lib/server/websocket_connection_test.cpp).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultProxy, random } from './fproxy.mjs';
import { print } from './support/counts.mjs';
import { holdings, newCrowd } from './support/crowd.mjs';
import { Lean, allOf } from './support/lean.mjs';
import { portOf } from './support/world.mjs';

const CLIENTS = Number(process.env.DURABILITY_HALF_OPEN ?? 0);
const GONE_MS = 45_000;
const SLACK_MS = 500; // the timers of a busy machine
const HANDSHAKE_BYTES = 250; // less than the request of a WebSocket and more than nothing: some never get to CONNECT

test(
  'F24: half-open peers are gone after 45 s at the latest',
  { skip: CLIENTS === 0 && 'DURABILITY_HALF_OPEN is not set' },
  async () => {
    const world = await newCrowd(CLIENTS);
    const base = holdings(world.server).descriptors;
    const chance = random(CLIENTS);
    let proxy;
    try {
      // The direction to the server dies somewhere between the handshake and the pongs; its other one lives, so that the
      // end of the connection by the server is seen.
      const faults = [];
      const choose = () => {
        faults.push({ act: 'dead', way: 'up', at: HANDSHAKE_BYTES + Math.floor(chance() * 900), ms: 10 * GONE_MS });
        return faults.at(-1);
      };
      proxy = await FaultProxy.start(portOf(world.server), { choose });
      const clients = world.crowd.map(
        (person) => new Lean({ name: `p${person.id}`, person, port: () => proxy.port, stays: true }),
      );
      const gone = allOf(clients, (client) => client.ended, 'gone', 4 * GONE_MS);
      for (const client of clients) client.start();
      // Those that have joined say something now and then, until nothing of it arrives.
      const talk = setInterval(() => {
        for (const client of clients) if (client.joined && client.waiting === 0) client.send(world.admins[0].id);
      }, 1000);
      await gone;
      clearInterval(talk);
      while (proxy.size > 0) await new Promise(setImmediate);
      const longest = Math.max(...faults.map(({ actedAt, endedAt }) => endedAt - actedAt));
      const left = holdings(world.server).descriptors;
      print('half-open', {
        scenes: 1,
        clients: CLIENTS,
        'swallowed by the network': proxy.counts.dead,
        'ms until the last one was gone': Math.round(longest),
        'descriptors left': left - base,
      });
      assert.equal(proxy.counts.dead, CLIENTS);
      assert.ok(longest <= GONE_MS + SLACK_MS, `${longest} ms`);
      assert.ok(left <= base + 1, `${left} descriptors, ${base} before`);
    } finally {
      await proxy?.stop();
      await world.server.kill();
      world.remove();
    }
  },
);
