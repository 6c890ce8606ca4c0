import { describe, expect, it } from 'vitest';
import { checkContent, contentMax, normalise } from './limits';

describe('checkContent', () => {
  it('refuses what is only white space', () => {
    expect(checkContent(' \n\t\u3000').sendable).toBe(false);
    expect(checkContent(' a ').sendable).toBe(true);
  });

  it('counts code points, not units', () => {
    expect(checkContent('😀'.repeat(contentMax))).toEqual({ sendable: true, left: 0 });
    expect(checkContent('😀'.repeat(contentMax + 1))).toEqual({ sendable: false, left: -1 });
  });

  it('counts down in the last tenth only', () => {
    expect(checkContent('a'.repeat(Math.floor(contentMax * 0.89))).left).toBeNull();
    expect(checkContent('a'.repeat(contentMax - 5)).left).toBe(5);
  });
});

describe('normalise', () => {
  it('keeps everything but trailing space, NUL and halves of characters', () => {
    expect(normalise('  a\n b \n')).toBe('  a\n b');
    expect(normalise('a\0b')).toBe('ab');
    expect(normalise('a\ud83d')).toBe('a\ufffd');
  });
});
