// The messages of a conversation, a page at a time, the newest first. Of a conversation that nobody opened this device
// has the newest message alone.
import { shallowReactive } from 'vue';
import type { ChatMessage } from '@/api/types';
import type { Conversations } from './conversations';

/** At most `limit` messages with `partner` below the id `before` (null: the newest). */
export type FetchPage = (
  partner: number,
  before: number | null,
  limit: number,
) => Promise<{ readonly messages: readonly ChatMessage[]; readonly more: boolean }>;

const firstPage = 100;
const furtherPage = 50;
// As many as the server gives at once.
const most = 1_000;

export class OlderPages {
  /** Partners whose newest page is there. */
  readonly opened = shallowReactive(new Set<number>());
  private readonly running = new Map<number, Promise<void>>();
  private run = 0;

  constructor(
    private readonly conversations: Conversations,
    private readonly fetchPage: FetchPage,
  ) {}

  /** One page more; asks for nothing once the beginning is there. Callers at once share one answer. */
  load(partner: number): Promise<void> {
    const running = this.running.get(partner);
    if (running !== undefined) return running;
    const started = this.loadPage(partner).finally(() => {
      if (this.running.get(partner) === started) this.running.delete(partner);
    });
    this.running.set(partner, started);
    return started;
  }

  clear(): void {
    this.run += 1;
    this.opened.clear();
    this.running.clear();
  }

  // The first page goes back to where one stopped reading, and a little further.
  private wanted(partner: number): number {
    if (this.opened.has(partner)) return furtherPage;
    const unread = this.conversations.summaries.value.get(partner)?.unread ?? 0;
    return Math.min(Math.max(firstPage, unread + furtherPage), most);
  }

  private async loadPage(partner: number): Promise<void> {
    const { conversations } = this;
    if (!conversations.isComplete(partner)) {
      const mine = this.run;
      const { messages, more } = await this.fetchPage(partner, conversations.oldestId(partner), this.wanted(partner));
      if (mine !== this.run) return;
      conversations.prepend(partner, messages, !more);
    } else if (!conversations.views.has(partner)) {
      // A conversation nobody wrote in yet: shown as empty.
      conversations.change(partner, () => undefined);
    }
    this.opened.add(partner);
  }
}
