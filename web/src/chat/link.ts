// The Socket.IO connection: opens it with token and cursor, checks what comes in, comes back after every kind of end.
// Decides nothing about messages.
import { io, type Socket } from 'socket.io-client';
import { ApiError } from '@/api/http';
import { asFlag, asId, asObject, DecodeError, optional, asText } from '@/api/decode';
import {
  asAck,
  asFailure,
  asMessage,
  asPresenceChange,
  asReadMark,
  asResumed,
  asSendAck,
  type ChatMessage,
  type Presence,
  type ReadMark,
  type Resumed,
} from '@/api/types';
import { SessionEnded } from '@/session/vault';
import type { Draft, SendResult } from './outbox';

export interface LinkPorts {
  token(): Promise<string>;
  renew(stale: string): Promise<string>;
  /** The greatest id seen: nothing after it is missed. */
  cursor(): number;
  resumed(resumed: Resumed): void;
  lost(): void;
  message(message: ChatMessage): void;
  read(mark: ReadMark): void;
  presence(userId: number, presence: Presence): void;
  typing(userId: number, typing: boolean): void;
  /** The server does not know our cursor. */
  cursorRefused(): void;
  /** A failure of an event that carried this client id. */
  failed(clientId: string, code: string): void;
}

const retryFirstMs = 500;
const retryMostMs = 15_000;
// A tab that comes back tells it several ways at once; a try under way is left alone that long.
const wakeEveryMs = 1_000;
// Tokens that last less than the warning is ahead are warned of at once.
const authenticateEveryMs = 15_000;
const probeMs = 3_000;

export class Link {
  private socket: Socket | null = null;
  private usedToken = '';
  private refusals = 0;
  private triedAt = 0;
  private probedAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private renewal: ReturnType<typeof setTimeout> | undefined;
  private authenticatedAt = 0;

  constructor(
    private readonly ports: LinkPorts,
    private readonly connect: typeof io = io,
  ) {}

