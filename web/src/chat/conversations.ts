// All conversations of one person as this device knows them: a log for each partner, and beside it what views show.
// A log begins with the newest message alone, as the list brings it; older pages join it when somebody looks.
// Knows neither network nor clock.
import { shallowReactive, shallowRef, triggerRef, type ShallowRef } from 'vue';
import type { ChatMessage, Conversation, ReadMark } from '@/api/types';
import { ConversationLog, type Entry, type LogView, type StoredEntry } from './log';

/** What a list shows of a conversation. */
export interface Summary {
  readonly last: Entry | null;
  /** Time of the last message, in milliseconds. */
  readonly at: number;
  readonly unread: number;
  /** Since when the partner waits for an answer, as far as this device knows; null: does not. */
  readonly waitingSince: number | null;
}

export class Conversations {
  /** By partner; an entry is replaced whenever its conversation changes. */
  readonly views = shallowReactive(new Map<number, LogView>());
  /** By partner. One map that changes in place; whoever reads it is told of every change. */
  readonly summaries: Readonly<ShallowRef<ReadonlyMap<number, Summary>>>;
  readonly unreadTotal: Readonly<ShallowRef<number>>;
  /** Every conversation there is has been listed. */
  readonly complete: Readonly<ShallowRef<boolean>>;
  private readonly listed = shallowRef(new Map<number, Summary>());
  private readonly unreadSum = shallowRef(0);
  private readonly everythingListed = shallowRef(false);
  private readonly logs = new Map<number, ConversationLog>();
  // Unread messages of the partner that are older than the log goes back.
  private readonly unreadBelow = new Map<number, number>();
  private me = 0;

  /** `doubtful`: how many are unread with that partner is not known here any more. */
  constructor(private readonly doubtful: (partner: number) => void) {
    this.summaries = this.listed;
    this.unreadTotal = this.unreadSum;
    this.complete = this.everythingListed;
  }

  get partners(): number[] {
    return [...this.logs.keys()];
  }

  /** Forgets everything; from now on these are the conversations of `me`. */
  clear(me: number): void {
    this.me = me;
    this.everythingListed.value = false;
    this.logs.clear();
    this.unreadBelow.clear();
    this.views.clear();
    this.unreadSum.value = 0;
    this.listed.value = new Map();
  }

  /** What the server holds is loaded anew; what waits to be sent stays. */
  reset(): void {
    this.everythingListed.value = false;
    this.unreadBelow.clear();
    for (const [partner, log] of this.logs) {
      log.reset(false);
      this.publish(partner);
    }
  }

  /** A page of the list. */
  list(page: readonly Conversation[]): void {
    for (const { partner, last, unread } of page) {
      const log = this.log(partner.id);
      log.merge([last]);
      this.count(log, unread, last.id);
      this.publish(partner.id);
    }
  }

  /** No page is left: with whom no conversation is listed, nothing was written. */
  listedAll(): void {
    this.everythingListed.value = true;
    for (const [partner, log] of this.logs) {
      if (log.oldestId !== null) continue;
      log.complete = true;
      this.publish(partner);
    }
  }

  partnerOf(message: ChatMessage): number {
    return message.senderId === this.me ? message.receiverId : message.senderId;
  }

  /** Changes the conversation with `partner` and shows the result. */
  change<T>(partner: number, how: (log: ConversationLog) => T): T {
    const result = how(this.log(partner));
    this.publish(partner);
    return result;
  }

  /** Returns what was new to this device. */
  receive(message: ChatMessage): StoredEntry[] {
    const partner = this.partnerOf(message);
    const known = this.logs.has(partner) || this.everythingListed.value;
    const fresh = this.change(partner, (log) => log.merge([message]));
    if (!known) this.doubtful(partner);
    return fresh;
  }

  /** A page of older messages; `complete`: nothing older exists. */
  prepend(partner: number, messages: readonly ChatMessage[], complete: boolean): void {
    this.change(partner, (log) => {
      const unread = log.merge(messages).filter((entry) => !entry.mine && entry.state !== 'read').length;
      log.complete = complete;
      this.unreadBelow.set(partner, complete ? 0 : Math.max(0, (this.unreadBelow.get(partner) ?? 0) - unread));
    });
  }

  read(mark: ReadMark): void {
    if (mark.senderId === this.me) this.change(mark.receiverId, (log) => log.markReadByPartner(mark.upTo));
    else this.readByMe(mark.senderId, mark.upTo);
  }

  /** I read what the partner wrote, up to that id (null: all of it), here or on another device. */
  readByMe(partner: number, upTo: number | null): void {
    const below = this.unreadBelow.get(partner) ?? 0;
    const reaches = upTo === null || upTo >= (this.log(partner).oldestId ?? 0);
    if (reaches) this.unreadBelow.delete(partner);
    this.change(partner, (log) => log.markReadByMe(upTo));
    if (!reaches && below > 0) this.doubtful(partner);
  }

  isComplete(partner: number): boolean {
    return this.log(partner).complete;
  }

  oldestId(partner: number): number | null {
    return this.log(partner).oldestId;
  }

  newestId(partner: number): number | null {
    return this.log(partner).view().entries.findLast((entry) => entry.id !== null)?.id ?? null;
  }

  /** Content of what waits under `clientId`; null: nothing does. */
  waitingContent(partner: number, clientId: string): string | null {
    return this.log(partner).findWaiting(clientId)?.content ?? null;
  }

  /** The partner for whom something waits under `clientId`. */
  waitingFor(clientId: string): number | null {
    return this.partners.find((partner) => this.waitingContent(partner, clientId) !== null) ?? null;
  }

  hasUnread(partner: number, upTo: number): boolean {
    const view = this.views.get(partner);
    // Asked in every frame that scrolls: mostly there is nothing unread at all.
    if (view === undefined || view.unread === 0) return false;
    return view.entries.some((it) => !it.mine && it.state !== 'read' && it.id !== null && it.id <= upTo);
  }

  private log(partner: number): ConversationLog {
    let found = this.logs.get(partner);
    if (found === undefined) {
      found = new ConversationLog(this.me, partner, this.everythingListed.value);
      this.logs.set(partner, found);
    }
    return found;
  }

  // `unread` was counted when `upTo` was the newest message; what came later is counted in the log.
  private count(log: ConversationLog, unread: number, upTo: number): void {
    const here = log.view().entries.filter((it) => !it.mine && it.state !== 'read' && it.id !== null && it.id <= upTo).length;
    this.unreadBelow.set(log.partner, Math.max(0, unread - here));
  }

  private publish(partner: number): void {
    const view = this.log(partner).view();
    const unread = view.unread + (this.unreadBelow.get(partner) ?? 0);
    const summaries = this.listed.value;
    this.unreadSum.value += unread - (summaries.get(partner)?.unread ?? 0);
    const last = view.entries.at(-1) ?? null;
    summaries.set(partner, { last, at: last?.at ?? 0, unread, waitingSince: waitingSince(view.entries) });
    this.views.set(partner, view);
    triggerRef(this.listed);
  }
}

// The first of the partner's messages that nothing of mine follows.
function waitingSince(entries: readonly Entry[]): number | null {
  const answered = entries.findLastIndex((entry) => entry.mine);
  return entries[answered + 1]?.at ?? null;
}
