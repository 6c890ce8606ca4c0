// F26: clients that come, write, are cut and go, for a long time. The memory of the server is flat once it has warmed up
// (the database's page caches, 48 MiB in all, are filled by large messages first: else they grow with the database),
// and when all are gone its descriptors are what they were. DURABILITY_SOAK_SECONDS: so long (./dev torture soak); CI: a
// few seconds, in which only the descriptors tell something.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from './checker.mjs';
import { random } from './fproxy.mjs';
import { print } from './support/counts.mjs';
import { holdings, newCrowd } from './support/crowd.mjs';
import { Lean, allOf, comeBack } from './support/lean.mjs';
import { listed, portOf } from './support/world.mjs';

const SECONDS = Number(process.env.DURABILITY_SOAK_SECONDS ?? 5);
const LONG = SECONDS >= 300;
const CLIENTS = 400;
const WARM_UP_ROUNDS = LONG ? 12 : 0; // 6 MiB each
const GROWTH_KIB_MAX = 4096; // from the second third to the last one
const PATIENCE_MS = 60_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;

// More than the page caches hold, written and read.
async function warmUp(world, all, clients) {
  for (let i = 0; i < WARM_UP_ROUNDS; ++i) {
    for (const [k, client] of clients.entries())
      client.send(world.admins[k % world.admins.length].id, 'x'.repeat(16_000));
    await judge(world, all);
  }
}

// A second of life: some are cut and come back, everybody writes a little.
async function second(clients, admins, chance) {
  for (const client of clients) {
    if (chance() < 0.1) client.drop();
    if (chance() < 0.3 && client.waiting < 4)
      client.send(admins[Math.floor(chance() * admins.length)].id, 'x'.repeat(chance() * 500));
  }
  await sleep(1000);
}

test(`F26: ${SECONDS} s of coming, writing and going: descriptors back to base, memory flat`, async () => {
  const world = await newCrowd(CLIENTS);
  const { server } = world;
  const base = holdings(server).descriptors;
  const port = () => portOf(server);
  const admins = world.admins.map((person) => new Lean({ name: `a${person.id}`, person, port }));
  const clients = world.crowd.map((person) => new Lean({ name: `p${person.id}`, person, port }));
  const all = [...admins, ...clients];
  const rss = [];
  try {
    const chance = random(SECONDS);
    for (const client of all) client.start();
    await warmUp(world, all, clients);
    for (const end = performance.now() + SECONDS * 1000; performance.now() < end;) {
      await second(clients, world.admins, chance);
      rss.push(holdings(server).rssKiB);
      if (rss.length % 60 === 0) await judge(world, all);
    }
    await judge(world, all);
    for (const client of all) client.close();
    const left = await settled(server, base);
    const third = Math.floor(rss.length / 3);
    const growth = Math.round(mean(rss.slice(2 * third)) - mean(rss.slice(third, 2 * third)));
    print('soak', {
      scenes: 1,
      seconds: SECONDS,
      'KiB at the end': rss.at(-1),
      'KiB of growth in the last third': growth,
      'descriptors left': left - base,
    });
    assert.ok(left <= base, `${left} descriptors, ${base} before`);
    if (LONG) assert.ok(growth <= GROWTH_KIB_MAX, `${growth} KiB more; every second: ${rss.join(' ')}`);
  } finally {
    for (const client of all) client.close();
    await server.kill();
    world.remove();
  }
});

let cursor = 0;
async function judge(world, all) {
  await allOf(all, (client) => client.complete && client.waiting === 0, 'quiet', PATIENCE_MS);
  await comeBack(all, () => all.forEach((client) => client.drop()), PATIENCE_MS);
  const log = new Map();
  for (const person of world.admins) log.set(person.id, await listed(world.server, person, cursor));
  assert.deepEqual(check({ devices: all.map((client) => client.take()), listed: log }).slice(0, 10), []);
  cursor = Math.max(cursor, ...[...log.values()].flat().map(({ id }) => id));
}

// The server sees the ends of connections a moment later, and gives up an idle one of REST after 10 s.
async function settled(server, base) {
  for (let i = 0; i < 300 && holdings(server).descriptors > base; ++i) await sleep(50);
  return holdings(server).descriptors;
}
