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
  | { readonly kind: 'day'; readonly key: string; readonly day: number; readonly at: number }
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

/** The rows of a history, and of what they were made. */
export interface History {
  readonly entries: readonly Entry[];
  readonly complete: boolean;
  readonly newFrom: number | null;
  readonly rows: readonly Row[];
}

/**
 * `newFrom`: id of the first message that was unread when the conversation was opened; the divider stands above it.
 * Of what `known` has in common with the new entries, at either end, the rows are kept: the same objects.
 */
export function historyOf(
  entries: readonly Entry[],
  complete: boolean,
  newFrom: number | null,
  known: History | null = null,
): History {
  const { head, tail } = known?.newFrom === newFrom ? inCommon(known.entries, entries) : { head: 0, tail: 0 };
  // Beside what is new a row may become the last or the first of a run: those two are made anew.
  const from = Math.max(0, head - 1);
  const to = Math.min(entries.length, entries.length - tail + 1);
  const old = known?.rows ?? [];
  const front = old.slice(0, rowsOfFirst(old, from));
  const back = old.slice(old.length - rowsOfLast(old, entries.length - to));
  if (front[0]?.kind === 'beginning') front.shift();
  const days = new Set<number>();
  for (const row of front) if (row.kind === 'day') days.add(row.day);
  for (const row of back) if (row.kind === 'day') days.add(row.day);
  const middle = rowsBetween(entries, from, to, newFrom, days);
  const beginning: Row[] = complete && entries.length > 0 ? [{ kind: 'beginning', key: 'beginning' }] : [];
  return { entries, complete, newFrom, rows: [...beginning, ...front, ...middle, ...back] };
}

// How many entries at both ends are the same in both.
function inCommon(a: readonly Entry[], b: readonly Entry[]): { head: number; tail: number } {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return { head, tail };
}

// Of how many rows the first `count` messages are, with all that stands above them.
function rowsOfFirst(rows: readonly Row[], count: number): number {
  let at = 0;
  for (let left = count; left > 0; at += 1) if (rows[at]?.kind === 'message') left -= 1;
  return at;
}

// Of how many rows the last `count` messages are, with what stands between them and the one before.
function rowsOfLast(rows: readonly Row[], count: number): number {
  if (count === 0) return 0;
  let at = rows.length;
  for (let left = count; left > 0; ) {
    at -= 1;
    if (rows[at]?.kind === 'message') left -= 1;
  }
  while (rows[at - 1] !== undefined && rows[at - 1]?.kind !== 'message') at -= 1;
  return rows.length - at;
}

// `days`: those that have a row elsewhere.
function rowsBetween(entries: readonly Entry[], from: number, to: number, newFrom: number | null, days: Set<number>): Row[] {
  const rows: Row[] = [];
  const calendar = new Calendar();
  let before = entries[from - 1];
  let dayBefore = before === undefined ? null : calendar.dayOf(before.at);
  let opens = true;
  // One more than wanted tells whether the last run ends.
  for (let at = from; at <= to; at += 1) {
    const entry = entries[at];
    const day = entry === undefined ? null : calendar.dayOf(entry.at);
    const divides = entry !== undefined && newFrom !== null && entry.id === newFrom;
    const joins = entry !== undefined && before !== undefined && !divides && dayBefore === day && together(before, entry);
    if (before !== undefined && at > from) rows.push({ kind: 'message', key: before.key, entry: before, opens, closes: !joins });
    if (entry === undefined || at === to) break;
    if (day !== null && day !== dayBefore) {
      // The day names its row, so that an older page does not rename it; a clock that went back may repeat a day.
      rows.push({ kind: 'day', key: days.has(day) ? `day:${day}:${entry.key}` : `day:${day}`, day, at: entry.at });
      days.add(day);
    }
    if (divides) rows.push({ kind: 'new', key: 'new' });
    opens = !joins;
    before = entry;
    dayBefore = day;
  }
  return rows;
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
