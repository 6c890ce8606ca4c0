// A client's half of permessage-deflate, by node:zlib.
import assert from 'node:assert/strict';
import zlib from 'node:zlib';

const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

// The server's answer as {parameter: value or true}; each parameter once, none but the four of RFC 7692.
export function parseAnswer(answer) {
  const [name, ...rest] = answer.split(';').map((part) => part.trim());
  assert.equal(name, 'permessage-deflate');
  const parameters = {};
  for (const parameter of rest) {
    const [key, value = true] = parameter.split('=');
    assert.match(key, /^(server|client)_(no_context_takeover|max_window_bits)$/);
    assert.ok(!(key in parameters), `${key} twice`);
    parameters[key] = value;
  }
  return parameters;
}

// One direction: messages through a zlib stream, one after the other. A window that is kept stays in the stream.
class Direction {
  constructor(make, keeps) {
    this.make = make;
    this.keeps = keeps;
    this.stream = make();
  }

  async #through(...pieces) {
    const parts = [];
    const stream = this.stream;
    const collect = (part) => parts.push(part);
    stream.on('data', collect);
    await new Promise((resolve, reject) => {
      stream.once('error', reject);
      for (const piece of pieces) stream.write(piece);
      stream.flush(zlib.constants.Z_SYNC_FLUSH, () => {
        stream.removeListener('error', reject);
        resolve();
      });
    });
    stream.removeListener('data', collect);
    if (!this.keeps) stream.reset();
    return Buffer.concat(parts);
  }

  async compress(message) {
    const bytes = await this.#through(message);
    assert.ok(bytes.subarray(-4).equals(TAIL));
    return bytes.subarray(0, -4);
  }

  inflate(bytes) {
    return this.#through(bytes, TAIL);
  }

  close() {
    this.stream.close();
  }
}

// `answer`: what the server agreed to. It is held to its own window: what refers further back is an error.
export class DeflatePeer {
  constructor(answer) {
    this.parameters = parseAnswer(answer);
    const bits = (side) => Number(this.parameters[`${side}_max_window_bits`] ?? 15);
    const keeps = (side) => !this.parameters[`${side}_no_context_takeover`];
    this.out = new Direction(() => zlib.createDeflateRaw({ windowBits: bits('client') }), keeps('client'));
    this.in = new Direction(() => zlib.createInflateRaw({ windowBits: bits('server') }), keeps('server'));
  }

  compress(message) {
    return this.out.compress(message);
  }

  inflate(bytes) {
    return this.in.inflate(bytes);
  }

  close() {
    this.out.close();
    this.in.close();
  }
}
