// The languages there are. Without their texts (load.ts), so that the list costs nothing; the page's head is made from
// it too (vite.config.ts).
export const languages = [
  { tag: 'en', name: 'English', dir: 'ltr' },
  { tag: 'de', name: 'Deutsch', dir: 'ltr' },
  { tag: 'es', name: 'Español', dir: 'ltr' },
  { tag: 'fr', name: 'Français', dir: 'ltr' },
  { tag: 'pt', name: 'Português', dir: 'ltr' },
  { tag: 'ar', name: 'العربية', dir: 'rtl' },
] as const satisfies readonly Language[];

export interface Language {
  /** Its texts are in the file of this name. */
  readonly tag: string;
  /** In the language itself: whoever looks for it reads no other. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
}

export type Tag = (typeof languages)[number]['tag'];
