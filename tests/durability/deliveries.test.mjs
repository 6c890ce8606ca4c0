// A12, F19, F20: many deliveries with a canary for each pair in every content, to people with several devices each, all
// connections of some of them cut again and again: nobody sees what is not theirs, everybody sees theirs once and in
// order. In rounds, each judged by the checker. DURABILITY_DELIVERIES: so many instead of CI's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check } from './checker.mjs';
import { random } from './fproxy.mjs';
import { add, print, seedsFrom } from './support/counts.mjs';
import { newCrowd } from './support/crowd.mjs';
import { Lean, allOf, comeBack } from './support/lean.mjs';
import { listed, portOf } from './support/world.mjs';

const DELIVERIES = Number(process.env.DURABILITY_DELIVERIES ?? 1_000_000);
const OF_A_ROUND = 50_000;
const DEVICES = 8; // of each person
const PATIENCE_MS = process.env.PARLEY_SLOW ? 300_000 : 60_000;
const WINDOW = 16; // unacknowledged sends of a device
const [seed] = seedsFrom(7, 1);

let world;
let devices = [];
const total = {};
before(async () => {
  world = await newCrowd(28);
  const people = [...world.admins, ...world.users, ...world.crowd];
  devices = people.flatMap((person) =>
    Array.from(
      { length: DEVICES },
      (_, i) => new Lean({ name: `p${person.id}.${i}`, person, port: () => portOf(world.server) }),
    ),
  );
  for (const device of devices) device.start();
  await allOf(devices, (device) => device.complete, 'connected', PATIENCE_MS);
});
after(async () => {
  for (const device of devices) device.close();
  await world?.server.kill();
  world?.remove();
  print('deliveries', total);
});

// Each person's first device writes; a message reaches all devices of its two sides but the one that sent it.
async function round(chance) {
  const admins = world.admins.map(({ id }) => id);
  const all = [...world.admins, ...world.users, ...world.crowd].map(({ id }) => id);
  let left = Math.ceil(OF_A_ROUND / (2 * DEVICES - 1));
  const writers = devices.filter((_, i) => i % DEVICES === 0);
  const write = (device) => {
    while (left > 0 && device.waiting < WINDOW) {
      const partners = admins.includes(device.person) ? all.filter((id) => id !== device.person) : admins;
      device.send(partners[Math.floor(chance() * partners.length)]);
      --left;
      if (left % 97 === 0) devices[Math.floor(chance() * devices.length)].drop();
    }
  };
  await allOf(writers, (device) => (write(device), left === 0 && device.waiting === 0), 'acknowledged', PATIENCE_MS);
  // Whoever comes back now gets all of it, and then there is nothing under way.
  await comeBack(devices, () => devices.forEach((device) => device.drop()), PATIENCE_MS);
}

test(`A12, F19, F20: seed ${seed}: ${DELIVERIES.toLocaleString('en')} deliveries, none to a stranger, none lost or twice`, async () => {
  const chance = random(seed);
  let cursor = 0;
  while ((total.deliveries ?? 0) < DELIVERIES) {
    await round(chance);
    const everybody = [...world.admins, ...world.users, ...world.crowd];
    const log = new Map();
    for (const person of everybody) log.set(person.id, await listed(world.server, person, cursor));
    const histories = devices.map((device) => device.take());
    const flaws = check({ devices: histories, listed: log });
    assert.deepEqual(flaws.slice(0, 10), [], `DURABILITY_SEED=${seed}`);
    const messages = new Set([...log.values()].flat().map(({ id }) => id));
    cursor = Math.max(cursor, ...messages);
    const steps = histories.flatMap((history) => history.steps);
    const count = (kind) => steps.reduce((sum, step) => sum + (step.do === kind ? 1 : 0), 0);
    add(total, { messages: messages.size, deliveries: count('receive_message'), connections: count('connect') });
  }
});
