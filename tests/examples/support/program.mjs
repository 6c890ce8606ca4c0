// An example program in a process of its own, and the real socket.io-client to talk to it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

// The client that the integration tests have locked.
const require = createRequire(new URL('../../integration/package.json', import.meta.url));
export const { io } = require('socket.io-client');

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const BUILD = process.env.SIO_BUILD ?? `${ROOT}build/release`;
export const TRANSPORTS = { polling: ['polling'], websocket: ['websocket'], upgrade: ['polling', 'websocket'] };
const PATIENCE_MS = 20_000; // only a broken program reaches it

export function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Program {
  lines = [];
  #child;
  #wake = new Set();
  #sockets = [];

  // Starts an executable at a free port and waits until it says where it listens.
  static async start(executable, args = ['127.0.0.1:0']) {
    const program = new Program();
    program.#child = spawn(executable, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    program.exited = new Promise((resolve, reject) => {
      program.#child.on('error', reject);
      program.#child.on('close', (code, signal) => resolve(signal ?? code));
    });
    createInterface({ input: program.#child.stdout }).on('line', (line) => {
      program.lines.push(line);
      for (const wake of program.#wake) wake();
    });
    const ended = program.exited.then((code) => Promise.reject(new Error(`${executable} ended with ${code}`)));
    program.url = (await Promise.race([program.line(/^listening on (http\S+)$/), ended]))[1];
    ended.catch(() => {});
    return program;
  }

  // The first line of its output that matches.
  line(pattern) {
    return within(
      new Promise((resolve) => {
        const look = () => {
          const found = this.lines.map((line) => pattern.exec(line)).find(Boolean);
          if (!found) return;
          this.#wake.delete(look);
          resolve(found);
        };
        this.#wake.add(look);
        look();
      }),
      `line ${pattern}`,
    );
  }

  // A socket that keeps what it gets: socket.log holds [event, …arguments] in their order.
  socket(options = {}) {
    const socket = io(this.url, { reconnection: false, forceNew: true, transports: TRANSPORTS.websocket, ...options });
    socket.log = [];
    socket.onAny((...event) => socket.log.push(event));
    this.#sockets.push(socket);
    return socket;
  }

  async connect(options) {
    const socket = this.socket(options);
    await within(
      new Promise((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      }),
      'connection',
    );
    return socket;
  }

  // SIGTERM; it must end by itself with 0. `heard`: what a client still connected must hear meanwhile.
  async stop(heard) {
    if (!heard) this.#disconnect();
    this.#child.kill('SIGTERM');
    await heard;
    assert.equal(await within(this.exited, 'end of the program'), 0);
    this.#disconnect();
  }

  // Ends a program that handles no signals.
  async kill() {
    this.#disconnect();
    this.#child.kill('SIGTERM');
    assert.equal(await within(this.exited, 'end of the program'), 'SIGTERM');
  }

  #disconnect() {
    for (const socket of this.#sockets) socket.disconnect();
  }
}

// Emits and gives the arguments of the acknowledgement.
export function ask(socket, event, ...args) {
  return within(
    new Promise((resolve) => socket.emit(event, ...args, (...answer) => resolve(answer))),
    `acknowledgement of ${event}`,
  );
}

// The arguments of the first event of that name that this socket got and nobody asked for yet.
export function next(socket, event) {
  socket.taken ??= new Set();
  return within(
    new Promise((resolve) => {
      const look = () => {
        const found = socket.log.find((entry) => entry[0] === event && !socket.taken.has(entry));
        if (!found) return;
        socket.offAny(look);
        socket.taken.add(found);
        resolve(found.slice(1));
      };
      socket.onAny(look);
      look();
    }),
    event,
  );
}

// What it got of that name so far, asked for or not.
export const all = (socket, event) => socket.log.filter(([name]) => name === event).map(([, ...args]) => args);
