// Connection state recovery with the JavaScript clients that know it (4.6 and newer): through a proxy that cuts
// connections and keeps clients out until what they shall miss was sent.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe } from 'node:test';
import { atLeast, load, lockedVersions } from './support/clients.mjs';
import { clientTest } from './support/results.mjs';
import { Server } from './support/server.mjs';

const VERSIONS = lockedVersions('socket.io-client').filter(({ version }) => atLeast(version, 4, 6));
const LONG_MS = '60000';

// Between the client and the server. Closed, it drops connections as they come.
class Proxy {
  #server;
  #pairs = new Set();
  #open = true;

  static async before(url) {
    const proxy = new Proxy();
    const port = Number(new URL(url).port);
    proxy.#server = net.createServer((inner) => {
      if (!proxy.#open) return inner.destroy();
      const outer = net.connect(port, '127.0.0.1');
      const pair = [inner, outer];
      proxy.#pairs.add(pair);
      const end = () => {
        pair.forEach((socket) => socket.destroy());
        proxy.#pairs.delete(pair);
      };
      pair.forEach((socket) => socket.on('error', end).on('close', end));
      inner.pipe(outer).pipe(inner);
    });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }
  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }
  cut() {
    this.#open = false;
    for (const pair of this.#pairs) pair.forEach((socket) => socket.destroy());
  }
  open() {
    this.#open = true;
  }
  end() {
    this.cut();
    this.#server.close();
  }
}

const next = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));
const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, resolve));

let rooms = 0; // each scene has its own

// One client in a room behind a proxy, and one that talks to that room directly.
class Scene {
  static async set(io, transport, server) {
    const scene = new Scene();
    scene.room = `room ${++rooms}`;
    scene.proxy = await Proxy.before(server.url);
    const options = { transports: [transport], forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 40 };
    scene.teller = io(server.url, options);
    scene.socket = io(scene.proxy.url, options);
    scene.heard = [];
    scene.socket.on('told', (room, what) => scene.heard.push(what));
    await Promise.all([next(scene.socket, 'auth'), next(scene.teller, 'auth')]);
    await ask(scene.socket, 'join', scene.room); // acknowledged with nothing
    await scene.tell('first');
    await scene.hear('first');
    return scene;
  }
  // Returns when the server has handled it.
  async tell(...what) {
    for (const each of what) this.teller.emit('tell', this.room, each);
    await ask(this.teller, 'message-with-ack');
  }
  async hear(last) {
    while (this.heard.at(-1) !== last) await next(this.socket, 'told');
  }
  // What the client knows about itself.
  get identity() {
    return { id: this.socket.id, pid: this.socket._pid };
  }
  async lose() {
    const gone = next(this.socket, 'disconnect');
    this.proxy.cut();
    await gone;
  }
  async comeBack() {
    const back = next(this.socket, 'connect');
    this.proxy.open();
    await back;
  }
  end() {
    this.socket.close();
    this.teller.close();
    this.proxy.end();
  }
}

const last = (character) => (character === 'A' ? 'B' : 'A');

// Each makes a client new, though its connection is lost like any other's.
const STRANGERS = {
  'unknown offset': ({ socket }) => (socket._lastOffset = 'nonsense'),
  'unknown pid': ({ socket }) => (socket._pid = 'A'.repeat(32)),
  'a guessed pid': ({ socket }) => (socket._pid = socket._pid.slice(0, -1) + last(socket._pid.at(-1))),
  'no offset': ({ socket }) => (socket._lastOffset = undefined),
};

