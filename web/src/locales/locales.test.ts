import { describe, expect, it } from 'vitest';
import { rehearsal, rehearse } from '@/app/rehearsal';
import { en, type Plural } from './en';
import { languages, type Tag } from './languages';
import { load } from './load';

type Catalogue = Readonly<Record<string, string | Plural>>;

const english: Catalogue = en;
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join(' ');
const others = languages.map((language): string => language.tag).filter((tag) => tag !== 'en') as Tag[];

// The same in another language on purpose.
const sameWords = new Set(['app.name', 'keys.name.control', 'keys.name.escape', 'people.unread_max']);
const sameIn: Readonly<Record<string, ReadonlySet<string>>> = {
  de: new Set(['auth.name', 'auth.role.admin', 'account.role.admin', 'people.team', 'presence.online', 'presence.offline', 'details.title']),
  fr: new Set(['attention.notices']),
};

describe.each(others)('%s', (tag: Tag) => {
  const own = async (): Promise<Catalogue> => load[tag]();

  it('has a text for every key, and no other keys', async () => {
    expect(Object.keys(await own()).sort()).toEqual(Object.keys(english).sort());
  });

  it('fills in what English fills in', async () => {
    const texts = await own();
    for (const [key, text] of Object.entries(english)) {
      const mine = texts[key];
      if (typeof text === 'string') {
        expect(typeof mine === 'string' ? placeholders(mine) : mine, key).toBe(placeholders(text));
        continue;
      }
      // "One message" may do without its number, "few" may not.
      for (const [form, it] of Object.entries(mine ?? {}) as [string, string][]) {
        const wanted = placeholders(text.other);
        const allowed = ['zero', 'one', 'two'].includes(form) ? [wanted, placeholders(text.other.replace('{n}', ''))] : [wanted];
        expect(allowed, `${key}, ${form}`).toContain(placeholders(it));
      }
    }
  });

  it('has every form that its plural rules know', async () => {
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted();
    for (const [key, text] of Object.entries(await own())) {
      if (typeof text !== 'string') expect(Object.keys(text).sort(), key).toEqual(forms);
    }
  });

  it('leaves nothing in English or empty', async () => {
    const texts = await own();
    const left = Object.entries(texts).filter(([key, text]) => {
      if (typeof text !== 'string') return Object.values(text).includes('') || JSON.stringify(text) === JSON.stringify(english[key]);
      return text === '' || (text === english[key] && !sameWords.has(key) && !(sameIn[tag]?.has(key) ?? false));
    });
    expect(left).toEqual([]);
  });
});

describe('the rehearsal', () => {
  it('is at least 40 % longer, in brackets, with its placeholders as they were', async () => {
    expect(rehearse('Write to {name}')).toBe('⟦Ŵŕíťééé ťóó {name}⟧');
    for (const [key, text] of Object.entries((await rehearsal()) as Catalogue)) {
      const before = english[key];
      if (typeof text !== 'string' || typeof before !== 'string') continue;
      expect(placeholders(text), key).toBe(placeholders(before));
      const letters = (it: string) => it.replace(/\{\w+\}|[^\p{L}]/gu, '').length;
      expect(letters(text), key).toBeGreaterThanOrEqual(Math.ceil(letters(before) * 1.4));
    }
  });
});
