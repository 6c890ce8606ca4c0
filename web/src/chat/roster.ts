// The rows of the list: people and conversations together, newest activity first, filtered by name.
import type { Person } from '@/api/types';
import type { LogView } from './log';

export interface RosterRow {
  readonly id: number;
  /** Null: somebody the server no longer lists; the history with them stays readable. */
  readonly person: Person | null;
  readonly view: LogView | null;
  readonly activity: number;
}

export function buildRoster(
  people: ReadonlyMap<number, Person>,
  views: ReadonlyMap<number, LogView>,
  activity: ReadonlyMap<number, number>,
): RosterRow[] {
  const rows: RosterRow[] = [];
  for (const person of people.values()) {
    rows.push({ id: person.id, person, view: views.get(person.id) ?? null, activity: activity.get(person.id) ?? 0 });
  }
  for (const [id, view] of views) {
    if (!people.has(id) && view.entries.length > 0) rows.push({ id, person: null, view, activity: activity.get(id) ?? 0 });
  }
  const names = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
  return rows.sort(
    (a, b) => b.activity - a.activity || names.compare(a.person?.name ?? '', b.person?.name ?? '') || a.id - b.id,
  );
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** Every word of `filter` must occur in the name; case and accents do not matter. */
export function matches(name: string, filter: string): boolean {
  const folded = fold(name);
  return fold(filter)
    .split(/\s+/u)
    .every((word) => folded.includes(word));
}
