import { describe, expect, it } from 'vitest';
import type { Entry } from './log';
import { buildRows, firstUnread, type Row } from './rows';

const noon = new Date(2024, 10, 27, 12).getTime();
const minute = 60_000;

function entry(id: number, at: number, fields: Partial<Entry> = {}): Entry {
  return { key: `id:${id}`, id, clientId: null, mine: false, content: 'x', at, state: 'read', failure: null, ...fields };
}
const kinds = (rows: readonly Row[]): string[] =>
  rows.map((row) => (row.kind === 'message' ? `${row.opens ? '[' : ' '}${row.entry.id}${row.closes ? ']' : ' '}` : row.kind));

describe('buildRows', () => {
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

describe('firstUnread', () => {
  it('finds the oldest message of the partner that is not read', () => {
    expect(firstUnread([entry(1, 0), entry(2, 0, { mine: true, state: 'sent' }), entry(3, 0, { state: 'sent' })])).toBe(3);
    expect(firstUnread([entry(1, 0)])).toBeNull();
  });
});
