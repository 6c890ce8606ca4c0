// libfault.so from the outside: which call of the server fails, and how. Offsets as in tests/support/libfault/control.hpp.
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';

const CALLS = { read: 1, write: 2, sync: 4, truncate: 8, open: 16, name: 32, allocate: 64, accept: 128 };
const RULES_AT = 64;
const RULE_BYTES = 256;
const RULES = 4;
const AT = { at: 0, later: 8, calls: 16, action: 24, delay: 32, seen: 40, struck: 48, match: 56 };
const MATCH_BYTES = 128;
const CLOCK_AT = 0;
const LOADED_AT = 8;

const LIBRARY = path.join(path.dirname(process.env.PARLEY_BIN ?? ''), 'libfault.so');
export const noLibfault = /asan|tsan/.test(LIBRARY) && !existsSync(LIBRARY) ? 'no libfault.so under sanitizers' : false;

const open = new Set();
process.on('exit', () => open.forEach((faults) => faults.close()));

export class Faults {
  #folder = mkdtempSync(path.join(tmpdir(), 'parley-faults-'));
  #file;

  constructor() {
    if (!existsSync(LIBRARY)) throw new Error(`no ${LIBRARY}: build libfault`);
    const file = path.join(this.#folder, 'control');
    writeFileSync(file, Buffer.alloc(4096));
    this.#file = openSync(file, 'r+');
    // For the processes that shall have faults.
    this.environment = { LD_PRELOAD: LIBRARY, LIBFAULT_CONTROL: file };
    open.add(this);
  }

  close() {
    if (!open.delete(this)) return;
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  // From now on the `at`-th of the calls that fit (all from there on, with `later`) fails with `error` ("ENOSPC"), or the
  // process is killed there (`error: 'kill'`), or the call returns `delayMs` late. `calls`: names of CALLS, spaced.
  // `match`: part of the path of the file, or of the library that asks for memory; its end with '$' behind it.
  arm(rule, { calls, at = 1, later = false, error, delayMs, match = '' }) {
    if (rule >= RULES || match.length >= MATCH_BYTES) throw new Error('libfault: no such rule');
    const bits = calls.split(' ').reduce((sum, name) => sum | (CALLS[name] ?? NaN), 0);
    const action = delayMs === undefined ? (error === 'kill' ? 0 : constants.errno[error]) : -1;
    if (!bits || action === undefined) throw new Error(`libfault: ${calls} ${error}`);
    this.disarm(rule);
    this.#put(rule, AT.later, later ? 1 : 0);
    this.#put(rule, AT.calls, bits);
    this.#put(rule, AT.action, action);
    this.#put(rule, AT.delay, (delayMs ?? 0) * 1000);
    this.#put(rule, AT.seen, 0);
    this.#put(rule, AT.struck, 0);
    const text = Buffer.alloc(MATCH_BYTES);
    text.write(match);
    writeSync(this.#file, text, 0, MATCH_BYTES, this.#place(rule, AT.match));
    this.#put(rule, AT.at, at);
  }

  disarm(rule) {
    this.#put(rule, AT.at, 0);
  }

  // Counts what fits and lets it through.
  count(rule, what) {
    this.arm(rule, { ...what, at: 2 ** 40, error: 'EIO' });
  }

  // Calls that fitted since it was armed, and how many of them were struck.
  seen(rule) {
    return this.#get(this.#place(rule, AT.seen));
  }
  struck(rule) {
    return this.#get(this.#place(rule, AT.struck));
  }

  // What the wall clock of the processes is ahead of the true one.
  shiftClock(seconds) {
    this.#write(CLOCK_AT, seconds * 1_000_000);
  }

  // How many processes have loaded the library.
  get loaded() {
    return this.#get(LOADED_AT);
  }

  #place(rule, field) {
    return RULES_AT + rule * RULE_BYTES + field;
  }
  #put(rule, field, value) {
    this.#write(this.#place(rule, field), value);
  }
  #write(at, value) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    writeSync(this.#file, bytes, 0, 8, at);
  }
  #get(at) {
    const bytes = Buffer.alloc(8);
    readSync(this.#file, bytes, 0, 8, at);
    return Number(bytes.readBigInt64LE());
  }
}
