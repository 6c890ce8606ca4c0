// Texts, numbers and dates in the language that is shown. Refuses to know any text itself (src/locales) and to choose
// the language (language.ts). What is rendered follows a change by itself: every function here reads Vue state.
import { shallowRef } from 'vue';
import type { Messages, Plural } from '@/locales/en';

type Key = keyof Messages;
export type PluralKey = { [K in Key]: Messages[K] extends Plural ? K : never }[Key];
export type TextKey = Exclude<Key, PluralKey>;
type Values = Readonly<Record<string, string | number>>;

type Speech = ReturnType<typeof speak>;

function speak(texts: Messages, locale: string) {
  const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  return {
    texts,
    plurals: new Intl.PluralRules(locale),
    numbers: new Intl.NumberFormat(locale),
    clock: dates({ hour: 'numeric', minute: '2-digit' }),
    exact: dates({ dateStyle: 'full', timeStyle: 'medium' }),
    moment: dates({ dateStyle: 'long', timeStyle: 'short' }),
    weekday: dates({ weekday: 'long' }),
    dayOfYear: dates({ weekday: 'short', day: 'numeric', month: 'long' }),
    fullDay: dates({ day: 'numeric', month: 'long', year: 'numeric' }),
    shortDay: dates({ day: 'numeric', month: 'short' }),
    shortDate: dates({ dateStyle: 'short' }),
    ago: new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'auto' }),
  };
}

const speech = shallowRef<Speech | null>(null);

/** From now on these texts; `locale` says how numbers and dates look. Before the first call there is nothing to say. */
export function useTexts(texts: Messages, locale: string): void {
  speech.value = speak(texts, locale);
}

function current(): Speech {
  if (speech.value === null) throw new Error('no language is loaded');
  return speech.value;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });
}

export function t(key: TextKey, values: Values = {}): string {
  return fill(current().texts[key], values);
}

/** The form for `n`, with `{n}` filled in. */
export function plural(key: PluralKey, n: number, values: Values = {}): string {
  const forms = current().texts[key];
  return fill(forms[current().plurals.select(n)] ?? forms.other, { ...values, n });
}

export function number(n: number): string {
  return current().numbers.format(n);
}

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
  return current().clock.format(at);
}

/** Day and time to the second, in full. */
export function exactTime(at: number): string {
  return current().exact.format(at);
}

/** Day and time of something that ends or ended, to the minute. */
export function momentOf(at: number): string {
  return current().moment.format(at);
}

function sameYear(at: number, now: number): boolean {
  return new Date(at).getFullYear() === new Date(now).getFullYear();
}

/** Heading over the messages of one day. */
export function dayName(at: number, now: number): string {
  const { weekday, dayOfYear, fullDay } = current();
  const days = daysAgo(at, now);
  if (days === 0) return t('time.today');
  if (days === 1) return t('time.yesterday');
  if (days > 1 && days < 7) return weekday.format(at);
  return (sameYear(at, now) ? dayOfYear : fullDay).format(at);
}

/** Short time for a list row: the clock today, a day's name or date before. */
export function rowTime(at: number, now: number): string {
  const { clock, weekday, shortDay, shortDate } = current();
  const days = daysAgo(at, now);
  if (days <= 0) return clock.format(at);
  if (days === 1) return t('time.yesterday');
  if (days < 7) return weekday.format(at);
  return (sameYear(at, now) ? shortDay : shortDate).format(at);
}

/** "5 min ago": what is over for minutes, hours or days. */
export function ago(at: number, now: number): string {
  const minutes = Math.max(1, Math.floor((now - at) / 60_000));
  const days = daysAgo(at, now);
  const [n, unit]: [number, Intl.RelativeTimeFormatUnit] =
    minutes < 60 ? [minutes, 'minute'] : minutes < 24 * 60 || days < 1 ? [Math.floor(minutes / 60), 'hour'] : [days, 'day'];
  // No full stop after a short form within the sentence.
  return current().ago.format(-n, unit).replace('. ', ' ');
}
