// One conversation as this device knows it: the newest stored messages without a gap, then what waits to be sent.
// Plain data and rules, no network, no Vue. A message's state only ever moves forward.
import type { ChatMessage } from '@/api/types';

export type Delivery = 'queued' | 'sending' | 'failed' | 'sent' | 'read';

export interface Entry {
  /** Stable over the whole life of the message, also when it gets its id. */
  readonly key: string;
  readonly id: number | null;
  readonly clientId: string | null;
  readonly mine: boolean;
  readonly content: string;
  readonly at: number;
  /** Mine: how far it got. The partner's: `read` once I read it, else `sent`. */
  readonly state: Delivery;
  /** Why it failed, as the server's code. */
  readonly failure: string | null;
}

/** What a view shows; a new object after every change. */
export interface LogView {
  readonly entries: readonly Entry[];
  readonly unread: number;
  /** True when nothing older than the first entry exists. */
  readonly complete: boolean;
}

export type StoredEntry = Entry & { readonly id: number };

export class ConversationLog {
  private stored: StoredEntry[] = [];
  private waiting: Entry[] = [];
  private partnerReadUpTo = 0;

  constructor(
    readonly me: number,
    readonly partner: number,
    public complete: boolean,
  ) {}

  get oldestId(): number | null {
    return this.stored[0]?.id ?? null;
  }

  get lastActivity(): number {
    return (this.waiting.at(-1) ?? this.stored.at(-1))?.at ?? 0;
  }

  view(): LogView {
    let unread = 0;
    for (const entry of this.stored) if (!entry.mine && entry.state !== 'read') unread += 1;
    return { entries: [...this.stored, ...this.waiting], unread, complete: this.complete };
  }

  /** Takes messages of this conversation in any order; known ones only move forward. Returns those new to this device. */
  merge(messages: readonly ChatMessage[]): StoredEntry[] {
    const fresh: StoredEntry[] = [];
    for (const message of messages) {
      const at = this.find(message.id);
      const known = this.stored[at];
      if (known?.id === message.id) {
        if (message.read && known.state !== 'read') this.stored[at] = { ...known, state: 'read' };
        continue;
      }
      fresh.push(this.adopt(message));
    }
    if (fresh.length > 0) this.insert(fresh);
    return fresh;
  }

  /** Behind all others that wait, also when it waited before. */
  addWaiting(clientId: string, content: string, at: number): void {
    if (this.stored.some((entry) => entry.mine && entry.clientId === clientId)) return;
    this.removeWaiting(clientId);
    this.waiting.push({
      key: ownKey(clientId),
      id: null,
      clientId,
      mine: true,
      content,
      at,
      state: 'queued',
      failure: null,
    });
  }

  setWaiting(clientId: string, state: 'queued' | 'sending' | 'failed', failure: string | null = null): void {
    this.waiting = this.waiting.map((entry) => (entry.clientId === clientId ? { ...entry, state, failure } : entry));
  }

  removeWaiting(clientId: string): void {
    this.waiting = this.waiting.filter((entry) => entry.clientId !== clientId);
  }

  findWaiting(clientId: string): Entry | null {
    return this.waiting.find((entry) => entry.clientId === clientId) ?? null;
  }

  /** The server stored what waited under `clientId`. */
  accepted(clientId: string, id: number, at: number): void {
    const entry = this.findWaiting(clientId);
    if (entry === null) return;
    this.merge([
      { id, senderId: this.me, receiverId: this.partner, content: entry.content, at, read: false, clientId },
    ]);
    this.removeWaiting(clientId);
  }

  /** The partner read what I wrote, up to that id (null: all of it). */
  markReadByPartner(upTo: number | null): void {
    const limit = upTo ?? this.stored.at(-1)?.id ?? 0;
    this.partnerReadUpTo = Math.max(this.partnerReadUpTo, limit);
    this.markRead(true, limit);
  }

  /** I read what the partner wrote, up to that id (null: all of it), on this device or another. */
  markReadByMe(upTo: number | null): void {
    this.markRead(false, upTo ?? this.stored.at(-1)?.id ?? 0);
  }

  /** Forgets what the server holds; what waits stays. */
  reset(complete: boolean): void {
    this.stored = [];
    this.partnerReadUpTo = 0;
    this.complete = complete;
  }

  private markRead(mine: boolean, upTo: number): void {
    this.stored = this.stored.map((entry) =>
      entry.mine === mine && entry.id <= upTo && entry.state !== 'read' ? { ...entry, state: 'read' } : entry,
    );
  }

  private adopt(message: ChatMessage): StoredEntry {
    const mine = message.senderId === this.me;
    if (mine && message.clientId !== null) this.removeWaiting(message.clientId);
    const read = message.read || (mine && message.id <= this.partnerReadUpTo);
    return {
      key: mine && message.clientId !== null ? ownKey(message.clientId) : `id:${message.id}`,
      id: message.id,
      clientId: message.clientId,
      mine,
      content: message.content,
      at: message.at,
      state: read ? 'read' : 'sent',
      failure: null,
    };
  }

  private insert(fresh: StoredEntry[]): void {
    fresh.sort((a, b) => a.id - b.id);
    const [first, last] = [fresh[0], fresh.at(-1)];
    if (first === undefined || last === undefined) return;
    // News come at the end and pages at the beginning; anything between is rare.
    if (first.id > (this.stored.at(-1)?.id ?? 0)) this.stored.push(...fresh);
    else if (last.id < (this.stored[0]?.id ?? 0)) this.stored = [...fresh, ...this.stored];
    else this.stored = [...this.stored, ...fresh].sort((a, b) => a.id - b.id);
  }

  // Index of the first stored entry whose id is not below `id`.
  private find(id: number): number {
    let low = 0;
    let high = this.stored.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.stored[middle];
      if (entry !== undefined && entry.id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function ownKey(clientId: string): string {
  return `own:${clientId}`;
}
