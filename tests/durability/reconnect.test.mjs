// F23: thousands lose their connections at once and come back with the last id they saw: because the server was killed
// and started again, and because all connections were cut while it went on. All are back without a gap within 15 s, no
// password is hashed, and the storage is read once for each (once more where a new server has to look up a login), also
// while others write. CI: 1,000 clients; DURABILITY_CLIENTS: so many (./dev torture reconnect).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { check } from './checker.mjs';
import { print } from './support/counts.mjs';
import { metric, newCrowd } from './support/crowd.mjs';
import { Lean, allOf, comeBack } from './support/lean.mjs';
import { listed, portOf } from './support/world.mjs';

const CLIENTS = Number(process.env.DURABILITY_CLIENTS ?? 1000);
const BACK_MS = process.env.PARLEY_SLOW ? 120_000 : 15_000;
const PATIENCE_MS = 180_000;
// A writer's own catching up and what a client tries twice when a connection is refused.
const READS_MORE = 10;

let world;
let [clients, writers] = [];
before(async () => {
  world = await newCrowd(CLIENTS);
  const port = () => portOf(world.server);
  clients = world.crowd.map((person) => new Lean({ name: `p${person.id}`, person, port }));
  writers = world.admins.map((person) => new Lean({ name: `w${person.id}`, person, port }));
  for (const client of [...clients, ...writers]) client.start();
  await allOf([...clients, ...writers], (client) => client.complete, 'connected', PATIENCE_MS);
  writeToAll('before');
  await allOf(writers, (writer) => writer.waiting === 0, 'acknowledged', PATIENCE_MS);
});
after(async () => {
  for (const client of [...clients, ...writers]) client.close();
  await world?.server.kill();
  world?.remove();
});

const writeToAll = (words) => world.crowd.forEach((person, i) => writers[i % writers.length].send(person.id, words));

// What the server did for it, and how long it took.
async function measured(cut) {
  const { server } = world;
  const began = { at: 0, hashed: 0, reads: 0 };
  await comeBack(
    clients,
    async () => {
      await cut();
      // A killed one has begun anew: at 0, but for the hash that it makes at its start.
      [began.hashed, began.reads] = [
        await metric(server, 'parley_passwords_hashed_total'),
        await metric(server, 'parley_reads_total'),
      ];
      began.at = performance.now();
      for (const client of clients) if (client.stays) client.start();
    },
    PATIENCE_MS,
  );
  const ms = performance.now() - began.at;
  return {
    ms: Math.round(ms),
    hashed: (await metric(server, 'parley_passwords_hashed_total')) - began.hashed,
    reads: (await metric(server, 'parley_reads_total')) - began.reads,
  };
}

// All gone, and nobody comes back before told to.
function allGone() {
  for (const client of clients) client.stays = true;
  const gone = allOf(clients, (client) => !client.joined, 'gone', PATIENCE_MS);
  for (const client of clients) client.drop();
  return gone;
}

function assertGood(what, { ms, hashed, reads }, readsOfEach) {
  print(`reconnect, ${what}`, { scenes: 1, clients: CLIENTS, 'ms until all were back': ms, hashes: hashed, reads });
  assert.ok(ms <= BACK_MS, `back after ${ms} ms`);
  assert.equal(hashed, 0, 'passwords were hashed');
  assert.ok(reads <= readsOfEach * CLIENTS + READS_MORE, `${reads} reads for ${CLIENTS} clients`);
}

describe('F23: everybody comes back at once', () => {
  test('F23: the server killed: one read for the login, one for what was missed', async () => {
    await allGone();
    // What they will have missed: told to nobody but the writers.
    writeToAll('while away');
    await allOf(writers, (writer) => writer.waiting === 0, 'acknowledged', PATIENCE_MS);
    const found = await measured(async () => {
      await world.server.kill();
      await world.server.launch();
    });
    assertGood('server killed', found, 2);
  });

  test('F23: all connections cut, while others go on writing: one read each', async () => {
    await allOf(writers, (writer) => writer.complete, 'back', PATIENCE_MS);
    await allGone();
    writeToAll('while away, again');
    // Not waited for: commit upon commit while everybody reads.
    const chatter = setInterval(() => {
      for (const [i, writer] of writers.entries())
        while (writer.waiting < 8) writer.send(writers[(i + 1) % writers.length].person, 'chatter');
    }, 1);
    assertGood('connections cut', await measured(() => {}).finally(() => clearInterval(chatter)), 1);
    await allOf(writers, (writer) => writer.waiting === 0, 'acknowledged', PATIENCE_MS);
  });

  test('F20, F23: nobody has a gap, a double or what is not theirs', async () => {
    await comeBack(
      [...clients, ...writers],
      () => [...clients, ...writers].forEach((client) => ((client.stays = false), client.drop())),
      PATIENCE_MS,
    );
    const log = new Map();
    for (const person of [...world.admins, ...sample(world.crowd, 200)])
      log.set(person.id, await listed(world.server, person));
    const histories = [...clients, ...writers].map((client) => client.take());
    assert.deepEqual(check({ devices: histories, listed: log }).slice(0, 10), []);
    const missed = clients.filter(
      (_, i) => histories[i].steps.filter((step) => step.do === 'receive_message').length !== 3,
    );
    assert.equal(missed.length, 0, 'every client has three messages');
  });
});

// The admins have a side in every message, so their lists hold all of them; of the others some are compared.
const sample = (list, count) => list.filter((_, i) => i % Math.ceil(list.length / count) === 0);
