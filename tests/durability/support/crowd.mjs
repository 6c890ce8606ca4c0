// A world with a crowd in it: thousands of people, each with a login and a token that hold, and the server's figures.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { parts, sign } from '../../integration/support/tokens.mjs';
import { newWorld } from './world.mjs';

// {server, admins, users, crowd, remove()}: the world's people, and `count` users more.
export async function newCrowd(count, { args = [], role = 'user' } = {}) {
  const world = await newWorld({ args, metrics: true });
  const { server } = world;
  await server.terminate();
  const script = path.join(path.dirname(new URL(import.meta.url).pathname), 'crowd.py');
  const first = Number(
    execFileSync('python3', [script, path.join(server.data, 'parley.db'), String(count), role], { encoding: 'utf8' }),
  );
  const { claims } = parts(world.users[0].token);
  const crowd = Array.from({ length: count }, (_, i) => {
    const id = first + i;
    return {
      id,
      role,
      token: sign({ ...claims, sub: String(id), role, sid: `crowd-${id}`, jti: `crowd-${id}` }, server.key),
    };
  });
  await server.launch();
  return { ...world, crowd };
}

// One figure of /metrics.
export async function metric(server, name) {
  const text = await (await fetch(`${server.metricsUrl}/metrics`)).text();
  const line = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
  if (!line) throw new Error(`/metrics has no ${name}`);
  return Number(line[1]);
}

// Where a descriptor leads to. Empty: it is closed by now.
function target(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

// What the process of the server holds: {rssKiB, descriptors}. The database's files are not counted: each reader opens
// the log when it first reads.
export function holdings(server) {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  const folder = `/proc/${server.pid}/fd`;
  return {
    rssKiB: Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]),
    descriptors: readdirSync(folder).filter((fd) => !/\.db(-\w+)?$/.test(target(`${folder}/${fd}`))).length,
  };
}
