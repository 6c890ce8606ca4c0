// The client of the Autobahn list: one Engine.IO session over WebSocket of a server that echoes. Made for much data:
// whole messages are masked and cut here without a callback a byte. Checks what the server sends as RFC 6455 demands.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const PATIENCE = 30_000; // only a broken server reaches it

export const bytesOf = (payload) => (typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload ?? ''));

// One frame of a client.
export function frame(opcode, payload = '', { fin = true, rsv = 0 } = {}) {
  const data = bytesOf(payload);
  const lengthBytes = data.length < 126 ? 0 : data.length < 65_536 ? 2 : 8;
  const out = Buffer.allocUnsafe(2 + lengthBytes + 4 + data.length);
  out[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  out[1] = 0x80 | (lengthBytes === 0 ? data.length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) out.writeUInt16BE(data.length, 2);
  if (lengthBytes === 8) out.writeBigUInt64BE(BigInt(data.length), 2);
  const mask = randomBytes(4);
  const start = 2 + lengthBytes + 4;
  mask.copy(out, start - 4);
  for (let i = 0; i < data.length; ++i) out[start + i] = data[i] ^ mask[i & 3];
  return out;
}

// A message as frames of `size` payload bytes each.
export function fragments(opcode, payload, size, { rsv = 0 } = {}) {
  const data = bytesOf(payload);
  const frames = [];
  for (let at = 0; at === 0 || at < data.length; at += size) {
    const first = at === 0;
    frames.push(
      frame(first ? opcode : Opcode.continuation, data.subarray(at, at + size), {
        fin: at + size >= data.length,
        rsv: first ? rsv : 0,
      }),
    );
  }
  return frames;
}

export function closePayload(code, reason = '') {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, bytesOf(reason)]);
}

export class AutobahnClient {
  #socket;
  #chunks = [];
  #size = 0;
  #ended = false;
  #wake = () => {};
  extensions; // the server's answer, if there is one
  openPacket; // of Engine.IO; it may be compressed

  // Joins the echo of `server` ({host, port}); `offer`: Sec-WebSocket-Extensions.
  static async open(server, offer) {
    const client = new AutobahnClient();
    client.#socket = net.connect({ host: server.host, port: server.port, noDelay: true });
    const changed = () => client.#wake();
    client.#socket.on('data', (chunk) => {
      client.#chunks.push(chunk);
      client.#size += chunk.length;
      changed();
    });
    client.#socket.on('error', () => {}); // 'close' follows
    for (const end of ['end', 'close']) {
      client.#socket.on(end, () => {
        client.#ended = true;
        changed();
      });
    }
    const key = randomBytes(16).toString('base64');
    const extension = offer ? `Sec-WebSocket-Extensions: ${offer}\r\n` : '';
    client.#socket.write(
      `GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${server.host}:${server.port}\r\n` +
        `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n` +
        `${extension}\r\n`,
    );
    await client.#checkHandshake(key);
    client.openPacket = await client.event();
    assert.equal(client.openPacket.kind, 'text');
    if (!client.openPacket.compressed) assert.equal(client.openPacket.payload[0], 0x30, 'no Engine.IO open packet');
    return client;
  }

  async #checkHandshake(key) {
    let head;
    await this.#until(() => (head = this.#peek(Math.min(this.#size, 4096)).toString('latin1')).includes('\r\n\r\n'));
    head = head.slice(0, head.indexOf('\r\n\r\n'));
    this.#take(head.length + 4);
    assert.match(head, /^HTTP\/1\.1 101 /);
    const digest = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    assert.equal(/^sec-websocket-accept: (.*)$/im.exec(head)?.[1].trim(), digest);
    this.extensions = /^sec-websocket-extensions: (.*)$/im.exec(head)?.[1].trim();
  }

  // `how`: 'whole' (one write), or the bytes of each write.
  async write(bytes, how = 'whole') {
    if (how === 'whole') {
      this.#socket.write(bytes);
      return;
    }
    for (let at = 0; at < bytes.length; at += how) {
      await new Promise((done) => this.#socket.write(bytes.subarray(at, at + how), done));
      if (bytes.length / how < 10_000 || at % (how * 64) === 0) await new Promise(setImmediate);
    }
  }

  // Each frame in a write of its own.
  async writeFrames(frames) {
    for (const one of frames) {
      await this.write(one);
      await new Promise(setImmediate);
    }
  }

  // The next message, control frame or end: {kind: text|binary|ping|pong|close|end, payload, code, compressed}.
  async event() {
    await this.#until(() => this.#frameSize() !== null || this.#ended);
    const size = this.#frameSize();
    if (size === null) {
      assert.equal(this.#size, 0, 'the connection ended within a frame');
      return { kind: 'end' };
    }
    const [head, total] = size;
    const bytes = this.#take(total);
    const opcode = bytes[0] & 0x0f;
    const kind = Object.keys(Opcode).find((name) => Opcode[name] === opcode);
    assert.ok(kind && kind !== 'continuation', `opcode ${opcode}`);
    assert.ok(bytes[0] & 0x80, 'the server sent a fragment');
    assert.equal(bytes[0] & 0x30, 0, 'the server set a reserved bit');
    const compressed = (bytes[0] & 0x40) !== 0;
    assert.ok(!compressed || (this.extensions && opcode < 8), 'compressed without agreement');
    const event = { kind, payload: bytes.subarray(head), compressed };
    if (kind === 'close') event.code = event.payload.length ? event.payload.readUInt16BE(0) : 1005;
    return event;
  }

  // Is there neither anything to read nor the end of the connection?
  get quiet() {
    return this.#size === 0 && !this.#ended;
  }

  destroy() {
    this.#socket.destroy();
  }

  // [head, head and payload] of the next frame if it is there as a whole, else null.
  #frameSize() {
    if (this.#size < 2) return null;
    const head = this.#peek(Math.min(this.#size, 10));
    assert.equal(head[1] & 0x80, 0, 'the server masked a frame');
    const short = head[1] & 0x7f;
    const headSize = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (head.length < headSize) return null;
    const length = short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    assert.ok(short < 126 || length > (short === 126 ? 125 : 65_535), 'a longer form of the length than needed');
    return this.#size >= headSize + length ? [headSize, headSize + length] : null;
  }

  #peek(count) {
    while (this.#chunks.length > 1 && this.#chunks[0].length < count) {
      this.#chunks.splice(0, 2, Buffer.concat(this.#chunks.slice(0, 2)));
    }
    return this.#chunks.length ? this.#chunks[0].subarray(0, count) : Buffer.alloc(0);
  }

  #take(count) {
    if (this.#chunks.length > 1 && this.#chunks[0].length < count) this.#chunks = [Buffer.concat(this.#chunks)];
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    const taken = first.subarray(0, count);
    if (first.length > count) this.#chunks[0] = first.subarray(count);
    else this.#chunks.shift();
    this.#size -= count;
    return taken;
  }

  async #until(condition) {
    const deadline = performance.now() + PATIENCE;
    while (!condition()) {
      assert.ok(performance.now() < deadline, 'the server sends nothing');
      assert.ok(!this.#ended || condition(), 'the connection ended');
      let timer;
      await new Promise((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, deadline - performance.now());
      });
      clearTimeout(timer);
    }
  }
}
