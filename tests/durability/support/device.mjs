// One client of one person, over the real socket.io-client and its own reconnecting: it sends with client_id until it is
// acknowledged, in order, comes back with the last id it saw, and writes down every step for the checker.
import { clients, transports } from '../../integration/support/chat.mjs';
import { canaryOf } from '../checker.mjs';

const RETRY_MS = 30; // after a refusal that passes
// A client whose first connection ends in order before it is open (a cut) notices only by this.
const CONNECT_MS = process.env.PARLEY_SLOW ? 10_000 : 2000;
const PATIENCE_MS = process.env.PARLEY_SLOW ? 120_000 : 40_000; // only a broken server reaches it

export class Device {
  steps = [];
  cursor = 0;
  complete = false;
  connections = 0;
  #pending = new Map(); // client_id → {content, receiver, client_id, silent}
  #count = 0;
  #requests = 0;
  #received = []; // {id, sender_id} of others' messages, the newest last
  #ready = false; // everything that was pending was sent again on this connection
  #offered; // the after_id of the CONNECT under way
  #wake = new Set();
  #closed = false;

  // `pages`: without after_id, and what was missed by `resume`.
  constructor({ name, person, url, client = 'socket.io-client 4', via = 'websocket', pages = false }) {
    Object.assign(this, { name, person: person.id, pages, via });
    this.history = { name, person: person.id, cursor: 0, pages, steps: this.steps };
    this.socket = clients[client](url, {
      transports: transports[via],
      upgrade: via === 'upgrade',
      forceNew: true,
      autoConnect: false,
      reconnectionDelay: 10,
      reconnectionDelayMax: 60,
      timeout: CONNECT_MS,
      auth: (give) => {
        this.#offered = pages ? undefined : this.cursor;
        give({ token: person.token, ...(pages ? {} : { after_id: this.#offered }) });
      },
    });
    const { onevent } = this.socket;
    this.socket.onevent = (packet) => {
      this.#take(packet.data[0], packet.data[1]);
      onevent.call(this.socket, packet);
    };
    this.socket.io.on('open', () => this.#watch(this.socket.io.engine));
    this.socket.on('connect', () => this.#connected());
    this.socket.on('disconnect', (why) => {
      this.#ready = this.complete = false;
      this.#note({ do: 'gone', why });
    });
    this.socket.on('connect_error', (error) => this.#refused(error));
  }

  start() {
    this.socket.connect();
  }

  // A client whose WebSocket dies between the probe's pong and its upgrade stands still with its polling paused, and only
  // its ping timeout, up to 45 s later, gets it out (engine.io-client, all versions used here). That comes at once here.
  #watch(engine) {
    engine.on('upgradeError', () => {
      if (engine.upgrading) (engine._onClose ?? engine.onClose).call(engine, 'ping timeout');
    });
  }

  #note(step) {
    this.steps.push(step);
    for (const wake of [...this.#wake]) wake();
  }

  // Only the chat's own refusal is final for a client; others it tries again by itself.
  #refused(error) {
    if (!error.data || this.#closed) return;
    this.#note({ do: 'other', event: 'connect_error', data: error.data });
    if (error.data.code === 'storage_unavailable') setTimeout(() => this.#closed || this.socket.connect(), RETRY_MS);
    else this.#note({ do: 'gone', why: `refused: ${JSON.stringify(error.data)}` });
  }

  // socket.io-client 4 hands out the packets of a payload a tick later: after a connection was lost its CONNECT may still be
  // announced. What is sent then goes nowhere, while what is sent a little later arrives by the next connection.
  get #isGhost() {
    return this.socket.io._readyState !== 'open';
  }

  #connected() {
    this.complete = false;
    if (this.#isGhost) return this.#note({ do: 'ghost' });
    ++this.connections;
    this.#note({ do: 'connect', after_id: this.#offered });
    for (const entry of this.#pending.values()) this.#transmit(entry);
    this.#ready = true;
    if (this.pages) this.#page(this.cursor, this.connections);
  }

  #page(after_id, connection) {
    const request = ++this.#requests;
    this.#note({ do: 'ask', request, after_id });
    this.socket.emit('resume', { after_id }, (data) => {
      if (connection !== this.connections) return;
      this.#note({ do: 'page', request, data });
      if (data.ok !== true) return void setTimeout(() => this.#page(after_id, connection), RETRY_MS);
      const end = data.messages.at(-1)?.id ?? after_id;
      this.#received.push(...data.messages.filter(({ sender_id }) => sender_id !== this.person));
      if (data.more) {
        this.cursor = end;
        return this.#page(end, connection);
      }
      this.cursor = Math.max(end, this.#live);
      this.#become();
    });
  }

  #live = 0; // the greatest id that came live

  // Up to `id` all was seen on this connection; who pages keeps the page's end until there is no more.
  #saw(id) {
    this.#live = Math.max(this.#live, id);
    if (!this.pages || this.complete) this.cursor = Math.max(this.cursor, id);
  }

  #become() {
    this.complete = true;
    for (const wake of [...this.#wake]) wake();
  }

  #take(event, data) {
    switch (event) {
      case 'connection':
        return;
      case 'receive_message':
        this.#note({ do: 'receive_message', data });
        if (data.sender_id !== this.person) this.#received.push({ id: data.id, sender_id: data.sender_id });
        return this.#saw(data.id);
      case 'message_sent':
        this.#note({ do: 'message_sent', data });
        if (this.#pending.get(data.client_id)?.silent) this.#pending.delete(data.client_id);
        return data.duplicate ? undefined : this.#saw(data.id);
      case 'resumed':
        this.#note({ do: 'resumed', data });
        return this.#become();
      case 'read_status_update':
        return this.#note({ do: 'read_status_update', data });
      default:
        this.#note({ do: 'other', event, data });
        if (event === 'error' && this.#pending.has(data.client_id)) this.#again(this.#pending.get(data.client_id));
    }
  }

  #again(entry) {
    setTimeout(() => {
      if (this.#ready && this.#pending.has(entry.client_id)) this.#transmit(entry);
    }, RETRY_MS);
  }

  #transmit(entry) {
    const { content, receiver, client_id, silent } = entry;
    this.#note({ do: 'send', content, receiver, client_id });
    const payload = { receiver_id: receiver, content, client_id };
    if (silent) return this.socket.emit('smessage', payload);
    this.socket.emit('smessage', payload, (answer) => {
      this.#note({ do: 'ack', content, answer });
      if (answer.ok !== true) return this.#again(entry);
      this.#pending.delete(client_id);
      if (!answer.duplicate) this.#saw(answer.id);
    });
  }

  // `silent`: no acknowledgement is asked for, message_sent tells.
  send(receiver, words, silent = false) {
    const client_id = `${this.name}-${++this.#count}`;
    const entry = { client_id, receiver, silent, content: `${canaryOf(this.person, receiver)} ${client_id} ${words}` };
    this.#pending.set(client_id, entry);
    if (this.#ready) this.#transmit(entry);
  }

  // Marks what came last, or something before it, as read. `open`: up to whatever the server has told.
  mark(chance, open) {
    if (!this.#ready || this.#received.length === 0) return;
    const { id, sender_id } = this.#received[Math.floor(chance() * this.#received.length)];
    const up_to_id = open ? undefined : id;
    this.#note({ do: 'mark', sender: sender_id, up_to_id });
    this.socket.emit('mark_message_read', { sender_id, ...(open ? {} : { up_to_id }) }, (data) =>
      this.#note({ do: 'marked', data }),
    );
  }

  get waiting() {
    return this.#pending.size;
  }

  // The client loses its transport.
  drop() {
    this.socket.io.engine?.close();
  }

  // Until `done()`, which is asked after each step.
  async until(done, what) {
    const deadline = performance.now() + PATIENCE_MS;
    while (!done()) {
      const left = deadline - performance.now();
      if (left <= 0)
        throw new Error(
          `${this.name}: not ${what} after ${PATIENCE_MS} ms; ${this.#state}; its last steps:\n${this.tail(12)}`,
        );
      await new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#wake.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.#wake.add(wake);
      });
    }
  }

  get #state() {
    const { engine } = this.socket.io;
    const { readyState, upgrading, writeBuffer } = engine ?? {};
    return JSON.stringify({
      ...{
        via: this.via,
        pages: this.pages,
        connected: this.socket.connected,
        waiting: this.waiting,
        readyState,
        upgrading,
      },
      ...{ transport: engine?.transport?.name, state: engine?.transport?.readyState, unsent: writeBuffer?.length },
    });
  }

  tail(count) {
    const first = Math.max(0, this.steps.length - count);
    return this.steps
      .slice(first)
      .map((step, i) => `  ${first + i}: ${JSON.stringify(step).slice(0, 300)}`)
      .join('\n');
  }

  close() {
    this.#closed = true;
    this.socket.disconnect();
  }
}
