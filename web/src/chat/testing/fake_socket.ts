// A socket.io-client socket for tests: the test plays the server.
import type { io } from 'socket.io-client';

type Handler = (...args: unknown[]) => void;
type Auth = (give: (credentials: unknown) => void) => void;

export interface Emitted {
  readonly event: string;
  readonly body: Record<string, unknown>;
  readonly answer: (value: unknown) => void;
}

export class FakeSocket {
  connected = false;
  active = true;
  connects = 0;
  readonly emitted: Emitted[] = [];
  private handlers = new Map<string, Handler>();
  private auth: Auth = () => undefined;

  /** To be used in place of `io`. */
  readonly make = ((options: { auth: Auth }) => {
    this.auth = options.auth;
    this.connects += 1;
    return this;
  }) as unknown as typeof io;

  on(event: string, handler: Handler): this {
    this.handlers.set(event, handler);
    return this;
  }
  removeAllListeners(): this {
    this.handlers = new Map();
    return this;
  }
  connect(): this {
    this.connects += 1;
    this.active = true;
    return this;
  }
  disconnect(): this {
    if (this.connected) this.drop('io client disconnect');
    return this;
  }
  timeout(): { emit: (event: string, body: Record<string, unknown>, answer: (error: null, value: unknown) => void) => void } {
    return { emit: (event, body, answer) => this.emit(event, body, (value) => answer(null, value)) };
  }
  emit(event: string, body: Record<string, unknown>, answer: (value: unknown) => void): this {
    this.emitted.push({ event, body, answer });
    return this;
  }

  /** What the client would send with CONNECT. */
  credentials(): Promise<unknown> {
    return new Promise((resolve) => {
      this.auth(resolve);
    });
  }
  serve(event: string, value: unknown): void {
    this.handlers.get(event)?.(value);
  }
  accept(resumed: unknown = { up_to_id: 0, reads: [] }): void {
    this.connected = true;
    this.serve('resumed', resumed);
  }
  refuse(code: string): void {
    this.active = false;
    this.serve('connect_error', Object.assign(new Error('Unauthorized'), { data: { code } }));
  }
  drop(reason: string): void {
    this.connected = false;
    this.serve('disconnect', reason);
  }
  sent(event: string): Emitted[] {
    return this.emitted.filter((it) => it.event === event);
  }
}
