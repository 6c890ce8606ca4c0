import { beforeEach, describe, expect, it, vi } from 'vitest';
import { hiddenAfterMs, restMs, signalEveryMs, TypingSignal, Typists } from './typing';

beforeEach(() => {
  vi.useFakeTimers();
});

describe('TypingSignal', () => {
  function setUp() {
    const sent: string[] = [];
    return { sent, signal: new TypingSignal((partner, typing) => sent.push(`${partner} ${typing ? 'types' : 'stopped'}`)) };
  }

  it('is sent at most every 3 s while somebody types', () => {
    const { sent, signal } = setUp();
    for (let ms = 0; ms < 2 * signalEveryMs; ms += 100) {
      signal.typed(3);
      vi.advanceTimersByTime(100);
    }
    expect(sent).toEqual(['3 types', '3 types']);
  });

  it('stops after 4 s of rest, once', () => {
    const { sent, signal } = setUp();
    signal.typed(3);
    vi.advanceTimersByTime(restMs - 1);
    expect(sent).toEqual(['3 types']);
    vi.advanceTimersByTime(1);
    signal.stop();
    expect(sent).toEqual(['3 types', '3 stopped']);
  });

  it('begins anew after a stop without waiting', () => {
    const { sent, signal } = setUp();
    signal.typed(3);
    signal.stop();
    signal.typed(3);
    expect(sent).toEqual(['3 types', '3 stopped', '3 types']);
  });

  it('stops with one before it begins with another', () => {
    const { sent, signal } = setUp();
    signal.typed(3);
    signal.typed(4);
    expect(sent).toEqual(['3 types', '3 stopped', '4 types']);
  });
});

describe('Typists', () => {
  it('knows who types until 6 s after the last signal', () => {
    const typists = new Typists();
    typists.heard(3, true);
    vi.advanceTimersByTime(hiddenAfterMs - 1);
    typists.heard(3, true);
    vi.advanceTimersByTime(hiddenAfterMs - 1);
    expect([...typists.ids]).toEqual([3]);
    vi.advanceTimersByTime(1);
    expect([...typists.ids]).toEqual([]);
  });

  it('believes a stop at once', () => {
    const typists = new Typists();
    typists.heard(3, true);
    typists.heard(4, true);
    typists.heard(3, false);
    expect([...typists.ids]).toEqual([4]);
  });
});
