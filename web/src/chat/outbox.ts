// What waits to be sent, in order: each goes out after the answer to the one before, and again under the same client id
// when the connection broke. The queue is shared by all tabs of a person: it is kept in a store, one tab at a time sends,
// and what happens is told to the others. Knows neither network nor browser: both are ports.
import type { Failure, SendAck } from '@/api/types';

export interface Draft {
  readonly clientId: string;
  readonly receiverId: number;
  readonly content: string;
}

export interface Queued extends Draft {
  /** When it was written, in milliseconds. */
  readonly at: number;
  /** Why it was given up, as a code; null: it waits. */
  readonly failure: string | null;
}

export type SendResult = { readonly ok: true; readonly ack: SendAck } | { readonly ok: false; readonly failure: Failure };

/** Keeps the queue over reloads. Any call may fail; the queue then lasts as long as the page. */
export interface QueueStore {
  /** In the order of `add`. */
  load(user: number): Promise<Queued[]>;
  /** Puts it at the end; under a known client id, in place of the former one. */
  add(user: number, message: Queued): Promise<void>;
  setFailure(user: number, clientId: string, failure: string): Promise<void>;
  remove(user: number, clientId: string): Promise<void>;
}

export type News =
  | { readonly kind: 'queued'; readonly message: Queued }
  | { readonly kind: 'failed'; readonly clientId: string; readonly failure: string }
  | { readonly kind: 'gone'; readonly clientId: string; readonly ack: SendAck | null };

/** The other tabs. */
export interface Tabs {
  tell(user: number, news: News): void;
  /** Runs `work` in one tab of this person at a time; the others wait for their turn. */
  alone(user: number, work: () => Promise<void>): Promise<void>;
}

export interface OutboxPorts {
  /** Puts one message on the wire; `answer` may come late or never. */
  emit(draft: Draft, answer: (result: SendResult) => void): void;
  /** What was emitted got no answer in time: the connection may be dead. */
  unanswered(): void;
  /** It waits now, behind all others of its conversation. */
  queued(message: Queued): void;
  changed(draft: Draft, state: 'queued' | 'sending' | 'failed', failure: string | null): void;
  accepted(draft: Draft, ack: SendAck): void;
  removed(draft: Draft): void;
}

export const answerWithinMs = 5_000;
const limitedWaitMs = 1_000;

interface Flight {
  readonly message: Queued;
  readonly land: () => void;
  timer: ReturnType<typeof setTimeout>;
  paused: boolean;
}

export class Outbox {
  private user = 0;
  private items: Queued[] = [];
  private online = false;
  private draining = false;
  private flight: Flight | null = null;
  // Not in the store: not yet, or it does not take them.
  private readonly unsaved = new Set<string>();
  // Sent or taken back: nothing brings them back.
  private readonly gone = new Set<string>();

  constructor(
    private readonly ports: OutboxPorts,
    private readonly store: QueueStore,
    private readonly tabs: Tabs,
  ) {}

  /** From now on the queue of `user`, with what an earlier page left. */
  async open(user: number): Promise<void> {
    this.user = user;
    await this.refresh();
    this.pump();
  }

  /** Also the way to retry: goes to the end under the same client id. */
  add(draft: Draft, at: number): void {
    const { clientId, receiverId, content } = draft;
    if (this.items.some((it) => it.clientId === clientId && it.failure === null)) return;
    const message: Queued = { clientId, receiverId, content, at, failure: null };
    this.enqueue(message);
    this.unsaved.add(clientId);
    const { user } = this;
    this.store.add(user, message).then(
      () => {
        this.unsaved.delete(clientId);
        this.tabs.tell(user, { kind: 'queued', message });
      },
      () => undefined,
    );
    this.pump();
  }

  remove(clientId: string): void {
    this.drop(clientId, null);
  }

  /** The server has it, whatever became of the answer. */
  stored(clientId: string, ack: SendAck): void {
    this.drop(clientId, ack);
  }

  /** Forgets the queue here; the store keeps it for the next log-in. */
  close(): void {
    this.user = 0;
    this.items = [];
    this.online = false;
    this.unsaved.clear();
    this.gone.clear();
    this.land();
  }

  setOnline(online: boolean): void {
    this.online = online;
    const { flight } = this;
    if (!online && flight !== null) {
      this.land();
      this.ports.changed(flight.message, 'queued', null);
    }
    this.pump();
  }

