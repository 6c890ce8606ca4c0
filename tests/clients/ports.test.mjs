// Clients that others made: two with the interface of socket.io-client (the whole scenario table), and two libraries
// on top of it that have a protocol of their own.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import Echo from 'laravel-echo';
import { WebSocket } from 'ws';
import { atLeast, load, locked, require } from './support/clients.mjs';
import { clientTest } from './support/results.mjs';
import { Bench, KILL_AND_RESTART, MODES, next, SCENARIOS } from './support/scenarios.mjs';
import { Server } from './support/server.mjs';

// What uni-app gives its programs for a WebSocket: the interface that @hyoga/uni-socket.io is written for.
globalThis.uni = {
  connectSocket({ url, header, protocols, success, complete }) {
    const socket = new WebSocket(url, protocols ?? [], { headers: header });
    socket.binaryType = 'arraybuffer';
    success?.({});
    complete?.({});
    return {
      onOpen: (handler) => socket.addEventListener('open', handler),
      onMessage: (handler) => socket.addEventListener('message', ({ data }) => handler({ data })),
      onClose: (handler) => socket.addEventListener('close', ({ code, reason }) => handler({ code, reason })),
      onError: (handler) => socket.addEventListener('error', ({ message }) => handler({ errMsg: message })),
      send: ({ data, success: sent }) => socket.send(data, () => sent?.({})),
      close: ({ code, reason } = {}) => socket.close(code, reason),
    };
  },
};

// The bundle's first line takes `window`; the rest asks whether there is one, to tell uni-app from a browser, and other
// clients here do too. So it is there once.
function loadUniSocket(alias) {
  Object.defineProperty(globalThis, 'window', {
    configurable: true,
    get() {
      delete globalThis.window;
      return globalThis;
    },
  });
  return load(alias);
}

// `speaks`: the version of socket.io-client that it was made from.
const PORTS = [
  { ...locked('socket.io-client-fixed-types'), speaks: '4.5.4', modes: Object.keys(MODES), loaded: load },
  { ...locked('@hyoga/uni-socket.io'), speaks: '4.0.0', modes: ['websocket'], loaded: loadUniSocket },
];

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

async function withBench(io, mode, own, run) {
  const bench = new Bench(io, mode, own);
  try {
    await run(bench);
  } finally {
    bench.close();
  }
}

for (const { alias, client, version, speaks, modes, loaded } of PORTS) {
  for (const mode of modes) {
    describe(`${client} ${version} over ${mode}`, { concurrency: 4 }, () => {
      const io = loaded(alias);
      for (const scenario of SCENARIOS) {
        if (scenario.since && !atLeast(speaks, ...scenario.since)) continue;
        clientTest({ client, version, mode, scenario: scenario.name }, () =>
          withBench(io, mode, server, (bench) => scenario.run(bench)),
        );
      }
      clientTest({ client, version, mode, scenario: KILL_AND_RESTART.name }, async () => {
        const own = await Server.start();
        try {
          await withBench(io, mode, own, (bench) => KILL_AND_RESTART.run(bench));
        } finally {
          await own.stop();
        }
      });
    });
  }
}

const IO = load('socket.io-client-4.8');
for (const mode of Object.keys(MODES)) {
  describe(`on top of socket.io-client 4.8 over ${mode}`, () => {
    const echo = locked('laravel-echo');
    clientTest({ ...echo, mode, scenario: 'a channel and its event' }, () =>
      withBench(IO, mode, server, async (bench) => {
        const room = bench.room();
        const client = new Echo({ broadcaster: 'socket.io', client: IO, host: server.url, forceNew: true, ...MODES[mode] });
        try {
          const heard = new Promise((resolve) => client.channel(room).listen('Subscribed', resolve));
          assert.deepEqual(await heard, { subscribed: true });
        } finally {
          client.disconnect();
        }
      }),
    );
    const feathers = locked('@feathersjs/socketio-client');
    clientTest({ ...feathers, mode, scenario: 'a method of a service' }, () =>
      withBench(IO, mode, server, async (bench) => {
        const { feathers: application } = require('@feathersjs/feathers');
        const app = application();
        const socket = bench.open();
        app.configure(load('@feathersjs/socketio-client')(socket));
        await next(socket, 'connect');
        assert.deepEqual(await app.service('messages').create({ text: 'h\u00e9' }), { text: 'h\u00e9' });
      }),
    );
  });
}
