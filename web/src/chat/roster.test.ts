import { describe, expect, it } from 'vitest';
import type { Person } from '@/api/types';
import type { Entry, LogView } from './log';
import { buildRoster, matches } from './roster';

const person = (id: number, name: string): [number, Person] => [id, { id, name, role: 'user' }];
const view = (entries: number): LogView => ({ entries: Array<Entry>(entries).fill({} as Entry), unread: 0, complete: true });

describe('buildRoster', () => {
  it('puts the newest activity first, then the names', () => {
    const people = new Map([person(1, 'Zoe'), person(2, 'ada'), person(3, 'Bea')]);
    const rows = buildRoster(people, new Map(), new Map([[3, 50]]));
    expect(rows.map((row) => row.person?.name)).toEqual(['Bea', 'ada', 'Zoe']);
  });

  it('keeps a history with somebody who is no longer listed, but no empty one', () => {
    const rows = buildRoster(new Map(), new Map([[8, view(1)], [9, view(0)]]), new Map());
    expect(rows.map((row) => row.id)).toEqual([8]);
  });
});

describe('matches', () => {
  it('takes words in any order, without case or accents', () => {
    expect(matches('Zoë van der Berg', 'berg ZOE')).toBe(true);
    expect(matches('Zoë van der Berg', 'berk')).toBe(false);
    expect(matches('anybody', '')).toBe(true);
  });
});
