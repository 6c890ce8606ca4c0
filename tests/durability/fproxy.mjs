// A TCP proxy that does to connections what networks do, by a seed. In front of one server, whose address may change.
//
// Each connection gets a fault from `choose(random)`, or none; each direction ('up': from the client, 'down': from the
// server) obeys it. A fault is an object; what it may hold, alone or together:
//
//   slice: n        bytes go on in pieces of 1 to n
//   delay: ms       every piece waits that long
//   rate: n         at most n bytes a second
//   at: k           after exactly k bytes of `way` (default: down) something happens:
//     act: 'cut'      the connection ends in order, both ways
//     act: 'reset'    both sides get RST
//     act: 'stall'    nothing goes on in that direction for `ms`, then it does
//     act: 'dead'     that direction is dead (half-open: nothing arrives, nothing is told); after `ms`, both sides get RST
//
// The fault of a connection is told when it happened and when the connection was gone: `actedAt`, `endedAt`, as
// performance.now().
//
// heal() ends all faults; connections that a fault holds are reset.
import net from 'node:net';

const ACTS = ['cut', 'reset', 'stall', 'dead'];

export function random(seed) {
  let state = (seed >>> 0) ^ 0x9e3779b9;
  return () => {
    // mulberry32's step: every seed has a full period.
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Ends a connection by RST, at once. Node's resetAndDestroy() first waits until all is written, which a peer that reads
// nothing never lets happen; and a socket that is sending its end cannot be reset any more.
export function reset(socket) {
  if (socket.destroyed) return;
  if (socket.connecting) return void socket.once('connect', () => reset(socket));
  if (!socket.writableEnded) socket.resetAndClosing = true;
  socket.destroy();
}

// A fault of any kind, by chance: what scenes use.
export function anyFault(chance) {
  const upTo = (n) => Math.floor(chance() * n);
  if (chance() < 0.2) return {};
  const fault = {};
  if (chance() < 0.3) fault.slice = 1 + upTo(40);
  if (chance() < 0.3) fault.delay = 1 + upTo(15);
  if (chance() < 0.15) fault.rate = 20_000 + upTo(200_000);
  if (chance() < 0.8) {
    fault.act = ACTS[upTo(ACTS.length)];
    fault.way = chance() < 0.5 ? 'up' : 'down';
    // Handshakes are a few hundred bytes, traffic some thousands: both are met.
    fault.at = upTo(chance() < 0.4 ? 1200 : 20_000);
    fault.ms = 20 + upTo(200);
  }
  return fault;
}

export class FaultProxy {
  #server;
  #connections = new Set();
  #choose;
  #random;
  counts = { connections: 0, cut: 0, reset: 0, stall: 0, dead: 0 };

  // `target`: a port of this machine; `choose`: random → fault.
  static async start(target, { seed = 1, choose = () => ({}) } = {}) {
    const proxy = new FaultProxy();
    proxy.target = target;
    proxy.#random = random(seed);
    proxy.#choose = choose;
    proxy.#server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => proxy.#accept(client));
    await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port() {
    return this.#server.address().port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  get size() {
    return this.#connections.size;
  }

  #accept(client) {
    ++this.counts.connections;
    const fault = this.#choose(this.#random);
    const connection = new Connection(client, this.target, fault, random(Math.floor(this.#random() * 2 ** 32)));
    connection.onAct = (act) => {
      ++this.counts[act];
      fault.actedAt = performance.now();
    };
    this.#connections.add(connection);
    connection.onEnd = () => {
      this.#connections.delete(connection);
      fault.endedAt = performance.now();
    };
  }

  // From now on new connections get no fault, and those that have one end: their clients come back.
  heal() {
    this.#choose = () => ({});
    for (const connection of [...this.#connections]) if (connection.faulty) connection.reset();
  }

  // All connections end at once, by RST.
  cutAll() {
    for (const connection of [...this.#connections]) connection.reset();
  }

  async stop() {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

class Connection {
  #client;
  #server;
  #fault;
  #random;
  #timers = new Set();
  #ended = false;
  onAct = () => {};
  onEnd = () => {};

  constructor(client, port, fault, chance) {
    this.#client = client;
    this.#fault = fault;
    this.#random = chance;
    this.#server = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const socket of [client, this.#server]) {
      socket.on('error', () => this.reset());
      socket.on('close', () => this.#check());
    }
    this.#pump(client, this.#server, 'up');
    this.#pump(this.#server, client, 'down');
  }

  get faulty() {
    return Object.keys(this.#fault).length > 0;
  }

  async #pump(from, to, way) {
    const acts = this.#fault.act !== undefined && (this.#fault.way ?? 'down') === way;
    let left = acts ? this.#fault.at : Infinity; // bytes until it happens
    try {
      // An iterator would destroy the socket at the end of its first half.
      for await (let chunk of from.iterator({ destroyOnReturn: false })) {
        while (chunk.length > 0) {
          if (left === 0 && !(await this.#act())) return;
          if (left === 0) left = Infinity;
          const piece = chunk.subarray(0, Math.min(left, this.#pieceSize(chunk.length)));
          chunk = chunk.subarray(piece.length);
          left -= piece.length;
          await this.#pass(to, piece);
          if (this.#ended) return;
        }
        if (left === 0 && acts && this.#fault.act !== 'stall') return void (await this.#act());
      }
      if (!to.destroyed) to.end();
    } catch {
      this.reset(); // one side has reset: the other one hears of it
    }
  }

  #pieceSize(length) {
    return this.#fault.slice ? 1 + Math.floor(this.#random() * this.#fault.slice) : length;
  }

  async #pass(to, piece) {
    const { delay = 0, rate } = this.#fault;
    const wait = delay + (rate ? (piece.length * 1000) / rate : 0);
    if (wait > 0) await this.#wait(wait);
    if (this.#ended || to.destroyed) return;
    if (!to.write(piece)) {
      await new Promise((resolve) => {
        to.once('drain', resolve);
        to.once('close', resolve);
      });
    }
  }

  // True: what has not gone on yet goes on.
  async #act() {
    const { act, ms = 0 } = this.#fault;
    this.onAct(act);
    if (act === 'stall') {
      await this.#wait(ms);
      return !this.#ended;
    }
    if (act === 'cut') {
      // What was written goes out first.
      for (const socket of [this.#client, this.#server]) socket.end(() => socket.destroySoon());
      return false;
    }
    if (act === 'dead') await this.#wait(ms);
    this.reset();
    return false;
  }

  #wait(ms) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#timers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#timers.add(done);
    });
  }

  reset() {
    if (this.#ended) return;
    this.#ended = true;
    for (const socket of [this.#client, this.#server]) reset(socket);
    this.#check();
  }

  #check() {
    if (!this.#client.destroyed || !this.#server.destroyed) {
      if (this.#client.destroyed || this.#server.destroyed) this.reset();
      return;
    }
    this.#ended = true;
    for (const done of [...this.#timers]) done();
    this.onEnd();
  }
}
