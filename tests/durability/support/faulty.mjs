// Servers with faults: data directories made once and copied, one process each, and what must hold after every fault.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Chat } from '../../integration/support/chat.mjs';
import { api, history, logIn, register } from '../../integration/support/people.mjs';
import { Server } from '../../integration/support/server.mjs';
import { Faults } from './libfault.mjs';

export const FULL = Boolean(process.env.FAULTS_FULL); // the sweeps whole, not a sample of them
const FOREVER = ['--access-token-ttl', '240h', '--refresh-token-ttl', '1000h'];
const folders = new Set();
process.on('exit', () => folders.forEach(remove));

function remove(folder) {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}

export function newFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-faulty-'));
  folders.add(folder);
  return folder;
}

export function copyOf(data) {
  const folder = newFolder();
  cpSync(data, folder, { recursive: true, filter: (from) => !lstatSync(from).isSocket() });
  return folder;
}

let template;

// An admin and a user who have talked a little: {data, ada, bob, said}. `said`: their history.
export function talked() {
  template ??= (async () => {
    const server = await Server.start({ data: newFolder(), args: FOREVER });
    const ada = await register(server, 'admin');
    const bob = await register(server, 'user');
    const chat = await Chat.connect(server, bob);
    // Long enough that SQLite needs memory of its own for each.
    for (let i = 0; i < 5; ++i) await chat.send(ada, `${i}`.repeat(3000));
    chat.close();
    const said = await history(server, bob, ada);
    assert.equal((await server.terminate()).valueOf(), 0);
    return { data: server.data, ada, bob, said };
  })();
  return template;
}

// A server with faults on a copy of that. `data`: on this directory instead.
export async function faultyServer({ data, args = [], limits, ...options } = {}) {
  const { ada, bob, said } = await talked();
  const faults = new Faults();
  const folder = data ?? copyOf((await talked()).data);
  const all = ['--threads', '2', ...FOREVER, ...args];
  const server = await Server.start({ data: folder, args: all, limits, environment: faults.environment, ...options });
  assert.equal(faults.loaded, 1, 'libfault.so is loaded');
  const end = async () => {
    await server.kill();
    faults.close();
    if (folders.has(folder)) remove(folder);
  };
  return { server, faults, ada, bob, said, data: folder, remove: end };
}

// `parley …` to its end: {code, signal, output}.
export function parley(args, environment = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const child = spawn(process.env.PARLEY_BIN, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let output = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000); // only one that hangs
    const read = (text) => (output += text);
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, output });
    });
  });
}

// Asks and never throws: {status, json}, or {gone} if the connection ended.
export async function askRest(server, ...request) {
  try {
    return await api(server, ...request);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return { gone: error };
  }
}

// Emits and resolves with the acknowledgement, or with undefined if the connection ends without one.
export function askSocket(chat, event, payload) {
  return new Promise((resolve) => {
    if (!chat.socket.connected) return resolve(undefined);
    chat.socket.once('disconnect', () => resolve(undefined));
    chat.socket.emit(event, payload, resolve);
  });
}

// Connects and never throws: the Chat, or false (cleanly refused), or undefined (the connection ended).
export async function tryToConnect(server, { token }, { after_id, ...options } = {}) {
  const chat = new Chat(server, { token, ...(after_id === undefined ? {} : { after_id }) }, options);
  const closed = new Promise((resolve) => chat.socket.io.once('close', () => resolve(undefined)));
  const refused = (error) => (error.data?.code === 'storage_unavailable' ? false : undefined);
  const connected = chat.connected().then(() => chat, refused);
  const result = await Promise.race([connected, closed, server.ended.then(() => undefined)]);
  if (!result) chat.close();
  return result;
}

// The server lives in all its parts: both shards, writer, readers, pools. What is sent for that joins `sent`.
export async function assertAlive({ server, ada, bob }, sent) {
  assert.equal((await api(server, 'GET', '/readyz')).status, 200);
  // Connections go to the shards in turn: these reach both.
  const ears = [];
  for (let i = 0; i < 4; ++i) ears.push(await Chat.connect(server, ada, { via: i % 2 ? 'polling' : 'websocket' }));
  const mouth = await Chat.connect(server, bob);
  const [client_id, content] = [`alive-${sent.size}`, 'is everybody there?'];
  sent.set(client_id, content);
  const { id } = await mouth.send(ada, content, { client_id });
  for (const ear of ears) await ear.next('receive_message', (message) => message.id === id);
  for (const chat of [...ears, mouth]) chat.close();
  assert.equal((await logIn(server, bob)).id, bob.id);
}

const withoutMark = ({ read_status, ...message }) => message;

// After whatever happened: a start on the data finds all that was `said` (a history) and acknowledged, once each, in
// order, and of the rest only what was sent. `sent`: client_id → content; `acknowledged`: client_id → its answer.
export async function assertKept(data, { ada, bob, said }, sent, acknowledged) {
  const server = await Server.start({ data, args: ['--threads', '2', ...FOREVER] });
  try {
    const stored = await history(server, bob, ada);
    assert.deepEqual(stored.slice(0, said.length).map(withoutMark), said.map(withoutMark));
    const rest = stored.slice(said.length);
    assert.equal(new Set(rest.map(({ client_id }) => client_id)).size, rest.length, 'stored twice');
    for (const { client_id, content } of rest) assert.equal(content, sent.get(client_id), `${client_id}: not as sent`);
    for (const [client_id, answer] of acknowledged) {
      const message = rest.find((each) => each.client_id === client_id);
      assert.ok(message, `${client_id} was acknowledged and is lost`);
      assert.deepEqual([message.id, message.timestamp], [answer.id, answer.timestamp]);
    }
    // A repeat finds out what became of the others, and stores what was not.
    const chat = await Chat.connect(server, bob);
    for (const [client_id, content] of sent) {
      const known = rest.find((each) => each.client_id === client_id);
      const answer = await chat.send(ada, content, { client_id });
      assert.equal(answer.duplicate ?? false, known !== undefined, client_id);
      if (known) assert.equal(answer.id, known.id);
    }
    chat.close();
    assert.equal((await history(server, bob, ada)).length, said.length + sent.size);
  } finally {
    assert.equal(await server.terminate(), 0, server.output);
  }
  const checked = await parley(['check', '--data', data]);
  assert.equal(checked.code, 0, checked.output);
}

// The numbers from 1 at which a sweep strikes: all, or about `count` of the first `last`, chosen by `seed`.
export function strikes(last, count, seed = Number(process.env.FAULTS_SEED ?? 1)) {
  if (FULL || last <= count) return Array.from({ length: last }, (_, i) => i + 1);
  const step = last / count;
  const offset = ((seed * 2_654_435_761) % 1000) / 1000;
  return [...new Set(Array.from({ length: count }, (_, i) => 1 + Math.floor((i + offset) * step)))];
}
