import { describe, expect, it } from 'vitest';
import { shallowRef } from 'vue';
import type { Row } from '@/chat/rows';
import { stretchRows, useStretch } from './history_stretch';

const numbered = (from: number, to: number): Row[] => Array.from({ length: to - from }, (_, n) => ({ kind: 'new', key: String(from + n) }));

function stretchOf(from: number, to: number) {
  const rows = shallowRef<readonly Row[]>(numbered(from, to));
  const stretch = useStretch(() => rows.value);
  const span = (): string => `${stretch.shown.value[0]?.key ?? ''}-${stretch.shown.value.at(-1)?.key ?? ''}`;
  return { rows, stretch, span };
}

describe('useStretch', () => {
  it('is everything while that is not much', () => {
    const { stretch, span } = stretchOf(0, stretchRows);
    expect(span()).toBe('0-1499');
    expect([stretch.atBeginning.value, stretch.atEnd.value]).toEqual([true, true]);
    stretch.moveUp();
    stretch.moveDown();
    expect(span()).toBe('0-1499');
  });

  it('begins at the end and follows it', () => {
    const { rows, stretch, span } = stretchOf(0, 5_000);
    expect(span()).toBe('3500-4999');
    rows.value = numbered(0, 5_002);
    expect(span()).toBe('3502-5001');
    expect([stretch.atBeginning.value, stretch.atEnd.value]).toEqual([false, true]);
  });

  it('moves up as far as there is something, and stays there whatever comes at either side', () => {
    const { rows, stretch, span } = stretchOf(300, 2_200);
    stretch.moveUp();
    expect(span()).toBe('300-1799');
    expect([stretch.atBeginning.value, stretch.atEnd.value]).toEqual([true, false]);
    rows.value = numbered(250, 2_300);
    expect(span()).toBe('300-1799');
    stretch.moveUp();
    expect(span()).toBe('250-1749');
    stretch.moveDown();
    expect(span()).toBe('750-2249');
    stretch.moveDown();
    expect(span()).toBe('800-2299');
    expect(stretch.atEnd.value).toBe(true);
  });

  it('goes to a row, and to the end', () => {
    const { stretch, span } = stretchOf(0, 5_000);
    stretch.moveTo(4_000);
    expect(span()).toBe('3500-4999');
    stretch.moveTo(2_000);
    expect(span()).toBe('1250-2749');
    stretch.moveTo(3);
    expect(span()).toBe('0-1499');
    stretch.moveToEnd();
    expect(span()).toBe('3500-4999');
  });

  it('falls back to the end when its last row is gone', () => {
    const { rows, stretch, span } = stretchOf(0, 5_000);
    stretch.moveTo(10);
    rows.value = numbered(2_000, 5_000);
    expect(span()).toBe('3500-4999');
  });
});
