// A lean client for thousands at once: WebSocket, Engine.IO and Socket.IO by hand over a raw connection, as much of it as
// the chat needs. Like support/device.mjs it repeats sends until they are acknowledged, comes back by itself with the last
// id it saw, and writes down its steps for the checker.
import net from 'node:net';
import { canaryOf } from '../checker.mjs';
import { reset } from '../fproxy.mjs';

const BACK_MS = 50; // until it tries again
const HEAD_END = Buffer.from('\r\n\r\n');

// A masked text frame; the mask is all zeros, which is one like any other.
function textFrame(text) {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head = length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  head[0] = 0x81;
  if (length < 126) {
    head[1] = 0x80 | length;
  } else {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  }
  return Buffer.concat([head, payload]);
}

export class Lean {
  steps = [];
  cursor = 0;
  complete = false;
  connections = 0;
  ended = false; // it stays away, and its connection is gone
  onChange = () => {};
  #socket;
  #buffer = Buffer.alloc(0);
  #open = false; // the WebSocket is
  #joined = false;
  #closed = false;
  #offered = 0;
  #pending = new Map(); // ack id → {content, receiver, client_id}
  #acks = 0;
  #count = 0;

  // `port`: asked before each connection. `stays`: does not come back by itself.
  constructor({ name, person, port, stays = false }) {
    Object.assign(this, { name, person: person.id, token: person.token, port, stays });
  }

  get joined() {
    return this.#joined;
  }

  get waiting() {
    return this.#pending.size;
  }

  // What the checker takes, from here on: the steps so far are forgotten.
  take() {
    const { name, person, steps, complete } = this;
    const history = { name, person, steps, complete, cursor: this.begin ?? 0, pages: false };
    this.begin = this.cursor;
    this.steps = [{ do: 'connect', after_id: this.cursor }];
    return history;
  }

