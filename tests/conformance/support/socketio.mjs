// Socket.IO over either transport, one packet at a time: text without the Engine.IO 4, or a Buffer for an attachment.
import assert from 'node:assert/strict';
import { Polling, assertEnds } from './polling.mjs';
import { SOCKET, now } from './target.mjs';
import { WebSocketPeer } from './websocket.mjs';

class OverWebSocket {
  static transport = 'websocket';

  static async open() {
    const client = new OverWebSocket();
    client.peer = await WebSocketPeer.openSession(SOCKET);
    client.sid = client.peer.sid;
    return client;
  }

  async send(...packets) {
    this.peer.send(...packets.map((packet) => (typeof packet === 'string' ? `4${packet}` : packet)));
  }

  async next() {
    const message = await this.peer.message();
    if (typeof message !== 'string') return message;
    assert.equal(message[0], '4', message);
    return message.slice(1);
  }

  // The session ends, nothing more is delivered, and it is what was sent that ends it, not connectTimeout.
  async ends() {
    await this.peer.closed({ patience: 700 });
  }

  leave() {
    this.peer.destroy();
  }
}

class OverPolling {
  static transport = 'polling';
  #packets = [];

  static async open() {
    const client = new OverPolling();
    client.session = await Polling.open(SOCKET);
    client.sid = client.session.sid;
    return client;
  }

  async send(...packets) {
    const encoded = packets.map((packet) =>
      typeof packet === 'string' ? `4${packet}` : `b${packet.toString('base64')}`,
    );
    await this.session.post(encoded.join('\x1e'));
  }

  async next() {
    if (!this.#packets.length) this.#packets = await this.session.receive();
    const packet = this.#packets.shift();
    if (packet[0] === 'b') return Buffer.from(packet.slice(1), 'base64');
    assert.equal(packet[0], '4', packet);
    return packet.slice(1);
  }

  async ends() {
    const began = now();
    await assertEnds(this.session);
    assert.ok(now() - began < 400);
  }

  leave() {}
}

export const transports = [OverWebSocket, OverPolling];

// CONNECT to a namespace (`/custom,` or `` for /); takes the confirmation and the `auth` event. Returns the socket's id.
export async function connect(client, prefix = '', payload = '') {
  await client.send(`0${prefix}${payload}`);
  const confirmation = await client.next();
  assert.match(confirmation, /^0(\/[^,]*,)?\{"sid":"[A-Za-z0-9_-]{20,}"\}$/);
  const name = prefix && !prefix.endsWith(',') ? `${prefix},` : prefix;
  assert.ok(confirmation.startsWith(`0${name}{`));
  assert.equal(await client.next(), `2${name}["auth",${payload || '{}'}]`);
  return JSON.parse(confirmation.slice(1 + name.length)).sid;
}

export async function connected(Transport = OverWebSocket, prefix = '') {
  const client = await Transport.open();
  client.socketId = await connect(client, prefix);
  return client;
}

// Everything that was sent before is handled, nothing but the echo came of it, and / still works.
export async function assertLives(client) {
  await client.send('2["message","lives"]');
  assert.equal(await client.next(), '2["message-back","lives"]');
}
