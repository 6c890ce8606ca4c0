// Splits a message into plain text and links. Text is never HTML: the parts are rendered as text nodes and <a>.
export type Part = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'link'; readonly text: string; readonly href: string };

// http, https and mailto only; whatever else looks like a link stays text.
const linkPattern = /\b(?:https?:\/\/|mailto:)[^\s<>"]+/giu;
const trailing = /[.,;:!?'”’]+$/u;

function trim(url: string): string {
  let end = url.replace(trailing, '');
  // A closing bracket belongs to the sentence unless it was opened within the address.
  while (end.endsWith(')') && (end.match(/\(/g) ?? []).length < (end.match(/\)/g) ?? []).length) {
    end = end.slice(0, -1).replace(trailing, '');
  }
  return end;
}

function safe(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed !== null && ['http:', 'https:', 'mailto:'].includes(parsed.protocol) ? parsed.href : null;
}

export function splitLinks(content: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of content.matchAll(linkPattern)) {
    const text = trim(match[0]);
    const href = safe(text);
    if (href === null) continue;
    if (match.index > from) parts.push({ kind: 'text', text: content.slice(from, match.index) });
    parts.push({ kind: 'link', text, href });
    from = match.index + text.length;
  }
  if (from < content.length) parts.push({ kind: 'text', text: content.slice(from) });
  return parts;
}
