import { describe, expect, it } from 'vitest';
import type { Entry } from './log';
import { firstUnread, historyOf, type History, type Row } from './rows';

const noon = new Date(2024, 10, 27, 12).getTime();
const minute = 60_000;

function entry(id: number, at: number, fields: Partial<Entry> = {}): Entry {
  return { key: `id:${id}`, id, clientId: null, mine: false, content: 'x', at, state: 'read', failure: null, ...fields };
}
const kinds = (rows: readonly Row[]): string[] =>
  rows.map((row) => (row.kind === 'message' ? `${row.opens ? '[' : ' '}${row.entry.id}${row.closes ? ']' : ' '}` : row.kind));

const buildRows = (...of: Parameters<typeof historyOf>): readonly Row[] => historyOf(...of).rows;

describe('historyOf', () => {
  it('groups one author within five minutes', () => {
    const rows = buildRows([entry(1, noon), entry(2, noon + minute), entry(3, noon + 7 * minute), entry(4, noon + 8 * minute, { mine: true })], false, null);
    expect(kinds(rows)).toEqual(['day', '[1 ', ' 2]', '[3]', '[4]']);
  });

  it('separates days in the zone of the viewer', () => {
    const midnight = new Date(2024, 10, 28).getTime();
    const rows = buildRows([entry(1, midnight - 1), entry(2, midnight)], false, null);
    expect(kinds(rows)).toEqual(['day', '[1]', 'day', '[2]']);
  });

  it('puts the divider once, above the first unread message, and breaks the group there', () => {
    const rows = buildRows([entry(1, noon), entry(2, noon + 1), entry(3, noon + 2)], false, 2);
    expect(kinds(rows)).toEqual(['day', '[1]', 'new', '[2 ', ' 3]']);
  });

  it('names the beginning only when it is there', () => {
    expect(kinds(buildRows([entry(1, noon)], true, null))[0]).toBe('beginning');
    expect(buildRows([], true, null)).toEqual([]);
  });

  it('gives every row a key of its own, even when a clock went back over midnight', () => {
    const midnight = new Date(2024, 10, 28).getTime();
    const rows = buildRows([entry(1, midnight - 1), entry(2, midnight), entry(3, midnight - 1)], true, null);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  });

  it('keeps the key of a day when older messages of that day come in', () => {
    const day = (rows: readonly Row[]): string | undefined => rows.find((row) => row.kind === 'day')?.key;
    expect(day(buildRows([entry(2, noon)], false, null))).toBe(day(buildRows([entry(1, noon - 1), entry(2, noon)], false, null)));
  });
});

describe('historyOf beside one that is known', () => {
  const many = Array.from({ length: 40 }, (_, n) => entry(n, noon + n * 200 * minute, { mine: n % 3 === 0 }));

  it('keeps the rows that an older page, a new message or a changed one does not touch', () => {
    const fresh = (after: History, before: History): string[] => after.rows.filter((row) => !before.rows.includes(row)).map((row) => row.key);
    const known = historyOf(many.slice(10, 39), false, null);
    const older = historyOf(many.slice(8, 39), false, null, known);
    expect(fresh(older, known).filter((key) => key.startsWith('id:'))).toEqual(['id:8', 'id:9', 'id:10']);
    const newer = historyOf(many.slice(8), false, null, older);
    expect(fresh(newer, older).filter((key) => key.startsWith('id:'))).toEqual(['id:38', 'id:39']);
    const read = historyOf(many.slice(8).with(12, entry(20, many[20]?.at ?? 0)), false, null, newer);
    expect(fresh(read, newer).filter((key) => key.startsWith('id:'))).toEqual(['id:19', 'id:20', 'id:21']);
  });

  it('is what it would be without, whatever is added, changed or taken away', () => {
    let seed = 7;
    const chance = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let entries: Entry[] = [];
    let known: History | null = null;
    let low = 1_000;
    let high = 1_000;
    let newFrom: number | null = null;
    const at = (id: number): number => noon + id * minute * 3;
    const step = [
      () => (entries = [...Array.from({ length: 1 + chance(9) }, () => entry((low -= 1), at(low), { mine: chance(2) === 0 })).reverse(), ...entries]),
      () => (entries = [...entries, entry((high += 1), at(high), { mine: chance(2) === 0 })]),
      () => (entries = entries.filter((_, n) => n !== chance(entries.length + 1))),
      () => (entries = entries.map((it) => (chance(20) === 0 ? { ...it, state: 'sent' as const } : it))),
      () => (newFrom = entries[chance(entries.length + 1)]?.id ?? null),
      () => (entries = chance(9) === 0 ? [] : entries),
    ];
    for (let n = 0; n < 3_000; n += 1) {
      step[chance(step.length)]?.();
      const complete = chance(2) === 0;
      known = historyOf(entries, complete, newFrom, known);
      expect(known.rows).toEqual(historyOf(entries, complete, newFrom).rows);
    }
  });

  it('gives every row a key of its own, even when a clock went back over midnight', () => {
    const midnight = new Date(2024, 10, 28).getTime();
    const late = [entry(5, midnight), entry(6, midnight + 1), entry(7, midnight + 2)];
    const all = [entry(1, midnight), entry(2, midnight - 1), entry(3, midnight), entry(4, midnight - 1), ...late];
    const { rows } = historyOf(all, false, null, historyOf(late, false, null));
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
    expect(rows.filter((row) => row.kind === 'message')).toHaveLength(all.length);
  });
});

describe('firstUnread', () => {
  it('finds the oldest message of the partner that is not read', () => {
    expect(firstUnread([entry(1, 0), entry(2, 0, { mine: true, state: 'sent' }), entry(3, 0, { state: 'sent' })])).toBe(3);
    expect(firstUnread([entry(1, 0)])).toBeNull();
  });
});
