// F1, F17–F22 over the whole server: killed again and again in the middle of traffic, at random moments of its life (also
// while clients come back), by SIGKILL and at times by SIGTERM. After each death it listens within 2 s on an intact
// database; at the end every device comes back, and the checker finds no flaw. DURABILITY_SEED plays one seed alone,
// DURABILITY_KILLS so many kills instead of CI's (./dev torture kills).
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { play } from './support/scene.mjs';
import { add, print, seedsFrom } from './support/counts.mjs';

const KILLS = Number(process.env.DURABILITY_KILLS ?? 200);
const OF_A_SCENE = 20; // and one more at its end
const total = {};
const seeds = seedsFrom(100_001, Math.ceil(KILLS / (OF_A_SCENE * 0.85)));

describe('F1, F22: killed at random moments', { concurrency: 3 }, () => {
  for (const seed of seeds) {
    test(`F1, F17, F18, F19, F20, F21: seed ${seed}: nothing lost, doubled, reordered or shown to strangers`, async () => {
      add(total, await play(seed, { kills: OF_A_SCENE }));
    });
  }

  after(() => {
    print('kills', total);
    if (total.scenes >= seeds.length && seeds.length > 1) assert.ok(total.kills >= KILLS, `only ${total.kills} kills`);
  });
});