describe('connection state recovery', { concurrency: 4 }, () => {
  const servers = {};
  before(async () => {
    servers.long = await Server.start('--threads', '3', '--recovery-ms', LONG_MS);
    servers.brief = await Server.start('--threads', '3', '--recovery-ms', '1');
    servers.off = await Server.start('--threads', '3');
  });
  after(() => Promise.all(Object.values(servers).map((server) => server.stop())));

  for (const { alias, client, version } of VERSIONS) {
    for (const mode of ['polling', 'websocket']) {
      const play = (name, server, run) =>
        clientTest({ client, version, mode, scenario: `recovery: ${name}` }, async () => {
          const scene = await Scene.set(load(alias), mode, servers[server]);
          try {
            await run(scene);
          } finally {
            scene.end();
          }
        });
      const isNew = async (scene, identity) => {
        assert.ok(!scene.socket.recovered);
        assert.notEqual(scene.socket.id, identity.id);
        await scene.tell('to the room');
        await ask(scene.socket, 'message-with-ack');
        assert.deepEqual(scene.heard, ['first'], 'a new client is in no room');
      };

      play('comes back after a lost connection, several times', 'long', async (scene) => {
        const { identity } = scene;
        const told = ['first'];
        assert.ok(!scene.socket.recovered);
        assert.ok(identity.pid);
        for (let round = 0; round < 4; ++round) {
          await scene.lose();
          const missed = [`${round}a`, `${round}b`, `${round}c`];
          await scene.tell(...missed);
          await scene.comeBack();
          assert.equal(scene.socket.recovered, true);
          assert.deepEqual(scene.identity, identity);
          await scene.tell(`${round} live`);
          await scene.hear(`${round} live`);
          told.push(...missed, `${round} live`);
          assert.deepEqual(scene.heard, told);
        }
      });

      play('binary events are recovered', 'long', async (scene) => {
        await scene.lose();
        await scene.tell(Buffer.from([1, 2, 255]));
        await scene.comeBack();
        await scene.tell('live');
        await scene.hear('live');
        assert.deepEqual(scene.heard.map((what) => (typeof what === 'string' ? what : [...what])), ['first', [1, 2, 255], 'live']);
      });

      play('ended by the server without 41 is recovered', 'long', async (scene) => {
        const { identity } = scene;
        const [gone, back] = [next(scene.socket, 'disconnect'), next(scene.socket, 'connect')];
        scene.socket.emit('break-me');
        await gone;
        await back;
        assert.equal(scene.socket.recovered, true);
        assert.deepEqual(scene.identity, identity);
      });

      play('not after a disconnect by the client', 'long', async (scene) => {
        const { identity } = scene;
        scene.socket.disconnect();
        const back = next(scene.socket, 'connect');
        scene.socket.connect();
        await back;
        await isNew(scene, identity);
      });

      play('not after a disconnect by the server', 'long', async (scene) => {
        const { identity } = scene;
        const gone = next(scene.socket, 'disconnect');
        scene.socket.emit('disconnect-me');
        assert.equal(await gone, 'io server disconnect');
        const back = next(scene.socket, 'connect');
        scene.socket.connect();
        await back;
        await isNew(scene, identity);
      });

      for (const [name, change] of Object.entries(STRANGERS)) {
        play(`not with ${name}`, 'long', async (scene) => {
          const { identity } = scene;
          await scene.lose();
          change(scene);
          await scene.comeBack();
          await isNew(scene, identity);
        });
      }

      // The server ends it, so it knows when: a lost poll it may not notice before the ping timeout.
      play('not when it comes too late', 'brief', async (scene) => {
        const { identity } = scene;
        const [gone, back] = [next(scene.socket, 'disconnect'), next(scene.socket, 'connect')];
        scene.socket.emit('break-me');
        await gone;
        await back; // 10 ms later at least
        await isNew(scene, identity);
      });

      play('off, it is not there', 'off', async (scene) => {
        const { identity } = scene;
        assert.equal(identity.pid, undefined);
        let count = 0;
        scene.socket.on('told', (...args) => (count = args.length));
        await scene.tell('plain');
        await scene.hear('plain');
        assert.equal(count, 2);
        await scene.lose();
        await scene.comeBack();
        assert.ok(!scene.socket.recovered);
        assert.notEqual(scene.socket.id, identity.id);
      });
    }
  }
});
