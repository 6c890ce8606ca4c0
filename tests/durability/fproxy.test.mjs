// The proxy does what it is told: to the byte, in the direction meant, and the same again for the same seed.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { FaultProxy, anyFault, random } from './fproxy.mjs';

// Sends back what it gets, and remembers what happened to each connection.
let echo;
const accepted = [];
before(async () => {
  echo = net.createServer({ allowHalfOpen: true }, (socket) => {
    const peer = { socket, got: 0, error: undefined };
    accepted.push(peer);
    socket.on('data', (bytes) => ((peer.got += bytes.length), socket.write(bytes)));
    socket.on('error', (error) => (peer.error = error.code));
    socket.on('end', () => socket.end());
    peer.closed = new Promise((resolve) => socket.on('close', resolve));
  });
  await new Promise((resolve) => echo.listen(0, '127.0.0.1', resolve));
});
after(() => echo.close());

let proxy;
afterEach(() => proxy?.stop());

class Client {
  pieces = [];
  error;
  #wake = () => {};

  static async connect() {
    const client = new Client();
    client.socket = net.connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    client.socket.on('data', (bytes) => (client.pieces.push(bytes), client.#wake()));
    client.socket.on('error', (error) => (client.error = error.code));
    client.ended = new Promise((resolve) => client.socket.on('end', () => resolve('end')));
    client.closed = new Promise((resolve) => client.socket.on('close', () => resolve(client.error ?? 'close')));
    await new Promise((resolve) => client.socket.once('connect', resolve));
    return client;
  }

  get bytes() {
    return Buffer.concat(this.pieces);
  }

  async received(count) {
    while (this.bytes.length < count) await new Promise((resolve) => (this.#wake = resolve));
    return this.bytes;
  }
}

const through = async (fault, options = {}) => {
  proxy = await FaultProxy.start(echo.address().port, { choose: () => fault, ...options });
  return Client.connect();
};
const text = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));

test('without a fault all bytes arrive, and the end of each side', async () => {
  const client = await through({});
  client.socket.end(text);
  assert.equal(await client.ended, 'end');
  assert.deepEqual(client.bytes, text);
});

describe('at exactly the k-th byte', () => {
  for (const at of [0, 1, 500, 999]) {
    test(`cut down at ${at}: so many bytes arrive, then an orderly end`, async () => {
      const client = await through({ act: 'cut', at });
      client.socket.write(text);
      assert.equal(await client.ended, 'end');
      assert.equal(client.bytes.length, at);
      assert.equal(client.error, undefined);
      client.socket.destroy();
    });

    test(`reset up at ${at}: the server gets so many bytes, both sides RST`, async () => {
      const client = await through({ act: 'reset', way: 'up', at, slice: 100 });
      client.socket.write(text);
      assert.equal(await client.closed, 'ECONNRESET');
      const peer = accepted.at(-1);
      await peer.closed;
      assert.ok(peer.got <= at, `${peer.got} of ${at}`);
      assert.equal(peer.error, 'ECONNRESET');
    });
  }

  test('stall: nothing more goes on, later all of it', async () => {
    const client = await through({ act: 'stall', at: 300, ms: 30 });
    client.socket.write(text);
    await client.received(300);
    assert.equal(client.bytes.length, 300);
    assert.deepEqual(await client.received(1000), text);
    assert.equal(proxy.counts.stall, 1);
  });

  test('dead: one direction gives nothing while the other one lives; then RST', async () => {
    const client = await through({ act: 'dead', way: 'down', at: 100, ms: 50 });
    client.socket.write(text);
    await client.received(100);
    client.socket.write(text);
    assert.equal(await client.closed, 'ECONNRESET');
    assert.equal(client.bytes.length, 100);
    assert.equal(accepted.at(-1).got, 2000);
  });
});

test('slice: pieces of 1 to n bytes, all in order', async () => {
  const client = await through({ slice: 3, delay: 1 });
  client.socket.write(text.subarray(0, 60));
  assert.deepEqual(await client.received(60), text.subarray(0, 60));
  assert.ok(client.pieces.length > 10, `${client.pieces.length} pieces`);
});

test('delay and rate: what is sent takes at least so long', async () => {
  const began = performance.now();
  const client = await through({ delay: 20, rate: 20_000 });
  client.socket.write(text);
  await client.received(1000);
  assert.ok(performance.now() - began >= 2 * (20 + 50) - 5);
});

test('cutAll resets every connection; heal only those with a fault, and new ones get none', async () => {
  const faults = [{ slice: 5 }, {}];
  proxy = await FaultProxy.start(echo.address().port, { choose: () => faults.shift() });
  const [faulty, sound] = [await Client.connect(), await Client.connect()];
  for (const client of [faulty, sound]) client.socket.write('x');
  await Promise.all([faulty.received(1), sound.received(1)]);
  proxy.heal();
  assert.equal(await faulty.closed, 'ECONNRESET');
  sound.socket.write('y');
  assert.equal(String(await sound.received(2)), 'xy');
  const fresh = await Client.connect();
  fresh.socket.write('z');
  await fresh.received(1);
  proxy.cutAll();
  assert.deepEqual(await Promise.all([sound.closed, fresh.closed]), ['ECONNRESET', 'ECONNRESET']);
});

test('nobody listens behind it: the client is reset, and later connections find the new target', async () => {
  proxy = await FaultProxy.start(1);
  const lost = await Client.connect();
  assert.equal(await lost.closed, 'ECONNRESET');
  proxy.target = echo.address().port;
  const client = await Client.connect();
  client.socket.write('x');
  await client.received(1);
});

test('the same seed gives the same faults, another one others; every kind occurs', () => {
  const faults = (seed) => {
    const chance = random(seed);
    return Array.from({ length: 200 }, () => anyFault(chance));
  };
  assert.deepEqual(faults(7), faults(7));
  assert.notDeepEqual(faults(7), faults(8));
  const keys = new Set(faults(7).flatMap((fault) => [...Object.keys(fault), fault.act]));
  for (const key of ['slice', 'delay', 'rate', 'cut', 'reset', 'stall', 'dead']) assert.ok(keys.has(key), key);
});

test('a client that reads nothing is reset all the same, and leaves nothing behind', async () => {
  const before = accepted.length;
  const client = await through({});
  client.socket.pause();
  client.socket.write(Buffer.alloc(8 * 1024 * 1024)); // more than all buffers on the way back hold
  while (accepted.length === before || accepted.at(-1).got === 0) await new Promise(setImmediate);
  proxy.cutAll();
  await accepted.at(-1).closed;
  client.socket.destroy();
  await client.closed;
  assert.equal(proxy.size, 0);
});