  open(): void {
    if (this.socket !== null) return;
    this.triedAt = Date.now();
    const socket = this.connect({
      path: '/socket.io/',
      auth: (give) => void this.credentials().then(give, (error: unknown) => this.noToken(error)),
      reconnectionDelay: retryFirstMs,
      reconnectionDelayMax: 5_000,
      timeout: 10_000,
    });
    this.socket = socket;
    socket.on('disconnect', (reason) => this.disconnected(reason));
    socket.on('connect_error', (error) => void this.refused(error));
    this.listen(socket, 'receive_message', (value) => this.ports.message(asMessage(value)));
    this.listen(socket, 'read_status_update', (value) => this.ports.read(asReadMark(value)));
    this.listen(socket, 'presence', (value) => {
      const { id, presence } = asPresenceChange(value);
      this.ports.presence(id, presence);
    });
    this.listen(socket, 'typing', (value) => {
      const it = asObject(value);
      this.ports.typing(asId(it['sender_id']), asFlag(it['typing']));
    });
    this.listen(socket, 'resumed', (value) => {
      this.refusals = 0;
      this.ports.resumed(asResumed(value));
    });
    socket.on('session_expired', () => {
      clearTimeout(this.renewal);
      this.renewal = setTimeout(() => void this.authenticate(), this.authenticatedAt + authenticateEveryMs - Date.now());
    });
    this.listen(socket, 'error', (value) => {
      const clientId = optional(asObject(value)['client_id'], asText);
      if (clientId !== null) this.ports.failed(clientId, asFailure(value).code);
    });
  }

  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.renewal);
    this.socket?.removeAllListeners();
    this.socket?.disconnect();
    this.socket = null;
    this.refusals = 0;
  }

  /** The network or the person is back: no waiting for the next try. */
  wake(): void {
    if (this.socket === null || this.socket.connected || Math.abs(Date.now() - this.triedAt) < wakeEveryMs) return;
    this.triedAt = Date.now();
    clearTimeout(this.timer);
    this.socket.disconnect().connect();
  }

  /**
   * After sleep or on another network a connection may be dead without a word: asks the server for what is new, and
   * connects anew when it stays silent.
   */
  probe(): void {
    const { socket } = this;
    if (socket?.connected !== true) {
      this.wake();
      return;
    }
    if (Math.abs(Date.now() - this.probedAt) < wakeEveryMs) return;
    this.probedAt = Date.now();
    socket.timeout(probeMs).emit('resume', { after_id: this.ports.cursor() }, (error: Error | null) => {
      if (error !== null && this.socket === socket && socket.connected) socket.disconnect().connect();
    });
  }

  /** The browser has lost its network: a connection that still looks open would count as lost by its heartbeat only. */
  doubt(): void {
    if (this.socket?.connected === true) this.socket.disconnect().connect();
  }

  /** Ends this connection and makes another one, later each time. */
  restart(): void {
    this.socket?.disconnect();
    this.again();
  }

  send(draft: Draft, answer: (result: SendResult) => void): void {
    const body = { receiver_id: draft.receiverId, content: draft.content, client_id: draft.clientId };
    this.socket?.emit('smessage', body, (value: unknown) => {
      try {
        const ack = asAck(value);
        answer(ack.ok ? { ok: true, ack: asSendAck(ack.fields) } : ack);
      } catch (error) {
        this.broken('smessage', error);
      }
    });
  }

  /** Of no use later: what cannot be sent now never is. */
  signalTyping(receiverId: number, typing: boolean): void {
    if (this.socket?.connected === true) this.socket.emit('typing', { receiver_id: receiverId, typing });
  }

  /** `done(false)`: not known to have been stored. */
  markRead(senderId: number, upTo: number, done: (ok: boolean) => void): void {
    if (this.socket?.connected !== true) {
      done(false);
      return;
    }
    this.socket
      .timeout(10_000)
      .emit('mark_message_read', { sender_id: senderId, up_to_id: upTo }, (error: Error | null, value: unknown) => {
        try {
          done(error === null && asAck(value).ok);
        } catch (wrong) {
          this.broken('mark_message_read', wrong);
          done(false);
        }
      });
  }

  private async credentials(): Promise<{ token: string; after_id: number }> {
    this.usedToken = await this.ports.token();
    return { token: this.usedToken, after_id: this.ports.cursor() };
  }

  /** A new token on the same connection, before the old one ends. If there is none, the server closes at its end. */
  private async authenticate(): Promise<void> {
    this.authenticatedAt = Date.now();
    try {
      const token = await this.ports.renew(this.usedToken);
      this.socket?.emit('authenticate', { token }, (value: unknown) => {
        if (asAck(value).ok) this.usedToken = token;
      });
    } catch (error) {
      if (!(error instanceof SessionEnded) && !(error instanceof ApiError)) throw error;
    }
  }

  private noToken(error: unknown): void {
    if (error instanceof SessionEnded) return;
    this.socket?.disconnect();
    this.again();
  }

  private disconnected(reason: Socket.DisconnectReason): void {
    this.ports.lost();
    // Ended by the server on purpose: the client library stays away, and the token is the likely cause.
    if (reason === 'io server disconnect') void this.renewAndConnect();
  }

  private async refused(error: Error & { data?: unknown }): Promise<void> {
    if (this.socket?.active !== false) return; // no answer at all: the library tries again by itself
    const code = readCode(error.data);
    if (code.startsWith('token_')) {
      await this.renewAndConnect();
    } else {
      if (code === 'invalid_payload') this.ports.cursorRefused();
      this.again();
    }
  }

  private async renewAndConnect(): Promise<void> {
    try {
      await this.ports.renew(this.usedToken);
    } catch (error) {
      if (error instanceof SessionEnded) return;
    }
    this.again();
  }

  private again(): void {
    const wait = this.refusals === 0 ? 0 : Math.min(retryFirstMs * 2 ** this.refusals, retryMostMs);
    this.refusals += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.socket?.connect(), wait);
  }

  private listen(socket: Socket, event: string, handle: (value: unknown) => void): void {
    socket.on(event, (value: unknown) => {
      try {
        handle(value);
      } catch (error) {
        this.broken(event, error);
      }
    });
  }

  private broken(event: string, error: unknown): void {
    if (!(error instanceof DecodeError)) throw error;
    console.warn(`parley: ${event} of an unknown shape: ${error.message}`);
  }
}

function readCode(data: unknown): string {
  try {
    return asFailure(data).code;
  } catch {
    return 'unknown';
  }
}
