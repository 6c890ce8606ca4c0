// Who is typing: tells the partner that one does, at most every 3 s and not beyond 4 s of rest, and remembers of partners
// that they do, until 6 s after they last said so. Nothing of it is kept.
import { shallowReactive } from 'vue';

export const signalEveryMs = 3_000;
export const restMs = 4_000;
export const hiddenAfterMs = 6_000;

type Timer = ReturnType<typeof setTimeout>;

/** What one's own keyboard does. */
export class TypingSignal {
  private partner: number | null = null;
  private signalledAt = 0;
  private rest: Timer | undefined;

  constructor(private readonly send: (partner: number, typing: boolean) => void) {}

  typed(partner: number): void {
    if (this.partner !== partner) this.stop();
    const now = Date.now();
    if (this.partner === null || Math.abs(now - this.signalledAt) >= signalEveryMs) {
      this.partner = partner;
      this.signalledAt = now;
      this.send(partner, true);
    }
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.stop(), restMs);
  }

  stop(): void {
    clearTimeout(this.rest);
    const { partner } = this;
    this.partner = null;
    if (partner !== null) this.send(partner, false);
  }
}

/** The partners who type now. */
export class Typists {
  readonly ids = shallowReactive(new Set<number>());
  private readonly timers = new Map<number, Timer>();

  heard(partner: number, typing: boolean): void {
    clearTimeout(this.timers.get(partner));
    if (!typing) {
      this.ids.delete(partner);
      return;
    }
    this.ids.add(partner);
    this.timers.set(
      partner,
      setTimeout(() => this.ids.delete(partner), hiddenAfterMs),
    );
  }

  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.ids.clear();
  }
}
