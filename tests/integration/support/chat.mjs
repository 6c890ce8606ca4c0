// The real socket.io-client with a log of everything that arrived, in order of arrival.
import { io as io4 } from 'socket.io-client';
import io3module from 'socket.io-client-3';

const io3 = io3module.io ?? io3module;
const PATIENCE_MS = 20_000; // only a broken server reaches it; presence has a grace of 10 s

export const clients = { 'socket.io-client 4': io4, 'socket.io-client 3': io3 };
export const transports = { polling: ['polling'], websocket: ['websocket'], upgrade: ['polling', 'websocket'] };

export class Refused extends Error {
  constructor({ message, data }) {
    super(message);
    this.data = data;
  }
}

export class Chat {
  log = []; // {event, data}; acknowledgements as event 'ack'
  #taken = new Map();
  #wake = new Set();

  // A socket that has said nothing yet; connect() or connected() next.
  constructor(server, auth, { io = io4, via = 'websocket', headers } = {}) {
    this.via = via;
    this.socket = io(server.url, {
      transports: transports[via],
      upgrade: via === 'upgrade',
      auth,
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      extraHeaders: headers,
    });
    // socket.io-client 3 has no way to hear everything but this, and 4 has it too.
    const { onevent } = this.socket;
    this.socket.onevent = (packet) => {
      this.#record(packet.data[0], packet.data[1]);
      onevent.call(this.socket, packet);
    };
    this.socket.on('disconnect', (reason) => this.#record('disconnect', reason));
  }

  // Connected as `person`, the `connection` event seen, and the upgrade done where there is one.
  static async connect(server, person, { after_id, ...options } = {}) {
    const chat = new Chat(server, { token: person.token, ...(after_id === undefined ? {} : { after_id }) }, options);
    chat.person = person;
    await chat.connected();
    return chat;
  }

  async connected() {
    await new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', (error) => reject(new Refused(error)));
      this.socket.connect();
    });
    await this.next('connection');
    const engine = this.socket.io.engine;
    if (this.via === 'upgrade' && engine.transport.name !== 'websocket') {
      await new Promise((resolve) => engine.once('upgrade', resolve));
    }
  }

  // The CONNECT_ERROR that this attempt ends with.
  async refusal() {
    try {
      await this.connected();
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
    this.close();
    throw new Error('the server accepted the connection');
  }

  get transport() {
    return this.socket.io.engine.transport.name;
  }

  #record(event, data) {
    this.log.push({ event, data });
    for (const wake of [...this.#wake]) wake();
  }

  all(event) {
    return this.log.filter((entry) => entry.event === event).map((entry) => entry.data);
  }

  // The next event of that name that was not taken yet (and matches, skipping those before it).
  async next(event, matches = () => true, patience = PATIENCE_MS) {
    const deadline = performance.now() + patience;
    for (;;) {
      for (let i = this.#taken.get(event) ?? 0; i < this.log.length; ++i) {
        if (this.log[i].event !== event || !matches(this.log[i].data)) continue;
        this.#taken.set(event, i + 1);
        return this.log[i].data;
      }
      const left = deadline - performance.now();
      if (left <= 0)
        throw new Error(
          `no ${event} within ${patience} ms; the log ends with ${JSON.stringify(this.log.slice(-5))}`,
        );
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        const wake = () => {
          this.#wake.delete(wake);
          clearTimeout(timer);
          resolve();
        };
        this.#wake.add(wake);
      });
    }
  }

  emit(event, ...args) {
    this.socket.emit(event, ...args);
  }

  // Emits with an acknowledgement asked for, and resolves with it.
  ask(event, ...args) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no acknowledgement of ${event} within ${PATIENCE_MS} ms`)),
        PATIENCE_MS,
      );
      this.socket.emit(event, ...args, (answer) => {
        clearTimeout(timer);
        this.#record('ack', answer);
        resolve(answer);
      });
    });
  }

  // Sends a message and resolves with its acknowledgement, which must be good.
  async send(receiver, content, more = {}) {
    const answer = await this.ask('smessage', { receiver_id: receiver.id, content, ...more });
    if (answer.ok !== true) throw new Error(`not sent: ${JSON.stringify(answer)}`);
    return answer;
  }

  close() {
    this.socket.disconnect();
  }
}

// Nothing of what happened before reached `chat`: `other`, who may write to it, writes now, and that comes first.
export async function assertNothingBut(chat, other, known = ['connection', 'presence', 'ack']) {
  const before = chat.log.length;
  const marker = await other.send(chat.person, 'the first thing you hear');
  const got = await chat.next('receive_message', (message) => message.id === marker.id);
  const unknown = chat.log.filter((entry) => entry.data !== got && !known.includes(entry.event));
  if (unknown.length) throw new Error(`heard ${JSON.stringify(unknown)} (${before} before the marker)`);
}
