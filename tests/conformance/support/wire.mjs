// One TCP connection and what arrived on it, byte for byte; above it, single HTTP/1.1 requests and answers. Sends exactly
// what it is given: malformed bytes are the purpose.
import net from 'node:net';
import { PATIENCE, delay, target } from './target.mjs';

export class Wire {
  #socket;
  #buffer = Buffer.alloc(0);
  #wake = () => {};
  ended = false; // the peer sent its end, or the connection broke

  static async connect() {
    const wire = new Wire();
    wire.#socket = net.connect({ ...target, noDelay: true });
    const arrived = (more) => {
      if (more) wire.#buffer = Buffer.concat([wire.#buffer, more]);
      else wire.ended = true;
      wire.#wake();
    };
    wire.#socket.on('data', arrived);
    wire.#socket.on('end', () => arrived());
    wire.#socket.on('close', () => arrived());
    wire.#socket.on('error', () => {}); // 'close' follows
    await new Promise((resolve, reject) => wire.#socket.once('connect', resolve).once('error', reject));
    return wire;
  }

  write(bytes) {
    this.#socket.write(bytes);
    return this;
  }

  // Each byte in a TCP segment of its own, as far as the kernel allows.
  async writeSlowly(bytes) {
    for (const byte of Buffer.from(bytes)) {
      await new Promise((resolve) => this.#socket.write(Buffer.of(byte), resolve));
      await new Promise(setImmediate);
    }
  }

  stopReading() {
    this.#socket.pause();
  }

  finishWriting() {
    this.#socket.end();
  }

  destroy() {
    this.#socket.destroy();
  }

  // Waits until parse(buffer, ended) gives {value, used}, takes the used bytes away and resolves with the value.
  async take(parse, what = 'bytes', patience = PATIENCE) {
    const deadline = performance.now() + patience;
    for (;;) {
      const result = parse(this.#buffer, this.ended);
      if (result) {
        this.#buffer = this.#buffer.subarray(result.used);
        return result.value;
      }
      const left = deadline - performance.now();
      if (this.ended || left <= 0) {
        const why = this.ended ? 'the connection ended' : `nothing came for ${patience} ms`;
        throw new Error(`waiting for ${what}: ${why}; have ${JSON.stringify(this.#buffer.toString('latin1', 0, 200))}`);
      }
      const timer = new AbortController();
      await Promise.race([
        new Promise((resolve) => {
          this.#wake = resolve;
        }),
        delay(left, undefined, { signal: timer.signal }).catch(() => {}),
      ]);
      timer.abort();
    }
  }

  async untilEnded(patience = PATIENCE) {
    await this.take(
      (buffer, ended) => ended && { value: null, used: buffer.length },
      'the end of the connection',
      patience,
    );
  }
}

function dechunk(buffer) {
  const parts = [];
  for (let at = 0; ;) {
    const lineEnd = buffer.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(buffer.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (buffer.length < next) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), used: next };
    parts.push(buffer.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}

// For Wire.take: one HTTP response. `method` HEAD: without a body.
export function parseResponse(method = 'GET') {
  return (buffer, ended) => {
    const headEnd = buffer.indexOf('\r\n\r\n');
    if (headEnd < 0) return undefined;
    const [statusLine, ...lines] = buffer.toString('latin1', 0, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const rest = buffer.subarray(headEnd + 4);
    const give = (body, length) => ({
      value: { status, headers, body, text: body.toString('utf8') },
      used: headEnd + 4 + length,
    });
    if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return give(Buffer.alloc(0), 0);
    if (headers['transfer-encoding'] === 'chunked') {
      const chunked = dechunk(rest);
      return chunked && give(chunked.body, chunked.used);
    }
    if (headers['content-length'] !== undefined) {
      const length = Number(headers['content-length']);
      return rest.length >= length ? give(Buffer.from(rest.subarray(0, length)), length) : undefined;
    }
    return ended ? give(Buffer.from(rest), rest.length) : undefined;
  };
}

export function requestHead(method, path, headers = {}) {
  const all = { Host: `${target.host}:${target.port}`, ...headers };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
}

// One request, on a connection of its own unless `wire` is given.
export async function request(method, path, { headers = {}, body, wire, patience } = {}) {
  const own = wire ? null : await Wire.connect();
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const length = bytes && headers['Transfer-Encoding'] === undefined ? { 'Content-Length': bytes.length } : {};
  try {
    const connection = wire ?? own;
    connection.write(requestHead(method, path, { ...length, ...headers }));
    if (bytes?.length) connection.write(bytes);
    return await connection.take(parseResponse(method), `the answer to ${method} ${path}`, patience);
  } finally {
    own?.destroy();
  }
}
