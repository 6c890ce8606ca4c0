import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Hold, restMs, type Move } from './hold';

let held = false;
let hold: Hold;
const move = (screenX: number, more: Partial<Move> = {}): void => {
  hold.track({ pointerType: 'mouse', screenX, screenY: 0, movementX: 0, movementY: 0, ...more });
};

beforeEach(() => {
  vi.useFakeTimers();
  held = false;
  hold = new Hold((now) => {
    held = now;
  });
});

describe('Hold', () => {
  it('holds while the pointer moves over the list, until it leaves or rests', () => {
    move(1);
    move(2);
    hold.point();
    expect(held).toBe(true);
    hold.leave();
    expect(held).toBe(false);
    move(3);
    hold.point();
    vi.advanceTimersByTime(restMs - 1);
    move(4);
    hold.point();
    vi.advanceTimersByTime(restMs - 1);
    expect(held).toBe(true);
    vi.advanceTimersByTime(1);
    expect(held).toBe(false);
  });

  it('takes a list that comes under a pointer that lies still for no pointing', () => {
    move(1);
    move(1);
    hold.point();
    expect(held).toBe(false);
  });

  it('knows a first move by its length', () => {
    move(1, { movementX: 5 });
    hold.point();
    expect(held).toBe(true);
  });

  it('does not take a finger for a pointer', () => {
    move(1, { movementX: 5, pointerType: 'touch' });
    hold.point();
    expect(held).toBe(false);
  });

  it('holds while the focus is in the list, wherever the pointer is', () => {
    hold.focus(true);
    hold.leave();
    expect(held).toBe(true);
    hold.focus(false);
    expect(held).toBe(false);
  });
});
