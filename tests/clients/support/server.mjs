// sio-clients-server: started on a free port, killed, and started again on the same one.
import { spawn } from 'node:child_process';

const EXECUTABLE = process.env.SIO_CLIENTS_SERVER;
const START_PATIENCE_MS = 20_000; // sanitizer builds are slow
// Pings come often, so that every scenario lives over some; a client that the machine held up is not given up.
const TIMES = ['--ping-interval-ms', '300', '--ping-timeout-ms', '10000'];

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Server {
  #child;
  #more;
  #port = 0;

  static async start(...more) {
    const server = new Server();
    server.#more = more;
    await server.launch();
    return server;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  // Starts it, after kill() on the port that it had.
  launch() {
    if (!EXECUTABLE) throw new Error('set SIO_CLIENTS_SERVER to the executable');
    const child = spawn(EXECUTABLE, ['--listen', `127.0.0.1:${this.#port}`, ...TIMES, ...this.#more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not listening after ${START_PATIENCE_MS} ms`)), START_PATIENCE_MS);
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`ended with ${signal ?? code} before it listened`)));
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        output += text;
        const line = /listening on \S+:(\d+)/.exec(output);
        if (!line) return;
        clearTimeout(timer);
        this.#port = Number(line[1]);
        resolve();
      });
    });
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

  kill() {
    return this.#end('SIGKILL');
  }

  async stop() {
    const code = await this.#end('SIGTERM');
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  }
}
