// Data directories with people in them, made once and copied for each scene: a password is hashed once, not in each.
import { spawn } from 'node:child_process';
import { cpSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { api, register } from '../../integration/support/people.mjs';
import { Server } from '../../integration/support/server.mjs';

export const START_MS = process.env.PARLEY_SLOW ? 20_000 : 2000; // F1
const made = new Set();
process.on('exit', () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const newFolder = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-durability-'));
  made.add(folder);
  return folder;
};

let template;

// {data, admins, users}: with tokens that hold on every copy.
export function people() {
  template ??= (async () => {
    const server = await Server.start({ data: newFolder() });
    const admins = [await register(server, 'admin'), await register(server, 'admin')];
    const users = [];
    for (let i = 0; i < 4; ++i) users.push(await register(server, 'user'));
    await server.terminate();
    return { data: server.data, admins, users };
  })();
  return template;
}

// A server of its own for one scene, on a copy of the data: {server, admins, users, remove()}.
export async function newWorld(options = {}) {
  const { data, admins, users } = await people();
  const copy = newFolder();
  cpSync(data, copy, { recursive: true, filter: (from) => !lstatSync(from).isSocket() });
  const server = await Server.start({ ...options, data: copy });
  return { server, admins, users, remove: () => rmSync(copy, { recursive: true, force: true }) };
}

// How long a process's main thread was ready to run and had no core.
export function waitedForCoreMs(pid) {
  const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
  return Number(waitedNs) / 1e6;
}

export const portOf = (server) => Number(new URL(server.url).port);

// All that REST gives one person beyond an id, oldest first.
export async function listed(server, person, after = 0) {
  const messages = [];
  for (;;) {
    const { status, json, text } = await api(server, 'GET', `/chat/loaded?after=${messages.at(-1)?.id ?? after}`, {
      token: person.token,
    });
    if (status !== 200) throw new Error(`/chat/loaded: ${status} ${text}`);
    if (json.length === 0) return messages;
    messages.push(...json);
  }
}

// `parley check` on the data, beside a server or without one: its output, if it finds something wrong.
export function integrity(data) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.env.PARLEY_BIN, ['check', '--data', data], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `${signal ?? code}: ${output}`));
  });
}
