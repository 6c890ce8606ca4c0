// From the messages of a conversation to the rows of its history: day separators, grouping, the "New" divider.
import { dayStart } from '@/app/i18n';
import type { Entry } from './log';

export interface MessageRow {
  readonly kind: 'message';
  readonly key: string;
  readonly entry: Entry;
  /** First and last of a run by one author within five minutes. */
  readonly opens: boolean;
  readonly closes: boolean;
}

export type Row =
  | { readonly kind: 'beginning'; readonly key: string }
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  | MessageRow;

const groupGapMs = 5 * 60_000;
const dayMostMs = 25 * 3_600_000;

// The day of each message. Neighbours mostly share it: the calendar is asked at its borders only.
class Calendar {
  private from = 0;
  private to = 0;

  dayOf(at: number): number {
    if (at < this.from || at >= this.to) {
      this.from = dayStart(at);
      this.to = dayStart(this.from + dayMostMs);
    }
    return this.from;
  }
}

/** `newFrom`: id of the first message that was unread when the conversation was opened; the divider stands above it. */
export function buildRows(entries: readonly Entry[], complete: boolean, newFrom: number | null): Row[] {
  const rows: Row[] = [];
  const calendar = new Calendar();
  const days = new Set<number>();
  if (complete && entries.length > 0) rows.push({ kind: 'beginning', key: 'beginning' });
  let before = null as { readonly entry: Entry; readonly day: number } | null;
  let opens = true;
  for (const entry of entries) {
    const day = calendar.dayOf(entry.at);
    const divides = newFrom !== null && entry.id === newFrom;
    const joins: boolean = before !== null && !divides && before.day === day && together(before.entry, entry);
    if (before !== null) rows.push(messageRow(before.entry, opens, !joins));
    if (before?.day !== day) {
      // The day names its row, so that an older page does not rename it; a clock that went back may repeat a day.
      rows.push({ kind: 'day', key: days.has(day) ? `day:${day}:${entry.key}` : `day:${day}`, at: entry.at });
      days.add(day);
    }
    if (divides) rows.push({ kind: 'new', key: 'new' });
    opens = !joins;
    before = { entry, day };
  }
  if (before !== null) rows.push(messageRow(before.entry, opens, true));
  return rows;
}

function messageRow(entry: Entry, opens: boolean, closes: boolean): MessageRow {
  return { kind: 'message', key: entry.key, entry, opens, closes };
}

function together(a: Entry, b: Entry): boolean {
  return a.mine === b.mine && Math.abs(b.at - a.at) < groupGapMs;
}

/** Id of the first message of the partner that is not read yet. */
export function firstUnread(entries: readonly Entry[]): number | null {
  return entries.find((entry) => !entry.mine && entry.state !== 'read')?.id ?? null;
}

/** True when older messages that are not here may be unread as well: before the first unread one nothing is known to be read. */
export function mayBeUnreadFurtherUp(entries: readonly Entry[], complete: boolean): boolean {
  const first = entries.find((entry) => !entry.mine);
  return !complete && first !== undefined && first.state !== 'read';
}
