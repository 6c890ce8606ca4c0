// The real server: starts the executable named by PARLEY_BIN on a free port with a data directory of its own.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

const startWithinMs = 20_000;

function executable(): string {
  const binary = process.env['PARLEY_BIN'];
  if (binary === undefined) throw new Error('PARLEY_BIN names no parley executable');
  return binary;
}

export class Server {
  url = '';
  private process: ChildProcess | null = null;
  private log = '';

  private constructor(
    private readonly data: string,
    private readonly options: readonly string[],
  ) {}

  static async start(options: readonly string[] = ['--rate-limits', 'off']): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'parley-e2e-')), options);
    await server.run('127.0.0.1:0');
    return server;
  }

  /** Everything it said so far; for messages of failed tests. */
  get output(): string {
    return this.log;
  }

  /** As a power cut would: no goodbye. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** The database; to be touched only while the server is down. */
  get database(): string {
    return join(this.data, 'parley.db');
  }

  /** On the same port and data. */
  async restart(): Promise<void> {
    await this.run(new URL(this.url).host);
  }

  /** `parley WORDS…` beside the running server; what it printed. */
  async command(...words: string[]): Promise<string> {
    return (await promisify(execFile)(executable(), [...words, '--data', this.data])).stdout;
  }

  /** What no client can bring about, such as messages of last week: written into the database of the stopped server. */
  async rewrite(sql: string): Promise<void> {
    await this.end('SIGTERM');
    const database = new DatabaseSync(join(this.data, 'parley.db'));
    database.exec(sql);
    database.close();
    await this.restart();
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.data, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
    this.process = null;
  }

  private async run(listen: string): Promise<void> {
    const binary = executable();
    const args = ['serve', '--data', this.data, '--listen', listen, ...this.options, '--metrics-listen', 'none'];
    args.push('--turn-lag', '0'); // a machine that is busy with the browsers is no reason to refuse one
    // The server takes PARLEY_* for its configuration, and ours is none of it.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_')));
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.process = child;
    // What an earlier run said of its listening is no news of this one.
    const from = this.log.length;
    const url = await new Promise<string>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${binary}: ${why}\n${this.log}`));
      const timer = setTimeout(() => fail(`not listening within ${startWithinMs} ms`), startWithinMs);
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code) => fail(`ended with ${code}`));
      const read = (chunk: Buffer): void => {
        this.log += chunk.toString();
        const found = /listening.*?(127\.0\.0\.1:\d+)\s/.exec(this.log.slice(from).replaceAll('"', ' '));
        if (found?.[1] === undefined) return;
        clearTimeout(timer);
        resolve(`http://${found[1]}`);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
    });
    this.url = url;
  }
}
