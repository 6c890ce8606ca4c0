// All conversations of one person as this device knows them: a log for each partner, and beside it what views show.
// Knows neither network nor clock.
import { shallowReactive } from 'vue';
import type { ChatMessage, ReadMark } from '@/api/types';
import { ConversationLog, type LogView, type StoredEntry } from './log';

export class Conversations {
  /** By partner; an entry is replaced whenever its conversation changes. */
  readonly views = shallowReactive(new Map<number, LogView>());
  /** Time of the last message by partner, in milliseconds. */
  readonly activity = shallowReactive(new Map<number, number>());
  private readonly logs = new Map<number, ConversationLog>();
  private me = 0;
  private everythingLoaded = false;

  get partners(): number[] {
    return [...this.logs.keys()];
  }

  /** Forgets everything; from now on these are the conversations of `me`. */
  clear(me: number): void {
    this.me = me;
    this.everythingLoaded = false;
    this.logs.clear();
    this.views.clear();
    this.activity.clear();
  }

  /** The newest messages of all conversations, in place of what was stored here; what waits to be sent stays. */
  load(messages: readonly ChatMessage[], everything: boolean): void {
    this.everythingLoaded = everything;
    for (const it of this.logs.values()) it.reset(everything);
    const byPartner = Map.groupBy(messages, (message) => this.partnerOf(message));
    for (const [partner, list] of byPartner) this.log(partner).merge(list);
    for (const partner of this.logs.keys()) this.publish(partner);
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
    return this.change(this.partnerOf(message), (log) => log.merge([message]));
  }

  read(mark: ReadMark): void {
    if (mark.senderId === this.me) this.change(mark.receiverId, (log) => log.markReadByPartner(mark.upTo));
    else this.change(mark.senderId, (log) => log.markReadByMe(mark.upTo));
  }

  isComplete(partner: number): boolean {
    return this.log(partner).complete;
  }

  oldestId(partner: number): number | null {
    return this.log(partner).oldestId;
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
    const entries = this.views.get(partner)?.entries ?? [];
    return entries.some((it) => !it.mine && it.state !== 'read' && it.id !== null && it.id <= upTo);
  }

  private log(partner: number): ConversationLog {
    let found = this.logs.get(partner);
    if (found === undefined) {
      found = new ConversationLog(this.me, partner, this.everythingLoaded);
      this.logs.set(partner, found);
    }
    return found;
  }

  private publish(partner: number): void {
    const log = this.log(partner);
    this.views.set(partner, log.view());
    this.activity.set(partner, log.lastActivity);
  }
}
