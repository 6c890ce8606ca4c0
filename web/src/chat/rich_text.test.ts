import { describe, expect, it } from 'vitest';
import { parseInline, parseMessage, plainText, wordsOf, type Block, type Inline } from './rich_text';

/** In a short form: b(…), i(…), c(…), a(…), and text as it is. */
function short(parts: readonly Inline[]): string {
  const names = { bold: 'b', italic: 'i', code: 'c', link: 'a' } as const;
  return parts.map((it) => (it.kind === 'text' ? it.text : `${names[it.kind]}(${'text' in it ? it.text : short(it.parts)})`)).join('');
}
const inline = (text: string): string => short(parseInline(text));
const blocks = (text: string): string[] => parseMessage(text).map((it) => (it.kind === 'code' ? `code:${it.text}` : short(it.parts)));

function linksOf(parts: readonly Inline[]): string[] {
  return parts.flatMap((it) => (it.kind === 'link' ? [it.href] : 'parts' in it ? linksOf(it.parts) : []));
}

describe('parseInline', () => {
  it.each([
    ['plain', 'plain'],
    ['a **b** c', 'a b(b) c'],
    ['a *b* c', 'a i(b) c'],
    ['`a*b*c`', 'c(a*b*c)'],
    ['**bold with *italic* in it**', 'b(bold with i(italic) in it)'],
    ['*italic with **bold** in it*', 'i(italic with b(bold) in it)'],
    ['**see https://x.example/a**', 'b(see a(https://x.example/a))'],
    ['(**a**), *b*.', '(b(a)), i(b).'],
    ['**Übung** und *кот*', 'b(Übung) und i(кот)'],
  ])('reads %s', (text, wanted) => {
    expect(inline(text)).toBe(wanted);
  });

  it.each(['2*3*4', '** a **', '* a *', '**', '****', '*', '`', '``', '` `', '**open', '*open', '`open', 'a**b**c', 'snake*case*name', '*a\\nb', '`a\nb`', '***'])(
    'leaves %j as text',
    (text) => {
      expect(parseInline(text)).toEqual([{ kind: 'text', text }]);
    },
  );

  it('leaves the sentence its punctuation and brackets', () => {
    expect(inline('see https://x.example/a, or https://x.example/b.')).toBe('see a(https://x.example/a), or a(https://x.example/b).');
    expect(inline('(https://x.example/a)')).toBe('(a(https://x.example/a))');
    expect(inline('https://x.example/a_(b)')).toBe('a(https://x.example/a_(b))');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'ftp://x.example', 'https://', 'xhttps://x.example', 'JaVaScRiPt:alert(1)', 'java\tscript:x'])(
    'leaves %s as text',
    (text) => {
      expect(parseInline(text)).toEqual([{ kind: 'text', text }]);
    },
  );
});

describe('parseMessage', () => {
  it('takes fences out, with or without a language', () => {
    expect(blocks('look:\n```js\nlet a = **1**;\n\nb\n```\ndone')).toEqual(['look:', 'code:let a = **1**;\n\nb', 'done']);
    expect(blocks('```\nx\n```')).toEqual(['code:x']);
  });

  it('leaves a fence that is not closed as text', () => {
    expect(blocks('```\nx')).toEqual(['```\nx']);
    expect(blocks('a ```\nx\n```')).toEqual(['a ```\nx\n```']);
  });
});

// Generated messages: everything in them that means something, in any order. The seed is printed by a failure.
describe('any message', () => {
  const pieces = ['**', '*', '`', '```', '\n', ' ', '  ', 'a', 'Ωü', '(', ')', '.', '<b>', '&amp;', 'https://x.example/', 'mailto:a@b.example', 'javascript:alert(1)', '😀', '\u202e', 'http://', '_', '1'];

  function random(seed: number): () => number {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  function generate(seed: number): string {
    const next = random(seed);
    return Array.from({ length: 1 + Math.floor(next() * 30) }, () => pieces[Math.floor(next() * pieces.length)]).join('');
  }

  const letters = (text: string): string => text.replace(/[*`\n]/gu, '');
  const words = (block: Block): string => (block.kind === 'code' ? block.text : plainText(block.parts));

  it('keeps every letter in its order, and links to nothing but http, https and mailto', () => {
    for (let seed = 1; seed <= 5_000; seed += 1) {
      const text = generate(seed);
      const parsed = parseMessage(text);
      const said = `seed ${seed}: ${JSON.stringify(text)}`;
      // The name of a fence's language is the one thing that is not shown.
      const withoutNames = parsed.some((it) => it.kind === 'code') ? text.replace(/^```[\w+#.-]+[^\S\n]*$/gmu, '') : text;
      expect(letters(parsed.map(words).join('\n')).replace(/\s+/gu, ''), said).toBe(letters(withoutNames).replace(/\s+/gu, ''));
      const links = parsed.flatMap((it) => (it.kind === 'code' ? [] : linksOf(it.parts)));
      for (const href of links) expect(['http:', 'https:', 'mailto:'], said).toContain(new URL(href).protocol);
    }
  });

  it('is the text itself where nothing is marked', () => {
    for (let seed = 1; seed <= 2_000; seed += 1) {
      const text = generate(seed).replace(/[*`]/gu, '').replace(/https?:\/\/|mailto:/gu, '');
      expect(parseMessage(text), `seed ${seed}`).toEqual(text === '' ? [{ kind: 'paragraph', parts: [] }] : [{ kind: 'paragraph', parts: [{ kind: 'text', text }] }]);
    }
  });

  it('takes steps in proportion to the length, whatever is left open', () => {
    // Each of these is quadratic for a reader that looks for the end again and again.
    for (const piece of ['**a ', '*a ', '`\n', '```\n', '**a *b ', '(https://x.example/)', '*a**', 'https://x.example)']) {
      const text = piece.repeat(Math.ceil(16_384 / piece.length));
      expect(letters(parseMessage(text).map(words).join('\n')).length).toBe(letters(text).length);
    }
  });
});

describe('wordsOf', () => {
  it.each([
    ['**Hello** *you*,\n\nsee `this`', 'Hello you, see this'],
    ['```js\nlet a;\nlet b;\n```\nrun it', 'let a; let b; run it'],
    ['5 * 3 * 2 and **open', '5 * 3 * 2 and **open'],
    ['```\n```', '``` ```'],
  ])('says %j in one line', (content, words) => {
    expect(wordsOf(content, 100)).toBe(words);
  });

  it('says no more than is asked for, and reads no more', () => {
    expect(wordsOf('**many** '.repeat(2_000), 9)).toBe('many many');
  });
});
