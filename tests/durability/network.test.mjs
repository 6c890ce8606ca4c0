// F19, F20, F21 through a network that delays, stalls, slices, throttles, cuts and kills connections at random bytes:
// whatever happens in between, every device has everything once and in order at the end. DURABILITY_SEED plays one seed
// alone, DURABILITY_SCENES so many scenes instead of CI's.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { play } from './support/scene.mjs';
import { add, print, seedsFrom } from './support/counts.mjs';

const SCENES = Number(process.env.DURABILITY_SCENES ?? 50);
const SCENE_MS = 800;
const total = {};
const seeds = seedsFrom(1, SCENES);

describe('F19, F20, F21: faults of the network', { concurrency: 3 }, () => {
  for (const seed of seeds) {
    test(`F19, F20, F21: seed ${seed}: complete, once, in order, on every device`, async () => {
      add(total, await play(seed, { faults: true, ms: SCENE_MS }));
    });
  }

  test('F1, F19, F20, F21: the server killed as well', async () => {
    if (seeds.length > 1) add(total, await play(50_001, { faults: true, kills: 8 }));
  });

  after(() => {
    print('network faults', total);
    if (total.scenes >= seeds.length && seeds.length > 1)
      assert.ok(total.faults >= SCENES, `only ${total.faults} faults`);
  });
});
