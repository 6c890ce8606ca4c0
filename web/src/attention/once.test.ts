import { beforeEach, describe, expect, it } from 'vitest';
import { Once, soundEveryMs } from './once';

let now = 1_000_000;
const tab = (locks: LockManager | null = null): Once => new Once(localStorage, locks, () => now);

// The browser's lock manager as far as it is used here: shared locks that are held until their promise ends.
function lockManager(): LockManager {
  const held: LockInfo[] = [];
  return {
    request: async (name: string, ...rest: unknown[]): Promise<unknown> => {
      const lock = { name };
      held.push(lock);
      try {
        return await (rest.at(-1) as () => unknown)();
      } finally {
        held.splice(held.indexOf(lock), 1);
      }
    },
    query: () => Promise.resolve({ held: [...held], pending: [] }),
  } as LockManager;
}

beforeEach(() => {
  localStorage.clear();
});

describe('Once', () => {
  it('lets one tab tell of a message', async () => {
    expect([await tab().claim(7, 20, true), await tab().claim(7, 20, true)]).toEqual([
      { first: true, audible: true },
      { first: false, audible: false },
    ]);
  });

  it('makes a sound every two seconds at most, over all tabs', async () => {
    expect((await tab().claim(7, 20, true)).audible).toBe(true);
    now += soundEveryMs - 1;
    expect(await tab().claim(7, 21, true)).toEqual({ first: true, audible: false });
    now += 1;
    expect((await tab().claim(7, 22, true)).audible).toBe(true);
  });

  it('counts a message told without a sound as no sound', async () => {
    expect((await tab().claim(7, 20, false)).audible).toBe(false);
    expect((await tab().claim(7, 21, true)).audible).toBe(true);
  });

  it('keeps people who share a browser apart', async () => {
    await tab().claim(7, 20, true);
    expect((await tab().claim(8, 10, true)).first).toBe(true);
  });

  it('takes a damaged store for none', async () => {
    localStorage.setItem('parley.attention.7', '{"upTo":"many"}');
    expect((await tab().claim(7, 1, true)).first).toBe(true);
  });

  it('knows of a conversation that another tab shows, until that tab shows another', async () => {
    const locks = lockManager();
    const [one, other] = [tab(locks), tab(locks)];
    one.watch(7, 3);
    expect([await other.isWatched(7, 3), await other.isWatched(7, 4), await other.isWatched(8, 3)]).toEqual([true, false, false]);
    one.watch(7, null);
    await Promise.resolve();
    expect(await other.isWatched(7, 3)).toBe(false);
  });
});
