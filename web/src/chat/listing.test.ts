import { describe, expect, it, vi } from 'vitest';
import type { Conversation } from '@/api/types';
import { Listing } from './listing';

const conversation = (id: number): Conversation => ({
  partner: { id, name: 'Maya', role: 'user', presence: { online: false, lastSeenAt: null } },
  last: { id, senderId: id, receiverId: 7, content: '', at: 0, read: false, clientId: null },
  unread: 0,
});

function listing(pages: Record<string, number[] | Error>) {
  const asked: (number | null)[] = [];
  const loaded = vi.fn<(page: readonly Conversation[], first: boolean, all: boolean) => void>();
  const it = new Listing({
    page: (before) => {
      asked.push(before);
      const found = pages[String(before)];
      if (found === undefined || found instanceof Error) return Promise.reject(found ?? new Error('no page'));
      return Promise.resolve({ conversations: found.map(conversation), more: pages[String(found.at(-1))] !== undefined });
    },
    loaded,
  });
  const got = () => loaded.mock.calls.map(([page, first, all]) => [page.map((one) => one.last.id), first, all]);
  return { it, asked, got };
}

describe('Listing', () => {
  it('loads the first page, then the others, and says when all is there', async () => {
    const { it: list, got } = listing({ null: [9, 8], 8: [7], 7: [3] });
    await expect(list.loadFirst()).resolves.toBe(9);
    await list.loadRest();
    expect(got()).toEqual([
      [[9, 8], true, false],
      [[7], false, false],
      [[3], false, true],
    ]);
  });

  it('is complete at once when there is nothing', async () => {
    const { it: list, got, asked } = listing({ null: [] });
    await expect(list.loadFirst()).resolves.toBe(0);
    await list.loadRest();
    expect([got(), asked]).toEqual([[[[], true, true]], [null]]);
  });

  it('goes on with the page that failed', async () => {
    const pages: Record<string, number[] | Error> = { null: [9], 9: new Error('busy') };
    const { it: list, asked, got } = listing(pages);
    await list.loadFirst();
    await expect(list.loadRest()).rejects.toThrow('busy');
    pages['9'] = [4];
    await list.loadRest();
    expect(asked).toEqual([null, 9, 9]);
    expect(got().at(-1)).toEqual([[4], false, true]);
  });

  it('shares one run between callers, and begins another after a new start', async () => {
    const { it: list, asked, got } = listing({ null: [9], 9: [4] });
    await list.loadFirst();
    const old = list.loadRest();
    expect(list.loadRest()).toBe(old);
    await list.loadFirst();
    await list.loadRest();
    await old;
    expect(asked).toEqual([null, 9, null, 9]);
    // The answer to the run before the new start is dropped.
    expect(got().filter(([ids]) => String(ids) === '4')).toHaveLength(1);
  });
});
