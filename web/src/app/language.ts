// Which language is shown: the one chosen here, else the first of the browser's that there is, else English.
// public/first_paint.js decides at the start, before anything is painted; this loads the texts and follows changes.
import { readonly, ref } from 'vue';
import type { Messages } from '@/locales/en';
import { languages, type Language } from '@/locales/languages';
import { load } from '@/locales/load';
import { openStorage } from '@/session/storage';
import { useTexts } from './i18n';

interface Spoken extends Language {
  readonly texts: () => Promise<Messages>;
}

const key = 'parley.language';
const storage = openStorage();

const spoken: readonly Spoken[] = languages.map((language) => ({ ...language, texts: load[language.tag] }));

/** For testers, by the address alone (`?lang=en-XA`, `?lang=ar-XB`): longer texts with accents, the second from right to left. */
const rehearsals: readonly Spoken[] = (['en-XA', 'ar-XB'] as const).map((tag) => ({
  tag,
  name: tag,
  dir: tag === 'ar-XB' ? 'rtl' : 'ltr',
  texts: async () => (await import('./rehearsal')).rehearsal(),
}));

function find(tag: string | null): Spoken | undefined {
  return spoken.find((language) => language.tag === tag);
}

function atStart(): Spoken | undefined {
  const asked = new URLSearchParams(window.location.search).get('lang');
  return rehearsals.find((language) => language.tag === asked) ?? find(document.documentElement.lang) ?? spoken[0];
}

const shown = ref('');
let latest = 0;

/** How numbers and dates look: as the browser has it for this language (en-GB, ar-EG), whatever its other settings. */
function localeOf(tag: string): string {
  const base = new Intl.Locale(tag).language;
  return navigator.languages.find((locale) => locale.split('-')[0] === base) ?? tag;
}

async function show(language: Spoken): Promise<void> {
  latest += 1;
  const mine = latest;
  const texts = await language.texts();
  // Whoever chose meanwhile has the last word.
  if (mine !== latest) return;
  useTexts(texts, localeOf(language.tag));
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.dir;
  shown.value = language.tag;
}

/** To be awaited before anything is rendered. */
export async function startLanguage(): Promise<void> {
  const language = atStart();
  if (language !== undefined) await show(language);
}

export function useLanguage() {
  return {
    /** Tag of the language that is shown. */
    language: readonly(shown),
    /** Rejects when its texts cannot be loaded; all stays as it was then. */
    choose: async (value: unknown): Promise<void> => {
      const language = typeof value === 'string' ? find(value) : undefined;
      if (language === undefined) return;
      await show(language);
      storage.setItem(key, language.tag);
    },
  };
}

window.addEventListener('storage', (event) => {
  const language = event.key === key ? find(event.newValue) : undefined;
  if (language !== undefined) void show(language).catch(() => undefined);
});
