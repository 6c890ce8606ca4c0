// Loads the list of conversations: the first page at once, the others behind it. Knows the order of the pages and what
// to do when one fails; what is in them goes to a callback.
import type { Conversation } from '@/api/types';

export interface ListingPorts {
  /** The newest conversations, or those whose last message is below `before`. */
  page(before: number | null, limit: number): Promise<{ readonly conversations: readonly Conversation[]; readonly more: boolean }>;
  /** `first`: the list begins anew with this page; `all`: nothing is left to come. */
  loaded(conversations: readonly Conversation[], first: boolean, all: boolean): void;
}

const firstPage = 100;
const furtherPage = 1_000;

export class Listing {
  // Where the next page begins; null: all is there, or nothing was asked yet.
  private before: number | null = null;
  private running: Promise<void> | null = null;
  private run = 0;

  constructor(private readonly ports: ListingPorts) {}

  /** Begins anew. Resolves to the newest message's id, 0 without any; the other pages follow by loadRest(). */
  async loadFirst(): Promise<number> {
    this.stop();
    const mine = this.run;
    const { conversations, more } = await this.ports.page(null, firstPage);
    if (mine === this.run) this.take(conversations, true, more);
    return conversations[0]?.last.id ?? 0;
  }

  /** Goes on where an earlier call ended or failed; several callers share one run. Throws what page() throws. */
  loadRest(): Promise<void> {
    if (this.running !== null) return this.running;
    const started = this.rest().finally(() => {
      if (this.running === started) this.running = null;
    });
    this.running = started;
    return started;
  }

  stop(): void {
    this.run += 1;
    this.before = null;
    this.running = null;
  }

  private async rest(): Promise<void> {
    const mine = this.run;
    while (this.before !== null) {
      const { conversations, more } = await this.ports.page(this.before, furtherPage);
      if (mine !== this.run) return;
      this.take(conversations, false, more);
    }
  }

  private take(conversations: readonly Conversation[], first: boolean, more: boolean): void {
    const last = conversations.at(-1)?.last.id ?? null;
    this.before = more ? last : null;
    this.ports.loaded(conversations, first, this.before === null);
  }
}
