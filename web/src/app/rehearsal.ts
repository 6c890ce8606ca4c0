// A made-up language to try the layout with: each text 40 % longer, with accents, in brackets. What a screen shows
// without brackets was never given to the translators; what does not fit here will not fit in German either.
import type { Messages, Plural } from '@/locales/en';
import { load } from '@/locales/load';

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const accented = 'áƀćđéƒǵĥíĵķļḿñóƥɋŕšťúṽŵẋýžÁƁĆĐÉƑǴĤÍĴĶĻḾÑÓƤɊŔŠŤÚṼŴẊÝŽ';
const letters = new Map(Array.from(plain, (letter, index) => [letter, Array.from(accented)[index] ?? letter]));

/** By 40 %, word by word: a single long word is what breaks a layout. */
function stretch(word: string): string {
  const more = Math.ceil(word.length * 0.4);
  const last = word.at(-1) ?? '';
  return word + last.toLowerCase().repeat(more);
}

export function rehearse(text: string): string {
  // Placeholders stay what they are.
  const parts = text.split(/(\{\w+\})/);
  const longer = parts.map((part, index) => (index % 2 === 1 ? part : part.replace(/\p{L}[\p{L}'’]*/gu, stretch)));
  const strange = longer.map((part, index) => (index % 2 === 1 ? part : Array.from(part, (letter) => letters.get(letter) ?? letter).join('')));
  return `⟦${strange.join('')}⟧`;
}

export async function rehearsal(): Promise<Messages> {
  const entries = Object.entries(await load.en()).map(([key, text]: [string, string | Plural]) => [
    key,
    typeof text === 'string' ? rehearse(text) : Object.fromEntries(Object.entries(text).map(([form, it]: [string, string]) => [form, rehearse(it)])),
  ]);
  return Object.fromEntries(entries) as Messages;
}
