// What a message says, as a tree: paragraphs and blocks of code; within a paragraph text, links, `code`, **bold** and
// *italic*. Text is never HTML: the tree is rendered as text nodes and elements. Reads a message once from left to right,
// in linear time; what is not closed is text. Refuses nesting beyond bold within italic and the other way round.
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'bold' | 'italic'; readonly parts: readonly Inline[] };

export type Block = { readonly kind: 'paragraph'; readonly parts: readonly Inline[] } | { readonly kind: 'code'; readonly text: string };

const fence = '```';

/** In the order of the message. Between two blocks stands one line break, which is in neither. */
export function parseMessage(content: string): Block[] {
  const blocks: Block[] = [];
  const lines = content.split('\n');
  const lastFence = lines.findLastIndex(isFence);
  let plain: string[] = [];
  const flush = (): void => {
    if (plain.length > 0) blocks.push({ kind: 'paragraph', parts: parseInline(plain.join('\n')) });
    plain = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (at >= lastFence || !opensFence(line)) {
      plain.push(line);
      continue;
    }
    flush();
    const code: string[] = [];
    for (at += 1; !isFence(lines[at] ?? ''); at += 1) code.push(lines[at] ?? '');
    blocks.push({ kind: 'code', text: code.join('\n') });
  }
  flush();
  return blocks;
}

function isFence(line: string): boolean {
  return line.trimEnd() === fence;
}

// The name of a language may follow; it is not shown.
function opensFence(line: string): boolean {
  return line.startsWith(fence) && /^```[\w+#.-]*\s*$/u.test(line);
}

type Mark = 'bold' | 'italic';
const signs: Readonly<Record<Mark, string>> = { bold: '**', italic: '*' };

export function parseInline(text: string): Inline[] {
  return new InlineReader(text, new Set()).read();
}

class InlineReader {
  private readonly parts: Inline[] = [];
  private readonly links: Iterator<FoundLink>;
  private link: FoundLink | null;
  private textFrom = 0;
  private at = 0;
  // Where looking for the end of a mark failed once, it fails for every later beginning as well.
  private readonly unclosed = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly within: ReadonlySet<Mark>,
  ) {
    this.links = findLinks(text);
    this.link = this.nextLink();
  }

  read(): Inline[] {
    while (this.at < this.text.length) {
      if (!(this.takeLink() || this.takeCode() || this.takeMark('bold') || this.takeMark('italic'))) this.at += 1;
    }
    this.flush(this.text.length);
    return this.parts;
  }

  private nextLink(): FoundLink | null {
    const next = this.links.next();
    return next.done === true ? null : next.value;
  }

  private flush(to: number): void {
    if (to > this.textFrom) this.parts.push({ kind: 'text', text: this.text.slice(this.textFrom, to) });
  }

  private take(part: Inline, end: number): true {
    this.flush(this.at);
    this.parts.push(part);
    this.at = end;
    this.textFrom = end;
    return true;
  }

  private takeLink(): boolean {
    while (this.link !== null && this.link.from < this.at) this.link = this.nextLink();
    if (this.link?.from !== this.at) return false;
    const { text, href, from } = this.link;
    return this.take({ kind: 'link', text, href }, from + text.length);
  }

  private takeCode(): boolean {
    const { text, at } = this;
    if (text[at] !== '`' || this.unclosed.has('`')) return false;
    const end = text.indexOf('`', at + 1);
    if (end === -1) this.unclosed.add('`');
    const inner = end === -1 ? '' : text.slice(at + 1, end);
    if (!/\S/u.test(inner) || inner.includes('\n')) return false;
    return this.take({ kind: 'code', text: inner }, end + 1);
  }

  private takeMark(mark: Mark): boolean {
    const { text, at } = this;
    const sign = signs[mark];
    if (this.within.has(mark) || this.unclosed.has(sign) || !text.startsWith(sign, at) || !this.opens(at, sign)) return false;
    const end = this.findEnd(at + sign.length, sign);
    if (end === -1) return false;
    const inner = new InlineReader(text.slice(at + sign.length, end), new Set([...this.within, mark])).read();
    return this.take({ kind: mark, parts: inner }, end + sign.length);
  }

  // At the beginning of a word, not within one: 2*3*4 is no italic.
  private opens(at: number, sign: string): boolean {
    return isInside(this.text[at + sign.length]) && !isWord(this.text[at - 1]);
  }

  private findEnd(from: number, sign: string): number {
    const { text } = this;
    for (let end = text.indexOf(sign, from); end !== -1; end = text.indexOf(sign, end + sign.length)) {
      // One star between two others belongs to them.
      if (sign === '*' && text[end + 1] === '*') end += 1;
      else if (end > from && isInside(text[end - 1]) && !isWord(text[end + sign.length])) return end;
    }
    this.unclosed.add(sign);
    return -1;
  }
}

function isInside(letter: string | undefined): boolean {
  return letter !== undefined && !/[\s*]/u.test(letter);
}

function isWord(letter: string | undefined): boolean {
  return letter !== undefined && /[\p{L}\p{N}_*]/u.test(letter);
}

interface FoundLink {
  readonly from: number;
  readonly text: string;
  readonly href: string;
}

// http, https and mailto only; whatever else looks like a link stays text.
const linkPattern = /\b(?:https?:\/\/|mailto:)[^\s<>"`]+/giu;
const sentenceEnd = new Set('.,;:!?\'*”’');

function* findLinks(content: string): Generator<FoundLink> {
  for (const match of content.matchAll(linkPattern)) {
    const text = trim(match[0]);
    const href = safe(text);
    if (href !== null) yield { from: match.index, text, href };
  }
}

// The sentence keeps its punctuation, and a closing bracket that was not opened within the address.
function trim(url: string): string {
  let open = 0;
  for (const letter of url) open += letter === '(' ? 1 : letter === ')' ? -1 : 0;
  let end = url.length;
  for (;;) {
    const last = url[end - 1] ?? '';
    if (last === ')' && open < 0) open += 1;
    else if (!sentenceEnd.has(last)) return url.slice(0, end);
    end -= 1;
  }
}

function safe(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed !== null && ['http:', 'https:', 'mailto:'].includes(parsed.protocol) ? parsed.href : null;
}

/** What a message says, in one line and without its marks: where there is no room for more, or no eye. */
export function wordsOf(content: string, most: number): string {
  const blocks = parseMessage(content.slice(0, 2 * most));
  const words = blocks.map((block) => (block.kind === 'code' ? block.text : plainText(block.parts))).join(' ');
  return (words.trim() === '' ? content : words).replace(/\s+/gu, ' ').trim().slice(0, most);
}

/** The words without the marks. */
export function plainText(parts: readonly Inline[]): string {
  return parts.map((part) => ('text' in part ? part.text : plainText(part.parts))).join('');
}
