// From the messages of a conversation to the rows of its history: day separators, grouping, the "New" divider.
import { dayStart } from '@/app/i18n';
import type { Entry } from './log';

export type Row =
  | { readonly kind: 'beginning'; readonly key: string }
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly entry: Entry;
      /** First and last of a run by one author within five minutes. */
      readonly opens: boolean;
      readonly closes: boolean;
    };

const groupGapMs = 5 * 60_000;

function together(a: Entry | undefined, b: Entry | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.mine === b.mine &&
    Math.abs(b.at - a.at) < groupGapMs &&
    dayStart(a.at) === dayStart(b.at)
  );
}

/** `newFrom`: id of the first message that was unread when the conversation was opened; the divider stands above it. */
export function buildRows(entries: readonly Entry[], complete: boolean, newFrom: number | null): Row[] {
  const rows: Row[] = [];
  const days = new Set<number>();
  if (complete && entries.length > 0) rows.push({ kind: 'beginning', key: 'beginning' });
  entries.forEach((entry, index) => {
    const before = entries[index - 1];
    const day = dayStart(entry.at);
    if (before === undefined || dayStart(before.at) !== day) {
      // The day names its row, so that an older page does not rename it; a clock that went back may repeat a day.
      rows.push({ kind: 'day', key: days.has(day) ? `day:${day}:${entry.key}` : `day:${day}`, at: entry.at });
      days.add(day);
    }
    const divides = newFrom !== null && entry.id === newFrom;
    if (divides) rows.push({ kind: 'new', key: 'new' });
    const after = entries[index + 1];
    rows.push({
      kind: 'message',
      key: entry.key,
      entry,
      opens: divides || !together(before, entry),
      closes: (newFrom !== null && after?.id === newFrom) || !together(entry, after),
    });
  });
  return rows;
}

/** Id of the first message of the partner that is not read yet. */
export function firstUnread(entries: readonly Entry[]): number | null {
  return entries.find((entry) => !entry.mine && entry.state !== 'read')?.id ?? null;
}