  start() {
    this.ended = false;
    const socket = net.connect({ port: this.port(), host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    this.#buffer = Buffer.alloc(0);
    this.#open = false;
    socket.on('connect', () => {
      socket.write(
        'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
    });
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('error', () => {});
    socket.on('close', () => this.#gone(socket));
  }

  #gone(socket) {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    if (this.#joined) this.steps.push({ do: 'gone', why: 'transport close' });
    this.#joined = this.complete = false;
    this.ended = this.stays;
    this.onChange();
    if (!this.#closed && !this.stays) setTimeout(() => this.#closed || this.#socket || this.start(), BACK_MS);
  }

  #read(bytes) {
    this.#buffer = this.#buffer.length ? Buffer.concat([this.#buffer, bytes]) : bytes;
    if (!this.#open) {
      const end = this.#buffer.indexOf(HEAD_END);
      if (end < 0) return;
      if (!this.#buffer.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) return this.drop();
      this.#open = true;
      this.#buffer = this.#buffer.subarray(end + 4);
    }
    let at = 0;
    const buffer = this.#buffer;
    while (this.#socket && buffer.length - at >= 2) {
      let length = buffer[at + 1];
      let head = 2;
      if (length === 126) {
        if (buffer.length - at < 4) break;
        length = buffer.readUInt16BE(at + 2);
        head = 4;
      } else if (length === 127) {
        if (buffer.length - at < 10) break;
        length = Number(buffer.readBigUInt64BE(at + 2));
        head = 10;
      }
      if (buffer.length - at < head + length) break;
      const opcode = buffer[at] & 0x0f;
      if (opcode === 8) return this.drop();
      if (opcode === 1) this.#packet(buffer.toString('utf8', at + head, at + head + length));
      at += head + length;
    }
    this.#buffer = buffer.subarray(at);
  }

  // One Engine.IO packet.
  #packet(text) {
    switch (text[0]) {
      case '0':
        this.#offered = this.cursor;
        return this.#write(`40${JSON.stringify({ token: this.token, after_id: this.#offered })}`);
      case '2':
        return this.#write('3');
      case '4':
        return this.#message(text);
    }
  }

  // One Socket.IO packet of namespace "/".
  #message(text) {
    switch (text[1]) {
      case '0':
        this.#joined = true;
        ++this.connections;
        this.steps.push({ do: 'connect', after_id: this.#offered });
        for (const [ack, entry] of this.#pending) this.#transmit(ack, entry);
        return this.onChange();
      case '1':
        this.steps.push({ do: 'gone', why: 'io server disconnect' });
        return this.onChange();
      case '2': {
        const [event, data] = JSON.parse(text.slice(2));
        return this.#event(event, data);
      }
      case '3': {
        const start = text.indexOf('[');
        return this.#acknowledged(Number(text.slice(2, start)), JSON.parse(text.slice(start))[0]);
      }
      case '4':
        this.steps.push({ do: 'other', event: 'error', data: { code: `connect_error ${text.slice(2)}` } });
        return this.drop();
    }
  }

  #event(event, data) {
    if (event === 'receive_message') {
      this.steps.push({ do: 'receive_message', data });
      this.cursor = Math.max(this.cursor, data.id);
    } else if (event === 'resumed') {
      this.steps.push({ do: 'resumed', data });
      this.complete = true;
      this.onChange();
    } else if (event === 'message_sent' || event === 'read_status_update') {
      this.steps.push({ do: event, data });
    } else if (event !== 'connection') {
      this.steps.push({ do: 'other', event, data });
    }
  }

  #acknowledged(ack, answer) {
    const entry = this.#pending.get(ack);
    if (!entry) return;
    this.steps.push({ do: 'ack', content: entry.content, answer });
    if (answer.ok !== true)
      return setTimeout(() => this.#joined && this.#pending.has(ack) && this.#transmit(ack, entry), BACK_MS);
    this.#pending.delete(ack);
    if (!answer.duplicate) this.cursor = Math.max(this.cursor, answer.id);
    this.onChange();
  }

  #transmit(ack, { content, receiver, client_id }) {
    this.steps.push({ do: 'send', content, receiver, client_id });
    this.#write(`42${ack}${JSON.stringify(['smessage', { receiver_id: receiver, content, client_id }])}`);
  }

  #write(text) {
    this.#socket?.write(textFrame(text));
  }

  send(receiver, words = '') {
    const client_id = `${this.name}-${++this.#count}`;
    const entry = { client_id, receiver, content: `${canaryOf(this.person, receiver)} ${client_id} ${words}` };
    const ack = ++this.#acks;
    this.#pending.set(ack, entry);
    if (this.#joined) this.#transmit(ack, entry);
  }

  // The connection is gone, by RST.
  drop() {
    if (this.#socket) reset(this.#socket);
  }

  close() {
    this.#closed = true;
    this.drop();
  }
}

// Until `done()` for all of `clients`, which is asked whenever one of them changes.
export function allOf(clients, done, what, patienceMs) {
  return new Promise((resolve, reject) => {
    const missing = new Set(clients.filter((client) => !done(client)));
    const finish = (then) => {
      clearTimeout(timer);
      for (const client of clients) client.onChange = () => {};
      then();
    };
    const timer = setTimeout(() => {
      finish(() =>
        reject(
          new Error(
            `${missing.size} of ${clients.length} clients not ${what} after ${patienceMs} ms, ${[...missing][0]?.name} first`,
          ),
        ),
      );
    }, patienceMs);
    for (const client of clients) {
      client.onChange = () => {
        if (done(client)) missing.delete(client);
        else missing.add(client);
        if (missing.size === 0) finish(resolve);
      };
    }
    if (missing.size === 0) finish(resolve);
  });
}

// Cuts them all by `cut()`, and resolves when each one has come back to the end of what it missed.
export async function comeBack(clients, cut, patienceMs) {
  const before = new Map(clients.map((client) => [client, client.connections]));
  const back = allOf(
    clients,
    (client) => client.complete && client.connections > before.get(client),
    'back',
    patienceMs,
  );
  await cut();
  await back;
}
