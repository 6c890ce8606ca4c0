import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, vi } from 'vitest';

// The script of the page's head, run as the browser runs it.
const firstPaint = readFileSync(join(import.meta.dirname, '../../public/first_paint.js'), 'utf8');
const root = document.documentElement;

function decide(browser: readonly string[], search = ''): void {
  runInNewContext(firstPaint, { document, localStorage, URLSearchParams, navigator: { languages: browser }, location: { search } });
}

beforeEach(() => {
  localStorage.clear();
  root.lang = 'en';
  root.dir = 'ltr';
  const meta = document.createElement('meta');
  meta.name = 'parley-languages';
  meta.content = 'en ltr /en.js;pt-BR ltr /pt.js;ar rtl /ar.js';
  document.head.replaceChildren(meta);
});

describe('before the first paint', () => {
  it.each([
    [['ar-EG', 'en'], 'ar', 'rtl', '/ar.js'],
    [['pt-PT'], 'pt-BR', 'ltr', '/pt.js'],
    [['nl-NL', 'PT-br', 'ar'], 'pt-BR', 'ltr', '/pt.js'],
    [['en-GB', 'ar'], 'en', 'ltr', '/en.js'],
  ])('takes the first of the browser’s languages that there is: %s', (browser, lang, dir, file) => {
    decide(browser);
    expect([root.lang, root.dir]).toEqual([lang, dir]);
    expect(document.head.querySelector('link[rel=modulepreload]')?.getAttribute('href')).toBe(file);
  });

  it('stays with English when it knows none of them', () => {
    decide(['nl', 'fi-FI']);
    expect([root.lang, root.dir]).toEqual(['en', 'ltr']);
  });

  it('takes the chosen one rather than the browser’s, and the one of the address rather than both', () => {
    localStorage.setItem('parley.language', 'ar');
    decide(['en']);
    expect(root.lang).toBe('ar');
    decide(['en'], '?lang=pt-BR');
    expect(root.lang).toBe('pt-BR');
  });

  it('does without storage', () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new Error('forbidden');
    });
    decide(['ar']);
    expect(root.lang).toBe('ar');
  });
});
