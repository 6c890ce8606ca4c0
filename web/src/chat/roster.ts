// What the list shows, from people and conversations: who comes first, in which group, and what a filter leaves over.
import type { Person, Role } from '@/api/types';
import type { Summary } from './conversations';

export interface RosterRow {
  readonly id: number;
  /** Null: somebody the server no longer lists; the history with them stays readable. */
  readonly person: Person | null;
  readonly summary: Summary | null;
}

/** `unread`: conversations with unread messages first; `waiting`: who waits longest for an answer first. */
export type Order = 'newest' | 'unread' | 'waiting';

/** Those one has not written with yet. */
export type GroupName = 'team' | 'people' | 'present' | 'absent';

export type ListItem =
  | { readonly kind: 'heading'; readonly key: string; readonly group: GroupName }
  | { readonly kind: 'row'; readonly key: string; readonly row: RosterRow };

export interface Roster {
  /** People one has written with, newest activity first. */
  readonly talks: readonly RosterRow[];
  /** The others: colleagues by name, then customers, who registered last first. */
  readonly others: readonly RosterRow[];
}

/** The team by name as a reader expects it, then customers: who registered last is at hand. Once for each list of people. */
export function inLine(people: Iterable<Person>): Person[] {
  const names = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
  const all = [...people];
  const team = all.filter((person) => person.role === 'admin').sort((a, b) => names.compare(a.name, b.name) || a.id - b.id);
  return [...team, ...all.filter((person) => person.role !== 'admin').sort((a, b) => b.id - a.id)];
}

export function buildRoster(
  people: readonly Person[],
  find: (id: number) => Person | null,
  summaries: ReadonlyMap<number, Summary>,
): Roster {
  const talks: RosterRow[] = [];
  for (const [id, summary] of summaries) if (summary.last !== null) talks.push({ id, person: find(id), summary });
  talks.sort(newestFirst);
  const others: RosterRow[] = [];
  for (const person of people) {
    const summary = summaries.get(person.id) ?? null;
    if (summary?.last == null) others.push({ id: person.id, person, summary });
  }
  return { talks, others };
}

// By the server's ids, not by clocks; what waits to be sent is newer than what is stored.
function newestFirst(a: RosterRow, b: RosterRow): number {
  const [one, other] = [a.summary?.last, b.summary?.last].map((last) => last?.id ?? Infinity) as [number, number];
  return one === other ? (b.summary?.at ?? 0) - (a.summary?.at ?? 0) : other - one;
}

export function inOrder(talks: readonly RosterRow[], order: Order): readonly RosterRow[] {
  if (order === 'newest') return talks;
  if (order === 'unread') {
    const unread = (row: RosterRow): boolean => (row.summary?.unread ?? 0) > 0;
    return [...talks.filter(unread), ...talks.filter((row) => !unread(row))];
  }
  const since = (row: RosterRow): number => row.summary?.waitingSince ?? Infinity;
  // Whoever waits for nothing stays in the order of activity: the sort is stable.
  return [...talks].sort((a, b) => (since(a) === since(b) ? 0 : since(a) - since(b)));
}

function asItem(row: RosterRow): ListItem {
  return { kind: 'row', key: `row:${row.id}`, row };
}

/** Conversations first; then, for an admin, customers and colleagues without one, for a user, who is there and who is not. */
export function asGroups(roster: Roster, reader: Role, online: (id: number) => boolean): ListItem[] {
  const group = (name: GroupName, rows: readonly RosterRow[]): ListItem[] =>
    rows.length === 0 ? [] : [{ kind: 'heading', key: name, group: name }, ...rows.map(asItem)];
  const { talks, others } = roster;
  const [first, then]: [GroupName, GroupName] = reader === 'admin' ? ['people', 'team'] : ['present', 'absent'];
  const leads = reader === 'admin' ? (row: RosterRow) => row.person?.role !== 'admin' : (row: RosterRow) => online(row.id);
  return [...talks.map(asItem), ...group(first, others.filter(leads)), ...group(then, others.filter((row) => !leads(row)))];
}

/** `items` with what was shown before in its old place; what is new comes last. */
export function keepPlaces(shown: readonly ListItem[], items: readonly ListItem[]): ListItem[] {
  const now = new Map(items.map((item) => [item.key, item]));
  const kept = shown.flatMap((item) => now.get(item.key) ?? []);
  const before = new Set(kept.map((item) => item.key));
  return [...kept, ...items.filter((item) => !before.has(item.key))];
}

/** Without case and accents. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** A filter by name: every word must occur. Takes names that are folded already. */
export function matcher(filter: string): (folded: string) => boolean {
  const words = fold(filter.trim()).split(/\s+/u);
  return (folded) => words.every((word) => folded.includes(word));
}

export function matches(name: string, filter: string): boolean {
  return matcher(filter)(fold(name));
}
