// The network between one person's window and the server: a test sees the events that pass, keeps answers back, and cuts
// the connection. Pages still load: what is cut is the Socket.IO connection alone.
import type { BrowserContext, WebSocketRoute } from '@playwright/test';

export interface Sent {
  readonly event: string;
  readonly body: Record<string, unknown>;
}

const socketIo = /\/socket\.io\//;

export class Network {
  /** Every event the window sent, in order. */
  readonly sent: Sent[] = [];
  /** How often a WebSocket took over from polling. */
  upgrades = 0;
  private readonly open = new Set<WebSocketRoute>();
  private readonly kept: (() => void)[] = [];
  private keeping = false;
  private down = false;

  /** To be called before the window loads anything. */
  static async of(context: BrowserContext): Promise<Network> {
    const network = new Network();
    await context.routeWebSocket(socketIo, (socket) => network.join(socket));
    await context.route(socketIo, (route) => {
      if (network.down) return route.abort();
      for (const packet of (route.request().postData() ?? '').split('\x1e')) network.note(packet);
      return route.fallback();
    });
    return network;
  }

  /** True once a WebSocket carries the events: answers are kept back there alone. */
  get upgraded(): boolean {
    return this.upgrades > 0;
  }

  /** Events of that name, as they were sent. */
  bodies(event: string): Record<string, unknown>[] {
    return this.sent.filter((it) => it.event === event).map((it) => it.body);
  }

  /** From now on answers of the server wait. */
  keepAnswers(): void {
    this.keeping = true;
  }

  /** Lets the answers go that were kept, and those to come; `lost`: the kept ones never arrive. */
  letAnswersGo({ lost = false } = {}): void {
    this.keeping = false;
    const kept = this.kept.splice(0);
    if (!lost) for (const go of kept) go();
  }

  async cut(): Promise<void> {
    this.down = true;
    await Promise.all([...this.open].map((socket) => socket.close()));
  }

  mend(): void {
    this.down = false;
  }

  private join(socket: WebSocketRoute): void {
    if (this.down) {
      void socket.close();
      return;
    }
    const server = socket.connectToServer();
    this.open.add(socket);
    socket.onClose(() => {
      this.open.delete(socket);
      void server.close();
    });
    socket.onMessage((frame) => {
      this.note(frame.toString());
      server.send(frame);
    });
    server.onMessage((frame) => {
      // "43": an acknowledgement.
      if (this.keeping && frame.toString().startsWith('43')) this.kept.push(() => socket.send(frame));
      else socket.send(frame);
    });
  }

  private note(frame: string): void {
    if (frame === '5') this.upgrades += 1;
    const event = /^42\d*(\[.*)$/s.exec(frame)?.[1];
    if (event === undefined) return;
    const [name, body] = JSON.parse(event) as [string, Record<string, unknown>];
    this.sent.push({ event: name, body });
  }
}
