// The texts of a language, each in a file of its own that is loaded when it is wanted.
import type { Messages } from './en';
import type { Tag } from './languages';

export const load: Readonly<Record<Tag, () => Promise<Messages>>> = {
  en: async () => (await import('./en')).en,
  de: async () => (await import('./de')).de,
  es: async () => (await import('./es')).es,
  fr: async () => (await import('./fr')).fr,
  pt: async () => (await import('./pt')).pt,
  ar: async () => (await import('./ar')).ar,
};
