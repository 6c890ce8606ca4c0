// Texts and dates in the viewer's language. Refuses to know any text itself: they stand in src/locales.
import { en, type Messages, type Plural } from '@/locales/en';

type Key = keyof Messages;
export type PluralKey = { [K in Key]: Messages[K] extends Plural ? K : never }[Key];
export type TextKey = Exclude<Key, PluralKey>;
type Values = Readonly<Record<string, string | number>>;

const language = 'en';
const texts: Messages = en;
const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language);

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? numbers.format(value) : value;
  });
}

export function t(key: TextKey, values: Values = {}): string {
  return fill(texts[key], values);
}

export function plural(key: PluralKey, n: number): string {
  const forms = texts[key];
  return fill(plurals.select(n) === 'one' ? forms.one : forms.other, { n });
}

// The viewer's own date conventions, whatever language the texts are in.
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'long' });
const fullDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const shortDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'short' });

/** Midnight that begins the day of `at` in the viewer's zone, in milliseconds. */
export function dayStart(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/** Whole days from the day of `at` to the day of `now`; daylight saving does not shift it. */
export function daysAgo(at: number, now: number): number {
  return Math.round((dayStart(now) - dayStart(at)) / 86_400_000);
}

export function timeOfDay(at: number): string {
  return clock.format(at);
}

export function exactTime(at: number): string {
  return exact.format(at);
}

/** Heading over the messages of one day. */
export function dayName(at: number, now: number): string {
  const days = daysAgo(at, now);
  if (days === 0) return t('time.today');
  if (days === 1) return t('time.yesterday');
  if (days > 1 && days < 7) return weekday.format(at);
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? dayOfYear.format(at) : fullDay.format(at);
}

/** Short time for a list row: the clock today, a day's name or date before. */
export function rowTime(at: number, now: number): string {
  const days = daysAgo(at, now);
  if (days <= 0) return clock.format(at);
  if (days === 1) return t('time.yesterday');
  if (days < 7) return weekday.format(at);
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? shortDay.format(at) : shortDate.format(at);
}