  /** News of another tab. */
  heard(user: number, news: News): void {
    if (user !== this.user) return;
    if (news.kind === 'queued') {
      if (this.gone.has(news.message.clientId)) return;
      this.enqueue(news.message);
      // Whoever wrote it may have no connection.
      this.pump();
      return;
    }
    const found = this.find(news.clientId);
    if (found === undefined) return;
    if (news.kind === 'failed') this.setFailure(found, news.failure);
    else this.settle(found, news.ack);
  }

  private enqueue(message: Queued): void {
    this.items = [...this.items.filter((it) => it.clientId !== message.clientId), message];
    this.ports.queued(message);
  }

  private find(clientId: string): Queued | undefined {
    return this.items.find((it) => it.clientId === clientId);
  }

  // The store is what counts: another tab may have sent or taken back what this one still holds.
  private async refresh(): Promise<void> {
    const { user } = this;
    const stored = await this.store.load(user).catch(() => null);
    if (stored === null || user !== this.user) return;
    const fresh = stored.filter((it) => !this.gone.has(it.clientId));
    const kept = new Set(fresh.map((it) => it.clientId));
    for (const it of this.items) if (!kept.has(it.clientId) && !this.unsaved.has(it.clientId)) this.ports.removed(it);
    const known = new Set(this.items.map((it) => it.clientId));
    this.items = [...fresh, ...this.items.filter((it) => this.unsaved.has(it.clientId) && !kept.has(it.clientId))];
    for (const it of fresh) if (!known.has(it.clientId)) this.ports.queued(it);
  }

  private nextToSend(): Queued | undefined {
    return this.online ? this.items.find((it) => it.failure === null) : undefined;
  }

  private pump(): void {
    if (this.draining || this.nextToSend() === undefined) return;
    this.draining = true;
    this.tabs.alone(this.user, () => this.drain()).then(
      () => {
        this.draining = false;
        this.pump();
      },
      (error: unknown) => {
        // The next message or connection tries again.
        this.draining = false;
        console.warn('parley: no turn to send', error);
      },
    );
  }

  private async drain(): Promise<void> {
    const { user } = this;
    await this.refresh();
    while (user === this.user) {
      const next = this.nextToSend();
      if (next === undefined) return;
      await this.deliver(next);
    }
  }

  private deliver(message: Queued): Promise<void> {
    return new Promise((land) => {
      const timer = setTimeout(() => {
        this.fail(message, 'timeout');
        this.ports.unanswered();
      }, answerWithinMs);
      this.flight = { message, land, timer, paused: false };
      this.ports.changed(message, 'sending', null);
      this.ports.emit(message, (result) => this.answered(message, result));
    });
  }

  private answered(message: Queued, result: SendResult): void {
    if (result.ok) {
      // Good news counts however late it comes.
      this.drop(message.clientId, result.ack);
      return;
    }
    const { flight } = this;
    if (flight?.message !== message || flight.paused) return;
    if (result.failure.code !== 'rate_limited') {
      this.fail(message, result.failure.code);
      return;
    }
    clearTimeout(flight.timer);
    flight.paused = true;
    flight.timer = setTimeout(() => this.land(), result.failure.retryAfterMs ?? limitedWaitMs);
    this.ports.changed(message, 'queued', null);
  }

  private fail(message: Queued, code: string): void {
    void this.store.setFailure(this.user, message.clientId, code).catch(() => undefined);
    this.tabs.tell(this.user, { kind: 'failed', clientId: message.clientId, failure: code });
    this.setFailure(message, code);
  }

  private setFailure(message: Queued, failure: string): void {
    this.items = this.items.map((it) => (it.clientId === message.clientId ? { ...it, failure } : it));
    this.ports.changed(message, 'failed', failure);
    this.landIf(message.clientId);
  }

  private drop(clientId: string, ack: SendAck | null): void {
    const found = this.find(clientId);
    if (found === undefined) return;
    void this.store.remove(this.user, clientId).catch(() => undefined);
    this.tabs.tell(this.user, { kind: 'gone', clientId, ack });
    this.settle(found, ack);
  }

  private settle(message: Queued, ack: SendAck | null): void {
    this.gone.add(message.clientId);
    this.items = this.items.filter((it) => it.clientId !== message.clientId);
    if (ack === null) this.ports.removed(message);
    else this.ports.accepted(message, ack);
    this.landIf(message.clientId);
  }

  private landIf(clientId: string): void {
    if (this.flight?.message.clientId === clientId) this.land();
  }

  private land(): void {
    const { flight } = this;
    if (flight === null) return;
    clearTimeout(flight.timer);
    this.flight = null;
    flight.land();
  }
}
