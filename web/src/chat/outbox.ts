// What waits to be sent, in order: each goes out after the answer to the one before, and again under the same client id
// when the connection broke. Plain TypeScript; the network is a function, the outcome goes to callbacks.
import type { Failure, SendAck } from '@/api/types';

export interface Draft {
  readonly clientId: string;
  readonly receiverId: number;
  readonly content: string;
}

export type SendResult = { readonly ok: true; readonly ack: SendAck } | { readonly ok: false; readonly failure: Failure };

export interface OutboxPorts {
  /** Puts one message on the wire; `answer` may come late or never. */
  emit(draft: Draft, answer: (result: SendResult) => void): void;
  changed(draft: Draft, state: 'queued' | 'sending' | 'failed', failure: string | null): void;
  accepted(draft: Draft, ack: SendAck): void;
}

export const answerWithinMs = 5_000;
const limitedWaitMs = 1_000;

export class Outbox {
  private queue: Draft[] = [];
  private online = false;
  private inFlight: Draft | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pausedUntilTimer = false;

  constructor(private readonly ports: OutboxPorts) {}

  /** Also the way to retry: whoever waits already is not added twice. */
  add(draft: Draft): void {
    if (this.queue.some((waiting) => waiting.clientId === draft.clientId)) return;
    this.queue.push(draft);
    this.ports.changed(draft, 'queued', null);
    this.pump();
  }

  remove(clientId: string): void {
    if (this.inFlight?.clientId === clientId) this.release();
    this.queue = this.queue.filter((draft) => draft.clientId !== clientId);
    this.pump();
  }

  clear(): void {
    this.release();
    this.queue = [];
    this.online = false;
  }

  setOnline(online: boolean): void {
    this.online = online;
    if (!online) {
      const interrupted = this.inFlight;
      this.release();
      if (interrupted !== null) this.ports.changed(interrupted, 'queued', null);
    }
    this.pump();
  }

  private pump(): void {
    const draft = this.queue[0];
    if (!this.online || this.pausedUntilTimer || this.inFlight !== null || draft === undefined) return;
    this.inFlight = draft;
    this.ports.changed(draft, 'sending', null);
    this.timer = setTimeout(() => this.fail(draft, 'timeout'), answerWithinMs);
    this.ports.emit(draft, (result) => this.answered(draft, result));
  }

  private answered(draft: Draft, result: SendResult): void {
    const current = this.inFlight === draft;
    if (result.ok) {
      // Good news counts however late it comes.
      this.queue = this.queue.filter((waiting) => waiting.clientId !== draft.clientId);
      if (current || this.inFlight?.clientId === draft.clientId) this.release();
      this.ports.accepted(draft, result.ack);
      this.pump();
    } else if (current && result.failure.code === 'rate_limited') {
      this.release();
      this.pausedUntilTimer = true;
      this.ports.changed(draft, 'queued', null);
      this.timer = setTimeout(() => {
        this.pausedUntilTimer = false;
        this.pump();
      }, result.failure.retryAfterMs ?? limitedWaitMs);
    } else if (current) {
      this.fail(draft, result.failure.code);
    }
  }

  private fail(draft: Draft, code: string): void {
    this.release();
    this.queue = this.queue.filter((waiting) => waiting !== draft);
    this.ports.changed(draft, 'failed', code);
    this.pump();
  }

  private release(): void {
    clearTimeout(this.timer);
    this.pausedUntilTimer = false;
    this.inFlight = null;
  }
}
