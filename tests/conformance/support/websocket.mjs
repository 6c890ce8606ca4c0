// A WebSocket client small enough to do everything wrong on purpose: frames are built from given parts, received ones are
// checked against RFC 6455 as a client must.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { ENGINE, PATIENCE } from './target.mjs';
import { Wire, parseResponse, requestHead } from './wire.mjs';

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

// `declared`: the length to claim instead of the true one. `form`: 7, 16 or 64 bits instead of the shortest.
export function frame(
  opcode,
  payload = '',
  { fin = true, rsv = 0, masked = true, declared, form, mask = randomBytes(4) } = {},
) {
  const data = Buffer.from(payload);
  const length = BigInt(declared ?? data.length);
  const bits = form ?? (length < 126n ? 7 : length < 65536n ? 16 : 64);
  const head = Buffer.alloc({ 7: 2, 16: 4, 64: 10 }[bits]);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | { 7: Number(length), 16: 126, 64: 127 }[bits];
  if (bits === 16) head.writeUInt16BE(Number(length), 2);
  if (bits === 64) head.writeBigUInt64BE(length, 2);
  if (!masked) return Buffer.concat([head, data]);
  return Buffer.concat([head, mask, data.map((byte, i) => byte ^ mask[i & 3])]);
}

export function closePayload(code, reason = '') {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return Buffer.concat([payload, Buffer.from(reason)]);
}

function parseFrame(buffer, ended) {
  if (ended && buffer.length === 0) return { value: null, used: 0 };
  if (buffer.length < 2) return undefined;
  let length = buffer[1] & 0x7f;
  let at = 2;
  if (length === 126) {
    if (buffer.length < 4) return undefined;
    length = buffer.readUInt16BE(2);
    at = 4;
    assert.ok(length > 125, 'the server used a longer length form than needed');
  } else if (length === 127) {
    if (buffer.length < 10) return undefined;
    length = Number(buffer.readBigUInt64BE(2));
    at = 10;
    assert.ok(length > 65535, 'the server used a longer length form than needed');
  }
  assert.equal(buffer[1] & 0x80, 0, 'the server masked a frame');
  assert.equal(buffer[0] & 0x70, 0, 'the server set a reserved bit');
  if (buffer.length < at + length) return undefined;
  const payload = Buffer.from(buffer.subarray(at, at + length));
  return { value: { fin: buffer[0] >= 0x80, opcode: buffer[0] & 0xf, payload }, used: at + length };
}

export function upgradeHeaders(key = randomBytes(16).toString('base64')) {
  return { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13' };
}

// The answer to an upgrade request, and the connection it came on.
export async function tryUpgrade(path, { method = 'GET', headers = upgradeHeaders() } = {}) {
  const wire = await Wire.connect();
  wire.write(requestHead(method, path, headers));
  const response = await wire.take(parseResponse(), `the answer to the upgrade of ${path}`);
  return { wire, response };
}

export class WebSocketPeer {
  closeFrame; // payload of the close frame received, if any

  static async open(path, options) {
    const key = randomBytes(16).toString('base64');
    const { wire, response } = await tryUpgrade(path, { headers: upgradeHeaders(key), ...options });
    assert.equal(response.status, 101, response.text);
    const digest = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    if (!options?.headers) assert.equal(response.headers['sec-websocket-accept'], digest);
    const peer = new WebSocketPeer();
    peer.wire = wire;
    return peer;
  }

  // Engine.IO handshake over WebSocket.
  static async openSession(path = ENGINE) {
    const peer = await WebSocketPeer.open(`${path}?EIO=4&transport=websocket`);
    const open = await peer.message();
    assert.equal(open?.[0], '0');
    peer.handshake = JSON.parse(open.slice(1));
    peer.sid = peer.handshake.sid;
    return peer;
  }

  send(...messages) {
    for (const message of messages) {
      this.wire.write(frame(typeof message === 'string' ? Opcode.text : Opcode.binary, message));
    }
    return this;
  }

  // The next frame; null at the end of the connection.
  async frame(patience = PATIENCE) {
    const next = await this.wire.take(parseFrame, 'a WebSocket frame', patience);
    if (next?.opcode === Opcode.close) this.closeFrame = next.payload;
    return next;
  }

  // The next message, as text or Buffer; null once the server closed. Nothing is answered.
  async rawMessage(patience) {
    const parts = [];
    let kind;
    for (;;) {
      const next = await this.frame(patience);
      if (next === null || next.opcode === Opcode.close) return null;
      if (next.opcode >= 8) continue;
      kind ??= next.opcode;
      parts.push(next.payload);
      if (!next.fin) continue;
      const whole = Buffer.concat(parts);
      return kind === Opcode.text ? new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole) : whole;
    }
  }

  // The same, with the heartbeat answered and not shown.
  async message(patience = PATIENCE) {
    const deadline = performance.now() + patience;
    for (;;) {
      const next = await this.rawMessage(deadline - performance.now());
      if (next !== '2') return next;
      this.send('3');
    }
  }

  async messages(count) {
    const list = [];
    while (list.length < count) list.push(await this.message());
    return list;
  }

  // Waits for the server's end: its close code (null: no close frame, 1005: one without status). The heartbeat is answered
  // meanwhile, unless told not to, so that a missing pong is never the reason; messages fail.
  async closed({ patience = 2000, heartbeat = true } = {}) {
    const deadline = performance.now() + patience;
    for (;;) {
      const next = await this.rawMessage(deadline - performance.now()).catch((error) => {
        throw new Error(`the server did not close within ${patience} ms`, { cause: error });
      });
      if (next === null) break;
      assert.equal(next, '2', 'a message instead of the end of the connection');
      if (heartbeat) this.send('3');
    }
    if (this.closeFrame) this.wire.write(frame(Opcode.close, this.closeFrame.subarray(0, 2)));
    await this.wire.untilEnded(patience);
    this.wire.destroy();
    if (!this.closeFrame) return null;
    return this.closeFrame.length ? this.closeFrame.readUInt16BE(0) : 1005;
  }

  destroy() {
    this.wire.destroy();
  }
}
