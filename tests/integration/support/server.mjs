// The real executable on a data directory of its own: started, stopped, killed, started again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';

const EXECUTABLE = process.env.PARLEY_BIN;
const START_PATIENCE_MS = 20_000; // sanitizer builds are slow
const LEFT_OVER_PATIENCE_MS = 15_000;
const END_PATIENCE_MS = 60_000; // only a server that lives on reaches it

const running = new Set();
const killAll = () => running.forEach((child) => child.kill('SIGKILL'));
process.on('exit', killAll);
// A test that failed did not come to stop its own, and a child that lives keeps Node from ending. What a file stops after its
// tests comes later than this.
after(() => void setTimeout(killAll, LEFT_OVER_PATIENCE_MS).unref());

// `parley <args>` as a command: its exit code and what it printed. An object in front of the arguments has its `input`.
export async function parley(...args) {
  const { input = '' } = typeof args[0] === 'object' ? args.shift() : {};
  const child = spawn(EXECUTABLE, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}); // it ended without reading
  child.stdin.end(input);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

export class Server {
  #child;
  #arguments;
  #output = '';
  #environment;
  #metrics;
  data;
  url = '';
  metricsUrl = '';
  ended; // resolves with {code, signal} when the process that was launched last has ended

  // Without `limits` the limits of rates and connections are off: tests are quicker than people. `data`: a directory that
  // there is already, else a new one. `metrics`: serves them, on any free port. `environment`: variables beside those of
  // this process.
  static async start({ limits = false, args = [], data, metrics = false, environment = {} } = {}) {
    const server = new Server();
    server.#metrics = metrics;
    server.data = data ?? mkdtempSync(path.join(tmpdir(), 'parley-integration-'));
    server.#environment = environment;
    // A machine that is busy with other tests is no reason to refuse clients.
    server.#arguments = ['--turn-lag', '0', ...(limits ? [] : ['--rate-limits', 'off']), ...args];
    await server.launch();
    return server;
  }

  // Starts on the same data directory; resolves when it listens, with the milliseconds that took.
  async launch() {
    if (!EXECUTABLE) throw new Error('set PARLEY_BIN to the executable');
    const began = performance.now();
    const fixed = ['serve', '--data', this.data, '--listen', '127.0.0.1:0'];
    fixed.push('--metrics-listen', this.#metrics ? '127.0.0.1:0' : 'none');
    const child = spawn(EXECUTABLE, [...fixed, ...this.#arguments], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#environment },
    });
    this.#child = child;
    this.#output = '';
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    await new Promise((resolve, reject) => {
      const fail = (why) => {
        clearTimeout(timer);
        reject(new Error(`${why}; output:\n${this.#output}`));
      };
      const timer = setTimeout(() => fail(`not listening after ${START_PATIENCE_MS} ms`), START_PATIENCE_MS);
      child.once('error', (error) => fail(String(error)));
      child.once('exit', (code, signal) => fail(`ended with ${signal ?? code} before it listened`));
      const read = (text) => {
        this.#output += text;
        const line = /listening\b.*?(\d+\.\d+\.\d+\.\d+):(\d+)/.exec(this.#output);
        const metrics = /metrics.*?(\d+\.\d+\.\d+\.\d+:\d+)/.exec(this.#output);
        if (!line || (this.#metrics && !metrics)) return;
        clearTimeout(timer);
        if (metrics) this.metricsUrl = `http://${metrics[1]}`;
        this.url = `http://${line[1]}:${line[2]}`;
        resolve();
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', read);
    });
    return performance.now() - began;
  }

  // The end that the process comes to by itself: {code, signal}.
  async itsEnd() {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it lives on; output:\n${this.#output}`)), END_PATIENCE_MS);
    });
    return Promise.race([this.ended, late]).finally(() => clearTimeout(timer));
  }

  get pid() {
    return this.#child.pid;
  }

  get output() {
    return this.#output;
  }

  // What `found` finds in the output, as soon as it does.
  async printed(found) {
    while (!found()) await once(this.#child.stdout, 'data');
    return found();
  }

  get host() {
    return new URL(this.url).host;
  }

  get key() {
    return readFileSync(path.join(this.data, 'jwt.key'));
  }

  async #end(signal) {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  }

  // kill -9: nothing is flushed, nothing said.
  kill() {
    return this.#end('SIGKILL');
  }

  // Asks it to end and resolves with its exit code.
  terminate() {
    return this.#end('SIGTERM');
  }

  async stop() {
    const code = await this.terminate();
    rmSync(this.data, { recursive: true, force: true });
    // A sanitizer's report ends the process with another code.
    if (code !== 0) throw new Error(`parley ended with ${code}; output:\n${this.#output}`);
  }
}
