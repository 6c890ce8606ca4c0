// Clients of Engine.IO 3 and older, and a parser of another wire format: refused at once and with a reason, never left
// hanging, and the server serves on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe } from 'node:test';
import { load, locked, require } from './support/clients.mjs';
import { clientTest, debianVersion } from './support/results.mjs';
import { Bench, next } from './support/scenarios.mjs';
import { Server } from './support/server.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

async function serverServes() {
  const bench = new Bench(load('socket.io-client-4.8'), 'upgrade', server);
  try {
    await bench.settled();
  } finally {
    bench.close();
  }
}

// What the client's handshake gets over polling is an answer with a status, over WebSocket only an end.
const MODES = ['polling', 'websocket'];

for (const alias of ['socket.io-client-1', 'socket.io-client-2', 'socket.io-client-pure']) {
  const { client, version } = locked(alias);
  for (const mode of MODES) {
    describe(`${client} ${version} over ${mode}`, () => {
      clientTest({ client, version, mode, scenario: 'refused' }, async () => {
        const socket = load(alias)(server.url, { transports: [mode], forceNew: true, reconnection: false });
        const [error] = await next(socket, 'connect_error');
        assert.equal(error.type, 'TransportError');
        if (mode === 'polling') assert.equal(error.description, 400);
        socket.close();
        await serverServes();
      });
    });
  }
}

for (const alias of ['engine.io-client-3', 'engine.io-client-pure']) {
  const { client, version } = locked(alias);
  for (const mode of MODES) {
    describe(`${client} ${version} over ${mode}`, () => {
      clientTest({ client, version, mode, scenario: 'refused' }, async () => {
        const engine = load(alias)(server.url, { path: '/engine.io/', transports: [mode] });
        const [error] = await next(engine, 'error');
        assert.equal(error.type, 'TransportError');
        engine.close();
        await serverServes();
      });
    });
  }
}

describe('sails.io.js', () => {
  const { client, version } = locked('sails.io.js');
  clientTest({ client, version, mode: 'websocket', scenario: 'refused' }, async () => {
    // It comes without a socket.io-client of its own and asks for one of the second generation.
    const sails = require('sails.io.js')(load('socket.io-client-2'));
    Object.assign(sails.sails, { url: server.url, autoConnect: false, environment: 'production', reconnection: false });
    const socket = sails.sails.connect(server.url, { transports: ['websocket'], reconnection: false });
    await new Promise((resolve) => socket.on('connect_error', resolve));
    await serverServes();
  });
});

describe('socket.io-msgpack-parser', () => {
  const { client, version } = locked('socket.io-msgpack-parser');
  clientTest({ client, version, mode: 'websocket', scenario: 'refused' }, async () => {
    const io = load('socket.io-client-4.8');
    const parser = require('socket.io-msgpack-parser');
    const socket = io(server.url, { parser, transports: ['websocket'], forceNew: true, reconnection: false });
    const [why] = await next(socket.io, 'close'); // its CONNECT is no Socket.IO packet: a parse error ends the session
    assert.equal(why, 'transport close');
    await serverServes();
  });
});

describe('python3-socketio-client', () => {
  const client = 'python3-socketio-client';
  clientTest({ client, version: debianVersion(client), mode: 'polling', scenario: 'refused' }, async () => {
    const port = new URL(server.url).port;
    const program = `from socketIO_client import SocketIO; SocketIO('127.0.0.1', ${port}, wait_for_connection=False)`;
    // The server is another process: this one may wait.
    const run = spawnSync(process.env.PARLEY_PYTHON ?? '/usr/bin/python3', ['-B', '-W', 'ignore', '-c', program], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.match(run.stderr, /ConnectionError: .*400 \{"code":5,"message":"Unsupported protocol version"\}/);
    await serverServes();
  });
});
