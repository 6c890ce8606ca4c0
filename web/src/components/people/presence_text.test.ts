import { describe, expect, it } from 'vitest';
import { presenceText } from './presence_text';

const now = Date.UTC(2026, 5, 15, 12);
const minutes = 60_000;
const gone = (ago: number) => presenceText({ online: false, lastSeenAt: now - ago }, now);

describe('presenceText', () => {
  it.each([
    [30_000, 'Last seen just now'],
    [5 * minutes, 'Last seen 5 min ago'],
    [3 * 60 * minutes, 'Last seen 3 hr ago'],
    [26 * 60 * minutes, 'Last seen yesterday'],
    [4 * 24 * 60 * minutes, 'Last seen 4 days ago'],
    [-5 * minutes, 'Last seen just now'],
  ])('says of somebody gone for %d ms: %s', (ago, text) => {
    expect(gone(ago)).toBe(text);
  });

  it('says who is there, and who never came', () => {
    expect(presenceText({ online: true, lastSeenAt: now }, now)).toBe('Online');
    expect(presenceText({ online: false, lastSeenAt: null }, now)).toBe('Offline');
    expect(presenceText(null, now)).toBeNull();
  });
});
