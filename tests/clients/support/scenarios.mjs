// The scenario table: what every client with the interface of socket.io-client does against the server. A scenario is
// { name, since?, only?, run(bench) }; `since` is the first version that can do it, `only` the modes in which it is run.
import assert from 'node:assert/strict';
import { DATA, bytesOf, deepEqualWithBytes } from './data.mjs';

export const MODES = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
};

const PATIENCE_MS = 20_000;

// Resolves with the arguments of an event.
export function next(emitter, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no '${event}' within ${PATIENCE_MS} ms`)), PATIENCE_MS);
    emitter.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

// One client library in one mode, and the sockets it opened.
export class Bench {
  #sockets = [];
  static #rooms = 0;

  constructor(io, mode, server) {
    Object.assign(this, { io, mode, server });
  }

  // A socket that is about to connect, with a Manager of its own.
  open(nsp = '/', options = {}) {
    const socket = this.io(this.server.url + nsp, {
      ...MODES[this.mode],
      forceNew: true,
      reconnection: false,
      ...options,
    });
    this.#sockets.push(socket);
    return socket;
  }

  async connect(nsp, options) {
    const socket = this.open(nsp, options);
    // CONNECT may be under way before the upgrade; what a scenario does then happens during it.
    const auth = next(socket, 'auth');
    await next(socket, 'connect');
    socket.authSeen = (await auth)[0];
    return socket;
  }

  // As connect(), and the transport is the one that the mode ends on.
  async settled(nsp, options) {
    const socket = await this.connect(nsp, options);
    const engine = socket.io.engine;
    const last = MODES[this.mode].transports.at(-1);
    if (engine.transport.name !== last) await next(engine, 'upgrade');
    assert.equal(engine.transport.name, last);
    return socket;
  }

  request(socket, event, ...args) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`'${event}' was not acknowledged`)), PATIENCE_MS);
      socket.emit(event, ...args, (...answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  room() {
    return `room ${process.pid} ${++Bench.#rooms}`;
  }

  close() {
    for (const socket of this.#sockets) socket.io.opts.reconnection = false;
    for (const socket of this.#sockets) socket.disconnect();
  }
}

async function echoes(bench, socket, args) {
  const back = next(socket, 'message-back');
  socket.emit('message', ...args);
  deepEqualWithBytes(await back, args);
}

export const SCENARIOS = [
  {
    name: 'connects, with an id of its own',
    async run(bench) {
      const socket = await bench.settled();
      assert.match(socket.id, /^[\w-]{15,}$/);
      assert.notEqual(socket.id, socket.io.engine.id);
      assert.equal(socket.connected, true);
    },
  },
  {
    name: 'auth payload',
    async run(bench) {
      assert.deepEqual((await bench.connect()).authSeen, {});
      const auth = { token: 'h\u00e9 \u{1f600} "\\', nested: { list: [1, null, true] } };
      assert.deepEqual((await bench.connect('/', { auth })).authSeen, auth);
      const late = await bench.connect('/custom', { auth: (give) => setImmediate(() => give({ late: 1 })) });
      assert.deepEqual(late.authSeen, { late: 1 });
    },
  },
  {
    name: 'events both ways: unicode, nesting, numbers, 300 KB',
    async run(bench) {
      const socket = await bench.connect();
      for (const args of DATA.texts) await echoes(bench, socket, args);
    },
  },
  {
    name: 'binary both ways: nested, empty, several, 200 KB',
    async run(bench) {
      const socket = await bench.connect();
      for (const args of DATA.binaries) await echoes(bench, socket, args);
    },
  },
  {
    name: 'acknowledgements by the server',
    async run(bench) {
      const socket = await bench.connect();
      assert.deepEqual(await bench.request(socket, 'message-with-ack'), []);
      const answers = await Promise.all([1, 2, 3, 4, 5].map((i) => bench.request(socket, 'message-with-ack', i, `${i}`)));
      assert.deepEqual(answers, [1, 2, 3, 4, 5].map((i) => [i, `${i}`]));
      for (const args of DATA.binaries) deepEqualWithBytes(await bench.request(socket, 'message-with-ack', ...args), args);
    },
  },
  {
    name: 'acknowledgements by the client',
    async run(bench) {
      const socket = await bench.connect();
      let seen;
      socket.on('question', (...args) => {
        const answer = args.pop();
        seen = args;
        answer('yes', bytesOf(3), { deep: [bytesOf(70_000)] });
      });
      const answered = next(socket, 'answered');
      socket.emit('ask', 'ready?', bytesOf(5));
      deepEqualWithBytes(await answered, ['yes', bytesOf(3), { deep: [bytesOf(70_000)] }]);
      deepEqualWithBytes(seen, ['ready?', bytesOf(5)]);
      const unanswered = next(socket, 'unanswered');
      socket.off('question');
      socket.emit('ask-briefly', 'are you there?');
      await unanswered;
    },
  },
  {
    name: 'timeout of an acknowledgement',
    since: [4, 4],
    async run(bench) {
      const socket = await bench.connect();
      const error = await new Promise((resolve) => socket.timeout(50).emit('silence', resolve));
      assert.equal(error.message, 'operation has timed out');
      const [none, answer] = await new Promise((resolve) =>
        socket.timeout(PATIENCE_MS).emit('message-with-ack', 'here', (...args) => resolve(args)),
      );
      assert.deepEqual([none, answer], [null, 'here']);
    },
  },
  {
    name: 'acknowledgements as promises, and retries',
    since: [4, 6],
    async run(bench) {
      const socket = await bench.connect();
      assert.equal(await socket.emitWithAck('message-with-ack', 'promised'), 'promised');
      await assert.rejects(socket.timeout(50).emitWithAck('silence'));
      const stubborn = await bench.connect('/', { retries: 50, ackTimeout: 200 });
      const answer = await new Promise((resolve) => stubborn.emit('answer-at-third', bench.room(), (...args) => resolve(args)));
      assert.deepEqual(answer, [null, 3]);
    },
  },
  {
    name: 'several namespaces over one connection',
    async run(bench) {
      const root = await bench.connect();
      const custom = root.io.socket('/custom');
      await next(custom, 'connect');
      assert.equal(custom.io.engine, root.io.engine);
      assert.notEqual(custom.id, root.id);
      const strays = [];
      root.on('message-back', (text) => strays.push(text));
      await echoes(bench, custom, ['in custom', bytesOf(4)]);
      custom.disconnect();
      assert.deepEqual(await bench.request(root, 'message-with-ack', 'still here'), ['still here']);
      assert.deepEqual(strays, []);
    },
  },
  {
    name: 'CONNECT_ERROR: unknown namespace, refusal with data, second try',
    async run(bench) {
      const [unknown] = await next(bench.open('/nowhere'), 'connect_error');
      assert.equal(unknown.message, 'Invalid namespace');
      const root = await bench.connect();
      const guarded = root.io.socket('/guarded', { auth: { token: 'wrong' } });
      const [refusal] = await next(guarded, 'connect_error');
      assert.equal(refusal.message, 'not without a token');
      assert.deepEqual(refusal.data, { code: 7, text: 'h\u00e9' });
      assert.equal(guarded.connected, false);
      const engine = root.io.engine.id;
      guarded.auth = { token: 'let me in' };
      guarded.connect();
      await next(guarded, 'connect');
      assert.equal(guarded.io.engine.id, engine); // the session stayed
      await echoes(bench, guarded, ['inside']);
    },
  },
  {
    name: 'disconnection by the server: one namespace, all, the session alone',
    async run(bench) {
      const root = await bench.connect(); // in mid-upgrade, where there is one
      const custom = root.io.socket('/custom');
      await next(custom, 'connect');
      const left = next(custom, 'disconnect');
      custom.emit('disconnect-me');
      assert.equal((await left)[0], 'io server disconnect');
      assert.deepEqual(await bench.request(root, 'message-with-ack', 'still here'), ['still here']);
      const ended = next(root, 'disconnect');
      root.emit('close-me');
      assert.equal((await ended)[0], 'io server disconnect');
      const again = await bench.connect('/', { reconnection: true, reconnectionDelay: 10 });
      const [before, broken, back] = [again.id, next(again, 'disconnect'), next(again.io, 'reconnect')];
      again.emit('break-me');
      assert.match((await broken)[0], /^transport (close|error)$/);
      await back;
      if (!again.connected) await next(again, 'connect');
      assert.notEqual(again.id, before);
      await echoes(bench, again, ['back']);
    },
  },
  {
    name: 'leaves and comes back',
    async run(bench) {
      const socket = await bench.connect();
      const [id, left, closed] = [socket.id, next(socket, 'disconnect'), next(socket.io.engine, 'close')];
      socket.disconnect();
      assert.equal((await left)[0], 'io client disconnect');
      await closed; // versions before 4.4 take the end of the old connection for that of a new one
      socket.connect();
      await next(socket, 'connect');
      assert.notEqual(socket.id, id);
      await echoes(bench, socket, ['again']);
    },
  },
  {
    name: 'rooms and broadcasts',
    async run(bench) {
      const [a, b, c] = await Promise.all([bench.connect(), bench.connect(), bench.connect()]);
      const room = bench.room();
      const heard = { a: [], b: [], c: [] };
      for (const [name, socket] of Object.entries({ a, b, c })) {
        socket.on('told', (where, ...args) => where === room && heard[name].push(args));
      }
      await bench.request(a, 'join', room);
      await bench.request(b, 'join', room);
      a.emit('tell', room, 'to b', bytesOf(6));
      b.emit('tell', room, 'to a');
      // What comes last to everybody shows that nothing else was under way.
      const all = Promise.all([a, b, c].map((socket) => next(socket, 'told-all')));
      await Promise.all([bench.request(a, 'message-with-ack'), bench.request(b, 'message-with-ack')]);
      c.emit('tell-all', 'to all');
      await all;
      await bench.request(b, 'leave', room);
      a.emit('tell', room, 'to nobody');
      await bench.request(a, 'message-with-ack');
      await bench.request(b, 'message-with-ack');
      deepEqualWithBytes(heard, { a: [['to a']], b: [['to b', bytesOf(6)]], c: [] });
    },
  },
  {
    name: 'a burst in order, sent before the connection stands',
    async run(bench) {
      const socket = bench.open();
      const [back, counted] = [[], []];
      socket.on('message-back', (i) => back.push(i));
      const done = new Promise((resolve) => {
        socket.on('counted', (i, data) => {
          counted.push(data === undefined ? i : [i, bytesOf(i, 0xff)].concat(data.byteLength === i ? [] : ['!']));
          if (counted.length === 200) resolve();
        });
      });
      for (let i = 0; i < 200; ++i) socket.emit('message', i, ...(i % 8 === 5 ? [bytesOf(i)] : []));
      socket.emit('count', 200);
      await done;
      await bench.request(socket, 'message-with-ack');
      const numbers = Array.from({ length: 200 }, (_, i) => i);
      assert.deepEqual(back, numbers);
      deepEqualWithBytes(counted, numbers.map((i) => (i % 4 === 3 ? [i, bytesOf(i, 0xff)] : i)));
    },
  },
  {
    name: 'volatile events',
    async run(bench) {
      const socket = await bench.settled();
      // Dropped by the client itself while a request is under way: tried until one was let through.
      const back = next(socket, 'message-back');
      const timer = setInterval(() => socket.volatile.emit('message', 'may be lost'), 20);
      assert.deepEqual(await back, ['may be lost']);
      clearInterval(timer);
    },
  },
  {
    name: 'heartbeat over four intervals',
    async run(bench) {
      const socket = await bench.settled();
      let pings = 0;
      await new Promise((resolve, reject) => {
        socket.once('disconnect', (why) => reject(new Error(`disconnected: ${why}`)));
        socket.io.engine.on('packet', (packet) => packet.type === 'ping' && ++pings === 4 && resolve());
      });
      await echoes(bench, socket, ['alive']);
    },
  },
];

// The server is killed without a word and started again: the client comes back by itself, what it had to say meanwhile
// is kept by it and arrives.
export const KILL_AND_RESTART = {
  name: 'comes back by itself after the server was killed',
  async run(bench) {
    const socket = await bench.settled('/', { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 100 });
    const [before, gone] = [socket.id, next(socket, 'disconnect')];
    await bench.server.kill();
    assert.match((await gone)[0], /^transport (close|error)$/);
    const back = next(socket, 'message-back');
    socket.emit('message', 'kept', bytesOf(2));
    const attempt = next(socket.io, 'reconnect_error'); // it tries while nobody listens
    await attempt;
    const connected = next(socket, 'connect');
    await bench.server.launch();
    await connected;
    assert.notEqual(socket.id, before);
    deepEqualWithBytes(await back, ['kept', bytesOf(2)]);
  },
};
