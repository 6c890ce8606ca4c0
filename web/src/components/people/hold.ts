// Whether somebody is in the list: points at it with a pointer that moves, or has the focus in it. A pointer that lies
// where the list happens to be points at nothing, though browsers tell of a move when something comes under it.
import { onBeforeUnmount } from 'vue';

export const restMs = 5_000;

export type Move = Pick<PointerEvent, 'pointerType' | 'screenX' | 'screenY' | 'movementX' | 'movementY'>;

export class Hold {
  private pointed = false;
  private within = false;
  private moved = false;
  private last: Move | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: (held: boolean) => void) {}

  /** Any move over the window, before the list hears of it. */
  track(move: Move): void {
    const elsewhere = this.last !== null && (this.last.screenX !== move.screenX || this.last.screenY !== move.screenY);
    this.moved = elsewhere || move.movementX !== 0 || move.movementY !== 0;
    this.last = move;
  }

  /** The last move was over the list. */
  point(): void {
    // A finger points only while it touches.
    if (!this.moved || this.last?.pointerType === 'touch') return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.leave(), restMs);
    this.pointed = true;
    this.tell();
  }

  leave(): void {
    clearTimeout(this.timer);
    this.pointed = false;
    this.tell();
  }

  focus(within: boolean): void {
    this.within = within;
    this.tell();
  }

  private tell(): void {
    this.changed(this.pointed || this.within);
  }
}

export function useHold(changed: (held: boolean) => void) {
  const hold = new Hold(changed);
  const track = (event: PointerEvent): void => hold.track(event);
  window.addEventListener('pointermove', track, { capture: true, passive: true });
  onBeforeUnmount(() => {
    window.removeEventListener('pointermove', track, { capture: true });
    hold.leave();
    hold.focus(false);
  });
  return {
    point: (): void => hold.point(),
    leave: (): void => hold.leave(),
    focus: (within: boolean): void => hold.focus(within),
  };
}
