import { describe, expect, it } from 'vitest';
import { splitLinks } from './rich_text';

const links = (text: string): string[] => splitLinks(text).flatMap((part) => (part.kind === 'link' ? [part.text] : []));

describe('splitLinks', () => {
  it('never loses or changes a character', () => {
    for (const text of ['', 'plain', 'a https://x.example/ü?q=1. b', '(https://x.example)', '\n\nhttps://x.example\n', 'mailto:a@b.example!']) {
      expect(splitLinks(text).map((part) => part.text).join('')).toBe(text);
    }
  });

  it('leaves the sentence its punctuation and brackets', () => {
    expect(links('see https://x.example/a, or https://x.example/b.')).toEqual(['https://x.example/a', 'https://x.example/b']);
    expect(links('(https://x.example/a)')).toEqual(['https://x.example/a']);
    expect(links('https://x.example/a_(b)')).toEqual(['https://x.example/a_(b)']);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'ftp://x.example', 'https://', 'xhttps://x.example'])(
    'leaves %s as text',
    (text) => {
      expect(splitLinks(text)).toEqual([{ kind: 'text', text }]);
    },
  );
});
