import { describe, expect, it } from 'vitest';
import type { Person, Role } from '@/api/types';
import type { Summary } from './conversations';
import type { Entry } from './log';
import { asGroups, buildRoster, inLine, inOrder, keepPlaces, matches, type ListItem, type RosterRow } from './roster';

const last: Entry = { key: 'k', id: 1, clientId: null, mine: false, content: 'hi', at: 0, state: 'sent', failure: null };
const person = (id: number, name: string, role: Role = 'user'): Person => ({ id, name, role });
const summary = (at: number, more: Partial<Summary> = {}): Summary => ({ last: { ...last, id: at }, at, unread: 0, waitingSince: null, ...more });
const roster = (people: readonly Person[], summaries: readonly [number, Summary][]) =>
  buildRoster(inLine(people), (id) => people.find((it) => it.id === id) ?? null, new Map(summaries));
const ids = (rows: readonly RosterRow[]): number[] => rows.map((row) => row.id);
const texts = (items: readonly ListItem[]): (string | number)[] => items.map((item) => (item.kind === 'row' ? item.row.id : item.group));

describe('buildRoster', () => {
  it('puts the newest activity first, then those without any: colleagues by name, customers by their coming', () => {
    const people = [person(1, 'Zoë'), person(2, 'anna', 'admin'), person(3, 'Maya'), person(4, 'Ben'), person(5, 'Émil', 'admin'), person(6, 'Eve', 'admin'), person(7, 'Al')];
    const found = roster(people, [[1, summary(10)], [3, summary(50)]]);
    expect(ids(found.talks)).toEqual([3, 1]);
    expect(ids(found.others)).toEqual([2, 5, 6, 7, 4]);
  });

  it('goes by ids where clocks disagree, and takes what waits to be sent for the newest', () => {
    const waiting = summary(5, { last: { ...last, id: null, state: 'queued' } });
    const found = roster([], [[1, summary(10, { at: 99 })], [2, summary(20, { at: 98 })], [3, waiting]]);
    expect(ids(found.talks)).toEqual([3, 2, 1]);
  });

  it('keeps a conversation with somebody who is no longer listed', () => {
    expect(roster([], [[9, summary(10)]]).talks).toMatchObject([{ id: 9, person: null }]);
  });

  it('counts a conversation in which nothing was written as none', () => {
    const found = roster([person(1, 'Ada')], [[1, summary(0, { last: null })]]);
    expect([found.talks.length, found.others.length]).toEqual([0, 1]);
  });
});

describe('inOrder', () => {
  const { talks } = roster([], [
    [1, summary(50)],
    [2, summary(40, { unread: 2, waitingSince: 40 })],
    [3, summary(30, { waitingSince: 10 })],
    [4, summary(20)],
  ]);

  it('puts unread conversations first', () => {
    expect(ids(inOrder(talks, 'unread'))).toEqual([2, 1, 3, 4]);
  });

  it('puts who waits longest for an answer first', () => {
    expect(ids(inOrder(talks, 'waiting'))).toEqual([3, 2, 1, 4]);
  });
});

describe('asGroups', () => {
  it('shows an admin the conversations, then customers without one, then colleagues', () => {
    const people = [person(1, 'Ada'), person(2, 'Ben', 'admin'), person(3, 'Cem')];
    expect(texts(asGroups(roster(people, [[3, summary(1)]]), 'admin', () => false))).toEqual([3, 'people', 1, 'team', 2]);
  });

  it('shows a customer who of the team is there first', () => {
    const people = [person(1, 'Ada', 'admin'), person(2, 'Ben', 'admin')];
    expect(texts(asGroups(roster(people, []), 'user', (id) => id === 2))).toEqual(['present', 2, 'absent', 1]);
  });
});

describe('keepPlaces', () => {
  it('changes no place: what is new comes last, what is gone leaves', () => {
    const items = (...order: number[]) => asGroups(roster([], order.map((id, index) => [id, summary(100 - index)])), 'admin', () => false);
    expect(texts(keepPlaces(items(1, 2, 3), items(3, 4, 1)))).toEqual([1, 3, 4]);
  });

  it('shows what the rows have become', () => {
    const items = (unread: number) => asGroups(roster([], [[1, summary(1, { unread })]]), 'admin', () => false);
    expect(keepPlaces(items(0), items(5))).toMatchObject([{ row: { summary: { unread: 5 } } }]);
  });
});

describe('matches', () => {
  it('does not mind case, accents and the order of words', () => {
    expect(matches('Zoë van den Berg', 'berg zoe')).toBe(true);
    expect(matches('Zoë van den Berg', 'ZOË')).toBe(true);
    expect(matches('Zoë van den Berg', 'maya')).toBe(false);
  });

  it('lets all pass without words', () => {
    expect(matches('Ada', '  ')).toBe(true);
  });
});
