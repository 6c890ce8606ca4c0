// The server's rules for a message's text, checked before it is sent.
export const contentMax = 16_384;
const counterFrom = Math.ceil(contentMax * 0.9);

export interface Check {
  readonly sendable: boolean;
  /** Code points left, negative when too long; null while the end is far away. */
  readonly left: number | null;
}

/** As it is sent: without white space at the end, without halves of characters. */
export function normalise(text: string): string {
  return text.replace(/\s+$/u, '').replaceAll('\0', '').toWellFormed();
}

export function checkContent(text: string): Check {
  const content = normalise(text);
  const blank = !/\S/u.test(content);
  // A code point takes one or two units: short texts need no counting.
  if (content.length < counterFrom) return { sendable: !blank, left: null };
  const left = contentMax - Array.from(content).length;
  return { sendable: !blank && left >= 0, left: left <= contentMax - counterFrom ? left : null };
}
